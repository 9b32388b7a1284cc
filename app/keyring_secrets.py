"""Secrets in the system's keyring, which may hang, crash or not be there: none of it reaches us.

A back-end speaks to another program (over D-Bus, for instance) and may wait for a person to
unlock it, so each call runs in a thread of its own and is given up after a while.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from app.domain.errors import KeyringError
from app.redaction import Secret

T = TypeVar("T")

PATIENCE: Final = 3.0
"""Seconds a call may take."""

PROBE: Final = "probe"
"""The entry that ``check`` makes and takes out again."""

_SERVICE: Final = "steward"


class SystemKeyring:
    """The keyring as this program uses it. Blocks up to ``patience`` seconds; from any thread.

    Once a call was given up, the following ones fail at once until it has ended after all.
    """

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._stuck: threading.Thread | None = None

    def read(self, name: str) -> Secret | None:
        """The secret, or ``None`` where there is none. Raises ``KeyringError``."""

        def read() -> str | None:
            import keyring

            return keyring.get_password(_SERVICE, name)

        value = self._within_patience(read)
        return Secret(value) if value else None

    def write(self, name: str, secret: Secret) -> None:
        """Keep a secret for later runs. Raises ``KeyringError`` where it is not kept."""

        def write() -> bool:
            import keyring

            keyring.set_password(_SERVICE, name, secret.reveal())
            # The null back-end accepts and forgets; only a value that reads back is kept.
            return keyring.get_password(_SERVICE, name) == secret.reveal()

        if not self._within_patience(write):
            raise _unavailable("it does not keep what is put into it")

    def check(self) -> bool:
        """Keep, give back and forget something that is no secret. Raises ``KeyringError``.

        ``False``: it keeps what it was told to forget.
        """
        try:
            self.write(PROBE, Secret(uuid.uuid4().hex))
        finally:
            self.forget(PROBE)
        return self.read(PROBE) is None

    def forget(self, name: str) -> None:
        """Take a secret out, if it is there. Raises ``KeyringError``."""

        def forget() -> None:
            import keyring

            if keyring.get_password(_SERVICE, name) is not None:
                keyring.delete_password(_SERVICE, name)

        self._within_patience(forget)

    def _within_patience(self, work: Callable[[], T]) -> T:
        if self._stuck is not None and self._stuck.is_alive():
            raise _unavailable("it does not answer")
        call = _Call(work)
        thread = threading.Thread(target=call.run, name="steward keyring", daemon=True)
        thread.start()
        thread.join(self._patience)
        if thread.is_alive():
            self._stuck = thread
            raise _unavailable("it does not answer")
        if not call.results:
            raise _unavailable(f"it failed ({type(call.error).__name__})") from call.error
        return call.results[0]


class _Call(Generic[T]):
    """One call and what came of it; read after its thread has ended."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self.results: list[T] = []
        self.error: Exception | None = None

    def run(self) -> None:
        """Do it, in the thread."""
        try:
            self.results.append(self._work())
        except Exception as error:  # noqa: BLE001 - a back-end is a plug-in: it may raise anything
            self.error = error


def _unavailable(why: str) -> KeyringError:
    return KeyringError(
        f"The system's keyring cannot be used: {why}.",
        hint="Unlock it and start Steward again, or set keys in the environment.",
        details={"reason": why},
    )
