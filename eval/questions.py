"""The questions of a run as the report shows them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.compare import Comparison, is_right
from eval.metrics.scores import RetrievalScore
from eval.runs import Sample
from qa.schema import Citation, Passage

Evidence = Literal["all", "part", "none", ""]
_MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Piece:
    """A stretch of text, and the marker of the citation that it is, or stands for."""

    text: str
    marker: int | None = None


@dataclass(frozen=True)
class Source:
    """A passage that was read: its article, and its text with what is cited of it marked."""

    title: str
    source: str
    date: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Question:
    """A sample, ready to be shown.

    Attributes:
        sample: The sample.
        answer: The answer's text, cut at its markers.
        cited: The citations that stand in none of the passages that were read.
        sources: The passages that were read.
        evidence: How much of the gold evidence the first five passages hold; empty where the case names none.
        flip: ``gained`` or ``lost`` against the baseline; empty if neither.
        before: The baseline's answer, where the verdict flipped.
    """

    sample: Sample
    answer: tuple[Piece, ...]
    cited: tuple[Citation, ...]
    sources: tuple[Source, ...]
    evidence: Evidence
    flip: str = ""
    before: str = ""


def questions(samples: Sequence[Sample], comparison: Comparison | None) -> list[Question]:
    """Return the samples ready to be shown."""
    before = {pair.b.case.id: pair.a for pair in comparison.flips} if comparison else {}
    return [_question(sample, before) for sample in samples]


def _question(sample: Sample, before: Mapping[str, Sample]) -> Question:
    answer = sample.answer
    earlier = before.get(sample.case.id)
    flip = "" if earlier is None else "gained" if is_right(sample.score) else "lost"
    citations = answer.citations if answer else ()
    passages = answer.passages if answer else ()
    return Question(
        sample=sample,
        answer=split_markers(answer.text) if answer else (),
        cited=tuple(c for c in citations if not any(_holds(passage, c) for passage in passages)),
        sources=tuple(
            Source(p.title, p.source, p.date or "", highlighted(p, [c for c in citations if _holds(p, c)]))
            for p in passages
        ),
        evidence=evidence_of(sample.score.retrieval),
        flip=flip,
        before=(earlier.answer.text if earlier.answer else earlier.score.error) if earlier else "",
    )


def evidence_of(score: RetrievalScore | None) -> Evidence:
    """Return how much of the gold evidence stands in the first five passages."""
    if score is None:
        return ""
    return "all" if score.all_evidence_at_5 else "part" if score.recall_at_5 else "none"


def split_markers(text: str) -> tuple[Piece, ...]:
    """Cut ``text`` at its markers; a marker's piece holds its number and no text."""
    pieces: list[Piece] = []
    place = 0
    for match in _MARKER.finditer(text):
        pieces += [Piece(text[place : match.start()]), Piece("", int(match[1]))]
        place = match.end()
    return tuple(piece for piece in (*pieces, Piece(text[place:])) if piece.text or piece.marker)


def highlighted(passage: Passage, citations: Sequence[Citation]) -> tuple[Piece, ...]:
    """Cut the text of a passage where what is cited of it begins and ends; where citations overlap, the later ends."""
    pieces: list[Piece] = []
    place = passage.start
    for citation in sorted(citations, key=lambda citation: citation.start):
        start, end = max(citation.start, place), min(citation.end, passage.end)
        if start < end:
            pieces.append(Piece(passage.text[place - passage.start : start - passage.start]))
            pieces.append(Piece(passage.text[start - passage.start : end - passage.start], citation.marker))
            place = end
    pieces.append(Piece(passage.text[place - passage.start :]))
    return tuple(piece for piece in pieces if piece.text)


def _holds(passage: Passage, citation: Citation) -> bool:
    return passage.source == citation.source and passage.start <= citation.start and citation.end <= passage.end
