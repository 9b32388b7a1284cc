"""Who uses this Steward: one row a name."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime

from app.storage.connections import current
from app.storage.database import Database
from app.storage.models import User


def account_name() -> str:
    """The name of the account this process runs under; ``you`` where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no passwd entry, for instance in a container
        return "you"


def ensure_user(database: Database, name: str) -> int:
    """The id of the person's row, which is added when it is not there yet; blocking.

    May be called inside ``database.write``. Raises ``StorageError``.
    """

    def ensure() -> int:
        # Not ``get_or_create``: two processes may come at once, and IMMEDIATE settles it.
        for (known,) in current.rows(
            "SELECT id FROM users WHERE name = ?", [User.name.db_value(name)]
        ):
            return int(known)
        return int(User.create(name=name, created_at=datetime.now(UTC)).id)

    return database.write(ensure)
