"""``steward files blame``: for each line where it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.cli.file_access import Histories, reading
from app.cli.output import Output, in_utc, local, shortened, visible_line
from app.cli.progress import progress
from app.cli.run import DONE, opened
from app.domain.errors import FileMissingError, PathOutsideError
from app.domain.files import BlameLine

_BY: Final = 16


async def blame(output: Output, folders: tuple[Path, ...], what: str) -> int:
    """Each line with its version and who made that."""
    async with opened(folders, offline=True) as assembly:
        with progress(output, "Blaming", stopped="Nothing was changed.") as shown:

            async def of(path: str, version: int | None) -> Sequence[BlameLine]:
                async def look(files: Histories, at: str) -> Sequence[BlameLine]:
                    return await files.blame(at, version, progress=shown)

                return await reading(assembly, path, look)

            path, version = _path_and_version(what)
            try:
                lines = await of(path, version)
            except (FileMissingError, PathOutsideError):
                if version is None:
                    raise
                lines = await of(what, None)  # the name itself ends with @ and digits
    if output.json_lines:
        for line in lines:
            output.record(_facts(line))
    else:
        _show(output, lines)
    return DONE


def _path_and_version(what: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(.+)@([1-9][0-9]{0,8})", what, re.DOTALL)
    return (what, None) if found is None else (found[1], int(found[2]))


def _show(output: Output, lines: Sequence[BlameLine]) -> None:
    width = len(str(len(lines)))
    for line in lines:
        by = shortened(line.by, _BY)
        output.line(
            f"{line.version:>4}  {local(line.at)}  {by:<{_BY}}  {line.number:>{width}}  "
            f"{visible_line(line.text.expandtabs())}"
        )
    told = {line.version: line for line in lines if line.asked or line.approved_by}
    for number, line in sorted(told.items()):
        asked = f" asked: {shortened(line.asked)}" if line.asked else ""
        approved = f" (allowed: {visible_line(line.approved_by)})" if line.approved_by else ""
        output.note(f"version {number}{asked}{approved}", "dim")


def _facts(line: BlameLine) -> dict[str, object]:
    return {
        "line": line.number,
        "text": line.text,
        "version": line.version,
        "at": in_utc(line.at),
        "by": line.by,
        "skill": line.skill,
        "turn_id": line.turn_id,
        "conversation_id": line.conversation_id,
        "asked": line.asked,
        "approved_by": line.approved_by,
    }
