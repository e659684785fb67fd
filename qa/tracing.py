"""What became of one question, gathered on its way: for the log, for spans, and as a file that is enough to understand the answer."""

import json
import logging
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from qa.checking import Check
from qa.confidence import Calibration, Signs
from qa.config import Settings
from qa.retrieval import ScoredChunk, ScoredSentence
from qa.schema import Answer, Event, Final, History
from qa.spans import Step, send
from qa.verification import Window

if TYPE_CHECKING:
    from qa.calls import ModelCalls

log = logging.getLogger(__name__)


def _model_calls() -> "ModelCalls":
    from qa.calls import ModelCalls  # brings LangChain along, which `import qa` must not pay for

    return ModelCalls()


@dataclass
class Trace:
    """Filled by the steps of a question; ``answer`` stays None where there is none."""

    asked: str
    history: History
    question: str
    language: str
    calibration: Calibration
    began: int = field(default_factory=time.time_ns)
    start: float = field(default_factory=time.perf_counter)
    steps: list[Step] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    chunks: Sequence[ScoredChunk] = ()
    sentences: Sequence[ScoredSentence] = ()
    signs: Signs | None = None
    model: "ModelCalls" = field(default_factory=_model_calls)
    checks: list[Check] = field(default_factory=list)
    answer: Answer | None = None
    error: str = ""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        began, start, failed = time.time_ns(), time.perf_counter(), ""
        try:
            yield
        except BaseException as error:
            failed = type(error).__name__
            raise
        finally:
            self.timings[name] = time.perf_counter() - start
            self.steps.append(Step(name, began, self.timings[name], failed))

    @property
    def seconds(self) -> float:
        """How long ago the question was asked."""
        return time.perf_counter() - self.start

    def told(self) -> dict[str, Any]:
        """Return all of it as JSON takes it."""
        return {
            "at": datetime.fromtimestamp(self.began / 1e9, UTC).isoformat(timespec="milliseconds"),
            "asked": self.asked,
            "history": self.history,
            "question": self.question,
            "language": self.language,
            "error": self.error,
            "steps": [asdict(step) for step in self.steps],
            "chunks": [_chunk(found) for found in self.chunks],
            "sentences": [_sentence(found) for found in self.sentences],
            "signs": self.signs and asdict(self.signs),
            "confidence": self.answer and self.answer.confidence,
            "threshold": self.calibration.threshold,
            "calls": [asdict(call) for call in self.model.calls.values()],
            "checks": [_check(check) for check in self.checks],
            "answer": self.answer and self.answer.model_dump(mode="json"),
        }


def recorded(events: Generator[Event], trace: Trace, settings: Settings) -> Generator[Event]:
    """Pass a question's events on, and record what became of it, before its answer is handed on and also where there is none."""
    try:
        for event in events:
            if isinstance(event, Final):
                trace.answer = event.answer
                _record(trace, settings)
            yield event
    except BaseException as error:
        events.close()
        if trace.answer is None:
            given_up = isinstance(error, GeneratorExit)
            trace.error = "given up" if given_up else f"{type(error).__name__}: {error}"
            _record(trace, settings)
        raise


def _record(trace: Trace, settings: Settings) -> None:
    about = _about(trace) | ({"question": trace.asked} if settings.log_questions else {})
    log.info("asked: %s", ", ".join(f"{name} {value}" for name, value in about.items()), extra=about)
    if settings.otlp_endpoint:
        send(settings.otlp_endpoint, trace.began, trace.seconds, about, trace.steps)
    if settings.trace_dir:
        write(trace, settings.trace_dir, settings)


def _about(trace: Trace) -> dict[str, Any]:
    """What can be told of an answer without telling what was asked."""
    if trace.answer is None:
        return {"outcome": trace.error.partition(":")[0], "seconds": round(trace.seconds, 3)}
    return {
        "outcome": trace.answer.status,
        "seconds": round(trace.seconds, 3),
        "confidence": round(trace.answer.confidence, 3),
        "language": trace.answer.language,
        "model": trace.answer.model,
        "prompt_tokens": trace.answer.usage.prompt_tokens,
        "completion_tokens": trace.answer.usage.completion_tokens,
        "notes": len(trace.answer.notes),
    }


def write(trace: Trace, folder: Path, settings: Settings) -> None:
    """Write a trace to a file of its own that only its owner can read. Without room for it there is still an answer."""
    at = datetime.fromtimestamp(trace.began / 1e9, UTC)
    path = folder / f"{at:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}.json"
    whole = {**trace.told(), "settings": {name: value for name, value, _ in settings.in_force()}}
    text = settings.masked(json.dumps(whole, ensure_ascii=False, indent=1, default=str))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text + "\n", encoding="utf-8", errors="replace")
    except OSError as error:
        log.warning("the trace cannot be written to %s: %s", folder, error.strerror)


def _place(found: Window | ScoredSentence) -> dict[str, Any]:
    source = found.source if isinstance(found, Window) else found.chunk.source
    return {"source": source, "start": found.span.start, "end": found.span.end, "text": found.text}


def _chunk(found: ScoredChunk) -> Mapping[str, Any]:
    about = found.chunk.model_dump(include={"source", "start", "end", "text"})
    scores = {"score": found.score, "lexical": found.lexical, "similarity": max(found.similarities, default=None)}
    return {**about, **scores, "alignment": found.alignment and found.alignment.chunk}


def _sentence(found: ScoredSentence) -> Mapping[str, Any]:
    scores = {name: getattr(found, name) for name in ("score", "similarity", "lexical", "fits")}
    return _place(found) | scores


def _check(check: Check) -> Mapping[str, Any]:
    return {"statement": check.statement, "kept": check.kept, "support": [_place(window) for window in check.support]}
