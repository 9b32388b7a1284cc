"""Docs (version 1) and Sheets (version 4) of the stand-in: read whole, edited by batches.

*docs* stands for developers.google.com/workspace/docs/api, *sheets* for the same of Sheets.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import Any

from tests.standins.google_drive.requests import DriveFault, Request, Response, as_json
from tests.standins.google_drive.rights import capabilities, visible
from tests.standins.google_drive.state import DriveState, StoredFile

THING = "\N{OBJECT REPLACEMENT CHARACTER}"


@dataclass(slots=True)
class Char:
    """One character; ``suggested``: somebody suggested it, and nobody decided yet."""

    char: str
    suggested: bool = False
    style: str = ""

    @property
    def units(self) -> int:
        return 2 if ord(self.char) > 0xFFFF else 1


@dataclass(slots=True)
class Table:
    """Rows of cells, each with a content of its own."""

    rows: list[list[Container]]


@dataclass(slots=True)
class Container:
    """A body or a cell: it ends in a newline that stays (docs: structure)."""

    items: list[Char | Table]


@dataclass(slots=True)
class Document:
    """A Doc; ``revision`` is another one after each change."""

    body: Container
    revision: int = 1
    replies: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """One sheet; ``cells``: what was entered, by row and column."""

    sheet_id: int
    title: str
    rows: int = 1000
    columns: int = 26
    cells: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)


def document(*blocks: Any) -> Document:
    """A Doc of blocks: a text for a paragraph, a list of rows of cells for a table.

    In a text ``THING`` is a picture, and what stands in ``{braces}`` is suggested.
    """
    return Document(_container([*blocks, ""] if isinstance(blocks[-1], list) else list(blocks)))


def _container(blocks: list[Any]) -> Container:
    items: list[Char | Table] = []
    for block in blocks:
        if isinstance(block, list):
            rows = [[_container([cell]) for cell in row] for row in block]
            items.append(Table(rows))
            continue
        suggested = False
        for char in f"{block}\n":
            if char in "{}":
                suggested = char == "{"
            else:
                items.append(Char(char, suggested))
    return Container(items)


def plain(container: Container) -> str:
    """All text of it, tables too."""
    return "".join(
        item.char
        if isinstance(item, Char)
        else "".join(plain(cell) for row in item.rows for cell in row)
        for item in container.items
    )


def answer(state: DriveState, request: Request) -> Response | None:
    """The answer, where the address is one of Docs or Sheets."""
    found = re.fullmatch(r"/(v1/documents|v4/spreadsheets)/([\w-]+)(:batchUpdate)?", request.path)
    if found is None:
        return None
    file = visible(state, found[2], request)
    held = file.document if found[1] == "v1/documents" else file.sheets
    if held is None:
        raise DriveFault(400, "FAILED_PRECONDITION", "This operation is not supported.")
    if found[3] is None:
        return as_json(_doc_json(file) if file.document else _sheets_json(file))
    if not capabilities(state, file, request.user)["canEdit"]:
        raise DriveFault(403, "PERMISSION_DENIED", "The caller does not have permission")
    if file.document:
        file.document = _edited(file.document, request.json)
    else:
        file.sheets = _entered(file.sheets or [], request.json)
    state.touch(file, request.user)
    return as_json({"documentId": file.id})


def type_in(state: DriveState, file: StoredFile, text: str, by: str) -> None:
    """A colleague writes at the beginning of a Doc."""
    assert file.document is not None
    file.document.body.items[0:0] = [Char(char) for char in text]
    file.document.revision += 1
    state.touch(file, by)


# -- Docs ------------------------------------------------------------------------------------


def _doc_json(file: StoredFile) -> dict[str, Any]:
    assert file.document is not None
    content, _ = _content(file.document.body, 1)
    section = {"endIndex": 1, "sectionBreak": {}}
    tab = {
        "tabProperties": {"tabId": "t.0", "title": "Tab 1", "index": 0},
        "documentTab": {"body": {"content": [section, *content]}},
    }
    return {
        "documentId": file.id,
        "title": file.name,
        "revisionId": f"rev-{file.document.revision}",
        "tabs": [tab],
    }


def _content(container: Container, at: int) -> tuple[list[dict[str, Any]], int]:
    found: list[dict[str, Any]] = []
    elements: list[dict[str, Any]] = []
    for item in container.items:
        if isinstance(item, Table):
            table, end = _table_json(item, at)
            found.append({"startIndex": at, "endIndex": end, "table": table})
            at = end
            continue
        elements = _with(elements, item, at)
        at += item.units
        if item.char == "\n":
            found.append({"endIndex": at, "paragraph": {"elements": elements}})
            elements = []
    return found, at


def _with(elements: list[dict[str, Any]], item: Char, at: int) -> list[dict[str, Any]]:
    if item.char == THING:
        thing = {"startIndex": at, "endIndex": at + 1, "inlineObjectElement": {}}
        return [*elements, thing]
    run: dict[str, Any] = {"content": item.char, "textStyle": {"name": item.style}}
    if item.suggested:
        run["suggestedInsertionIds"] = ["suggest.1"]
    last = elements[-1] if elements else {}
    if "textRun" in last and {**last["textRun"], "content": ""} == {**run, "content": ""}:
        last["textRun"]["content"] += item.char
        last["endIndex"] = at + item.units
        return elements
    return [*elements, {"startIndex": at, "endIndex": at + item.units, "textRun": run}]


def _table_json(table: Table, at: int) -> tuple[dict[str, Any], int]:
    at += 1
    rows = []
    for row in table.rows:
        at += 1
        cells = []
        for cell in row:
            content, at = _content(cell, at + 1)
            cells.append({"content": content})
        rows.append({"tableCells": cells})
    return {"rows": len(rows), "tableRows": rows}, at


def _edited(before: Document, body: dict[str, Any]) -> Document:
    """docs: batchUpdate. All or nothing; a revision that is not the newest is refused (400)."""
    required = body.get("writeControl", {}).get("requiredRevisionId")
    if required is not None and required != f"rev-{before.revision}":
        message = "The required revision ID does not match the latest revision."
        raise DriveFault(400, "FAILED_PRECONDITION", message)
    after = copy.deepcopy(before)
    for request in body.get("requests", []):
        ((name, what),) = request.items()
        if name == "insertText":
            container, place = _at(after.body, what["location"]["index"], 1)
            # docs: insertText. The style of the neighbour before it is taken.
            near = container.items[place - 1] if place else None
            style = near.style if isinstance(near, Char) else ""
            container.items[place:place] = [Char(char, style=style) for char in what["text"]]
        elif name == "deleteContentRange":
            span = what["range"]
            container, first = _at(after.body, span["startIndex"], 1)
            other, last = _at(after.body, span["endIndex"], 1)
            _delete(container, first, other, last)
        else:
            raise _wrong(f"The stand-in has no {name}.")
    after.revision += 1
    return after


def _delete(container: Container, first: int, other: Container, last: int) -> None:
    """docs: deleteContentRange, and what it refuses."""
    if other is not container or last <= first:
        raise _wrong("The range cannot be deleted: it crosses a cell, or is empty.")
    gone = container.items[first:last]
    if any(isinstance(item, Table) for item in gone) or last == len(container.items):
        raise _wrong("The range cannot be deleted: a table, or the last newline.")
    if isinstance(container.items[last], Table) and getattr(gone[-1], "char", "") == "\n":
        raise _wrong("The newline before a table cannot be deleted.")
    del container.items[first:last]


def _at(container: Container, index: int, start: int) -> tuple[Container, int]:
    """The container an index is in, and the place in it."""
    found = _found(container, index, start)[0]
    if found is None:
        raise _wrong(f"Index {index} must be inside the bounds of an existing paragraph.")
    return found


def _found(container: Container, index: int, at: int) -> tuple[tuple[Container, int] | None, int]:
    for place, item in enumerate(container.items):
        if isinstance(item, Table):
            at += 1
            for row in item.rows:
                at += 1
                for cell in row:
                    found, at = _found(cell, index, at + 1)
                    if found is not None:
                        return found, at
            continue
        if at == index:
            return (container, place), at
        at += item.units
    return None, at


# -- Sheets ----------------------------------------------------------------------------------


def _sheets_json(file: StoredFile) -> dict[str, Any]:
    sheets = []
    for sheet in file.sheets or []:
        height = max((row for row, _ in sheet.cells), default=-1) + 1
        width = max((column for _, column in sheet.cells), default=-1) + 1
        rows = [
            {
                "values": [
                    {"userEnteredValue": sheet.cells[row, column]}
                    if (row, column) in sheet.cells
                    else {}
                    for column in range(width)
                ]
            }
            for row in range(height)
        ]
        size = {"rowCount": sheet.rows, "columnCount": sheet.columns}
        properties = {
            "sheetId": sheet.sheet_id,
            "title": sheet.title,
            "sheetType": "GRID",
            "gridProperties": size,
        }
        sheets.append({"properties": properties, "data": [{"rowData": rows}]})
    return {"spreadsheetId": file.id, "sheets": sheets}


def _entered(before: list[Sheet], body: dict[str, Any]) -> list[Sheet]:
    """sheets: batchUpdate. All or nothing."""
    after = copy.deepcopy(before)
    by_id = {sheet.sheet_id: sheet for sheet in after}
    for request in body.get("requests", []):
        ((name, what),) = request.items()
        if name == "appendDimension":
            sheet = by_id[what["sheetId"]]
            if what["dimension"] == "ROWS":
                sheet.rows += what["length"]
            else:
                sheet.columns += what["length"]
        elif name == "updateCells":
            _update(by_id, what)
        else:
            raise _wrong(f"The stand-in has no {name}.")
    return after


def _update(by_id: dict[int, Sheet], what: dict[str, Any]) -> None:
    if what["fields"] != "userEnteredValue":
        raise _wrong("Only what was entered may be written here: formats stay.")
    start = what["start"]
    sheet = by_id[start["sheetId"]]
    for down, row in enumerate(what["rows"]):
        for right, cell in enumerate(row["values"]):
            place = (start["rowIndex"] + down, start["columnIndex"] + right)
            if place[0] >= sheet.rows or place[1] >= sheet.columns:
                raise _wrong("The cell is outside the grid.")
            if "userEnteredValue" in cell:
                sheet.cells[place] = cell["userEnteredValue"]
            else:
                sheet.cells.pop(place, None)


def _wrong(message: str) -> DriveFault:
    return DriveFault(400, "INVALID_ARGUMENT", message)
