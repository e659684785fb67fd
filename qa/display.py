"""How results look in a terminal."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from qa.schema import Answer, ArticleInfo, Citation, Passage, SyncReport
from qa.terminal import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from qa.doctor import Diagnosis
    from qa.models.artifacts import ArtifactStatus
    from qa.models.recommended import Recommendation

_SIGNS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "problem": ("problem", "bold red")}
_EXCERPT = 300
_NEAREST = 3


def show_sources(console: "Console", answer: Answer) -> None:
    """Print each citation with its article's title, date and words; for an answer without any, what came nearest."""
    for citation in answer.citations:
        console.print(plain(f"\n[{citation.marker}] {_origin(citation)}", "bold"))
        console.print(plain(f"    “{' '.join(citation.quote.split())}”"))
    if not answer.citations and answer.passages:
        console.print(plain("\nThe nearest passages:", "bold"))
        for passage in answer.passages[:_NEAREST]:
            console.print(plain(f"  {_origin(passage)}", "dim"))
            console.print(plain(f"    “{_one_line(passage.text)}”"))


def show_sync(console: "Console", report: SyncReport) -> None:
    """Print what changed in the index, and every file that was refused with its reason."""
    for word, sources in (("added", report.added), ("updated", report.updated), ("removed", report.removed)):
        for source in sources:
            console.print(plain(f"{word:8} {source}"))
    for rejection in report.rejected:
        console.print(plain(f"rejected {rejection.source}: {rejection.reason}", "red"))
    counts = (len(report.added), len(report.updated), len(report.removed), len(report.unchanged), len(report.rejected))
    console.print("{} added, {} updated, {} removed, {} unchanged, {} rejected.".format(*counts), style="bold")


def show_articles(console: "Console", articles: Sequence[ArticleInfo]) -> None:
    """Print the indexed articles."""
    rows = ((a.date or "", a.title, a.publisher or "", a.source, f"{a.characters:,}", str(a.chunks)) for a in articles)
    console.print(_table(("Date", "Title", "Publisher", "File", "Characters", "Passages"), rows))


def show_files(console: "Console", statuses: Iterable[tuple["ArtifactStatus", str]]) -> None:
    """Print what the model cache holds; each status comes with its file's licence."""
    rows = [(s.name, file_state(s), _gigabytes(s.size), licence, str(s.path)) for s, licence in statuses]
    console.print(_table(("Model file", "State", "Size", "Licence", "Path"), rows))


def show_recommended(console: "Console", models: Iterable["Recommendation"], chosen: str) -> None:
    """Print local models to choose from; the one in use is marked."""
    rows = (
        (
            f"{m.name} (in use)" if m.model == chosen else m.name,
            f"{m.size:.1f} GB",
            f"{m.memory:.1f} GB",
            m.licence,
            "measured" if m.measured else "not measured here",
            m.model,
        )
        for m in models
    )
    console.print(_table(("Local language model", "Size", "Memory", "Licence", "Quality", "QA_MODEL"), rows))


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


def _one_line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _EXCERPT else f"{words[:_EXCERPT].rsplit(' ', 1)[0]} …"


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size else ""
