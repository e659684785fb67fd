"""How the index bears many passages: retrieval, recall against exact search, indexing, memory, a sync that finds nothing.

Each size is measured in a process of its own (``python -m eval.scale``), so that memory is that size's alone. Articles
and vectors are made (`eval.synthetic`), except that questions and the words of the best passages are read by the real
embedding model, as for users, and that it embeds a sample by itself, whose speed is told apart.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.measured import Measured, Row, begin, quantile
from eval.retrieval import read_collection
from eval.soak import memory
from eval.synthetic import PASSAGES, ClusteredEncoder, articles, questions, write_articles
from qa.config import Settings
from qa.errors import QAError
from qa.models.embeddings import SentenceEmbeddings
from qa.models.encoders import Vectors
from qa.pipeline import QA
from qa.schema import Record

MILLION = 1_000_000
_K = 5
_ASKED = 60
_UNCHANGED = 1000
_SAMPLE = 40
_MEGABYTE = 1e6
_ROUNDING = 1e-5


class Size(Record):
    """What one size of the collection takes.

    Attributes:
        passages: Chunks in the index.
        sentences: Vectors in the index.
        index_seconds: To read, cut and store them all, embedding left out.
        open_seconds: From a closed index to the first answer of the retriever.
        retrieval: Seconds of each question.
        recall: Share of the five nearest sentences that the index finds, per question.
        unchanged_seconds: A sync of a thousand articles, or of all where there are fewer, that finds nothing to do.
        resident: Bytes of memory of a process that has opened the index and answered, models included.
        models: Bytes of it before the index was opened.
        stored: Bytes on the disk.
    """

    passages: int
    sentences: int
    index_seconds: float
    open_seconds: float
    retrieval: tuple[float, ...]
    recall: tuple[float, ...]
    unchanged_seconds: float
    resident: int
    models: int
    stored: int


def scale(file: Path, sizes: Sequence[int], settings: Settings) -> Measured:
    """Measure several sizes, the smallest first, and extrapolate to a million passages.

    Args:
        file: Paragraphs in SQuAD's format.
        sizes: Passages.
        settings: The product's.

    Raises:
        QAError: The file cannot be read, or a process failed.
    """
    measured = begin("scale", {"passages": list(sizes), "file": file.name})
    read_collection(file)  # fails here rather than there
    found = [_in_own_process(file, size) for size in sorted(sizes)]
    rows = [*figures(found), *embedding(file, settings)]
    return measured.model_copy(update={"rows": tuple(rows), "samples": tuple(size.model_dump() for size in found)})


def _in_own_process(file: Path, size: int) -> Size:
    command = [sys.executable, "-m", "eval.scale", str(file.resolve()), str(size)]
    run = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)  # noqa: S603 - this module
    if run.returncode:
        raise QAError(f"{size} passages failed: {run.stderr.strip()[-500:]}", hint=f"Run `{' '.join(command[1:])}`.")
    return Size.model_validate_json(run.stdout.splitlines()[-1])


def measure(paragraphs: Sequence[str], passages: int, real: "SentenceEmbeddings | None", folder: Path) -> Size:
    """Index so many passages in ``folder`` and ask questions about them.

    Args:
        paragraphs: What the articles are made of.
        passages: How many; an article has ten.
        real: The real embedding model, for the time it takes; None to leave it out.
        folder: An empty folder.
    """
    count = max(1, passages // PASSAGES)
    write_articles(folder / "articles", paragraphs, count)
    encoder = ClusteredEncoder(real)
    embeddings = SentenceEmbeddings(encoder, name="random but clustered", identity="random but clustered")
    settings = Settings(data_dir=folder / "data", sources=(folder / "articles",))
    with QA(settings, embeddings=embeddings) as bot:
        index_seconds = _seconds(bot.sync)
    vectors, encoder.kept = encoder.kept, []
    asked = questions(paragraphs, min(_ASKED, count))
    models = memory("VmRSS") - sum(part.nbytes for part in vectors)
    with QA(settings, embeddings=embeddings) as bot:
        open_seconds = _seconds(lambda: bot.retrieve(asked[-1]))
        retrieval = tuple(_seconds(partial(bot.retrieve, question)) for question in asked)
        resident = memory("VmRSS") - sum(part.nbytes for part in vectors)
        recall = tuple(_recall(bot, question, vectors) for question in asked)
        snapshot = bot.retriever.index.snapshot
    few = settings.replace(sources=(_first(folder, count),)) if count > _UNCHANGED else settings
    if few is not settings:
        few = few.replace(data_dir=folder / "few")
        with QA(few, embeddings=embeddings) as bot:
            bot.sync()
    with QA(few, embeddings=embeddings) as bot:
        bot.sync()
        unchanged_seconds = _seconds(bot.sync)
    return Size(
        passages=len(snapshot.chunks),
        sentences=sum(len(part) for part in vectors),
        index_seconds=index_seconds,
        open_seconds=open_seconds,
        retrieval=retrieval,
        recall=recall,
        unchanged_seconds=unchanged_seconds,
        resident=resident,
        models=models,
        stored=sum(path.stat().st_size for path in (folder / "data" / "index").rglob("*") if path.is_file()),
    )


def _first(folder: Path, count: int) -> Path:
    """Return a folder of the first thousand articles."""
    return folder / "articles" / "0000" if count > _UNCHANGED else folder / "articles"


def _seconds(step: Callable[[], object]) -> float:
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def _recall(bot: QA, question: str, vectors: Sequence[Vectors]) -> float:
    """Return the share of the five nearest sentences that the index finds; equally near ones count."""
    import numpy as np

    asked = bot.embeddings.encode_queries([question])[0]
    nearest = np.sort(np.concatenate([part @ asked for part in vectors]))[-_K:]
    found = [similarity for _, _, similarity in bot.retriever.index.store.search(asked, _K)]
    return float(np.mean([similarity >= nearest[0] - _ROUNDING for similarity in found]))


def figures(sizes: Sequence[Size]) -> list[Row]:
    """Return what the sizes show, how the largest compares with the smallest, and what a million would take."""
    rows = [row for size in sizes for row in _of(size)]
    smallest, largest = sizes[0], sizes[-1]
    p95 = [quantile(size.retrieval, 0.95) for size in sizes]
    if len(sizes) > 1:
        what = f"retrieval, 95th percentile, {largest.passages} / {smallest.passages} passages"
        rows.append(Row(what=what, value=p95[-1] / p95[0], unit="×", most=3.0, n=len(largest.retrieval)))
        rows += extrapolated(sizes)
    return rows


def _of(size: Size) -> list[Row]:
    import numpy as np

    who = f"{size.passages} passages"
    n = len(size.retrieval)
    return [
        Row(what=f"{who}: retrieval, median", value=1000 * quantile(size.retrieval, 0.5), unit="ms", n=n),
        Row(what=f"{who}: retrieval, 95th percentile", value=1000 * quantile(size.retrieval, 0.95), unit="ms", n=n),
        Row(what=f"{who}: recall@5 of exact search", value=100 * float(np.mean(size.recall)), unit="%", least=99, n=n),
        Row(what=f"{who}: indexing without embedding", value=size.passages / size.index_seconds, unit="chunks/s"),
        Row(what=f"{who}: opening, to the first passages", value=size.open_seconds, unit="s"),
        Row(what=f"{who}: memory, models included", value=size.resident / _MEGABYTE, unit="MB"),
        Row(what=f"{who}: on the disk", value=size.stored / _MEGABYTE, unit="MB"),
        Row(what=f"{who}: sync of a thousand unchanged articles", value=size.unchanged_seconds, unit="s", most=1.0),
    ]


def extrapolated(sizes: Sequence[Size], passages: int = MILLION) -> list[Row]:
    """Return what so many passages would take: computed by `fitted`, not measured."""
    x = [size.passages for size in sizes]
    curves = (
        ("retrieval, median", "ms", [1000 * quantile(size.retrieval, 0.5) for size in sizes]),
        ("retrieval, 95th percentile", "ms", [1000 * quantile(size.retrieval, 0.95) for size in sizes]),
        ("opening, to the first passages", "s", [size.open_seconds for size in sizes]),
        ("memory, models included", "MB", [size.resident / _MEGABYTE for size in sizes]),
        ("on the disk", "MB", [size.stored / _MEGABYTE for size in sizes]),
    )
    remark = "computed: a line through the measured sizes"
    return [
        Row(what=f"{passages} passages: {what}", value=fitted(x, y, passages), unit=unit, remark=remark)
        for what, unit, y in curves
    ]


def fitted(x: Sequence[float], y: Sequence[float], at: float) -> float:
    """Return a + b x at ``at``: what is fixed, and what each passage adds, neither less than nothing.

    Least squares of positive values, each weighed by 1 / y, so that small sizes count as much as large ones.
    """
    import numpy as np
    from scipy.optimize import nnls

    weights = 1 / np.asarray(y, dtype=np.float64)
    (start, slope), _ = nnls(np.stack([weights, weights * np.asarray(x)], axis=1), np.ones(len(weights)))
    return float(start + slope * at)


def embedding(file: Path, settings: Settings) -> list[Row]:
    """Return how quickly the real embedding model indexes: some articles, with all that indexing does."""
    from eval.indexing import product_speed
    from qa.models.embeddings import load_embeddings

    embeddings = load_embeddings(settings)
    with TemporaryDirectory() as folder:
        for number, text in enumerate(articles(read_collection(file).paragraphs, _SAMPLE)):
            (Path(folder) / f"{number}.txt").write_text(text, encoding="utf-8")
        seconds, chunks = product_speed(settings.replace(sources=(Path(folder),)), embeddings)
    speed = chunks / seconds
    remark = f"computed from {chunks} chunks"
    return [
        Row(what="indexing with the real embedding model", value=speed, unit="chunks/s", n=chunks),
        Row(what=f"indexing {MILLION} passages on this machine", value=MILLION / speed / 3600, unit="h", remark=remark),
    ]


def main(file: Path, passages: int) -> None:
    """Measure one size and print it as JSON."""
    from qa.models.embeddings import load_embeddings

    with TemporaryDirectory() as folder:
        size = measure(read_collection(file).paragraphs, passages, load_embeddings(Settings()), Path(folder))
    print(size.model_dump_json())  # noqa: T201 - its purpose


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
