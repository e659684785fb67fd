"""The chat: a question in, checked sentences out as they are earned, their sources beside them."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, ClassVar

import gradio as gr

from qa.errors import QAError
from qa.schema import Final, Retrieved, Token, Working
from qa.ui.conversation import Failure, Turn, dump, history, opinions
from qa.ui.line import Line, LineFullError, Place
from qa.ui.loading import Loading
from qa.ui.markup import partial_html, plain, turn_messages
from qa.ui.parts import reader, status_line
from qa.ui.sources import opened, panel, turn_sources
from qa.ui.texts import Labels, Language, language_of, texts
from qa.ui.ticking import ticking

if TYPE_CHECKING:
    from gradio.components.chatbot import Message, MessageDict

    from qa.pipeline import QA

QUESTION_LIMIT = 1000
"""Characters of a question."""
_TICK = 0.5
Update = dict[Any, Any]


class Chat:
    """The components of the chat and what happens in them. Must be made inside a ``gr.Blocks``.

    Attributes:
        column: Where the conversation stands; more can be put below it.
        turns: The conversation of this browser tab, a tuple of ``Turn``.
        saved: The same in the browser's own storage, so that it survives a reload.
        asking: How the events that ask a question are set up.
    """

    # How many questions are answered at once is up to the line, which tells people where they stand in it.
    asking: ClassVar[dict[str, Any]] = {
        "show_progress": "hidden",
        "api_visibility": "private",
        "concurrency_limit": None,
    }

    def __init__(self, bot: "QA", loading: Loading, line: Line, labels: Labels) -> None:
        self.bot = bot
        self.loading = loading
        self.line = line
        self._stopping: set[str] = set()
        self.turns = gr.State(())
        # The key must stay the same from one start to the next; the data never leaves this browser.
        self.saved = gr.BrowserState([], storage_key="carrera-qa", secret=str(bot.settings.data_dir))
        with gr.Row(elem_id="chat-row"):
            with gr.Column(scale=3, min_width=320) as self.column:
                chatbot = gr.Chatbot(
                    show_label=False,
                    elem_id="conversation",
                    height="62vh",
                    allow_tags=False,
                    sanitize_html=True,
                    latex_delimiters=[],
                    layout="bubble",
                    buttons=[],
                    allow_file_downloads=False,
                )
                self.status = status_line("status")
                box = gr.Textbox(
                    show_label=False,
                    elem_id="question",
                    submit_btn=True,
                    autofocus=True,
                    max_length=QUESTION_LIMIT,
                    lines=1,
                    max_lines=4,
                )
            with gr.Column(scale=2, min_width=320, elem_id="sources-column"):
                self.panel = reader("sources", "sources")
        self.chatbot = labels.add(chatbot, label="conversation", placeholder="welcome")
        self.box = labels.add(box, label="question", placeholder="placeholder", submit_btn="ask")
        self.shown = [self.chatbot, self.turns, self.panel, self.status, self.box, self.saved]
        self._connect()

    def _connect(self) -> None:
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.box.submit(self.ask, [self.box, self.turns], self.shown, **self.asking)
        self.chatbot.example_select(self.ask_example, [self.turns], self.shown, **self.asking)
        self.chatbot.retry(self.ask_again, [self.turns], self.shown, **self.asking)
        self.box.stop(self.stop, None, None, queue=False, **quiet)
        self.chatbot.clear(self.clear, None, self.shown, queue=False, **quiet)
        self.panel.select(self.open, [self.turns], self.panel, queue=False, **quiet)

    async def ask_example(
        self, turns: tuple[Turn, ...], picked: gr.SelectData, request: gr.Request
    ) -> AsyncIterator[Update]:
        """Ask one of the suggested questions."""
        async for update in self.ask(picked.value["text"], turns, request):
            yield update

    async def ask_again(
        self, turns: tuple[Turn, ...], retry: gr.RetryData, request: gr.Request
    ) -> AsyncIterator[Update]:
        """Ask a question of the conversation once more; what came after it is dropped."""
        position = retry.index if isinstance(retry.index, int) else retry.index[0]
        number = position // 2  # a finished turn is two messages
        async for update in self.ask(turns[number].question, turns[:number], request):
            yield update

    async def ask(self, question: str, turns: tuple[Turn, ...], request: gr.Request) -> AsyncIterator[Update]:
        """Answer ``question`` in the conversation, step by step."""
        language = language_of(request)
        question = question.strip()
        if not question:
            yield {self.status: ""}
            return
        if len(question) > QUESTION_LIMIT:
            yield {self.status: plain(texts(language)["too_long"].format(limit=QUESTION_LIMIT))}
            return
        try:
            with self.line.place() as place:
                async with aclosing(self._turn(question, turns, place, request)) as updates:
                    async for update in updates:
                        yield update
        except LineFullError as full:
            note = f"{full.in_language(language)} {texts(language)['question_kept']}"
            yield {self.status: plain(note), self.box: gr.update(value=question)}

    async def _turn(
        self, question: str, turns: tuple[Turn, ...], place: Place, request: gr.Request
    ) -> AsyncGenerator[Update]:
        language = language_of(request)
        asked = (*turns, Turn(question=question))
        messages = turn_messages(asked, language)
        busy = gr.update(value="", submit_btn=False, stop_btn=texts(language)["stop"])
        yield {
            self.chatbot: messages,
            self.turns: asked,
            self.box: busy,
            self.status: _status(texts(language)["searching"]),
        }
        session = str(request.session_hash)
        self._stopping.discard(session)
        try:
            async with aclosing(self._steps(question, turns, place, messages, language)) as steps:
                async for update in steps:
                    if session in self._stopping:
                        note = _status(texts(language)["stopped"])
                        yield self._finished((*turns, Turn(question=question, stopped=True)), language, note)
                        return
                    yield update
        except QAError as error:
            yield self._finished((*turns, Turn(question=question, failure=Failure.of(error))), language, "")

    async def ask_address(self, turns: tuple[Turn, ...], request: gr.Request) -> AsyncIterator[Update]:
        """Ask the question that stands in the page's address (``?q=…``), once."""
        question = str(request.query_params.get("q") or "").strip()
        if not question or (turns and turns[-1].question == question):
            yield {self.status: ""}  # Gradio empties every output of a generator that yields nothing.
            return
        async for update in self.ask(question, turns, request):
            yield update

    async def _steps(
        self,
        question: str,
        turns: tuple[Turn, ...],
        place: Place,
        messages: "list[MessageDict | Message]",
        language: Language,
    ) -> AsyncGenerator[Update]:
        start = time.monotonic()
        words = texts(language)
        while not place.turn.is_set():
            yield {self.status: _status(place.describe(language), start)}
            with suppress(TimeoutError):
                await asyncio.wait_for(place.turn.wait(), _TICK)
        async for doing in self._ready(language):
            yield {self.status: _status(doing, start)}
        doing, text, passages, told = words["searching"], "", 0, 0.0
        async with aclosing(ticking(self.bot.astream(question, history=history(turns)), _TICK)) as events:
            async for event in events:
                match event:
                    case Retrieved():
                        passages = len(event.passages)
                    case Working():
                        doing = words[event.doing].format(passages=passages, words=event.words)
                    case Token():
                        text += event.text
                        yield {self.chatbot: [*messages, {"role": "assistant", "content": partial_html(text)}]}
                    case Final():
                        note = words["done"].format(seconds=f"{time.monotonic() - start:.1f}")
                        turn = Turn(question=question, answer=event.answer)
                        yield self._finished((*turns, turn), language, _status(note))
                        return
                # Each update takes the processor from the model: not one a word.
                if time.monotonic() - told >= _TICK:
                    told = time.monotonic()
                    yield {self.status: _status(doing, start)}

    async def _ready(self, language: Language) -> AsyncIterator[str]:
        """Tell what is still loading until all is there.

        Raises:
            QAError: It could not be loaded.
        """
        self.loading.start(self.bot)
        while not self.loading.ready:
            if self.loading.failure:
                raise QAError(self.loading.failure.message, hint=self.loading.failure.hint)
            yield f"{texts(language)['waiting']} ({self.loading.describe(language)})"
            await asyncio.sleep(_TICK)

    def _finished(self, turns: tuple[Turn, ...], language: Language, status: str) -> Update:
        return {
            self.chatbot: gr.update(value=turn_messages(turns, language), feedback_value=opinions(turns)),
            self.turns: turns,
            self.panel: panel(turns, language),
            self.status: status,
            self.box: gr.update(submit_btn=texts(language)["ask"], stop_btn=False),
            self.saved: dump(turns),
        }

    def stop(self, request: gr.Request) -> None:
        """Give up the question in progress: it ends at the next update, a second away at most."""
        self._stopping.add(str(request.session_hash))

    def clear(self, request: gr.Request) -> Update:
        """Begin a new conversation."""
        return self._finished((), language_of(request), "")

    def restored(self, turns: tuple[Turn, ...], language: Language) -> Update:
        """Show a conversation that the browser had kept."""
        return self._finished(turns, language, "")

    def open(self, turns: tuple[Turn, ...], event: gr.EventData, request: gr.Request) -> Any:
        """Open what a marker, a card or the way back leads to."""
        language = language_of(request)
        address = str(event.address)
        if address.isdecimal() and int(address) < len(turns):
            return turn_sources(turns, int(address), language)
        return opened(self.bot, turns, address, language) or gr.skip()


def _status(text: str, start: float | None = None) -> str:
    clock = f'<span class="clock" aria-hidden="true">{time.monotonic() - start:.0f} s</span>' if start else ""
    return f"<span>{plain(text)}</span>{clock}"
