"""Names for files in an archive that every system can unpack. Pure."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_LONGEST: Final = 100
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,12}")


class ArchiveNames:
    """Gives each file a folder of its own, named after where it stands."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._taken: set[str] = set()

    def folder(self, path: str, file_id: str) -> str:
        """The folder for all versions of one file; no two files get the same."""
        parts = PurePath(path).parts
        name = "/".join([self._root, *map(safe_part, parts[1:] if parts[0] == "/" else parts)])
        # Some systems take names that differ only in their case for the same.
        if name.casefold() in self._taken:
            name = f"{name}~{file_id}"
        self._taken.add(name.casefold())
        return name


def version_name(folder: str, version: int, filename: str) -> str:
    """The name of one version's bytes."""
    suffix = PurePath(filename).suffix
    return f"{folder}/v{version:04}{suffix if _SUFFIX.fullmatch(suffix) else ''}"


def safe_part(part: str) -> str:
    """One part of a path: no separators, nothing a system refuses, not too long."""
    shown = part.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    name = _UNSAFE.sub("_", shown)
    if len(name.encode()) > _LONGEST:
        name = f"{name.encode()[:_LONGEST].decode(errors='ignore')}…"
    stripped = name.rstrip(" .")
    name = stripped + "_" * (len(name) - len(stripped))
    return f"_{name}" if not name or _RESERVED.fullmatch(name) else name
