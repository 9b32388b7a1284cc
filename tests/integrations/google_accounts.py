"""Accounts on a stand-in for Google, with a person at the browser who says yes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from app.clock import SystemClock
from app.config import Settings
from app.domain.google_accounts import DriveAccess, SignedIn
from app.integrations.google.accounts import GoogleAccounts
from app.redaction import Redactor
from app.settings_store import SettingsStore
from tests.standins.google_drive import DriveServer
from tests.standins.google_drive.consent import client_file
from tests.standins.openrouter_site import visit


class Desk:
    """Accounts of a data directory, in a run of Steward."""

    def __init__(self, home: Path, google: DriveServer, *, client: str = "steward.apps") -> None:
        self.google = google
        self.store = SettingsStore(home, {})
        self.redactor = Redactor()
        self.changes = 0
        self.ended: list[str] = []
        home.mkdir(exist_ok=True)
        self.settings = Settings(
            home=home,
            google_oauth_client_file=client_file(home.parent, google.root_url, client=client),
            google_api_url=google.root_url.rstrip("/"),
        )
        self.accounts = GoogleAccounts(
            self.store,
            settings=lambda: self.settings,
            clock=SystemClock(),
            hide=self.redactor.add,
            on_end=lambda account: self.ended.append(account.email),
        )
        self.accounts.subscribe(self._changed)

    def change(self, **settings: object) -> None:
        self.settings = replace(self.settings, **settings)  # type: ignore[arg-type]

    async def sign_in(self, user: str | None = None, access: DriveAccess | None = None) -> SignedIn:
        """The whole way, with a browser that does what the person at it says."""
        if user is not None:
            self.google.sign_ins.consent.user = user
        async with self.accounts.sign_in(access) as attempt:
            waiting = asyncio.create_task(attempt.account())
            await asyncio.to_thread(visit, attempt.address)
            return await waiting

    def _changed(self) -> None:
        self.changes += 1
