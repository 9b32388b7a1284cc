"""A new database is laid down as today's migrations make it, instead of made by them each time.

A test that makes one by the migrations is marked ``migrates``, as those of the migrations are; so
does every command in a process of its own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.storage import schema
from app.storage.database import Database


class PreparedDatabase:
    """Lays down, in place of an empty file, what opening ``path`` made. Read from, never written.

    Eight migrations, each synced, take a hundred times as long as opening what they make.
    """

    def __init__(self, path: Path) -> None:
        self._really_inspect = schema.inspect
        self._newest = len(schema.steps(schema.MIGRATIONS))
        made = Database(path)
        made.open()
        made.close()
        self._content = path.read_bytes()

    def lie_ready(self, patch: pytest.MonkeyPatch) -> None:
        """Use it for every database that is opened in this process from now on."""
        patch.setattr(schema, "inspect", self._inspect)

    def _inspect(self, path: Path, newest: int, *, timeout: float) -> int:
        if newest == self._newest and path.stat().st_size == 0:
            path.write_bytes(self._content)
            return 0
        return self._really_inspect(path, newest, timeout=timeout)
