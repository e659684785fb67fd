"""What can go wrong, and what the reader can do about it.

::

    QAError
    ├── ConfigError    a setting is unknown, out of bounds or contradicts another
    ├── ArticleError   a file cannot be read as an article
    ├── PromptError    a prompt file is missing or its placeholders are wrong
    ├── ModelError     a model cannot be fetched, loaded or reached
    └── StoreError     the index is locked, damaged or unreachable
"""


class QAError(Exception):
    """Base of every error this package raises on purpose.

    Args:
        message: What happened, in one sentence.
        hint: What the reader can do about it.
        retryable: Whether the same call may succeed later without any change.
    """

    def __init__(self, message: str, *, hint: str = "", retryable: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retryable = retryable

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(QAError):
    """A setting is unknown, out of bounds or contradicts another."""


class ArticleError(QAError):
    """A file cannot be read as an article."""


class PromptError(QAError):
    """A prompt file is missing, or its placeholders are not the expected ones."""


class ModelError(QAError):
    """A model cannot be fetched, loaded or reached, or its reply is unusable."""


class StoreError(QAError):
    """The index is locked by another process, damaged or unreachable."""
