"""Language models elsewhere: any provider LangChain knows, and any server that speaks OpenAI's protocol."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import SecretStr

from qa.config import Settings
from qa.errors import ConfigError, ModelError
from qa.models.budget import hooks
from qa.models.failures import reason_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

FORMS = (
    "QA_MODEL is local, gguf:FILE, hf:OWNER/REPOSITORY/FILE.gguf or PROVIDER:NAME, "
    "for example openai:NAME, anthropic:NAME, google_genai:NAME, mistralai:NAME or ollama:NAME."
)
_EXTRAS = {"anthropic": "anthropic", "google_genai": "google", "mistralai": "mistral", "ollama": "ollama"}
_MAX_RETRIES = 2


class _Bearer(httpx.Auth):
    """A key for ChatOllama, which has no field of its own for one and would show a header in its repr."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        yield request


def connect(settings: Settings) -> "BaseChatModel":
    """Return the LangChain model that ``settings.model`` names as ``PROVIDER:NAME``; nothing is asked yet.

    Raises:
        ConfigError: The string has another form, or LangChain does not know the provider.
        ModelError: The provider's package or the API key is missing, or a setting does not suit the provider.
    """
    from langchain.chat_models import init_chat_model
    from openai import OpenAIError

    provider, name = _parse(settings)
    try:
        llm: BaseChatModel = init_chat_model(name, model_provider=provider, **_options(provider, settings))
    except ImportError as error:
        extra = _EXTRAS.get(provider)
        hint = f'In the project: pip install ".[{extra}]".' if extra else f"{reason_of(error)}."
        raise ModelError(f"The package for {provider} models is not installed.", hint=hint) from None
    except (ValueError, TypeError, RuntimeError, OpenAIError) as error:
        if str(error).startswith("Unsupported"):
            raise ConfigError(f"LangChain knows no provider {provider!r}.", hint=FORMS) from None
        # Not chained: a constructor's error can quote its arguments, the key among them.
        message = f"{settings.model} cannot be set up: {reason_of(error, [secret] if (secret := secret_of(settings)) else [])}."
        raise ModelError(
            message, hint="Set QA_MODEL_API_KEY, or the variable the provider names for its key."
        ) from None
    _require_key(llm, settings)
    return llm


def secret_of(settings: Settings) -> SecretStr | None:
    """The key that is sent; a server of one's own often wants none, and must not be sent ``OPENAI_API_KEY`` either."""
    if settings.model_api_key is None and settings.model_base_url and settings.model.startswith("openai:"):
        return SecretStr("no-key")
    return settings.model_api_key


def secrets_of(llm: "BaseChatModel") -> list[SecretStr]:
    """The keys that a model holds, wherever they came from: the settings, or the variable that its provider names."""
    held = (getattr(llm, field, None) for field in llm.lc_secrets)
    return [secret for secret in held if isinstance(secret, SecretStr)]


def shape(settings: Settings) -> dict[str, Any]:
    """The settings that shape a reply, by the names most of LangChain's models share."""
    return {"temperature": settings.temperature, "max_tokens": settings.max_tokens}


def _parse(settings: Settings) -> tuple[str, str]:
    provider, _, name = settings.model.partition(":")
    if not provider or not name:
        raise ConfigError(f"QA_MODEL cannot be {settings.model!r}.", hint=FORMS)
    if settings.model_base_url and not settings.model_base_url.startswith(("http://", "https://")):
        hint = "Write a whole address, such as http://localhost:8000/v1."
        raise ConfigError("QA_MODEL_BASE_URL does not begin with http:// or https://.", hint=hint)
    return provider, name


def _options(provider: str, settings: Settings) -> dict[str, Any]:
    """What a provider's class calls the settings."""
    from openai import DefaultHttpxClient, Timeout

    secret = secret_of(settings)
    address = {"base_url": settings.model_base_url} if settings.model_base_url else {}
    if provider == "ollama":
        client = {"timeout": settings.model_timeout, "auth": _Bearer(secret) if secret else None}
        length = {"num_predict": settings.max_tokens, "num_ctx": settings.context_tokens}
        return {"temperature": settings.temperature, "client_kwargs": client} | length | address
    options = shape(settings) | {"timeout": settings.model_timeout, "max_retries": _MAX_RETRIES} | address
    if secret is not None:
        options["api_key"] = secret
    if provider == "openai":
        # As an object, for a float makes langchain-openai share one pool of connections that nobody may close.
        options["timeout"] = Timeout(settings.model_timeout)
        options["stream_usage"] = True
        options["http_client"] = DefaultHttpxClient(event_hooks=hooks())
        if address:
            options["use_responses_api"] = False
    return options


def _require_key(llm: "BaseChatModel", settings: Settings) -> None:
    """Some classes take no key in silence and fail at the first question; ask for it now."""
    keys = {variable: getattr(llm, field, None) for field, variable in llm.lc_secrets.items()}
    if keys and not any(value.get_secret_value() if isinstance(value, SecretStr) else value for value in keys.values()):
        hint = f"Set QA_MODEL_API_KEY or {next(iter(keys))}."
        raise ModelError(f"{settings.model} needs an API key.", hint=hint)
