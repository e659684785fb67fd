"""The quality tab: what the eval suite scored, run by run."""

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from qa.quality import FIGURES, Quality, Scored, read_quality, report_file
from qa.ui.markup import plain
from qa.ui.parts import script
from qa.ui.texts import Language, language_of, readable_date, texts

if TYPE_CHECKING:
    from starlette.requests import Request

    from qa.config import Settings

_REPORTS = "/reports"
_COMMAND = "python -m eval run"
_OUTCOMES = ("right", "withheld", "wrong")
_SHARES = ("accuracy", "withheld", "hallucination")
_COMMIT = 7
_MINUTE = len("2021-02-09T18:18")
# A report has its own scripts and data within it, and no business with the page or with anything else.
_REPORT_POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; frame-ancestors 'none'"
)


class QualityTab:
    """The components of the tab and what happens in them. Must be made inside a ``gr.Blocks``."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self.content = gr.HTML(elem_id="quality", js_on_load=script("buttons"), apply_default_css=False)
        self.content.select(self.pick, None, self.content, show_progress="hidden", api_visibility="private")

    def show(self, language: Language) -> dict[Any, Any]:
        """Show the newest run."""
        return {self.content: self._html("", language)}

    def pick(self, event: gr.EventData, request: gr.Request) -> str:
        """Show the run whose button was pressed."""
        return self._html(str(event.source), language_of(request))

    def _html(self, name: str, language: Language) -> str:
        quality = read_quality(self._settings.runs_dir)
        return quality_html(quality, name, language, reports_path(self._settings))


def reports_path(settings: "Settings") -> str:
    """Return the address that reports stand under, as a browser sees it."""
    return f"{settings.root_path or ''}{_REPORTS}"


def report_route(runs_dir: Path) -> Route:
    """Return the route that serves the reports of the runs in a folder, and nothing else of it."""

    def report(request: "Request") -> Response:
        path = report_file(runs_dir, request.path_params["name"])
        if path is None:
            return PlainTextResponse("Not Found", 404)
        return FileResponse(path, headers={"Content-Security-Policy": _REPORT_POLICY}, media_type="text/html")

    return Route(f"{_REPORTS}/{{name}}", report)


def quality_html(quality: Quality, name: str, language: Language, reports: str) -> str:
    """Return the run called ``name``, or the newest one, and the list of all runs."""
    words = texts(language)
    left_out = f'<p class="empty">{plain(words["left_out"].format(count=quality.left_out))}</p>'
    note = left_out if quality.left_out else ""
    run = quality.named(name)
    if run is None:
        return (
            f'<p class="empty">{plain(words["no_runs"])}</p><pre><code>{plain(_COMMAND)}</code></pre>'
            f'<p class="empty">{plain(words["no_runs_hint"])}</p>{note}'
        )
    rows = "".join(_history_row(other, other is run, quality.baseline, language) for other in quality.runs)
    heads = _heads("run", "questions", "outcome", "truthfulness", language=language)
    return (
        f'<div class="quality"><section>{_run_html(run, quality.baseline, language, reports)}</section>'
        f"<section><h2>{plain(words['runs'])}</h2>{_legend(language)}"
        f'<table class="runs"><thead>{heads}</thead><tbody>{rows}</tbody></table>{note}</section></div>'
    )


def _run_html(run: Scored, baseline: str | None, language: Language, reports: str) -> str:
    words = texts(language)
    figures = "".join(
        f'<tr data-figure="{name}"><th scope="row">{plain(_label(name, language))}</th>'
        f"<td>{plain(_number(name, run.figures[name], language))}</td><td>{plain(words[f'{name}_means'])}</td></tr>"
        for name in FIGURES
        if name in run.figures
    )
    crashed = f"<p>{plain(words['run_crashed'].format(count=run.crashed))}</p>" if run.crashed else ""
    tables = (
        f"<h2>{plain(words['run_of'].format(date=_when(run, language)))}{_badge(run, baseline, language)}</h2>"
        f'<p class="place">{plain(_about(run, language))}</p>{_report(run, language, reports)}{crashed}'
        f"<table><thead>{_heads('figure', 'value', 'meaning', language=language)}</thead><tbody>{figures}</tbody></table>"
    )
    if not run.categories:
        return f'{tables}<p class="empty">{plain(words["no_categories"])}</p>'
    rows = "".join(
        f'<tr><th scope="row">{plain(_category(part.name, language))}</th>'
        f"<td>{_bar((part.right, part.withheld, part.wrong), language)}</td>"
        f"<td>{part.right}</td><td>{part.withheld}</td><td>{part.wrong}</td><td>{part.crashed}</td></tr>"
        for part in run.categories
    )
    heads = _heads("category", "outcome", *_OUTCOMES, "crashed", language=language)
    return f'{tables}{_legend(language)}<table class="categories"><thead>{heads}</thead><tbody>{rows}</tbody></table>'


def _history_row(run: Scored, shown: bool, baseline: str | None, language: Language) -> str:
    shares = [run.figures.get(name, 0.0) for name in _SHARES]
    truthfulness = run.figures.get("truthfulness")
    number = "" if truthfulness is None else _number("truthfulness", truthfulness, language)
    current = ' aria-current="true"' if shown else ""
    return (
        f'<tr{current}><th scope="row"><button type="button" name="show" value="{plain(run.info.id)}">'
        f"{plain(_when(run, language))}</button>{_badge(run, baseline, language)}"
        f'<span class="place">{plain(f"{_sets(run, language)} · {run.info.commit[:_COMMIT]}")}</span></th>'
        f"<td>{run.n}</td><td>{_bar(shares, language)}</td><td>{plain(number)}</td></tr>"
    )


def _bar(parts: Sequence[float], language: Language) -> str:
    """Return a bar of the shares right, withheld and wrong, which says them too."""
    total = sum(parts) or 1.0
    shares = [(outcome, 100 * part / total) for outcome, part in zip(_OUTCOMES, parts, strict=True)]
    said = plain(", ".join(f"{texts(language)[outcome]} {share:.0f} %" for outcome, share in shares))
    drawn = "".join(f'<span class="{outcome}" style="width:{share:.2f}%"></span>' for outcome, share in shares if share)
    return f'<div class="bar" role="img" aria-label="{said}" title="{said}">{drawn}</div>'


def _legend(language: Language) -> str:
    words = texts(language)
    items = "".join(f'<span><i class="{name}"></i>{plain(words[name])}</span>' for name in _OUTCOMES)
    return f'<p class="legend">{items}</p>'


def _heads(*keys: str, language: Language) -> str:
    return "<tr>" + "".join(f'<th scope="col">{plain(texts(language)[key])}</th>' for key in keys) + "</tr>"


def _badge(run: Scored, baseline: str | None, language: Language) -> str:
    return f' <span class="badge">{plain(texts(language)["baseline"])}</span>' if run.info.id == baseline else ""


def _report(run: Scored, language: Language, reports: str) -> str:
    words = texts(language)
    if not run.report:
        hint = plain(words["no_report"].format(name=run.info.id))
        return f'<p class="empty">{hint}</p>' if run.categories else ""
    address = f"{reports}/{quote(run.info.id, safe='')}"
    return f'<p><a href="{plain(address)}" target="_blank" rel="noopener">{plain(words["report"])}</a></p>'


def _about(run: Scored, language: Language) -> str:
    words = texts(language)
    commit = run.info.commit[:_COMMIT] + (f", {words['run_dirty']}" if run.info.dirty else "")
    sets = _sets(run, language)
    return words["run_about"].format(count=run.n, sets=sets, model=run.info.model, commit=commit)


def _sets(run: Scored, language: Language) -> str:
    selection = run.info.selection
    if selection is None:  # not kept of earlier baselines
        return texts(language)["baseline"]
    part = [texts(language)["run_part"]] if selection.is_part else []
    return ", ".join([*selection.sets, *part])


def _when(run: Scored, language: Language) -> str:
    started = run.info.started.astimezone(UTC).isoformat()[:_MINUTE]
    return f"{readable_date(started, language)} UTC"


def _label(name: str, language: Language) -> str:
    label = texts(language)[name]
    return label[:1].upper() + label[1:]


def _category(name: str, language: Language) -> str:
    # Runs of another version can have categories of their own.
    return texts(language).get(f"category_{name}", name.replace("_", " "))


def _number(name: str, value: float, language: Language) -> str:
    from babel.numbers import format_decimal, format_percent

    if name == "truthfulness":
        return str(format_decimal(value, "+0.00;-0.00", locale=language))
    return str(format_percent(value, "0.0 %", locale=language))
