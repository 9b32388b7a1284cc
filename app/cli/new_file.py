"""Writes what a command exports: to stdout, or to a file that was not there before."""

from __future__ import annotations

from pathlib import Path

from app.cli.output import Output, as_json
from app.domain.errors import FileError, FileExistsAlreadyError


def write_document(output: Output, data: object, target: Path | None) -> None:
    """A JSON value to a new file, or to stdout. Raises ``FileError`` and its kin."""
    if target is None:
        output.document(data)
    else:
        _write_new(output, as_json(data, indent=2) + "\n", target)


def write_text(output: Output, text: str, target: Path | None) -> None:
    """A text to a new file, or to stdout as it is. Raises ``FileError`` and its kin."""
    if target is None:
        output.exact(text.encode())
    else:
        _write_new(output, text, target)


def _write_new(output: Output, text: str, target: Path) -> None:
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise FileExistsAlreadyError(
            f"{target} is there already; nothing was written.", hint="Name a new file."
        ) from error
    except OSError as error:
        raise FileError(f"{target} cannot be written: {error.strerror or error}.") from error
    output.note(f"Written to {target}.")
