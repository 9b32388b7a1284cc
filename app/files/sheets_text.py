"""A Google Sheet as text, and a new text as edits of its cells.

The text is JSON: an object of sheets, each a list of rows, one row a line. A cell is ``null``, a
number, ``true``, ``false`` or a string; a formula is a string that begins with ``=``, and a string
that would be taken for one has ``'`` before it, as one types it. Only cells that differ are
written, so formats, comments, charts and all other cells stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Final

from app.domain.drive import DriveError, DriveLossyError

Cell = str | float | bool | None
Grid = list[list[Cell]]
_GRID: Final = "GRID"
_MOST_CELLS: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its id, how many rows and columns it has, and its cells.

    ``cells`` is ``None`` where it has none (a chart of its own).
    """

    sheet_id: int
    title: str
    rows: int
    columns: int
    cells: Grid | None


@dataclass(frozen=True, slots=True)
class SheetText:
    """A spreadsheet as text."""

    sheets: tuple[Sheet, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return written({sheet.title: sheet.cells for sheet in self.sheets})


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
        raise _unclear(f"it is no JSON ({error})") from error
    if not isinstance(found, dict):
        raise _unclear("it is no object of sheets")
    return {str(title): _grid(title, rows) for title, rows in found.items()}


def sheet_text(spreadsheet: Mapping[str, object]) -> SheetText:
    """Read what ``spreadsheets.get`` answered. Raises ``DriveError``."""
    try:
        sheets = spreadsheet.get("sheets") or []
        assert isinstance(sheets, list)
        return SheetText(tuple(_sheet(sheet) for sheet in sheets))
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError) as error:
        raise DriveError(
            "Google Sheets answered with a spreadsheet that cannot be read.",
            hint="Nothing was changed. Export it instead (drive.export).",
        ) from error


def edits(before: SheetText, after: str) -> list[dict[str, object]]:
    """Requests of ``spreadsheets.batchUpdate`` that make ``after`` of ``before``.

    Raises ``DriveLossyError`` where sheets would have to be made, removed, renamed or moved.
    """
    wanted = read(after)
    if list(wanted) != [sheet.title for sheet in before.sheets]:
        raise _unclear("its sheets are others, or in another order")
    requests: list[dict[str, object]] = []
    for sheet, grid in zip(before.sheets, wanted.values(), strict=True):
        if (sheet.cells is None) != (grid is None):
            raise _unclear(f"{sheet.title} has no cells")
        if sheet.cells is not None and grid is not None:
            requests += _grown(sheet, grid)
            requests += _changed(sheet, sheet.cells, grid)
    return requests


# -- inside ----------------------------------------------------------------------------------


def _sheet(sheet: Mapping[str, object]) -> Sheet:
    properties = sheet["properties"]
    assert isinstance(properties, Mapping)
    size = properties.get("gridProperties") or {}
    cells: Grid | None = None
    if properties.get("sheetType", _GRID) == _GRID:
        data = sheet.get("data") or []
        assert isinstance(data, list)
        rows = data[0].get("rowData") or [] if data else []
        cells = _trimmed([[_cell(cell) for cell in row.get("values") or []] for row in rows])
    return Sheet(
        int(properties["sheetId"]),
        str(properties["title"]),
        int(size.get("rowCount", 0)),
        int(size.get("columnCount", 0)),
        cells,
    )


def _cell(cell: Mapping[str, object]) -> Cell:
    entered = cell.get("userEnteredValue")
    if not isinstance(entered, Mapping) or not entered:
        return None
    if "formulaValue" in entered:
        return str(entered["formulaValue"])
    if "stringValue" in entered:
        text = str(entered["stringValue"])
        return f"'{text}" if text[:1] in ("=", "'") else text
    if "boolValue" in entered:
        return bool(entered["boolValue"])
    if "numberValue" in entered:
        number = float(entered["numberValue"])
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return None  # an error: what was entered cannot be said


def _entered(cell: Cell) -> dict[str, object]:
    if cell is None:
        return {}
    if isinstance(cell, bool):
        return {"userEnteredValue": {"boolValue": cell}}
    if isinstance(cell, int | float):
        return {"userEnteredValue": {"numberValue": cell}}
    if cell.startswith("=") and len(cell) > 1:
        return {"userEnteredValue": {"formulaValue": cell}}
    return {"userEnteredValue": {"stringValue": cell.removeprefix("'")}}


def _trimmed(rows: Grid) -> Grid:
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
        raise _unclear(f"{title} is no list of rows")
    if sum(len(row) for row in rows) > _MOST_CELLS:
        raise _unclear(f"{title} has too many cells")
    for row in rows:
        for cell in row:
            if not (cell is None or isinstance(cell, str | int | float | bool)):
                raise _unclear(f"{title} has a cell that is no text and no number")
    return _trimmed(rows)


def _grown(sheet: Sheet, grid: Grid) -> Iterator[dict[str, object]]:
    sizes = (
        ("ROWS", len(grid), sheet.rows),
        ("COLUMNS", max((len(row) for row in grid), default=0), sheet.columns),
    )
    for dimension, wanted, there in sizes:
        if wanted > there:
            more = {"sheetId": sheet.sheet_id, "dimension": dimension, "length": wanted - there}
            yield {"appendDimension": more}


def _changed(sheet: Sheet, before: Grid, after: Grid) -> Iterator[dict[str, object]]:
    """Each run of neighbouring cells in a row that differ."""
    empty: list[Cell] = []
    for number, (old, new) in enumerate(zip_longest(before, after, fillvalue=empty)):
        differ = [
            column
            for column, (one, other) in enumerate(zip_longest(old, new))
            if (one, type(one) is bool) != (other, type(other) is bool)
        ]
        for _, group in groupby(enumerate(differ), key=lambda pair: pair[1] - pair[0]):
            columns = [column for _, column in group]
            cells = [new[column] if column < len(new) else None for column in columns]
            start = {
                "sheetId": sheet.sheet_id,
                "rowIndex": number,
                "columnIndex": columns[0],
            }
            yield {
                "updateCells": {
                    "rows": [{"values": [_entered(cell) for cell in cells]}],
                    "fields": "userEnteredValue",
                    "start": start,
                }
            }


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
    sheets[title] = _trimmed(grid)
    return written(sheets)


def _unclear(why: str) -> DriveLossyError:
    return DriveLossyError(
        f"The spreadsheet cannot be changed in place like this: {why}. Nothing was changed.",
        hint="Change cells only (sheets.update), or save the new text as a new file.",
        details={"why": why},
    )
