"""``ask`` and ``chat``."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated

import typer

from qa.cli.session import AsJson, Model, Trace, print_json
from qa.display import show_answer
from qa.errors import QAError
from qa.terminal import messages, output, plain, show_error

_CHAT_HELP = "Ask in any language. /new begins a new conversation, /quit or Ctrl-D ends the chat."


def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="The question; - reads it from standard input.")],
    model: Model = None,
    trace: Trace = None,
    as_json: AsJson = False,
) -> None:
    """Answer one question and show where the answer comes from."""
    question = (sys.stdin.read() if question == "-" else question).strip()
    if not question:
        raise typer.BadParameter("The question is empty.")
    with context.obj.open(model, trace) as bot:
        if as_json:
            print_json(bot.ask(question).model_dump(mode="json"))
        else:
            show_answer(bot, question)
    if trace:
        messages().print(plain(f"The trace is in {trace}.", "dim"))


def chat(context: typer.Context, model: Model = None) -> None:
    """Keep up a conversation, in which a question may refer to earlier ones."""
    history: list[tuple[str, str]] = []
    with context.obj.open(model) as bot:
        output().print(plain(_CHAT_HELP, "dim"))
        for question in _questions():
            if question == "/quit":
                break
            if question == "/new":
                history.clear()
                continue
            try:
                history.append((question, show_answer(bot, question, tuple(history)).text))
            except QAError as error:
                show_error(error)


def _questions() -> Iterator[str]:
    with suppress(ImportError):
        import readline  # noqa: F401 - gives input() a history and editing, where there is one
    while True:
        try:
            question = input("\n> " if sys.stdin.isatty() else "").strip()
        except EOFError:
            return
        if question:
            yield question
