"""A spreadsheet as text: what is shown of one, and how a change of cells is written.

JSON: an object of sheets, each a list of rows, one row a line. A cell is ``null``, a number,
``true``, ``false`` or a string; a formula is a string that begins with ``=``, and a string that
would be taken for one has ``'`` before it, as one types it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.drive import DriveLossyError

Cell = str | float | bool | None
Grid = list[list[Cell]]
_MOST_CELLS: Final = 2_000_000


def written(sheets: Mapping[str, Grid | None]) -> str:
    """The text of sheets, by title."""
    parts = []
    for title, cells in sheets.items():
        name = json.dumps(title, ensure_ascii=False)
        if cells is None:
            parts.append(f"{name}: null")
            continue
        rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in cells)
        parts.append(f"{name}: [\n{rows}\n]" if rows else f"{name}: []")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def read(text: str) -> dict[str, Grid | None]:
    """What a text says. Raises ``DriveLossyError`` where it is no text of a spreadsheet."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise unclear(f"it is no JSON ({error})") from error
    if not isinstance(found, dict):
        raise unclear("it is no object of sheets")
    return {str(title): _grid(title, rows) for title, rows in found.items()}


def with_cells(
    text: str, sheet: str | None, top: int, left: int, values: Sequence[Sequence[Cell]]
) -> str:
    """The text with other values from a cell on; rows and columns count from 0.

    ``sheet``: its title, else the first one. Raises ``DriveLossyError`` where there is none.
    """
    sheets = read(text)
    title = sheet if sheet is not None else next(iter(sheets), "")
    grid = sheets.get(title)
    if grid is None:
        raise DriveLossyError(
            f"There is no sheet {title!r} with cells. Nothing was changed.",
            hint=f"There are: {', '.join(sheets) or 'none'}.",
            details={"sheets": list(sheets)},
        )
    for number, row in enumerate(values, start=top):
        while len(grid) <= number:
            grid.append([])
        line = grid[number]
        line += [None] * (left + len(row) - len(line))
        line[left : left + len(row)] = row
    sheets[title] = trimmed(grid)
    return written(sheets)


def trimmed(rows: Grid) -> Grid:
    """Without the empty cells at the ends of rows, and the empty rows at the end."""
    kept = [_without_end(row) for row in rows]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _without_end(row: list[Cell]) -> list[Cell]:
    end = len(row)
    while end and row[end - 1] in (None, ""):
        end -= 1
    return row[:end]


def _grid(title: object, rows: object) -> Grid | None:
    if rows is None:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise unclear(f"{title} is no list of rows")
    if sum(len(row) for row in rows) > _MOST_CELLS:
        raise unclear(f"{title} has too many cells")
    for row in rows:
        for cell in row:
            if not (cell is None or isinstance(cell, str | int | float | bool)):
                raise unclear(f"{title} has a cell that is no text and no number")
    return trimmed(rows)


def unclear(why: str) -> DriveLossyError:
    """The error for a text that cannot be made of a spreadsheet in place."""
    return DriveLossyError(
        f"The spreadsheet cannot be changed in place like this: {why}. Nothing was changed.",
        hint="Change cells only (sheets.update), or save the new text as a new file.",
        details={"why": why},
    )
