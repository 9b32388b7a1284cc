"""The log: JSON lines in ``<home>/logs``, rotated; problems also on stderr. Secrets never."""

from __future__ import annotations

import json
import logging
import logging.handlers
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.redaction import RedactingFilter, Redactor

_MAX_BYTES: Final = 2_000_000
_BACKUPS: Final = 3
_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the record's extras."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update((k, v) for k, v in record.__dict__.items() if k not in _STANDARD)
        if record.exc_text:
            line["traceback"] = record.exc_text
        return json.dumps(line, ensure_ascii=False, default=str)


def start_logging(home: Path, redactor: Redactor) -> list[logging.Handler]:
    """Log to the data directory and, from warnings on, to stderr.

    Returns the handlers, for ``stop_logging``. A log directory that cannot be written is
    reported on stderr and done without.
    """
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.ERROR)
    terminal.setFormatter(_OneLine())
    handlers: list[logging.Handler] = [terminal]
    try:
        folder = home / "logs"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = logging.handlers.RotatingFileHandler(
            folder / "steward.log", maxBytes=_MAX_BYTES, backupCount=_BACKUPS, encoding="utf-8"
        )
        file.setLevel(logging.INFO)
        file.setFormatter(JsonLines())
        handlers.append(file)
    except OSError as error:
        print(f"steward: no log is kept: {error}", file=sys.stderr)  # noqa: T201
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for noisy in ("httpx", "httpcore", "asyncio", "qasync"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for handler in handlers:
        handler.addFilter(RedactingFilter(redactor))
        root.addHandler(handler)
    return handlers


def stop_logging(handlers: list[logging.Handler]) -> None:
    """Take the handlers off again and close them."""
    root = logging.getLogger()
    for handler in handlers:
        root.removeHandler(handler)
        handler.close()


class _OneLine(logging.Formatter):
    """For stderr: what happened, no traceback (the file has it)."""

    def format(self, record: logging.LogRecord) -> str:
        return f"steward: {record.getMessage()}"
