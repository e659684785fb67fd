"""Which language model the settings choose: its name and fingerprint, told without loading it."""

from dataclasses import dataclass
from pathlib import Path

from qa.config import Settings, fingerprint
from qa.models.artifacts import LANGUAGE_MODEL
from qa.models.local import check_gguf, weights_fingerprint
from qa.models.providers import shape

SEED = 0


@dataclass(frozen=True)
class ChatIdentity:
    """A language model.

    Attributes:
        name: For display.
        fingerprint: Hash of the weights (or the provider string) and of all parameters that shape a reply.
    """

    name: str
    fingerprint: str


def identify(settings: Settings, weights: Path | None) -> ChatIdentity:
    """Tell what ``settings.model`` names.

    Args:
        settings: Which model, and how it is asked.
        weights: Its GGUF file, as `qa.models.weights.weights_path` gives it; None for a model that runs elsewhere. The
            default's need not be there: its hash is known.

    Raises:
        ModelError: Another model's file is missing or is no GGUF file.
    """
    if weights is None:
        return ChatIdentity(settings.model, fingerprint({"model": settings.model} | shape(settings)))
    if settings.model == "local":
        name, content = LANGUAGE_MODEL.name, LANGUAGE_MODEL.sha256
    else:
        name = weights.stem if settings.model.startswith("gguf:") else settings.model.removeprefix("hf:")
        check_gguf(weights)
        content = weights_fingerprint(weights)
    identity = {"weights": content, "context_tokens": settings.context_tokens, "seed": SEED}
    return ChatIdentity(name, fingerprint(identity | shape(settings)))
