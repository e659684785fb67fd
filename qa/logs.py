"""Where log lines go and what they look like: text or JSON, without secrets, and if asked for to a file that is rotated."""

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler

from qa.config import Settings
from qa.errors import ConfigError

_FILE_BYTES, _OLDER_FILES = 5_000_000, 4
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class MaskingFormatter(logging.Formatter):
    """Formats a record as a line, or as one JSON object a line, and blots out secrets, in tracebacks too.

    Args:
        settings: ``log_format``, and the secrets.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._settings = settings

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as it is shown."""
        shown = _json(record, self) if self._settings.log_format == "json" else super().format(record)
        return self._settings.masked(shown)


def configure_logging(settings: Settings, console: logging.Handler | None = None) -> None:
    """Send log lines to the console and, where the settings want it, to a file.

    This package's lines go there from ``log_level`` on, those of libraries when they warn.

    Args:
        settings: Level, format, file.
        console: Shows them; by default on standard error.

    Raises:
        ConfigError: The file cannot be written.
    """
    handlers = [console or logging.StreamHandler(), *_files(settings)]
    for handler in handlers:
        handler.setFormatter(MaskingFormatter(settings))
    logging.basicConfig(level=logging.WARNING, handlers=handlers, force=True)
    logging.getLogger("qa").setLevel(settings.log_level)


def _files(settings: Settings) -> list[logging.Handler]:
    if not settings.log_file:
        return []
    path = settings.data_dir / "logs" / "qa.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return [RotatingFileHandler(path, maxBytes=_FILE_BYTES, backupCount=_OLDER_FILES, encoding="utf-8")]
    except OSError as error:
        hint = "Set QA_DATA_DIR to a folder you can write to, or unset QA_LOG_FILE."
        raise ConfigError(f"The log {path} cannot be written: {error.strerror}.", hint=hint) from error


def _json(record: logging.LogRecord, formatter: logging.Formatter) -> str:
    line = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": record.getMessage(),
    }
    line |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
    if record.exc_info:
        line["error"] = formatter.formatException(record.exc_info)
    return json.dumps(line, ensure_ascii=False, default=str)
