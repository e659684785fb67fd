"""The chain that a reader of LangChain's RAG tutorial writes: what the product is measured against.

``RecursiveCharacterTextSplitter`` 1000/200, Chroma in memory, the four most similar chunks, the stock English prompt of
LangChain's hub (``rlm/rag-prompt``), streamed. Where the tutorial leaves a choice, the better one is made for it: the
articles' text as the product reads it, the embedding model's prompts for questions and passages, its replies bounded in
length like the product's.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import PromptTemplate
from langchain_core.runnables import RunnablePassthrough

from qa.schema import Answer, Article

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

PROMPT = Path(__file__).parent / "prompts" / "tutorial.md"
CHUNK, OVERLAP, RETRIEVED = 1000, 200, 4
_REFUSALS = re.compile(
    r"\b(?:I do(?:n't|n’t| not) know|not (?:mentioned|specified|provided|stated)|does not (?:mention|specify|say|provide)"
    r"|non (?:lo )?so\b|non (?:è|viene|vengono|sono) (?:menzionat|specificat|indicat|fornit)|non (?:menziona|specifica|fornisce))",
    re.IGNORECASE,
)
"""How the chain says that it does not know; a reply that holds one of these counts as an abstention."""


class PlainEmbeddings(Embeddings):
    """A sentence-transformers model as ``langchain-huggingface`` wraps it: library defaults, with the model's own prompts.

    Args:
        model: The loaded ``SentenceTransformer``.
    """

    def __init__(self, model: Any) -> None:
        self._model = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector for each passage."""
        vectors: list[list[float]] = self._model.encode_document(texts, show_progress_bar=False).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one question."""
        vector: list[float] = self._model.encode_query(text, show_progress_bar=False).tolist()
        return vector


class TutorialChain:
    """The chain over some articles; a context manager, since its collection stays in memory until it is deleted.

    Args:
        articles: What is split and embedded, at once.
        embeddings: The embedding model.
        llm: The language model.

    Attributes:
        chunks: How many chunks were embedded.
    """

    def __init__(self, articles: Sequence[Article], embeddings: Embeddings, llm: "BaseChatModel") -> None:
        from langchain_chroma import Chroma
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
        splits = splitter.split_documents([Document(a.text, metadata={"source": a.source}) for a in articles])
        self.chunks = len(splits)
        self._store = Chroma.from_documents(splits, embeddings, collection_name=f"tutorial-{uuid4().hex}")
        found = self._store.as_retriever(search_type="similarity", search_kwargs={"k": RETRIEVED})
        read = {"context": found | _joined, "question": RunnablePassthrough()}
        prompt = PromptTemplate.from_template(PROMPT.read_text(encoding="utf-8").rstrip("\n"))
        self._chain = read | prompt | llm | StrOutputParser()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ValueError):  # deleted already
            self._store.delete_collection()

    def stream(self, question: str) -> Iterator[str]:
        """Yield the pieces of the reply as they come."""
        from langsmith import tracing_context

        with tracing_context(enabled=False):
            yield from self._chain.stream(question)


def _joined(documents: Sequence[Document]) -> str:
    return "\n\n".join(document.page_content for document in documents)


def as_answer(text: str) -> Answer:
    """Return a reply of the chain as what the suite scores; it cites nothing."""
    return Answer(text=text, status="abstained" if _REFUSALS.search(text) else "answered")
