"""``make test-live``: what only a real Google account can show. Nothing is asked without one."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from app.clock import SystemClock
from app.domain.errors import StewardError
from app.integrations.google.accounts import GoogleAccounts
from app.redaction import Redactor
from app.settings_store import SettingsStore
from tests.live.drive import run


def main() -> int:
    store = SettingsStore()
    settings = store.load()
    accounts = GoogleAccounts(
        store,
        settings=lambda: settings,
        clock=SystemClock(),
        hide=Redactor().add,
        on_end=lambda account: print(f"The sign-in of {account.email} has ended."),
    )
    if not accounts.all():
        print("No Google account is connected: `steward google sign-in --scope all` first.")
        return 0
    try:
        with tempfile.TemporaryDirectory(prefix="steward-live-") as home:
            return 1 if asyncio.run(run(accounts, Path(home), print)) else 0
    except StewardError as error:
        print(error)
        return 1
    finally:
        accounts.close()


if __name__ == "__main__":
    sys.exit(main())
