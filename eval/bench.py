"""The bench: the product beside LangChain's tutorial, how it starts, what memory it takes, how quickly it indexes."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval.cases import CaseSet, load_set
from eval.e5_transformer import convert
from eval.indexing import indexing, read_all
from eval.measured import Measured, Row, begin
from eval.race import Pair, figures, race, sample
from eval.runs import ROOT
from eval.soak import soak
from eval.starting import starting
from eval.tutorial import PlainEmbeddings, TutorialChain
from qa.config import Settings
from qa.pipeline import QA

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from qa.models.chat import ChatModel
    from qa.models.embeddings import SentenceEmbeddings
    from qa.models.readers import Reader

SETS = ("carrera", "wider")
QUESTION = "Chi allenava il Bari prima di Carrera?"


class Bench:
    """Product and tutorial over the same models.

    Args:
        settings: The product's; ``data_dir`` and ``sources`` are the suite's own for each set.
        chat: The language model of both.
        embeddings: The product's embedding model.
        reader: The product's reader.
        plain: The same weights as a user of the tutorial loads them.
        root: Where indexes go.
    """

    def __init__(
        self,
        settings: Settings,
        chat: "ChatModel",
        embeddings: "SentenceEmbeddings",
        reader: "Reader",
        *,
        plain: "Embeddings",
        root: Path = ROOT,
    ) -> None:
        self.settings = settings
        self.chat = chat
        self.embeddings = embeddings
        self.reader = reader
        self.plain = plain
        self.root = root

    def open(self, case_set: CaseSet) -> tuple[QA, TutorialChain]:
        """Return both over the articles of a set."""
        bot = QA(self._settings(case_set), chat=self.chat, embeddings=self.embeddings, reader=self.reader)
        bot.sync()
        return bot, TutorialChain(read_all(case_set.sources), self.plain, self.chat.llm)

    def indexing(self, case_set: CaseSet, repeats: int) -> list[Row]:
        """Return how quickly both index the articles of a set."""
        return indexing(self._settings(case_set), self.embeddings, self.plain, self.chat.llm, repeats)

    def _settings(self, case_set: CaseSet) -> Settings:
        folder = self.root / ".index" / case_set.name
        return self.settings.replace(data_dir=folder, sources=case_set.sources, chroma_url=None)


def load_bench(settings: Settings) -> Bench:
    """Load the models: the language model once, the embedding model in both ways.

    Raises:
        ModelError: One of them cannot be loaded.
    """
    from qa.models.chat import load_chat_model
    from qa.models.embeddings import load_embeddings
    from qa.models.readers import load_reader

    embeddings = load_embeddings(settings)
    return Bench(settings, load_chat_model(settings), embeddings, load_reader(settings), plain=_plain(settings))


def _plain(settings: Settings) -> PlainEmbeddings:
    """Return the settings' embedding model as sentence-transformers runs it."""
    from qa.models.artifacts import EMBEDDER, fetch
    from qa.models.transformer_encoder import load_transformer

    name = settings.embedding_model
    if name != "local":
        return PlainEmbeddings(load_transformer(name, Path(name) if Path(name).is_dir() else None))
    with TemporaryDirectory() as folder:
        convert(fetch(EMBEDDER, settings.cache_dir), Path(folder))
        return PlainEmbeddings(load_transformer(EMBEDDER.name, Path(folder)))


def bench(
    settings: Settings, limit: int, soaked: int, repeats: int, heard: Callable[[Pair], None] = lambda _: None
) -> Measured:
    """Measure everything; what does not need the loaded models comes first, while nothing else is in memory.

    Args:
        settings: The product's.
        limit: About how many questions both are asked; none for 0.
        soaked: Over how many questions memory is watched; none for 0.
        repeats: How often starts and indexing are measured; not at all for 0.
        heard: Hears of every question of the race.
    """
    measured = begin("bench", {"limit": limit, "soak": soaked, "repeats": repeats, "model": settings.model})
    rows: list[Row] = []
    samples = []
    if repeats:
        rows += starting(QUESTION, repeats)
    if soaked:
        rows += soak(soaked)
    if limit or repeats:
        loaded = load_bench(settings)
        with loaded.chat:
            sets = [load_set(name) for name in SETS]
            if repeats:
                rows += loaded.indexing(sets[-1], repeats)
            if limit:
                pairs = race(sample(sets, limit), loaded.open, heard)
                samples = [pair.model_dump() for pair in pairs]
                rows = [*figures(pairs), *rows]
    return measured.model_copy(update={"rows": tuple(rows), "samples": tuple(samples)})
