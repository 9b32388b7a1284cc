"""A Google Sheet as text, and a new text as edits of its cells.

The text is that of ``app.domain.sheet_text``. Only cells that differ are written, so formats,
comments, charts and all other cells stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Final

from app.domain.drive import DriveError, DriveLossyError
from app.domain.sheet_text import (
    Cell,
    Grid,
    is_text,
    number_cell,
    read,
    text_cell,
    trimmed,
    unclear,
    written,
)

_GRID: Final = "GRID"


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


def sheet_text(spreadsheet: Mapping[str, object]) -> SheetText:
    """Read what ``spreadsheets.get`` answered. Raises ``DriveError``."""
    try:
        sheets = spreadsheet.get("sheets") or []
        assert isinstance(sheets, list)
        return SheetText(tuple(_sheet(sheet) for sheet in sheets))
    except (
        ArithmeticError,
        AssertionError,
        AttributeError,
        DriveLossyError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise DriveError(
            "Google Sheets answered with a spreadsheet that cannot be read.",
            hint="Nothing was changed. Export it instead (drive.export).",
        ) from error


def edits(before: SheetText, after: str) -> list[dict[str, object]]:
    """Requests of ``spreadsheets.batchUpdate`` that make ``after`` of ``before``.

    Raises ``DriveLossyError`` where sheets would have to be made, removed, renamed or moved, and
    where the text is not the one that would be read afterwards.
    """
    wanted = read(after)
    if written(wanted) != after:
        raise unclear("it is not written as it would be read again")
    if list(wanted) != [sheet.title for sheet in before.sheets]:
        raise unclear("its sheets are others, or in another order")
    requests: list[dict[str, object]] = []
    for sheet, grid in zip(before.sheets, wanted.values(), strict=True):
        if (sheet.cells is None) != (grid is None):
            raise unclear(f"{sheet.title} has no cells")
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
        cells = trimmed([[_cell(cell) for cell in row.get("values") or []] for row in rows])
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
        return text_cell(str(entered["stringValue"]))
    if "boolValue" in entered:
        return bool(entered["boolValue"])
    if "numberValue" in entered:
        return number_cell(float(entered["numberValue"]), "a sheet")
    return None  # an error: what was entered cannot be said


def _entered(cell: Cell) -> dict[str, object]:
    if cell is None:
        return {}
    if isinstance(cell, bool):
        return {"userEnteredValue": {"boolValue": cell}}
    if isinstance(cell, int | float):
        return {"userEnteredValue": {"numberValue": cell}}
    if not is_text(cell):
        return {"userEnteredValue": {"formulaValue": cell}}
    return {"userEnteredValue": {"stringValue": cell.removeprefix("'")}}


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
