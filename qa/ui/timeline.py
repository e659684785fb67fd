"""The timeline tab: what the articles date, on one line, each point opening its source."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa.timeline import DatedStatement, build_timeline
from qa.ui.derived import Derived
from qa.ui.loading import Loading
from qa.ui.markup import excerpt, plain
from qa.ui.parts import reader, script
from qa.ui.sources import whole_article
from qa.ui.texts import Language, language_of, readable_date, texts

if TYPE_CHECKING:
    from qa.pipeline import QA

_DAYS = 365.25
_NEAR = 2.5
"""Percent of the axis that a point keeps for itself; nearer ones go to a lane below."""
_MOST_TICKS = 12


class Timeline:
    """The components of the tab and what happens in them. Must be made inside a ``gr.Blocks``."""

    def __init__(self, bot: "QA", loading: Loading) -> None:
        self.bot = bot
        self.loading = loading
        self._statements = Derived(bot, build_timeline)
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                self.line = gr.HTML(elem_id="timeline", js_on_load=script("buttons"), apply_default_css=False)
            with gr.Column(scale=2, min_width=320):
                self.reader = reader("timeline-reader")
        self.shown = [self.line, self.reader]
        self.line.select(self.open, None, self.reader, queue=False, show_progress="hidden", api_visibility="private")

    def show(self, language: Language) -> dict[Any, Any]:
        """Show what the indexed articles date now."""
        hint = f'<p class="empty hint">{plain(texts(language)["reader_empty_point"])}</p>'
        if not self.loading.ready:
            return {self.line: f'<p class="empty">{plain(self.loading.describe(language))}</p>', self.reader: hint}
        return {self.line: timeline_html(self._statements.get(), language), self.reader: hint}

    def open(self, event: gr.EventData, request: gr.Request) -> Any:
        """Open the article whose statement was picked."""
        start, _, rest = str(event.source).partition(":")
        end, _, source = rest.partition(":")
        try:
            return whole_article(self.bot.article(source), language_of(request), int(start), int(end))
        except (KeyError, ValueError):
            return gr.skip()


def timeline_html(statements: tuple[DatedStatement, ...], language: Language) -> str:
    """Return statements as points and bars on an axis of time, and as a list."""
    words = texts(language)
    if not statements:
        return f'<p class="empty">{plain(words["no_dates"])}</p>'
    first = min(_year(s.date) for s in statements)
    last = max(_year(s.until or s.date, end=True) for s in statements)
    span = max(last - first, 1 / _DAYS)
    axis = _Axis(first, span, [])
    points = "".join(_point(statement, axis, language) for statement in statements)
    step = max(1, -(-int(span) // _MOST_TICKS))
    ticks = "".join(
        f'<span class="tick" style="left:{axis.place(year):.2f}%">{year}</span>'
        for year in range(int(first) + (first > int(first)), int(last) + 1, step)
    )
    items = "".join(_item(s, language) for s in statements)
    height = f"{len(axis.lanes) * 1.5 + 1.75:.2f}rem"
    return f'<div class="axis" style="height:{height}">{ticks}{points}</div><ol>{items}</ol>'


@dataclass(frozen=True)
class _Axis:
    """Where a year lies, in percent, and how far each lane of points is filled."""

    first: float
    span: float
    lanes: list[float]

    def place(self, year: float) -> float:
        return 100 * (year - self.first) / self.span

    def lane(self, left: float, right: float) -> int:
        """Take room in the first lane that has it."""
        free = next((lane for lane, taken in enumerate(self.lanes) if taken + _NEAR <= left), len(self.lanes))
        self.lanes[free : free + 1] = [right]
        return free


def _point(statement: DatedStatement, axis: _Axis, language: Language) -> str:
    left = axis.place(_year(statement.date))
    right = axis.place(_year(statement.until, end=True)) if statement.until else left
    lane = axis.lane(left, right)
    width = f"width:{right - left:.2f}%;" if right > left else ""
    name = plain(f"{_when(statement, language)}: {excerpt(statement.text)}")
    return (
        f'<button type="button" class="{_classes("point", statement)}" name="read" value="{_address(statement)}" '
        f'style="left:{left:.2f}%;{width}bottom:{1.6 + lane * 1.5:.2f}rem" title="{name}" aria-label="{name}"></button>'
    )


def _item(statement: DatedStatement, language: Language) -> str:
    words = texts(language)
    differs = ", ".join(readable_date(date, language) for date in statement.differs)
    notes = [
        words["planned"] if statement.planned else "",
        words["differs"].format(dates=differs) if differs else "",
    ]
    note = "".join(f'<span class="note">{plain(note)}</span>' for note in notes if note)
    return (
        f'<li class="{_classes("", statement)}"><button type="button" name="read" value="{_address(statement)}">'
        f"{plain(_when(statement, language))}</button>{note}<p>{plain(' '.join(statement.text.split()))}</p></li>"
    )


def _classes(name: str, statement: DatedStatement) -> str:
    kinds = {
        name: bool(name),
        "period": statement.until is not None,
        "planned": statement.planned,
        "differs": bool(statement.differs),
        "subject": statement.about_subject,
    }
    return " ".join(kind for kind, holds in kinds.items() if holds)


def _address(statement: DatedStatement) -> str:
    return plain(f"{statement.start}:{statement.end}:{statement.source}")


def _when(statement: DatedStatement, language: Language) -> str:
    begin = readable_date(statement.date, language)
    return f"{begin} – {readable_date(statement.until, language)}" if statement.until else begin


def _year(iso: str, *, end: bool = False) -> float:
    """Return a date as a fraction of years; one that is cut stands for its middle, or its end."""
    parts = [int(part) for part in iso.split("-")]
    if len(parts) == 1:
        return parts[0] + (1.0 if end else 0.5)
    month = parts[1]
    if len(parts) == 2:  # noqa: PLR2004 - year and month
        return parts[0] + (month if end else month - 0.5) / 12
    return parts[0] + (date(*parts).timetuple().tm_yday - 1) / _DAYS
