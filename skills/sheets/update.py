"""``sheets.update``: enters values in cells of a Google Sheet, in place.

Arguments: ``path``, ``cell`` (``B2``: where the values begin), ``values`` (rows of cells: text,
numbers, ``true``, ``false``, ``null`` to empty one; a formula begins with ``=``, a text that looks
like one with ``'``), ``sheet`` (its name; the first one unless given). All other cells, formats,
comments and charts stay.
Metadata: ``path``, ``version``, ``operation``, ``hash_after``, ``cells`` (how many were given).
Errors: ``drive_lossy`` for a sheet there is not; as ``files.edit``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from app.domain.errors import InvalidArgumentsError
from app.domain.sheet_text import Cell, with_cells
from app.domain.skills import Preview, Skill, SkillContext, SkillResult
from skills.drive._definitions import FILE, TIMEOUT
from skills.files import _writing
from skills.files._definitions import definition, maybe_text, text

_CELL: Final = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")


class UpdateCells(_writing.OneFileSkill):
    """Enters values in cells."""

    domain = "sheets"
    timeout = TIMEOUT
    tool_definition = definition(
        "update",
        "Enter values in cells of a Google Sheet, in place, from one cell on to the right and "
        "down. Formulas begin with =. All other cells, formats, comments and charts stay; the "
        "whole spreadsheet is copied first. To empty a cell, give null.",
        {
            "path": FILE,
            "cell": {
                "type": "string",
                "pattern": "^[A-Za-z]{1,3}[1-9][0-9]{0,6}$",
                "description": "Where the values begin: B2.",
            },
            "values": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "array",
                    "items": {"type": ["string", "number", "boolean", "null"]},
                },
                "description": "Rows of cells.",
            },
            "sheet": {
                "type": "string",
                "minLength": 1,
                "description": "Name of the sheet; the first one unless given.",
            },
        },
        ["path", "cell", "values"],
        domain="sheets",
    )

    async def preview(self, params: Mapping[str, object], context: SkillContext) -> Preview:
        """The difference it would make."""
        plan = await context.workspace.plan_edit(text(params, "path"), _change(params))
        return await _writing.preview(f"Change cells of {plan.display}", plan)

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        """Enter them."""
        version = await context.workspace.edit(text(params, "path"), _change(params))
        shown = context.workspace.display(version.path)
        return _writing.changed(
            f"Changed cells of {shown}: version {version.version}.",
            version,
            context,
            {"cells": sum(len(row) for row in _values(params))},
        )


def _values(params: Mapping[str, object]) -> Sequence[Sequence[Cell]]:
    return cast("Sequence[Sequence[Cell]]", params["values"])


def _change(params: Mapping[str, object]) -> Callable[[bytes], bytes]:
    top, left = _place(text(params, "cell"))
    sheet, values = maybe_text(params, "sheet"), _values(params)
    return lambda old: with_cells(old.decode("utf-8"), sheet, top, left, values).encode("utf-8")


def _place(cell: str) -> tuple[int, int]:
    """Row and column from 0."""
    found = _CELL.fullmatch(cell)
    if found is None:
        raise InvalidArgumentsError(f"{cell} is no cell.", hint="Write it as B2.")
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


skill: Skill = UpdateCells()
