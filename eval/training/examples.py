"""Questions of the dossiers with the chunks that the product finds for them, and what of these answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval.training.dossiers import Dossier, file_name
from qa.config import Settings
from qa.language import detect_language
from qa.models.readers import Text, readable
from qa.pipeline import QA
from qa.schema import Chunk, Span
from qa.spelling import respelt

if TYPE_CHECKING:
    from qa.models.embeddings import SentenceEmbeddings


@dataclass(frozen=True)
class Example:
    """A question and the chunks of its dossier, best first.

    Attributes:
        dossier: Its id.
        question: What is asked, its slips mended.
        texts: The chunks as a reader sees them.
        answers: For each of them, whether each of its sentences answers.
    """

    dossier: str
    question: str
    texts: tuple[Text, ...]
    answers: tuple[tuple[bool, ...], ...]

    @property
    def answerable(self) -> bool:
        """Whether any sentence answers."""
        return any(map(any, self.answers))


def examples(dossier: Dossier, settings: Settings, embeddings: "SentenceEmbeddings") -> Iterator[Example]:
    """Yield each question of a dossier with what the product would look at to answer it.

    Args:
        dossier: The articles are indexed for themselves.
        settings: Where models are kept, and how long a chunk may be.
        embeddings: The embedding model.
    """
    with TemporaryDirectory() as folder:
        sources = Path(folder) / "articles"
        sources.mkdir()
        dossier.write(sources)
        own = settings.replace(data_dir=Path(folder) / "index", sources=(sources,))
        with QA(own, embeddings=embeddings) as bot:
            texts = [bot.article(file_name(number)).text for number in range(len(dossier.articles))]
            for asked in dossier.questions:
                language = detect_language(asked.text, asked.language)
                index = bot.retriever.index
                question = respelt(asked.text.strip(), language, index.vocabulary(language), index.vocabulary())
                found = [found.chunk for found in bot.retriever.ranked(question) if found.alignment]
                known = {file_name(number): dossier.answering(asked, number, text) for number, text in enumerate(texts)}
                answers = tuple(_answers(chunk, known[chunk.source]) for chunk in found)
                yield Example(dossier.id, question, tuple(map(readable, found)), answers)


def _answers(chunk: Chunk, answering: list[Span]) -> tuple[bool, ...]:
    return tuple(
        any(sentence.start < span.end and span.start < sentence.end for span in answering)
        for sentence in chunk.sentences
    )
