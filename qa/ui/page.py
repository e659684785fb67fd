"""The page put together from its parts."""

import json
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa.topics import find_topics
from qa.ui.api import add_api
from qa.ui.articles import Articles
from qa.ui.blocks import Page
from qa.ui.chat import Chat
from qa.ui.conversation import restore
from qa.ui.derived import Derived
from qa.ui.export import Export
from qa.ui.feedback import FeedbackForm
from qa.ui.line import Line
from qa.ui.loading import Loading
from qa.ui.markup import failure_html, plain
from qa.ui.parts import STATIC, status_line
from qa.ui.quality import QualityTab
from qa.ui.suggestions import suggestions
from qa.ui.texts import Labels, gradio_names, language_of, texts
from qa.ui.timeline import Timeline

if TYPE_CHECKING:
    from gradio.components.chatbot import ExampleMessage

    from qa.pipeline import QA

# System fonts: nothing is fetched from a font service.
_FONTS = ("system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
APPEARANCE: dict[str, Any] = {
    "theme": gr.themes.Default(
        primary_hue="teal", neutral_hue="slate", font=_FONTS, font_mono=("ui-monospace", "monospace")
    ),
    "css_paths": STATIC / "page.css",
}
"""How the page looks: arguments of ``Blocks.launch``."""
_QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


def build_page(bot: "QA", loading: Loading, line: Line) -> gr.Blocks:
    """Return the page; nothing is loaded before someone opens it or ``loading`` is started.

    Args:
        bot: Answers the questions of everybody who opens the page.
        loading: What is told while models and index are not there yet.
        line: Where questions wait.
    """
    labels = Labels()
    topics = Derived(bot, find_topics)
    page = Page(title="Carrera QA", analytics_enabled=False, fill_width=True)
    with page:
        add_api(bot, line)  # before anything else could take its name
        header = gr.HTML(elem_id="header", apply_default_css=False)
        banner = status_line("banner")
        timer = gr.Timer(1.0)
        with gr.Tabs():
            with labels.add(gr.Tab(), label="chat"):
                chat = Chat(bot, loading, line, labels)
                with chat.column:
                    FeedbackForm(bot, chat, labels)
                    Export(chat, labels)
            with labels.add(gr.Tab(), label="articles") as articles_tab:
                articles = Articles(bot, loading, labels)
            with labels.add(gr.Tab(), label="timeline") as timeline_tab:
                timeline = Timeline(bot, loading)
            with labels.add(gr.Tab(), label="quality") as quality_tab:
                quality = QualityTab(bot.settings)

        def label(request: gr.Request) -> dict[Any, Any]:
            return labels.in_language(language_of(request))

        def welcome(saved: list[Any], request: gr.Request) -> dict[Any, Any]:
            language = language_of(request)
            words = texts(language)
            names = plain(json.dumps(gradio_names(language)))
            title = f"<h1>{plain(words['title'])}</h1><p>{plain(words['subtitle'])}</p>"
            return {
                header: f'<div lang="{language}" data-names="{names}">{title}</div>',
                **chat.restored(restore(saved), language),
            }

        def progress(request: gr.Request) -> dict[Any, Any]:
            language = language_of(request)
            if loading.failure:
                return {banner: failure_html(loading.failure, language), timer: gr.Timer(active=True)}
            if not loading.ready:
                note = f"{loading.describe(language)}. {texts(language)['loading_wait']}"
                return {banner: f'<span class="turning"></span>{plain(note)}', timer: gr.Timer(active=True)}
            examples: list[ExampleMessage] = [{"text": question} for question in suggestions(topics.get(), language)]
            return {banner: "", timer: gr.update(active=False), chat.chatbot: gr.update(examples=examples)}

        def show_articles(request: gr.Request) -> dict[Any, Any]:
            return articles.show(language_of(request))

        def show_timeline(request: gr.Request) -> dict[Any, Any]:
            return timeline.show(language_of(request))

        def show_quality(request: gr.Request) -> dict[Any, Any]:
            return quality.show(language_of(request))

        page.load(label, None, labels.components, **_QUIET)
        restored = page.load(welcome, [chat.saved], [header, *chat.shown], **_QUIET)
        restored.then(chat.ask_address, [chat.turns], chat.shown, **chat.asking)
        gr.on([page.load, timer.tick], progress, None, [banner, timer, chat.chatbot], **_QUIET)
        articles_tab.select(show_articles, None, articles.shown, **_QUIET)
        timeline_tab.select(show_timeline, None, timeline.shown, **_QUIET)
        quality_tab.select(show_quality, None, quality.content, **_QUIET)
    return page
