"""Keys of services that no call can try: kept and used from now on, and forgotten again.

A model's key is tried by ``ConnectedModel.connect``, and a bot's token by its channel.
"""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

from app.connected_model import ConnectedModel
from app.domain.errors import UsageError
from app.providers import KEY_OF, without_key
from app.redaction import Redactor, Secret
from app.running_settings import RunningSettings
from app.setting_fields import Field, field_named


class Keys:
    """Keeps and forgets keys. Owned by the loop's thread."""

    def __init__(
        self, settings: RunningSettings, model: ConnectedModel, redactor: Redactor
    ) -> None:
        self._settings = settings
        self._model = model
        self._redactor = redactor

    async def keep(self, name: str, key: Secret) -> bool:
        """Use a key that no call can try, and keep it; whether it could be kept for later runs.

        Raises ``UsageError`` for a key of the environment, ``ConfigurationError``.
        """
        f = self._field(name, hint="Change it there.")
        self._redactor.add(f.env, key)
        kept = await asyncio.to_thread(self._settings.store.store_secret, f.name, key)
        changed: dict[str, Any] = {f.name: key}
        self._settings.use(dataclasses.replace(self._settings.now, **changed))
        return kept

    async def remove(self, name: str) -> None:
        """Forget a key that was kept; where its service answered with it, it no longer does.

        What answers then is what the settings say without it: a server that may need no key, else
        the offline commands. Raises ``UsageError`` for a key of the environment, ``KeyringError``
        where the keyring would not let go of it; it is not used either way.
        """
        f = self._field(name, hint="Take it out there.")
        before = self._settings.now.effective_provider
        self._settings.use(without_key(self._settings.now, f.name))
        if before == KEY_OF.get(f.name):
            await self._model.renew()
        await asyncio.to_thread(self._forget, f.name)

    def _field(self, name: str, *, hint: str) -> Field:
        f = field_named(name)
        if self._settings.store.source(f.name) == "environment":
            raise UsageError(f"{f.env} is set in the environment.", hint=hint)
        return f

    def _forget(self, name: str) -> None:
        store = self._settings.store
        if store.source("provider") == "file":
            store.save("provider", self._settings.now.provider)
        store.store_secret(name, None)
