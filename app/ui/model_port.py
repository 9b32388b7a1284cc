"""What the window needs of the model that answers; ``app.connected_model`` satisfies it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from app.redaction import Secret


class OfferedCommand(Protocol):
    """A command the composer completes."""

    @property
    def text(self) -> str:
        """How it is written."""
        ...

    @property
    def summary(self) -> str:
        """What it does."""
        ...


class FoundServer(Protocol):
    """A model server on this machine."""

    @property
    def name(self) -> str:
        """What it is: ``Ollama``."""
        ...

    @property
    def base_url(self) -> str:
        """Its address."""
        ...

    @property
    def models(self) -> Sequence[str]:
        """Ids it offers, at least one."""
        ...


class SignIn(Protocol):
    """A sign-in that waits for the browser."""

    @property
    def address(self) -> str:
        """What the browser is to open."""
        ...

    @property
    def seconds(self) -> float:
        """How long it is waited for."""
        ...

    async def key(self) -> Secret:
        """Wait for the browser, and get the key. Raises ``SignInError``, ``ModelError``."""
        ...


class ConnectedModel(Protocol):
    """What answers, and how it is exchanged."""

    async def connect(
        self,
        provider: str,
        *,
        base_url: str | None = None,
        api_key: Secret | None = None,
        model: str | None = None,
    ) -> bool:
        """Use another provider, after a live call; whether the key could be kept."""
        ...

    def sign_in(self) -> AbstractAsyncContextManager[SignIn]:
        """OpenRouter's sign-in in the browser. Raises ``SignInError`` when it is entered."""
        ...

    async def find_local_servers(self) -> Sequence[FoundServer]:
        """Model servers that answer on this machine."""
        ...

    def completions(self) -> Sequence[OfferedCommand]:
        """What ``/`` offers."""
        ...
