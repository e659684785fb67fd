"""Which file of weights the settings choose for a model that runs here, and how it comes there."""

from pathlib import Path

from qa.config import Settings
from qa.errors import ConfigError
from qa.models.artifacts import LANGUAGE_MODEL, fetch, fetch_hub_file, hub_path
from qa.models.cache import stamp_is_current
from qa.models.local import check_gguf
from qa.models.progress import Progress
from qa.models.providers import FORMS


def fetch_weights(settings: Settings, progress: Progress | None = None) -> Path | None:
    """Return the GGUF file that ``settings.model`` names, fetched if need be; None for a model that runs elsewhere.

    Raises:
        ConfigError: As for `weights_path`.
        ModelError: The file cannot be fetched, or is no GGUF file.
    """
    path = weights_path(settings)
    if settings.model == "local":
        return fetch(LANGUAGE_MODEL, settings.cache_dir, progress=progress)
    if settings.model.startswith("hf:"):
        return fetch_hub_file(*_hub_names(settings.model), settings.cache_dir, progress=progress)
    if path is not None:
        check_gguf(path)
    return path


def weights_path(settings: Settings) -> Path | None:
    """Return where the GGUF file that ``settings.model`` names is, or will be; None for a model that runs elsewhere.

    Raises:
        ConfigError: ``settings.model`` has none of the accepted forms, or contradicts another setting.
        ModelError: It does not name a file on a hub.
    """
    kind, _, rest = settings.model.partition(":")
    if settings.model != "local" and kind not in {"gguf", "hf"}:
        return None
    if settings.model_base_url:
        hint = "Set QA_MODEL to openai:NAME to ask that server, or unset QA_MODEL_BASE_URL."
        raise ConfigError(f"QA_MODEL_BASE_URL names a server, but QA_MODEL={settings.model} runs here.", hint=hint)
    if settings.model == "local":
        return settings.cache_dir / LANGUAGE_MODEL.file_name
    if kind == "gguf" and rest:
        return Path(rest).expanduser()
    if kind == "hf" and rest.count("/") > 1:
        return hub_path(*_hub_names(settings.model), settings.cache_dir)
    raise ConfigError(f"QA_MODEL={settings.model} does not name a file.", hint=FORMS)


def weights_present(settings: Settings) -> bool:
    """Whether the model's file is there, and need not be fetched; False for a model that runs elsewhere.

    Raises:
        ConfigError: As for `weights_path`.
        ModelError: Likewise.
    """
    path = weights_path(settings)
    if path is None or not path.is_file():
        return False
    return settings.model.startswith("gguf:") or stamp_is_current(path)


def _hub_names(model: str) -> tuple[str, str]:
    """Cut ``hf:owner/name/path/of/file`` in the repository and the file."""
    owner, repository, file = model.removeprefix("hf:").split("/", 2)
    return f"{owner}/{repository}", file
