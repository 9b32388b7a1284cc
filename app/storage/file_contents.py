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
                rows = select("hash_after, path, version", _kept_with(some), *some)
                for digest, path, version in rows:
                    found.setdefault(digest, f"{used_path(path)}, version {version}")
            return found

        return self._database.read(read)

    def any_by_versions(self) -> bool:
        """Whether the bytes of any version must be in the vault."""
        where = f"hash_after IS NOT NULL AND state = 'done' AND NOT ({_IS_PRUNED}) LIMIT 1"
        return bool(self._database.read(lambda: select("1", f"file_versions WHERE {where}")))

    def at_all(self, digests: Sequence[str]) -> set[str]:
        """Those of ``digests`` that any change names, whatever became of it."""
        return self._database.read(lambda: _named(digests, "1"))

    def by_others(self, digests: Sequence[str]) -> set[str]:
        """Those of ``digests`` that a change which is no version needs: open, or in conflict."""
        return self._database.read(lambda: _named(digests, "state <> 'done'"))

    def at_all_but_pruned(self, digests: Sequence[str]) -> set[str]:
        """Those of ``digests`` that some change needs: all but those of pruned versions only."""
        return self.by_others(digests) | self.holders(digests).keys()

    def holders(self, digests: Sequence[str]) -> dict[str, set[tuple[str, int]]]:
        """File and number of each version that has one of these contents and is not pruned."""

        def read() -> dict[str, set[tuple[str, int]]]:
            found: dict[str, set[tuple[str, int]]] = {}
            for some in _batches(digests):
                rows = select("hash_after, new_file_id, version", _kept_with(some), *some)
                for digest, file_id, version in rows:
                    found.setdefault(digest, set()).add((file_id, version))
            return found

        return self._database.read(read)

    def archive_of(self, digest: str) -> str | None:
        """The archive that the bytes of a pruned version went to; ``None`` for no such version."""

        def read() -> str | None:
            where = f"file_versions WHERE hash_after = ? AND {_IS_PRUNED} ORDER BY id DESC LIMIT 1"
            rows = select(f"json_extract(metadata, '$.{PRUNED}')", where, digest)
            return str(rows[0][0]) if rows else None

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


def _kept_with(digests: Sequence[str]) -> str:
    """The versions that have one of these contents and are not pruned."""
    where = f"hash_after IN ({_marks(digests)}) AND state = 'done' AND NOT ({_IS_PRUNED})"
    return f"file_versions WHERE {where}"


def _batches(digests: Sequence[str]) -> list[Sequence[str]]:
    return [digests[start : start + _AT_ONCE] for start in range(0, len(digests), _AT_ONCE)]


def _marks(some: Sequence[str]) -> str:
    return ", ".join("?" * len(some))
