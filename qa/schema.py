"""The data that travels through the package, and nothing else.

Every value is immutable. Offsets count Unicode code points into an article's text as read, ``start`` inclusive, ``end``
exclusive. Dates are ISO 8601 strings cut to what is known:
``2021-02-09T18:18``, ``2021-02-09``, ``2021-02`` or ``2021``.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Status = Literal["answered", "conflict", "abstained"]
History = Sequence[tuple[str, str]]
"""Earlier turns, oldest first: (question, answer)."""


def well_formed(text: str) -> str:
    """Return ``text`` with a question mark for each lone surrogate, which JSON can hold and nothing can write."""
    return text.encode("utf-8", "replace").decode("utf-8")


ForeignText = Annotated[str, BeforeValidator(lambda value: well_formed(value) if isinstance(value, str) else value)]
"""Text from outside, that nobody has decoded yet: what people type and what models say."""


class Record(BaseModel):
    """Base of all data types: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Record):
    """A stretch of an article's text."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]


class Article(Record):
    """One news article as read from a file.

    ``text`` is everything that was read; ``body`` delimits what is the article itself, without front matter, agency
    line and the like; ``headings`` are the spans inside the body that are headlines, not sentences. ``source`` is the
    file's name, unique in an index.
    """

    source: str
    text: str
    body: Span
    title: str
    date: str | None = None
    publisher: str | None = None
    url: str | None = None
    headings: tuple[Span, ...] = ()
    language: str = "it"


class Chunk(Record):
    """A run of whole sentences of one article, as indexed.

    ``header`` is one line about the chunk for the embedder only (title, date, section); it is never quoted.
    """

    id: str
    source: str
    text: str
    start: int
    end: int
    header: str = ""
    sentences: tuple[Span, ...] = ()


class ArticleInfo(Record):
    """An indexed article without its text."""

    source: str
    title: str
    date: str | None = None
    publisher: str | None = None
    url: str | None = None
    characters: int
    chunks: int


class Rejection(Record):
    """A file that could not be read, and why."""

    source: str
    reason: str


class SyncReport(Record):
    """What ``sync`` did, by file name."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    rejected: tuple[Rejection, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the index differs from what it was before."""
        return bool(self.added or self.updated or self.removed)


class Passage(Record):
    """A retrieved piece of an article; ``score`` orders passages of one retrieval, higher is better."""

    text: str
    source: str
    start: int
    end: int
    score: float
    title: str = ""
    date: str | None = None
    publisher: str | None = None
    url: str | None = None


class Citation(Record):
    """What a marker ``[n]`` of an answer stands for: ``quote`` is ``article.text[start:end]``, to the letter."""

    marker: Annotated[int, Field(ge=1)]
    source: str
    title: str
    date: str | None
    publisher: str | None = None
    quote: str
    start: int
    end: int
    url: str | None = None


class Usage(Record):
    """What the language model was asked and said, in its own tokens."""

    model_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Answer(Record):
    """A checked answer.

    Attributes:
        text: Plain text with ``[n]`` markers; no links, images or HTML.
        status: ``answered``; ``conflict`` when articles disagree; ``abstained`` when the question as asked is not
            answered.
        citations: One for each marker used in ``text``, in order of their markers.
        passages: What was read to find the answer, best first.
        confidence: Estimated probability that the answer is right, 0 to 1.
        language: ISO 639-1 code of the answer's own words.
        question: The standalone question that was searched for: slips of the keyboard mended, the history taken into account.
        model: The language model's name.
        usage: Tokens and calls.
        timings: Seconds by step (``retrieve``, ``generate``, ``verify``, ``total``…).
        raw_text: What the model said before anything was checked.
        notes: What was degraded or dropped on the way, for the person who wants to know.
        fingerprint: Hash of settings, prompts and models that made this answer.
    """

    text: ForeignText
    status: Status
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    language: str = "it"
    question: ForeignText = ""
    model: str = ""
    usage: Usage = Usage()
    timings: Mapping[str, float] = Field(default_factory=dict)
    raw_text: ForeignText = ""
    notes: tuple[ForeignText, ...] = ()
    fingerprint: str = ""


class Retrieved(Record):
    """Event of ``stream``: the passages that will be read."""

    passages: tuple[Passage, ...]


Doing = Literal["reading", "drafting", "redrafting", "checking"]


class Working(Record):
    """Event of ``stream``: the language model is at work, or its draft is being checked; close the stream to stop it.

    Attributes:
        doing: ``reading`` the passages, ``drafting`` an answer, ``redrafting`` it to see whether it stays the same, or ``checking`` the draft.
        words: How long the draft is by now.
    """

    doing: Doing
    words: int = 0


class Token(Record):
    """Event of ``stream``: the next checked piece of the answer's text."""

    text: str


class Final(Record):
    """Last event of ``stream``: the whole answer; its text is the tokens put together."""

    answer: Answer


Event = Retrieved | Working | Token | Final
