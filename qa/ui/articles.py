"""The articles tab: what is indexed, more of it, less of it, one of them whole."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa.additions import Added, NewArticle, add_articles, added_sources, pasted, remove_article
from qa.config import Settings
from qa.errors import QAError
from qa.ui.access import on_loopback
from qa.ui.conversation import Failure
from qa.ui.loading import Loading
from qa.ui.markup import failure_html, plain
from qa.ui.messages import in_language
from qa.ui.parts import reader, script, status_line
from qa.ui.sources import whole_article
from qa.ui.texts import Labels, Language, language_of, readable_date, texts

if TYPE_CHECKING:
    from qa.pipeline import QA
    from qa.schema import ArticleInfo

_SUFFIXES = [".txt", ".md", ".html", ".htm", ".pdf", ".docx"]
# Gradio puts the progress of each call where this stands as a default.
_PROGRESS = gr.Progress()


def uploads_allowed(settings: Settings) -> bool:
    """Return whether people may change the articles: only those who sit at this computer, and if the settings agree."""
    return settings.uploads and on_loopback(settings.host) and not settings.root_path


class Articles:
    """The components of the tab and what happens in them. Must be made inside a ``gr.Blocks``."""

    def __init__(self, bot: "QA", loading: Loading, labels: Labels) -> None:
        self.bot = bot
        self.loading = loading
        self.changeable = uploads_allowed(bot.settings)
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                self.table = gr.HTML(elem_id="articles", js_on_load=script("buttons"), apply_default_css=False)
                self.note = status_line("articles-note")
                files = gr.File(
                    file_count="multiple", file_types=_SUFFIXES, elem_id="upload", height=140, visible=self.changeable
                )
                self.files = labels.add(files, label="add_files")
                with labels.add(gr.Accordion(open=False, visible=self.changeable), label="paste"):
                    with gr.Row():
                        self.title = labels.add(gr.Textbox(elem_id="paste-title", max_length=300), label="paste_title")
                        date = gr.Textbox(elem_id="paste-date", max_length=10, placeholder="2021-02-09")
                        self.date = labels.add(date, label="paste_date")
                    text = gr.Textbox(elem_id="paste-text", lines=8, max_lines=16, max_length=1_000_000)
                    self.text = labels.add(text, label="paste_text")
                    self.add = labels.add(gr.Button(variant="primary", elem_id="paste-add"), value="paste_add")
            with gr.Column(scale=2, min_width=320):
                self.reader = reader("reader")
        self.shown = [self.table, self.note, self.reader]
        self._connect()

    def _connect(self) -> None:
        quiet: dict[str, Any] = {"api_visibility": "private"}
        self.table.select(self.act, None, self.shown, show_progress="hidden", **quiet)
        self.files.upload(self.upload, [self.files], [*self.shown, self.files], show_progress_on=self.files, **quiet)
        pasting = [self.text, self.title, self.date]
        self.add.click(self.paste, pasting, [*self.shown, *pasting], show_progress_on=self.text, **quiet)

    def show(self, language: Language) -> dict[Any, Any]:
        """Show what is indexed now."""
        empty = f'<p class="empty hint">{plain(texts(language)["reader_empty"])}</p>'
        return {self.table: self._table(language), self.note: "", self.reader: empty}

    def act(self, event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        """Open or remove the article whose button was pressed."""
        language, source = language_of(request), str(event.source)
        try:
            if event.action == "remove" and self.changeable:
                remove_article(self.bot, source)
                note = texts(language)["removed"].format(name=source)
                return {**self.show(language), self.note: plain(note)}
            if event.action == "read":
                return {self.reader: whole_article(self.bot.article(source), language)}
        except KeyError:
            return {self.table: self._table(language)}
        except QAError as error:
            return {self.note: failure_html(Failure.of(error), language)}
        return {self.note: ""}

    def upload(self, paths: Sequence[str], request: gr.Request, progress: gr.Progress = _PROGRESS) -> dict[Any, Any]:
        """Add the files that were dropped."""
        articles = [NewArticle(Path(path).name, Path(path).read_bytes()) for path in paths]
        for path in paths:  # no copy stays in Gradio's folder, which has one of two equal files
            Path(path).unlink(missing_ok=True)
        return {**self._add(articles, language_of(request), progress), self.files: None}

    def paste(
        self,
        text: str,
        title: str,
        date: str,
        request: gr.Request,
        progress: gr.Progress = _PROGRESS,
    ) -> dict[Any, Any]:
        """Add a text that was pasted."""
        language = language_of(request)
        try:
            article = pasted(text, title, date)
        except QAError as error:
            return {self.note: failure_html(Failure.of(error), language)}
        emptied = dict.fromkeys((self.text, self.title, self.date), "")
        return {**self._add([article], language, progress), **emptied}

    def _add(self, articles: Sequence[NewArticle], language: Language, progress: gr.Progress) -> dict[Any, Any]:
        if not self.changeable or not self.loading.ready:
            return {self.note: plain(texts(language)["not_now"])}
        try:
            added = add_articles(self.bot, articles, lambda done, total, name: progress((done, total), desc=name))
        except QAError as error:
            return {self.note: failure_html(Failure.of(error), language)}
        return {self.table: self._table(language), self.note: _outcome(added, language)}

    def _table(self, language: Language) -> str:
        if not self.loading.ready:
            return f'<p class="empty">{plain(self.loading.describe(language))}</p>'
        words = texts(language)
        removable = added_sources(self.bot) if self.changeable else frozenset()
        heads = "".join(
            f'<th scope="col">{plain(words[key])}</th>' for key in ("article", "date", "length", "chunks", "actions")
        )
        rows = "".join(_row(info, info.source in removable, language) for info in self.bot.articles())
        rejected = _rejected(self.loading.report.rejected, language)
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{rejected}"


def _row(info: "ArticleInfo", removable: bool, language: Language) -> str:
    words = texts(language)
    source = plain(info.source)

    def button(action: str) -> str:
        label = plain(words[action])
        ask = f' data-ask="{plain(words["remove_ask"].format(name=info.source))}"' if action == "remove" else ""
        return f'<button type="button" name="{action}" value="{source}" title="{label}: {source}"{ask}>{label}</button>'

    place = plain(" · ".join(filter(None, (info.publisher, info.source))))
    return (
        f'<tr><th scope="row">{plain(info.title or info.source)}<span class="place">{place}</span></th>'
        f"<td>{plain(readable_date(info.date, language))}</td><td>{info.characters}</td><td>{info.chunks}</td>"
        f"<td>{button('read')}{button('remove') if removable else ''}</td></tr>"
    )


def _outcome(added: Added, language: Language) -> str:
    done = "".join(f"<li>{plain(name)}</li>" for name in added.sources)
    heading = plain(texts(language)["added"])
    return (f"<b>{heading}</b><ul>{done}</ul>" if done else "") + _rejected(added.rejected, language)


def _rejected(rejected: Sequence[Any], language: Language) -> str:
    if not rejected:
        return ""
    items = "".join(f"<li><b>{plain(r.source)}</b>: {plain(in_language(r.reason, language))}</li>" for r in rejected)
    return f'<div class="failure">{plain(texts(language)["rejected"])}<ul>{items}</ul></div>'
