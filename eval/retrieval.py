"""The product's retriever on a collection of questions and paragraphs in SQuAD's format, beside two plain baselines.

Every paragraph is an article of its own, and found where one of its chunks is. The baselines rank whole paragraphs:
BM25 (Lucene's variant of bm25s, Snowball stems, no stopwords) and the cosine of the same embedding model's vectors.
"""

import gzip
import json
import random
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from eval.runs import ROOT
from eval.statistics import Interval, wilson
from qa.config import Settings
from qa.errors import QAError
from qa.language import detect_language
from qa.pipeline import QA
from qa.schema import Record
from qa.text import stems

if TYPE_CHECKING:
    import numpy as np

    from qa.indexing import SyncProgress
    from qa.models.embeddings import SentenceEmbeddings

CUTOFFS = (1, 5, 10)
QUESTIONS = 600
_DEEPEST = max(CUTOFFS)
_CHUNKS = 5 * _DEEPEST
"""Several chunks of a paragraph take several places; this many reach down to the tenth paragraph."""

Ranker = Callable[[str], Sequence[int]]
"""Takes a question; returns the numbers of paragraphs, best first, ten or more where there are so many."""


class _Question(Record, extra="ignore"):
    question: str


class _Paragraph(Record, extra="ignore"):
    context: str
    qas: tuple[_Question, ...]


class _Article(Record, extra="ignore"):
    paragraphs: tuple[_Paragraph, ...]


class _Squad(Record, extra="ignore"):
    data: tuple[_Article, ...]


class Collection(Record):
    """Paragraphs, each text once, and the questions with the number of the paragraph that answers them."""

    paragraphs: tuple[str, ...]
    questions: tuple[tuple[str, int], ...]

    def sample(self, limit: int, seed: int = 0) -> tuple[tuple[str, int], ...]:
        """Return ``limit`` questions, the same for the same seed; all where there are no more."""
        if limit >= len(self.questions):
            return self.questions
        return tuple(random.Random(seed).sample(self.questions, limit))  # noqa: S311 - a sample, no secret


class Recall(Record):
    """How many of ``n`` questions found their paragraph among the first so many: (cutoff, share, 95 % interval)."""

    name: str
    n: int
    at: tuple[tuple[int, float, Interval], ...]
    mrr: float


def read_collection(path: Path) -> Collection:
    """Read a file in SQuAD's format, ``.json`` or ``.json.gz``.

    Raises:
        QAError: It cannot be read, has another format, or holds no question.
    """
    hint = 'It should be JSON like {"data": [{"paragraphs": [{"context": "…", "qas": [{"question": "…"}]}]}]}.'
    try:
        content = path.read_bytes()
        squad = _Squad.model_validate(json.loads(gzip.decompress(content) if path.suffix == ".gz" else content))
    except (OSError, EOFError, ValueError, ValidationError) as error:
        raise QAError(f"{path} cannot be read as SQuAD: {type(error).__name__}.", hint=hint) from error
    numbers: dict[str, int] = {}
    questions = []
    for article in squad.data:
        for paragraph in article.paragraphs:
            number = numbers.setdefault(paragraph.context, len(numbers))
            questions += [(qa.question, number) for qa in paragraph.qas]
    if not questions:
        raise QAError(f"{path} holds no question.", hint=hint)
    return Collection(paragraphs=tuple(numbers), questions=tuple(questions))


def cache_folder(path: Path, root: Path = ROOT) -> Path:
    """Return where the index of a collection is kept, by the file's content."""
    return root / ".index" / f"{path.name.partition('.')[0]}-{sha256(path.read_bytes()).hexdigest()[:12]}"


def product(
    collection: Collection,
    settings: Settings,
    embeddings: "SentenceEmbeddings",
    folder: Path,
    progress: "SyncProgress | None" = None,
) -> Ranker:
    """Return the product's own ``retrieve`` over the paragraphs, indexed where they are not yet.

    Raises:
        StoreError: The index cannot be made.
    """
    articles = folder / "articles"
    articles.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(collection.paragraphs):
        place = articles / f"{number:05}.txt"
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            place.write_text(text, encoding="utf-8")
    own = settings.replace(data_dir=folder, sources=(articles,), chroma_url=None)
    bot = QA(own, embeddings=embeddings)
    bot.sync(progress)

    def rank(question: str) -> Sequence[int]:
        sources = dict.fromkeys(passage.source for passage in bot.retrieve(question, k=_CHUNKS))
        return [int(source.removesuffix(".txt")) for source in sources]

    return rank


def lexical(collection: Collection) -> Ranker:
    """Return BM25 over whole paragraphs."""
    import bm25s

    languages = [detect_language(text, "it") for text in collection.paragraphs]
    index = bm25s.BM25()
    corpus = [stems(text, language) for text, language in zip(collection.paragraphs, languages, strict=True)]
    index.index(corpus, show_progress=False)
    known = frozenset(stem for document in corpus for stem in document)

    def rank(question: str) -> Sequence[int]:
        query = [stem for stem in stems(question, detect_language(question, "it")) if stem in known]
        return _best(index.get_scores(query)) if query else []

    return rank


def dense(collection: Collection, embeddings: "SentenceEmbeddings", folder: Path) -> Ranker:
    """Return the ranking by the cosine of whole paragraphs, whose vectors are kept in ``folder``."""
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"paragraphs-{embeddings.fingerprint}.npy"
    if not kept.exists():
        np.save(kept, embeddings.encode_documents(collection.paragraphs))
    vectors = np.load(kept)

    def rank(question: str) -> Sequence[int]:
        return _best(vectors @ embeddings.encode_queries([question])[0])

    return rank


def _best(scores: "np.ndarray") -> list[int]:
    return [int(number) for number in (-scores).argsort(kind="stable")[:_DEEPEST]]


def measure(
    name: str, rank: Ranker, questions: Sequence[tuple[str, int]], advance: Callable[[], None] = lambda: None
) -> Recall:
    """Ask every question, calling ``advance`` after each, and return how often the paragraph was found."""
    import ir_measures
    from ir_measures import RR, Success

    ranking, answers = [], []
    for n, (question, answer) in enumerate(questions):
        places = enumerate(rank(question))
        ranking += [ir_measures.ScoredDoc(str(n), str(number), -place) for place, number in places]
        answers.append(ir_measures.Qrel(str(n), str(answer), 1))
        advance()
    at = [Success @ cutoff for cutoff in CUTOFFS]
    found = ir_measures.calc_aggregate([*at, RR @ _DEEPEST], answers, ranking)
    shares = [found[measure] for measure in at]
    intervals = [wilson(round(share * len(questions)), len(questions)) for share in shares]
    rows = tuple(zip(CUTOFFS, shares, intervals, strict=True))
    return Recall(name=name, n=len(questions), at=rows, mrr=found[RR @ _DEEPEST])
