"""Fixtures shared by all tests: settings in a temporary folder, scripted models, the seed articles."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fakes import SmallEmbeddings, SmallReader, scripted_chat_model
from hypothesis import settings as hypothesis_settings

from qa.config import Settings
from qa.models.chat import ChatModel
from qa.pipeline import QA

ROOT = Path(__file__).parent.parent

# How long an example takes on a busy machine says nothing about whether it is right.
hypothesis_settings.register_profile("untimed", hypothesis_settings(), deadline=None)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own settings out; only the cache of model files is shared."""
    for name in [name for name in os.environ if name.startswith("QA_") and name != "QA_CACHE_DIR"]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the two seed articles."""
    return ROOT / "seeds"


@pytest.fixture
def settings(tmp_path: Path, seeds: Path) -> Settings:
    """Settings with an index of their own over the seed articles."""
    return Settings(data_dir=tmp_path / "data", sources=(seeds,))


@pytest.fixture
def scripted_chat() -> ChatModel:
    """A chat model without replies: fill ``scripted_chat.llm.replies`` or set ``.otherwise``; read ``.asked()``."""
    return scripted_chat_model()


@pytest.fixture
def small_embeddings() -> SmallEmbeddings:
    """Embeddings of hashed character n-grams."""
    return SmallEmbeddings()


@pytest.fixture
def bot(settings: Settings, scripted_chat: ChatModel, small_embeddings: SmallEmbeddings) -> Iterator[QA]:
    """A ``QA`` over the seed articles with the scripted model and the small embeddings."""
    with QA(settings, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader()) as made:
        yield made


@pytest.fixture
def bot_on(tmp_path: Path, scripted_chat: ChatModel, small_embeddings: SmallEmbeddings) -> Iterator[Callable[..., QA]]:
    """Open a bot that knows one text, with settings of the test's own."""
    with ExitStack() as opened:

        def open_bot(text: str, **settings: Any) -> QA:
            (tmp_path / "article.txt").write_text(text, encoding="utf-8")
            sources = settings.pop("sources", (tmp_path / "article.txt",))
            own = Settings(data_dir=tmp_path / "data", sources=sources, **settings)
            return opened.enter_context(QA(own, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader()))

        yield open_bot
