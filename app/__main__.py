"""Steward's door: without arguments the window, with arguments the terminal."""

from __future__ import annotations

import sys
from typing import Final

from app.bugs import tell_of_bug

_WINDOW_LIBRARIES: Final = ("PySide6", "shiboken6", "qasync")


def main() -> int:
    """What the ``steward`` command runs; returns its exit code."""
    sys.excepthook = tell_of_bug
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
            "Install Steward again (in a clone: `make run`); `steward chat` works without it.\n"
        )
        return 3


if __name__ == "__main__":
    sys.exit(main())
