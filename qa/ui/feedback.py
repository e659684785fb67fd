"""Thumbs up or down on an answer, and what would have been right."""

from typing import TYPE_CHECKING, Any

import gradio as gr

from qa.errors import QAError
from qa.feedback import feedback_on, write_feedback
from qa.ui.conversation import Failure, Turn, dump
from qa.ui.markup import failure_html, plain
from qa.ui.texts import Labels, Language, language_of, texts

if TYPE_CHECKING:
    from qa.pipeline import QA
    from qa.ui.chat import Chat

_LONGEST = 2000


class FeedbackForm:
    """The field for a correction, shown after a thumb down. Must be made inside a ``gr.Blocks``."""

    def __init__(self, bot: "QA", chat: "Chat", labels: Labels) -> None:
        self.bot = bot
        self.chat = chat
        self.judged = gr.State(-1)
        with gr.Row(visible=False, elem_id="correction") as self.form:
            box = gr.Textbox(max_length=_LONGEST, lines=1, max_lines=4, submit_btn=True)
            self.box = labels.add(box, label="correction", placeholder="correction_hint", submit_btn="send")
        shown = [chat.turns, chat.saved, chat.status, self.form, self.judged]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
        chat.chatbot.like(self.judge, [chat.turns], shown, **quiet)
        self.box.submit(self.correct, [self.box, chat.turns, self.judged], [*shown, self.box], **quiet)

    def judge(self, turns: tuple[Turn, ...], event: gr.LikeData, request: gr.Request) -> dict[Any, Any]:
        """Keep a thumb; after a thumb down, ask what would have been right."""
        position = event.index if isinstance(event.index, int) else event.index[0]
        number = position // 2  # a finished turn is two messages
        liked = event.liked if isinstance(event.liked, bool) else None
        update = self._keep(turns, number, liked, "", language_of(request))
        return {**update, self.form: gr.Row(visible=liked is False), self.judged: number}

    def correct(self, correction: str, turns: tuple[Turn, ...], number: int, request: gr.Request) -> dict[Any, Any]:
        """Keep a correction."""
        if not correction.strip():
            return {self.box: ""}
        update = self._keep(turns, number, liked=False, correction=correction, language=language_of(request))
        return {**update, self.box: "", self.form: gr.Row(visible=False)}

    def _keep(
        self, turns: tuple[Turn, ...], number: int, liked: bool | None, correction: str, language: Language
    ) -> dict[Any, Any]:
        if not 0 <= number < len(turns) or (answer := turns[number].answer) is None:
            return {}
        turn = turns[number]
        try:
            write_feedback(
                self.bot.settings.data_dir, feedback_on(turn.id, turn.question, answer, liked, correction[:_LONGEST])
            )
        except QAError as error:
            return {self.chat.status: failure_html(Failure.of(error), language)}
        judged = (*turns[:number], turn.model_copy(update={"liked": liked}), *turns[number + 1 :])
        note = plain(texts(language)["thanks"])
        return {self.chat.turns: judged, self.chat.saved: dump(judged), self.chat.status: note}
