"""The page as an interface for programs: ``/ask`` for ``gradio_client``."""

from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.events import api

from qa.errors import QAError
from qa.ui.chat import QUESTION_LIMIT
from qa.ui.line import Line, LineFullError
from qa.ui.texts import language_of

if TYPE_CHECKING:
    from qa.pipeline import QA

LONGEST_HISTORY = 50
"""Earlier turns that a question may come with."""


def add_api(bot: "QA", line: Line) -> None:
    """Offer ``/ask``. Must be called inside a ``gr.Blocks``."""

    async def ask(
        question: str,
        history: list[list[str]] | None = None,
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
    ) -> dict[str, Any]:
        """Answer a question from the indexed news articles, with a verbatim citation for every sentence.

        Args:
            question: The question, in Italian or English.
            history: Earlier [question, answer] pairs of the conversation, oldest first.
            request: The request, from Gradio.

        Returns:
            The answer: its text with [n] markers, status (answered, conflict or abstained), citations with verbatim
            quotes and their offsets, the passages that were read, confidence and timings.
        """
        if not question.strip() or len(question) > QUESTION_LIMIT:
            raise gr.Error(f"A question has 1 to {QUESTION_LIMIT} characters.", print_exception=False)
        pairs = [(pair[0], pair[1]) for pair in (history or [])[-LONGEST_HISTORY:] if len(pair) == 2]  # noqa: PLR2004
        try:
            async with line.turn():
                answer = await bot.aask(question, history=pairs)
        except LineFullError as full:
            raise gr.Error(full.in_language(language_of(request)), print_exception=False) from full
        except QAError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return answer.model_dump(mode="json")

    api(ask, api_name="ask", concurrency_limit=None)  # the line has the limit
