"""Steward's door: without arguments the window, with arguments the terminal."""

from __future__ import annotations

import sys

from app.bugs import tell_of_bug


def main() -> int:
    """What the ``steward`` command runs; returns its exit code."""
    sys.excepthook = tell_of_bug
    try:
        if len(sys.argv) > 1:
            from app.cli import main as terminal

            return terminal(sys.argv[1:])
        from app.main import open_window

        return open_window()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
