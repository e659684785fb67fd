"""What the commands share: the settings, how a ``QA`` is made from them, common options, output for scripts."""

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from qa.logs import configure_logging
from qa.terminal import console_handler, explained_errors, messages

if TYPE_CHECKING:
    from qa.config import Settings
    from qa.pipeline import QA

Opener = Callable[["Settings"], "QA"]
Model = Annotated[str | None, typer.Option(metavar="MODEL", help="Another model for this time, as in QA_MODEL.")]
Trace = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Write there what led to the answer: passages, prompts, raw output, checks."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


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

    def open(self, model: str | None = None, trace: Path | None = None) -> "QA":
        """Return a ``QA``, with another language model or folder for traces than the settings' if one is named."""
        changes = {name: value for name, value in (("model", model), ("trace_dir", trace)) if value}
        return self._opener(self.settings.replace(**changes) if changes else self.settings)


def open_bot(settings: "Settings") -> "QA":
    """Return a ``QA`` that shows downloads on standard error."""
    from qa.models.progress import rich_progress
    from qa.pipeline import QA

    return QA(settings, progress=rich_progress(messages()))


def print_json(value: object) -> None:
    """Print JSON as scripts read it."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
