"""What is watched in Google Drive, and to where its feeds were read. Blocking; from any thread."""

from __future__ import annotations

from app.domain.skills import Clock
from app.storage.database import Database
from app.storage.models import DriveFeed, DriveFolder


class DriveWatch:
    """Feeds by account, and folders by their ids."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def read(self, account: str) -> str | None:
        """Where the account's feed goes on; ``None`` where it was never read."""

        def read() -> str | None:
            row = DriveFeed.get_or_none(DriveFeed.account == account)
            return None if row is None else str(row.page)

        return self._database.read(read)

    def keep(self, account: str, page: str) -> None:
        """From here on the next time."""
        row = DriveFeed.insert(account=account, page=page, read_at=self._clock.now())
        self._database.write(lambda: row.on_conflict_replace().execute())

    def folders(self) -> dict[str, str]:
        """Names of the watched folders by their ids, the oldest first."""
        return self._database.read(
            lambda: {
                str(row.folder_id): str(row.name)
                for row in DriveFolder.select().order_by(DriveFolder.added_at)
            }
        )

    def add_folder(self, folder_id: str, name: str) -> None:
        """Watch a folder."""
        row = DriveFolder.insert(folder_id=folder_id, name=name, added_at=self._clock.now())
        self._database.write(lambda: row.on_conflict_replace().execute())

    def remove_folder(self, folder_id: str) -> None:
        """Watch it no more; what was recorded stays."""
        self._database.write(
            lambda: DriveFolder.delete().where(DriveFolder.folder_id == folder_id).execute()
        )
