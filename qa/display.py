"""How results look in a terminal."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qa.schema import Answer, ArticleInfo, Citation, Final, History, Passage, SyncReport, Token
from qa.terminal import messages, output, plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table

    from qa.doctor import Diagnosis
    from qa.models.artifacts import ArtifactStatus
    from qa.models.recommended import Recommendation
    from qa.pipeline import QA

_SIGNS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "problem": ("problem", "bold red")}
_EXCERPT = 300
_NEAREST = 3


def show_answer(bot: "QA", question: str, history: History = ()) -> Answer:
    """Ask, print the answer as it is earned, then its sources."""
    console = output()
    events = bot.stream(question, history=history)
    with messages().status("Reading the articles…"):
        event = next(events)
        while not isinstance(event, Token | Final):
            event = next(events)
    while isinstance(event, Token):
        console.print(plain(event.text), end="", soft_wrap=True)
        event = next(events)
    assert isinstance(event, Final)  # noqa: S101 - a stream ends with it
    console.print()
    if event.answer.question != question.strip():
        console.print(plain(f"\nRead as: {event.answer.question}", "dim"))
    show_sources(console, event.answer)
    return event.answer


def show_sources(console: "Console", answer: Answer) -> None:
    """Print each citation with its article's title, date and words; for an answer without any, what came nearest."""
    for citation in answer.citations:
        console.print(plain(f"\n[{citation.marker}] {_origin(citation)}", "bold"))
        console.print(_quoted(" ".join(citation.quote.split())))
    if not answer.citations and answer.passages:
        console.print(plain("\nThe nearest passages:", "bold"))
        for passage in answer.passages[:_NEAREST]:
            console.print(plain(f"  {_origin(passage)}", "dim"))
            console.print(_quoted(_excerpt(passage.text)))


def show_sync(console: "Console", report: SyncReport) -> None:
    """Print what changed in the index, and every file that was refused with its reason."""
    for word, sources in (("added", report.added), ("updated", report.updated), ("removed", report.removed)):
        for source in sources:
            console.print(plain(f"{word:8} {source}"))
    for rejection in report.rejected:
        console.print(plain(f"rejected {rejection.source}: {rejection.reason}", "red"))
    counts = (len(report.added), len(report.updated), len(report.removed), len(report.unchanged), len(report.rejected))
    console.print("{} added, {} updated, {} removed, {} unchanged, {} rejected.".format(*counts), style="bold")


@contextmanager
def reading_bar() -> Iterator[Callable[[int, int, str], None]]:
    """Show how many of the files that must be read have been."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = messages()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(20), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("", total=None)
        yield lambda done, total, source: bars.update(
            task, description=plain(source).plain, completed=done, total=total
        )


def show_articles(console: "Console", articles: Sequence[ArticleInfo]) -> None:
    """Print the indexed articles."""
    rows = ((a.date or "", a.title, a.publisher or "", a.source, f"{a.characters:,}", str(a.chunks)) for a in articles)
    console.print(_table(("Date", "Title", "Publisher", "File", "Characters", "Passages"), rows))


def show_files(console: "Console", cache_dir: Path, statuses: Iterable["ArtifactStatus"]) -> None:
    """Print what the model cache holds."""
    rows = ((s.name, file_state(s), f"{s.size / 1e9:.2f} GB" if s.cached else "") for s in statuses)
    console.print(_table(("Model file", "State", "Size"), rows))
    console.print(plain(f"in {cache_dir}\n", "dim"))


def show_recommended(console: "Console", models: Iterable["Recommendation"], chosen: str) -> None:
    """Print local models to choose from; the one in use is marked."""
    console.print("Local language models to choose from (size of the file, memory in use):", style="bold")
    for m in models:
        quality = "measured" if m.measured else "not measured here"
        mark = " (in use)" if m.model == chosen else ""
        console.print(plain(f"  {m.name}{mark}: {m.size:.1f} GB, {m.memory:.1f} GB, {m.licence}, {quality}"))
        console.print(plain(f"    QA_MODEL={m.model}", "dim"), soft_wrap=True)


def show_diagnosis(console: "Console", diagnosis: "Diagnosis") -> None:
    """Print every check with what to do about it, and the settings in force."""
    for check in diagnosis.checks:
        sign, style = _SIGNS[check.status]
        console.print(plain(f"{sign:8}", style), plain(f"{check.name}: {check.found}"))
        if check.advice:
            console.print(plain(f"         → {check.advice}", style))
    console.print()
    rows = ((f"QA_{name.upper()}", value, origin) for name, value, origin in diagnosis.settings)
    console.print(_table(("Setting", "Value", "From"), rows))


def file_state(status: "ArtifactStatus") -> str:
    """Say in a word or two what the cache holds of a model file."""
    if status.verified:
        return "verified"
    return "not verified" if status.cached else "not fetched"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> "Table":
    from rich.table import Table

    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*map(plain, row))
    return table


def _origin(found: Citation | Passage) -> str:
    about = ", ".join(part for part in (found.publisher, (found.date or "").replace("T", " ")) if part)
    return f"{found.title or found.source} ({about or 'undated'}) · {found.source}"


def _quoted(text: str) -> "Padding":
    from rich.padding import Padding

    return Padding.indent(plain(f"“{text}”"), 4)


def _excerpt(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _EXCERPT else f"{words[:_EXCERPT].rsplit(' ', 1)[0]} …"
