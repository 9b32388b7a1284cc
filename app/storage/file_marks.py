"""Marks versions with what the person decided about them afterwards.

The rows themselves never change: a mark is added to their metadata, or taken off.
"""

from __future__ import annotations

from collections.abc import Sequence

from peewee import fn

from app.domain.files import FileVersion
from app.domain.skills import Clock
from app.storage.database import Database
from app.storage.file_contents import PRUNED
from app.storage.file_history import RESOLVED, main_row
from app.storage.models import FileVersionRow


class VersionMarks:
    """Writes marks; each method is one transaction. Blocking; from any thread."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def decide(self, op_id: str, choice: str, by: str) -> None:
        """Record how the person ended a conflict, where that makes no new version."""

        def write() -> None:
            row = main_row(op_id)
            at = self._clock.now().isoformat()
            row.metadata = {**row.metadata, RESOLVED: choice, "resolved_by": by, "resolved_at": at}
            row.save(only=[FileVersionRow.metadata])

        self._database.write(write)

    def prune(self, versions: Sequence[FileVersion], archive: str) -> None:
        """Mark versions as pruned: their bytes are in ``archive``, and soon only there."""

        def write() -> None:
            at = self._clock.now().isoformat()
            marks = fn.json_set(
                FileVersionRow.metadata, f"$.{PRUNED}", archive, f"$.{PRUNED}_at", at
            )
            for one in versions:
                FileVersionRow.update(metadata=marks).where(
                    FileVersionRow.new_file_id == one.file_id,
                    FileVersionRow.version == one.version,
                    FileVersionRow.state == "done",
                ).execute()

        self._database.write(write)

    def unprune(self, digest: str) -> int:
        """Take the mark off every version that has these bytes again. Returns how many."""

        def write() -> int:
            marked = fn.json_extract(FileVersionRow.metadata, f"$.{PRUNED}").is_null(False)
            update = FileVersionRow.update(
                metadata=fn.json_remove(FileVersionRow.metadata, f"$.{PRUNED}", f"$.{PRUNED}_at")
            )
            return int(update.where(FileVersionRow.hash_after == digest, marked).execute())

        return self._database.write(write)
