"""What went wrong at a language model, in the reader's words.

LangChain's integrations sort most failures into its `ModelError` family; what they let through still carries an HTTP
status or is an error of the connection.
"""

from collections.abc import Collection
from dataclasses import dataclass

from pydantic import SecretStr, ValidationError

from qa.errors import ModelError
from qa.secrecy import masked

_TRANSPORT = frozenset({"TransportError", "APIConnectionError"})
"""Bases of connection errors in httpx and the provider SDKs, by name: some SDKs carry their own copy of httpx."""
_LONGEST_REASON = 300


@dataclass(frozen=True)
class _Failure:
    message: str
    hint: str
    retryable: bool = False


_KEY = _Failure("refused the API key", "Set QA_MODEL_API_KEY to a valid key.")
_PERMISSION = _Failure("may not be used with this API key", "Choose another model or key.")
_NOT_FOUND = _Failure("was not found", "Check the name in QA_MODEL, and QA_MODEL_BASE_URL if it is set.")
_TIMEOUT = _Failure("did not answer in time", "Try again, or raise QA_MODEL_TIMEOUT.", retryable=True)
_RATE = _Failure("is asked too often, or its quota is used up", "Wait a moment and try again.", retryable=True)
_SERVER = _Failure("failed on its server", "Try again later.", retryable=True)
_CONNECTION = _Failure(
    "cannot be reached, or the connection broke off",
    "Check that its server is running, and QA_MODEL_BASE_URL if it is set.",
    retryable=True,
)
_NO_REPLY = _Failure("gave no reply", "Try again.", retryable=True)
_NONSENSE = _Failure(
    "gave a reply that makes no sense", "Check that its server speaks OpenAI's protocol.", retryable=True
)
_TOO_LONG = _Failure(
    "cannot read so long a prompt", "Ask a shorter question, lower QA_SENTENCES, or raise QA_CONTEXT_TOKENS."
)
_REFUSED = _Failure("refused the request", "Check the settings of the model.")
_BY_STATUS = {401: _KEY, 403: _PERMISSION, 404: _NOT_FOUND, 408: _TIMEOUT, 413: _TOO_LONG, 429: _RATE}


def as_model_error(error: Exception, model: str, secrets: Collection[SecretStr] = ()) -> ModelError | None:
    """Translate what a provider's library raised; None if it is no failure of the model.

    Args:
        error: Any exception of a model call.
        model: The model's name, for the message.
        secrets: Blotted out of the provider's own words.
    """
    failure = _failure(error)
    if failure is None:
        return None
    reason = f": {reason_of(error, secrets)}" if failure is _REFUSED else ""
    return ModelError(f"{model} {failure.message}{reason}.", hint=failure.hint, retryable=failure.retryable)


def reason_of(error: Exception, secrets: Collection[SecretStr] = ()) -> str:
    """The provider's own words, short, on one line and without the ``secrets``."""
    if isinstance(error, ValidationError):
        text = "; ".join(detail["msg"] for detail in error.errors(include_input=False, include_url=False))
    else:
        text = str(error)
    text = masked(text, [secret.get_secret_value() for secret in secrets])
    return " ".join(text.split())[:_LONGEST_REASON].rstrip(".")


def _failure(error: Exception) -> _Failure | None:
    from langchain_core import exceptions as langchain

    by_kind = (
        (langchain.ContextOverflowError, _TOO_LONG),
        (langchain.ModelTimeoutError, _TIMEOUT),
        (langchain.ModelConnectionError, _CONNECTION),
        (TimeoutError, _TIMEOUT),
        (ConnectionError, _CONNECTION),
    )
    for kind, failure in by_kind:
        if isinstance(error, kind):
            return failure
    if (
        type(error) is ValueError and str(error) == "No generation chunks were returned"
    ):  # LangChain's, of an empty stream
        return _NO_REPLY
    names = {base.__name__ for base in type(error).__mro__}
    if names & _TRANSPORT:
        return _TIMEOUT if any("Timeout" in name for name in names) else _CONNECTION
    status = _status(error)
    if status is not None:
        return _BY_STATUS.get(status) or (_SERVER if status >= 500 else _by_words(error))  # noqa: PLR2004 - HTTP's own boundary
    if "APIError" in names:
        return _SERVER
    return _REFUSED if isinstance(error, langchain.ModelError) else _of_parsing(error)


def _of_parsing(error: Exception) -> _Failure | None:
    """What providers' libraries raise, untranslated, over a reply that is no JSON or has another shape."""
    return _NONSENSE if isinstance(error, ValueError | TypeError | LookupError | AttributeError) else None


def _by_words(error: Exception) -> _Failure:
    """A rejected request: llama.cpp and others say only in words that the prompt is too long."""
    said = str(error).lower()
    return _TOO_LONG if "context" in said and any(word in said for word in ("exceed", "maximum", "too l")) else _REFUSED


def _status(error: Exception) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        for name in ("status_code", "code"):
            status = getattr(holder, name, None)
            if isinstance(status, int) and not isinstance(status, bool):
                return status
    return None
