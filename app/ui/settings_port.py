"""What the window needs to change settings, keys and folders, named by what it does.

``app.running_settings``, ``app.keys`` and ``app.folder_grants`` satisfy it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.redaction import Secret


class RunningSettings(Protocol):
    """Settings that change while Steward runs."""

    def change(self, name: str, value: object) -> None:
        """Save a setting (``None``: back to its default). Raises ``UsageError``."""
        ...

    def source(self, name: str) -> str:
        """Where a setting comes from: see ``SettingsStore.source``."""
        ...


class Keys(Protocol):
    """Keys of services."""

    async def keep(self, name: str, key: Secret) -> bool:
        """Use a key that no call can try; whether it could be kept. Raises ``UsageError``."""
        ...

    async def remove(self, name: str) -> None:
        """Forget a key that was kept. Raises ``UsageError``, ``KeyringError``."""
        ...


class FolderGrants(Protocol):
    """Which folders skills may work in."""

    def grant(self, folder: Path) -> None:
        """Let skills work in a folder. Raises ``UsageError``."""
        ...

    async def grant_sample(self) -> Path:
        """Make a folder of sample files and let skills work in it. Raises ``FileError``."""
        ...

    def revoke(self, folder: Path) -> None:
        """Take a folder back."""
        ...

    def trust(self, folder: Path, *, trusted: bool = True) -> None:
        """Follow the folder's ``AGENTS.md``, or no longer."""
        ...
