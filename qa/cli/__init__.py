"""The command line: ``python -m qa``, or ``qa`` where the package is installed."""

from typing import Annotated

import typer

from qa.cli.index import articles, sync
from qa.cli.models import models_app
from qa.cli.questions import ask, chat
from qa.cli.session import Commands, Session, open_bot
from qa.cli.upkeep import doctor, password
from qa.terminal import tolerate_narrow_encodings

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
for command in (ask, chat, sync, articles, doctor, password):
    app.command()(command)
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


def main() -> None:
    """Run the command line."""
    tolerate_narrow_encodings()
    app()
