"""The command line: ``python -m qa``, or ``qa`` where the package is installed."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from qa.display import reading_bar, show_answer, show_articles, show_diagnosis, show_files, show_recommended, show_sync
from qa.errors import QAError
from qa.logs import configure_logging
from qa.terminal import (
    FAILURE,
    console_handler,
    explained_errors,
    messages,
    output,
    plain,
    show_error,
    tolerate_narrow_encodings,
)

if TYPE_CHECKING:
    from qa.config import Settings
    from qa.pipeline import QA

Opener = Callable[["Settings"], "QA"]
Model = Annotated[str | None, typer.Option(metavar="MODEL", help="Another model for this time, as in QA_MODEL.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
_CHAT_HELP = "Ask in any language. /new begins a new conversation, /quit or Ctrl-D ends the chat."


class Commands(TyperGroup):
    """A group whose commands end with one clear line where something fails that the reader can cure."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        with explained_errors():
            return super().invoke(ctx)


class Session:
    """What the commands share: the settings of the environment, and how a ``QA`` is made from them."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener

    @cached_property
    def settings(self) -> "Settings":
        """The settings; read when a command first needs them, so that ``--help`` shows whatever they are."""
        from qa.config import Settings

        settings = Settings()
        configure_logging(settings, console_handler())
        return settings

    def open(self, model: str | None = None) -> "QA":
        """Return a ``QA``, with another language model than the settings' if one is named."""
        return self._opener(self.settings.replace(model=model) if model else self.settings)


def open_bot(settings: "Settings") -> "QA":
    """Return a ``QA`` that shows downloads on standard error."""
    from qa.models.progress import rich_progress
    from qa.pipeline import QA

    return QA(settings, progress=rich_progress(messages()))


app = typer.Typer(
    name="qa",
    cls=Commands,
    help=(
        "Answers questions about Massimo Carrera's career from news articles, and cites every sentence.\n\n"
        'Begin with `qa ask "Chi allenava il Bari prima di Carrera?"`. The first question fetches the models (1.2 GB) '
        "and reads the articles; `qa doctor` tells what is missing. Settings are environment variables that begin "
        "with QA_, listed by `qa doctor` and in the README."
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
models_app = typer.Typer(cls=Commands, help="Show, fetch and check model files.", invoke_without_command=True)
app.add_typer(models_app, name="models")


def _print_version(wanted: bool) -> None:
    if wanted:
        from qa.config import APP_NAME
        from qa.doctor import installed

        typer.echo(f"{APP_NAME} {installed(APP_NAME) or '(not installed)'}")
        raise typer.Exit


@app.callback()
def prepare(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Prepare what the commands share; what ``context.obj`` held makes the ``QA`` in place of `open_bot`."""
    context.obj = Session(context.obj or open_bot)


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="The question; - reads it from standard input.")],
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Answer one question and show where the answer comes from."""
    question = (sys.stdin.read() if question == "-" else question).strip()
    if not question:
        raise typer.BadParameter("The question is empty.")
    with context.obj.open(model) as bot:
        if as_json:
            _print_json(bot.ask(question).model_dump(mode="json"))
        else:
            show_answer(bot, question)


@app.command()
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


@app.command()
def sync(context: typer.Context, as_json: AsJson = False) -> None:
    """Bring the index in line with the article files; exit code 1 if one cannot be read."""
    with context.obj.open() as bot, reading_bar() as progress:
        report = bot.sync(progress)
    if as_json:
        _print_json(report.model_dump(mode="json"))
    else:
        show_sync(output(), report)
    if report.rejected:
        raise typer.Exit(FAILURE)


@app.command()
def articles(context: typer.Context, as_json: AsJson = False) -> None:
    """List the articles that answers are taken from."""
    with context.obj.open() as bot:
        found = bot.articles()
    if as_json:
        _print_json([article.model_dump(mode="json") for article in found])
    else:
        show_articles(output(), found)


@models_app.callback()
def models(context: typer.Context, as_json: AsJson = False) -> None:
    """Show which model files are cached, and local models to choose from."""
    if context.invoked_subcommand:
        return
    from qa.models.artifacts import ARTIFACTS, hub_files, status
    from qa.models.recommended import RECOMMENDED

    settings = context.obj.settings
    statuses = [status(artifact, settings.cache_dir) for artifact in ARTIFACTS] + hub_files(settings.cache_dir)
    if as_json:
        _print_json({"files": [asdict(s) for s in statuses], "recommended": [asdict(m) for m in RECOMMENDED]})
    else:
        show_files(output(), settings.cache_dir, statuses)
        show_recommended(output(), RECOMMENDED, settings.model)


@models_app.command()
def pull(context: typer.Context, model: Model = None) -> None:
    """Fetch the model files that the settings need, so that everything else runs without a network."""
    from qa.models.artifacts import EMBEDDER, fetch
    from qa.models.progress import rich_progress
    from qa.models.weights import fetch_weights

    settings = context.obj.settings
    progress = rich_progress(messages())
    weights = fetch_weights(settings.replace(model=model) if model else settings, progress)
    if weights:
        output().print(plain(f"{weights} is ready."))
    if settings.embedding_model == "local":
        output().print(plain(f"{fetch(EMBEDDER, settings.cache_dir, progress=progress)} is ready."))


@models_app.command()
def verify(context: typer.Context) -> None:
    """Read the cached model files in full and compare their hashes; exit code 1 if one is missing or wrong."""
    from qa.models.artifacts import EMBEDDER, LANGUAGE_MODEL, verify

    settings = context.obj.settings
    found = {artifact: verify(artifact, settings.cache_dir) for artifact in (LANGUAGE_MODEL, EMBEDDER)}
    show_files(output(), settings.cache_dir, found.values())
    needed = {LANGUAGE_MODEL: settings.model == "local", EMBEDDER: settings.embedding_model == "local"}
    if any(not status.verified and (status.cached or needed[artifact]) for artifact, status in found.items()):
        output().print("`qa models pull` fetches what is missing or wrong.")
        raise typer.Exit(FAILURE)


@app.command()
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check that everything is in place and say what to do where it is not; exit code 1 on a problem."""
    from qa.doctor import examine

    diagnosis = examine(context.obj.settings)
    if as_json:
        _print_json(asdict(diagnosis) | {"healthy": diagnosis.healthy})
    else:
        show_diagnosis(output(), diagnosis)
    if not diagnosis.healthy:
        raise typer.Exit(FAILURE)


@app.command()
def password(name: Annotated[str, typer.Argument(help="How the person will log in.")]) -> None:
    """Ask for a password twice and print what QA_AUTH needs to let in NAME with it; the password is kept nowhere."""
    from qa.passwords import user

    typed = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    try:
        typer.echo(user(name, typed))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None


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


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def main() -> None:
    """Run the command line."""
    tolerate_narrow_encodings()
    app()
