"""The settings as they hold now, and a change of one that holds from now on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from app.config import Settings
from app.domain.errors import ConfigurationError
from app.settings_store import SettingsStore


class RunningSettings:
    """What holds now. Owned by the loop's thread.

    Attributes:
        store: where settings are kept for later runs.
        now: the settings; never changed, but replaced as a whole.
        on_change: is called with the name of a setting that ``change`` has changed.
    """

    def __init__(self, store: SettingsStore, settings: Settings) -> None:
        self.store = store
        self.now = settings
        self.on_change: Callable[[str], object] = lambda _name: None

    def use(self, settings: Settings) -> None:
        """Let these hold from now on; who asks for it keeps them."""
        self.now = settings

    def change(self, name: str, value: object) -> None:
        """Save one setting that is not secret and use it from now on. Raises ``UsageError``."""
        if isinstance(value, list | tuple):
            value = [str(item) for item in value]
        self.store.save(name, value)
        changed: dict[str, Any] = {name: self.store.value(name)}
        self.use(dataclasses.replace(self.now, **changed))
        self.on_change(name)

    def source(self, name: str) -> str:
        """Where a setting comes from: see ``SettingsStore.source``.

        A settings file that cannot be read now counts as empty; a change will say so.
        """
        try:
            return self.store.source(name)
        except ConfigurationError:
            return "default"
