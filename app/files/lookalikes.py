"""Finds the file that a name was meant for, where none stands under exactly that name. Blocking."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from app.domain.names import looks_the_same

_MOST_NAMES: Final = 20_000
"""Names of a folder that are compared; in a larger one only the exact name is found."""


def lookalike(path: Path, root: Path, *, for_new: bool = False) -> Path | None:
    """What stands below ``root`` under a name that looks the same as ``path`` below it.

    ``None`` where nothing does, or more than one thing. ``for_new``: what is not there below a
    folder that looks the same is taken as it is written.
    """
    here = root
    other = False
    parts = Path(os.path.normpath(path)).relative_to(root).parts
    for number, part in enumerate(parts):
        if os.path.lexists(here / part):
            here /= part
            continue
        fits = [name for name in _names(here) if looks_the_same(name, part)]
        if not fits and other and for_new:
            return here.joinpath(*parts[number:])
        if len(fits) != 1:
            return None
        here /= fits[0]
        other = True
    return here


def other_case(path: Path) -> str | None:
    """The name in the same folder that differs by capital letters alone, if there is one."""
    folded = path.name.casefold()
    return next((name for name in _names(path.parent) if name.casefold() == folded), None)


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry, _ in zip(entries, range(_MOST_NAMES + 1), strict=False)]
    except OSError:
        return []
    return names if len(names) <= _MOST_NAMES else []
