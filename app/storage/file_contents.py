"""Reads which contents of the vault the history needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.storage.database import Database
from app.storage.file_rows import select, used_path

PRUNED: Final = "pruned"
"""In a version's metadata: the archive its bytes went to when the person pruned them."""

_IS_PRUNED: Final = f"json_extract(metadata, '$.{PRUNED}') IS NOT NULL"
_AT_ONCE: Final = 500


class NeededContents:
    """Queries over the hashes that versions name. Blocking; from any thread.

    Bytes are needed by each version that has them and is not pruned, and by each change that is
    open or ended otherwise than in a version (in a conflict, for instance).
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_versions(self, digests: Sequence[str]) -> dict[str, str]:
        """Those of ``digests`` that must be in the vault, and a version that says so."""

        def read() -> dict[str, str]:
            found: dict[str, str] = {}
            for some in _batches(digests):
                rows = select(
                    "hash_after, path, version",
                    f"file_versions WHERE hash_after IN ({_marks(some)}) "
                    f"AND state = 'done' AND NOT {_IS_PRUNED}",
                    *some,
                )
                for digest, path, version in rows:
                    found.setdefault(digest, f"{used_path(path)}, version {version}")
            return found

        return self._database.read(read)

    def at_all(self, digests: Sequence[str]) -> set[str]:
        """Those of ``digests`` that any change names, whatever became of it."""
        return self._database.read(lambda: _named(digests, "1"))

    def otherwise(self, digests: Sequence[str]) -> set[str]:
        """Those of ``digests`` that something else than a pruned version needs."""

        def read() -> set[str]:
            needed = _named(digests, "state <> 'done'")
            for some in _batches(digests):
                rows = select(
                    "hash_after",
                    f"file_versions WHERE hash_after IN ({_marks(some)}) "
                    f"AND state = 'done' AND NOT {_IS_PRUNED}",
                    *some,
                )
                needed.update(digest for (digest,) in rows)
            return needed

        return self._database.read(read)

    def of_pruned_versions(self) -> list[str]:
        """Every hash that a pruned version names."""
        return self._database.read(
            lambda: [
                digest
                for (digest,) in select("DISTINCT hash_after", f"file_versions WHERE {_IS_PRUNED}")
                if digest is not None
            ]
        )


def _named(digests: Sequence[str], condition: str) -> set[str]:
    found: set[str] = set()
    for some in _batches(digests):
        for column in ("hash_before", "hash_after"):
            where = f"{column} IN ({_marks(some)}) AND {condition}"
            found.update(row[0] for row in select(column, f"file_versions WHERE {where}", *some))
    return found


def _batches(digests: Sequence[str]) -> list[Sequence[str]]:
    return [digests[start : start + _AT_ONCE] for start in range(0, len(digests), _AT_ONCE)]


def _marks(some: Sequence[str]) -> str:
    return ", ".join("?" * len(some))
