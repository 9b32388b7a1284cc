"""The log: JSON lines in ``<home>/logs``, rotated; problems also on stderr. Secrets never."""

from __future__ import annotations

import dataclasses
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from app.domain.names import shown
from app.log_file import SharedLogFile
from app.redaction import Redactor

MAX_BYTES: Final = 2_000_000
BACKUPS: Final = 3
_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "taskName"}

# Control characters that JSON leaves as they are, line separators, marks that turn text round: who
# looks at the file in a terminal must not be fooled by it.
_OBEYED: Final = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

_NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})
_place: ContextVar[Mapping[str, str]] = ContextVar("place in the log", default=_NOWHERE)


def log_place(**ids: str) -> None:
    """Add ids (``conversation_id``, ``turn_id``, ``call_id``) to what is logged from here on.

    Holds for the running task and what it starts, threads of ``asyncio.to_thread`` included.
    """
    _place.set({**_place.get(), **ids})


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, where in a turn, and the extras.

    Secrets are taken out of what is logged, and once more out of the finished line, so that no
    way in which a value is rendered can bring one back.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_place.get(),
            **dict(_extras(record)),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        elif record.exc_text:
            line["traceback"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        safe = self._redactor.value(_plain(line))
        finished = json.dumps(safe, ensure_ascii=False)
        return _OBEYED.sub(_escaped, self._redactor.text(finished))


_NOTIFICATIONS: Final = "app.notifications.sinks"


class OneLine(logging.Formatter):
    """For stderr: what happened, no traceback (the file has it), no secret.

    It is one line whatever is in it: a name or an answer of somebody else's that breaks lines,
    or speaks to the terminal, is shown with escapes.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        return shown(self._redactor.text(f"steward: {record.getMessage()}"))


class _Terminal(logging.Handler):
    """Writes to whatever stderr is now; says nothing where there is none or it is closed."""

    def emit(self, record: logging.LogRecord) -> None:
        stream = sys.stderr
        if stream is None or stream.closed:  # a program without a terminal has none
            return
        try:
            stream.write(self.format(record) + "\n")
            stream.flush()
        except (OSError, ValueError, TypeError):
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say nothing: the library would print the arguments as they are, secrets included."""


def start_logging(
    home: Path, redactor: Redactor, lost: Callable[[str], object] = lambda _words: None
) -> list[logging.Handler]:
    """Log to the data directory and, from warnings on, to stderr.

    Returns the handlers, for ``stop_logging``. A log directory that cannot be written is
    reported on stderr and done without; ``lost`` is told of that, and, in any thread, when lines
    begin to be lost.
    """
    terminal = _Terminal()
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(OneLine(redactor))
    # A face shows a notification whole; of the line here only its first word would be seen.
    terminal.addFilter(lambda record: record.name != _NOTIFICATIONS)
    handlers: list[logging.Handler] = [terminal]
    try:
        folder = home / "logs"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = SharedLogFile(
            folder / "steward.log", max_bytes=MAX_BYTES, backups=BACKUPS, lost=lost
        )
        file.setLevel(logging.INFO)
        file.setFormatter(JsonLines(redactor))
        handlers.append(file)
    except OSError as error:
        lost(f"No log is kept: {error}.")
        if sys.stderr is not None:  # a program without a terminal has none
            print(f"steward: no log is kept: {error}", file=sys.stderr)  # noqa: T201
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for noisy in ("httpx", "httpcore", "asyncio", "qasync"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for handler in handlers:
        root.addHandler(handler)
    return handlers


def stop_logging(handlers: list[logging.Handler]) -> None:
    """Take the handlers off again and close them."""
    root = logging.getLogger()
    for handler in handlers:
        root.removeHandler(handler)
        handler.close()


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _extras(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    return ((k, v) for k, v in record.__dict__.items() if k not in _STANDARD)


def _plain(value: object) -> object:
    """What JSON can say, so that redaction sees every text that will be written."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, bytes | bytearray):
        return value.decode("utf-8", "backslashreplace")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else str(value)
