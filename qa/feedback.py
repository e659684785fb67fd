"""What people thought of answers, kept as JSON Lines in the data folder."""

import threading
from datetime import UTC, datetime
from pathlib import Path

from qa.errors import QAError
from qa.schema import Answer, Citation, ForeignText, Record, Status

_writing = threading.Lock()


class Feedback(Record):
    """One opinion on one answer; a later line with the same ``id`` replaces an earlier one.

    Attributes:
        id: The answer that was judged, different for each time it was given.
        at: When, in UTC, ISO 8601.
        liked: Thumbs up or down; None when taken back.
        correction: What the person says would have been right.
        question: As it was asked.
        text: The answer's text.
        status: The answer's status.
        citations: The answer's citations.
        model: The language model's name.
        fingerprint: Settings, prompts and models that made the answer.
    """

    id: str
    at: str
    liked: bool | None
    correction: ForeignText = ""
    question: ForeignText
    text: str
    status: Status
    citations: tuple[Citation, ...]
    model: str
    fingerprint: str


def feedback_on(identity: str, question: str, answer: Answer, liked: bool | None, correction: str = "") -> Feedback:
    """Return an opinion given now."""
    return Feedback(
        id=identity,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        liked=liked,
        correction=correction.strip(),
        question=question,
        text=answer.text,
        status=answer.status,
        citations=answer.citations,
        model=answer.model,
        fingerprint=answer.fingerprint,
    )


def write_feedback(folder: Path, feedback: Feedback) -> Path:
    """Append a line to ``feedback.jsonl`` in ``folder`` and return the file.

    Raises:
        QAError: The file cannot be written.
    """
    path = folder / "feedback.jsonl"
    line = feedback.model_dump_json() + "\n"
    try:
        with _writing:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(line)
    except OSError as error:
        raise QAError(
            f"The feedback cannot be written to {path}: {error.strerror}.", hint="Check the folder, or set QA_DATA_DIR."
        ) from error
    return path
