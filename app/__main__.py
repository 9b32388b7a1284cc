"""Steward's door: without arguments the window, with arguments the terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Final

_WINDOW_LIBRARIES: Final = ("PySide6", "shiboken6", "qasync")


def main() -> int:
    """What the ``steward`` command runs; returns its exit code."""
    sys.excepthook = _tell_of_bug
    try:
        if len(sys.argv) > 1:
            from app.cli import main as terminal

            return terminal(sys.argv[1:])
        return _open_window()
    except KeyboardInterrupt:
        return 130


def _open_window() -> int:
    try:
        from app.main import main as window

        return window()
    except ImportError as error:
        if not any(name in f"{error.name} {error}" for name in _WINDOW_LIBRARIES):
            raise
        sys.stderr.write(
            f"steward: The window cannot be opened: {error}.\n"
            "`make run` installs what it needs; `steward chat` works without it.\n"
        )
        return 3


def _tell_of_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """A mistake of ours: one line for the person, the rest in the log, without secrets."""
    import logging

    from app.config import SettingsStore
    from app.domain.errors import StewardError
    from app.logs import start_logging, stop_logging
    from app.redaction import Redactor

    store = SettingsStore()
    try:
        secrets = store.load().secrets
    except StewardError:
        secrets = store.environment_secrets()
    handlers = start_logging(store.home, Redactor(secrets))
    logging.getLogger("app").error(
        "This is a mistake in Steward, and nothing you did: %s. The log has the details: %s",
        kind.__name__,
        store.home / "logs" / "steward.log",
        exc_info=(kind, error, trace),
    )
    stop_logging(handlers)


if __name__ == "__main__":
    sys.exit(main())
