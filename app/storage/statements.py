"""Statements about one row that are written once: peewee's way takes longer than SQLite does.

To be called inside ``Database.write``, ``Select`` also inside ``Database.read``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from app.storage.connections import current
from app.storage.models import Table

Row = TypeVar("Row", bound=Table)


class Insert:
    """Inserts rows into the table of ``model``, with the columns ``names``.

    ``on_conflict`` is SQL for what follows the values.
    """

    def __init__(self, model: type[Table], names: tuple[str, ...], on_conflict: str = "") -> None:
        meta: Any = model._meta  # noqa: SLF001 - peewee's public face
        self._fields = tuple((name, meta.fields[name].db_value) for name in names)
        places = ", ".join("?" * len(names))
        # Names of columns only; every value is a parameter.
        self._sql = (
            f"INSERT INTO {meta.table_name} ({', '.join(names)}) VALUES ({places}) {on_conflict}"  # noqa: S608
        )

    def __call__(self, values: Mapping[str, object]) -> int:
        """Insert one row; its row id."""
        parameters = [stored(values[name]) for name, stored in self._fields]
        return current.change(self._sql, parameters).lastrowid or 0


class Update:
    """Changes the columns ``names`` of one row of the table of ``model``, found by its ``id``."""

    def __init__(self, model: type[Table], names: tuple[str, ...]) -> None:
        meta: Any = model._meta  # noqa: SLF001 - peewee's public face
        self._fields = tuple((name, meta.fields[name].db_value) for name in names)
        places = ", ".join(f"{name} = ?" for name in names)
        # Names of columns only; every value is a parameter.
        self._sql = f"UPDATE {meta.table_name} SET {places} WHERE id = ?"  # noqa: S608

    def __call__(self, row_id: object, values: Mapping[str, object]) -> bool:
        """Change the row; whether there is one."""
        parameters = [stored(values[name]) for name, stored in self._fields]
        return current.change(self._sql, [*parameters, row_id]).rowcount > 0


class Select(Generic[Row]):
    """Reads one row of the table of ``model``, found by its ``id``."""

    def __init__(self, model: type[Row]) -> None:
        meta: Any = model._meta  # noqa: SLF001 - peewee's public face
        self._model = model
        self._fields = tuple((field.name, field.python_value) for field in meta.sorted_fields)
        names = ", ".join(name for name, _ in self._fields)
        self._sql = f"SELECT {names} FROM {meta.table_name} WHERE id = ?"  # noqa: S608 - names only

    def __call__(self, row_id: object) -> Row | None:
        """The row, or ``None`` where there is none."""
        found = current.rows(self._sql, (row_id,))
        if not found:
            return None
        columns = zip(self._fields, found[0], strict=True)
        return self._model(**{name: used(value) for (name, used), value in columns})
