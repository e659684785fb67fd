"""From the dossiers to the reader that comes with the package."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from eval import e5_transformer
from eval.training.dossiers import read_dossiers
from eval.training.examples import Example, examples
from eval.training.loop import measure, train
from eval.training.model import TorchReader
from qa.config import Settings
from qa.models.adapter import ADAPTER, save_adapter
from qa.models.artifacts import EMBEDDER, fetch
from qa.models.embeddings import load_embeddings
from qa.models.progress import Progress

_HELD_OUT = "-08"  # Dossiers whose id ends so are not learnt from: one of each author.
_SEED = 0

Bar = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Opens a progress bar of so many steps; what it gives is called after each."""


def train_reader(settings: Settings, epochs: int, bar: Bar, progress: Progress | None = None) -> dict[str, object]:
    """Train a reader on the dossiers, store it where the product reads it, and return how it was made.

    Args:
        settings: Where models are kept.
        epochs: How often each question is learnt from.
        bar: Shows how far it is.
        progress: Told about downloads.

    Raises:
        ModelError: The encoder cannot be fetched.
    """
    found = _examples(settings, bar, progress)
    learnt = [example for example in found if not example.dossier.endswith(_HELD_OUT)]
    others = [example for example in found if example.dossier.endswith(_HELD_OUT)]
    with TemporaryDirectory() as folder:
        e5_transformer.convert(fetch(EMBEDDER, settings.cache_dir, progress=progress), Path(folder))
        torch.manual_seed(_SEED)
        model = TorchReader(Path(folder))
    with bar(epochs * len(learnt)) as advance:
        train(model, learnt, epochs=epochs, seed=_SEED, advance=advance)
    made: dict[str, object] = {
        "command": f"python -m eval train --epochs {epochs}",
        "date": datetime.now(UTC).date().isoformat(),
        "questions": len(learnt),
        "figures": asdict(measure(model, others)),
    }
    save_adapter(ADAPTER, dict(model.trained()), made)
    return made


def _examples(settings: Settings, bar: Bar, progress: Progress | None) -> list[Example]:
    dossiers = read_dossiers()
    embeddings = load_embeddings(settings, progress)
    found: list[Example] = []
    with bar(len(dossiers)) as advance:
        for dossier in dossiers:
            found += examples(dossier, settings, embeddings)
            advance()
    return found
