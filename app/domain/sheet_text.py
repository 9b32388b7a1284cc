"""A spreadsheet as text: what is shown of one, and how a change of cells is written.

JSON: an object of sheets, each a list of rows, one row a line. A cell is ``null``, a number,
``true``, ``false`` or a string; a formula is a string that begins with ``=``, and a string that
would be taken for one has ``'`` before it, as one types it.
"""

from __future__ import annotations

import json
import math
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
    for number, given in enumerate(values, start=top):
        row = [_plain(title, cell) for cell in given]
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
    return trimmed([[_plain(title, cell) for cell in row] for row in rows])


def _plain(title: object, cell: object) -> Cell:
    """A cell in the one way in which it is read back, so that what was entered is known again."""
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, str):
        return text_cell(cell.removeprefix("'")) if is_text(cell) else cell
    if isinstance(cell, int | float):
        return number_cell(cell, str(title))
    raise unclear(f"{title} has a cell that is no text and no number")


def is_text(cell: str) -> bool:
    """Whether a cell is a text, no formula."""
    return not cell.startswith("=") or cell == "="


def text_cell(text: str) -> Cell:
    """How a text is written; an empty one is an empty cell."""
    return (f"'{text}" if text[:1] in ("=", "'") else text) or None


def number_cell(number: float, title: str) -> Cell:
    """How a number is written: a whole one without a point. Raises ``DriveLossyError``."""
    try:
        found = float(number)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise unclear(f"{title} has a number that is too large, or none")
    return int(found) if found.is_integer() and abs(found) < 2**53 else found


def unclear(why: str) -> DriveLossyError:
    """The error for a text that cannot be made of a spreadsheet in place."""
    return DriveLossyError(
        f"The spreadsheet cannot be changed in place like this: {why}. Nothing was changed.",
        hint="Change cells only (sheets.update), or save the new text as a new file.",
        details={"why": why},
    )
