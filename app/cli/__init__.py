"""The terminal's door: ``steward …``. Imports no Qt; parts of a command are loaded when used."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        argv: the arguments after the program's name; ``sys.argv`` when ``None``.
    """
    import sys

    arguments = list(sys.argv[1:] if argv is None else argv)
    from app.cli.commands import run_command

    return run_command(arguments)
