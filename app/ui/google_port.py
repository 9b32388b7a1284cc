"""What the window needs of the Google accounts, named by what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from app.domain.drive import DrivePage, DriveSpot, DriveStatus, DriveTransfer
from app.domain.google_accounts import DriveAccess, GoogleAccount, SignedIn, SignedOut


class GoogleSignIn(Protocol):
    """A sign-in that waits for the browser."""

    @property
    def address(self) -> str:
        """What the browser is to open."""
        ...

    @property
    def seconds(self) -> float:
        """How long it is waited for."""
        ...

    @property
    def lasting(self) -> bool:
        """Whether the keyring will keep it; else it holds for this run only."""
        ...

    async def account(self) -> SignedIn:
        """Wait for the browser, try what it brings, and keep it. Raises ``SignInError``."""
        ...


class GoogleAccounts(Protocol):
    """The accounts. What asks Google or the keyring blocks."""

    def all(self) -> Sequence[GoogleAccount]:
        """Every account. Raises ``ConfigurationError`` for a file that cannot be read."""
        ...

    def sign_in(
        self, access: DriveAccess | None = None
    ) -> AbstractAsyncContextManager[GoogleSignIn]:
        """A sign-in in the browser. Raises ``SignInError`` and kin when it is entered."""
        ...

    def take_out(self, account: GoogleAccount) -> Any:
        """Use an account no more; gives what ``adopt`` and ``revoke`` take. Blocking.

        Raises ``KeyringError``.
        """
        ...

    def adopt(self, account: GoogleAccount, token: Any) -> GoogleAccount:
        """Use an account that was taken out again. Blocking."""
        ...

    def revoke(self, email: str, token: Any) -> SignedOut:
        """Tell Google that the sign-in is over. Blocking."""
        ...

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener``, in any thread, when an account came, went or ended."""
        ...


class DriveBrowser(Protocol):
    """Looks around in Drive. Blocking; every method raises ``DriveError``."""

    def tops(self) -> Sequence[DriveSpot]:
        """Where to begin."""
        ...

    def look_into(self, spot: DriveSpot, page: str | None = None) -> DrivePage:
        """What is in a folder."""
        ...

    def search(self, words: str, page: str | None = None) -> DrivePage:
        """Files and folders of every account."""
        ...


class ConnectedDrive(Protocol):
    """Google Drive. What reads or writes the watched folders blocks."""

    @property
    def browser(self) -> DriveBrowser:
        """Looks around in it."""
        ...

    @property
    def status(self) -> DriveStatus:
        """How the last look at it went."""
        ...

    def transfers(self) -> Sequence[DriveTransfer]:
        """What is on its way for longer than a moment."""
        ...

    def look_now(self) -> None:
        """Do not wait for the next look."""
        ...

    def folders(self) -> Mapping[str, str]:
        """Names of the watched folders by their ids."""
        ...

    def add_folder(self, folder_id: str, name: str) -> None:
        """Watch a folder."""
        ...

    def remove_folder(self, folder_id: str) -> None:
        """Watch it no more."""
        ...

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener``, on the loop's thread, when ``status`` changes."""
        ...
