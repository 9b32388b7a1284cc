"""A phone, and what a test does with the service: the same for this process and from another."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from tests.standins.telegram.faults import Fault

SECONDS: Final = 15.0


class Act(Protocol):
    """Takes an action to the stand-in."""

    def __call__(self, action: str, **arguments: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the phone shows it. ``buttons``: label and opaque data, row by row."""

    id: int
    of_bot: bool
    text: str
    source: str
    html: bool
    entities: tuple[dict[str, Any], ...]
    buttons: tuple[tuple[tuple[str, str], ...], ...]
    document: str
    file: str
    quiet: bool
    edits: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        """All buttons' labels."""
        return [label for row in self.buttons for label, _data in row]


Matches = str | Callable[[Shown], bool]
"""A part of the text, or a question."""


class Phone:
    """One user in one chat: the private one with the bot, or a group."""

    def __init__(
        self, act: Act, user: int, name: str, username: str, chat: int, title: str
    ) -> None:
        self.user = user
        self.chat = chat
        self._act = act
        act("hello", user=user, name=name, username=username, chat=chat, title=title)

    # -- doing -----------------------------------------------------------------------------

    def send(
        self,
        text: str,
        *,
        reply_to: int | None = None,
        forwarded_from: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> int:
        """Send a message; its id. ``extra``: fields of the message that are to be otherwise."""
        return int(
            self._act(
                "send",
                user=self.user,
                chat=self.chat,
                text=text,
                reply_to=reply_to,
                forwarded_from=forwarded_from,
                extra=extra,
            )
        )

    def send_file(
        self,
        name: str,
        data: bytes,
        caption: str = "",
        *,
        kind: str = "document",
        claimed: int | None = None,
        media_type: str = "",
    ) -> int:
        """Send a ``document``, ``photo`` or ``voice``.

        ``claimed``: the size the service says it has; -1: it says none.
        """
        return int(
            self._act(
                "send",
                user=self.user,
                chat=self.chat,
                text=caption,
                kind=kind,
                name=name,
                data=base64.b64encode(data).decode(),
                claimed=claimed,
                media_type=media_type,
            )
        )

    def send_album(
        self,
        files: dict[str, bytes],
        caption: str = "",
        *,
        kind: str = "document",
        forwarded_from: str | None = None,
    ) -> list[int]:
        """Send documents or photos together; the messages' ids."""
        inside = [(name, base64.b64encode(data).decode()) for name, data in files.items()]
        return list(
            self._act(
                "album",
                user=self.user,
                chat=self.chat,
                files=inside,
                caption=caption,
                kind=kind,
                forwarded_from=forwarded_from,
            )
        )

    def delete(self, message: int) -> None:
        """Delete a message, also one of the bot's."""
        self._act("delete", chat=self.chat, message=message)

    def edit(self, message: int, text: str) -> None:
        """Change one of one's own messages."""
        self._act("edit", user=self.user, chat=self.chat, message=message, text=text)

    def press(self, label: str, *, seconds: float = SECONDS) -> str:
        """Wait for a button whose label begins so, and press the newest; the query's id."""
        shown = self.wait_for(
            lambda one: any(name.startswith(label) for name in one.labels), seconds=seconds
        )
        pairs = [pair for row in shown.buttons for pair in row]
        data = next(data for name, data in pairs if name.startswith(label))
        return self.press_data(data, shown.id)

    def press_data(self, data: str, message: int, *, chat: int | None = None) -> str:
        """Press what was a button once, or somebody else's."""
        where = self.chat if chat is None else chat
        return str(self._act("press", user=self.user, chat=where, message=message, data=data))

    def block(self, *, on: bool = True) -> None:
        """Block the bot."""
        self._act("block", chat=self.chat, on=on)

    # -- seeing ----------------------------------------------------------------------------

    def messages(self) -> list[Shown]:
        """All that stands in the chat, the oldest first."""
        return [
            Shown(
                **{
                    **one,
                    "entities": tuple(one["entities"]),
                    "buttons": tuple(tuple(map(tuple, row)) for row in one["buttons"]),
                    "edits": tuple(one["edits"]),
                }
            )
            for one in self._act("messages", chat=self.chat)
        ]

    def replies(self) -> list[Shown]:
        """What the bot says there."""
        return [one for one in self.messages() if one.of_bot]

    def file(self, shown: Shown) -> bytes:
        """A document's bytes."""
        return base64.b64decode(self._act("file", file=shown.file))

    def answers(self, query: str) -> list[str]:
        """With what a press was acknowledged: nothing yet, or one text."""
        return list(self._act("answers", query=query))

    def typings(self) -> int:
        """How often the bot said that it is typing."""
        return len(self._act("typing", chat=self.chat))

    # -- waiting ---------------------------------------------------------------------------

    def until(self, condition: Callable[[], bool], *, seconds: float = SECONDS) -> None:
        """Block until ``condition`` holds; it is asked at each change of the service."""
        deadline = time.monotonic() + seconds
        while True:
            version = self._act("version")
            if condition():
                return
            left = deadline - time.monotonic()
            if left <= 0:
                said = "\n".join(f"{one.text!r} {one.labels}" for one in self.replies())
                raise AssertionError(f"the phone waited in vain; the bot said:\n{said}")
            self._act("changed", since=version, seconds=min(left, 1.0))

    def wait_for(self, what: Matches, *, seconds: float = SECONDS) -> Shown:
        """Block until the bot shows such a message; the newest one."""
        matches = what if callable(what) else lambda one: what in one.text
        found: list[Shown] = []

        def seen() -> bool:
            found[:] = [one for one in self.replies() if matches(one)]
            return bool(found)

        self.until(seen, seconds=seconds)
        return found[-1]

    async def shows(self, what: Matches, *, seconds: float = SECONDS) -> Shown:
        """``wait_for`` that leaves the loop free."""
        return await asyncio.to_thread(self.wait_for, what, seconds=seconds)

    async def holds(self, condition: Callable[[], bool], *, seconds: float = SECONDS) -> None:
        """``until`` that leaves the loop free."""
        await asyncio.to_thread(self.until, condition, seconds=seconds)


class Bench:
    """What a test does with the service."""

    url: str

    def act(self, action: str, **arguments: Any) -> Any:
        """Take an action to the service."""
        raise NotImplementedError

    def phone(
        self, user: int = 42, name: str = "Ada", *, username: str = "", group: int = 0
    ) -> Phone:
        """The phone of a user: the private chat (api: its id is the user's), or a group."""
        title = f"Group {group}" if group else ""
        return Phone(self.act, user, name, username, group or user, title)

    def fail(self, method: str, fault: Fault, *, times: int = 1, skip: int = 0) -> None:
        """Let ``fault`` happen to the next ``times`` calls of ``method``, after ``skip`` more.

        ``*``: of any method; ``file``: downloads.
        """
        self.act("fail", method=method, fault=fault.json, times=times, skip=skip)

    def heal(self) -> None:
        """Nothing more goes wrong; what hangs ends."""
        self.act("heal")

    def asked(self, method: str = "") -> list[dict[str, Any]]:
        """Calls so far: ``method``, ``given``, ``at`` in monotonic seconds."""
        return list(self.act("asked", method=method))

    def count(self, method: str) -> int:
        """How many calls of ``method`` there were."""
        return int(self.act("count", method=method))

    def push_raw(self, update: Any) -> int:
        """Let getUpdates bring anything."""
        return int(self.act("raw", update=update))

    def skip_time(self, seconds: float) -> None:
        """Let the service's clock go on."""
        self.act("skip", seconds=seconds)

    def lack(self, *methods: str) -> None:
        """The service has none of these methods."""
        self.act("missing", methods=list(methods))

    def change(self, name: str, value: Any) -> None:
        """Set what ``TelegramState`` or ``Control`` names."""
        self.act("set", name=name, value=value)

    @property
    def facts(self) -> dict[str, Any]:
        """``token``, ``username``, ``pending``, ``commands``, ``webhook`` and more."""
        return dict(self.act("facts"))

    def wait_until(self, condition: Callable[[], bool], *, seconds: float = SECONDS) -> None:
        """Block until ``condition`` holds; it is asked at each change, and ten times a second."""
        deadline = time.monotonic() + seconds
        while True:
            version = self.act("version")
            if condition():
                return
            assert time.monotonic() < deadline, "the stand-in waited in vain"
            self.act("changed", since=version, seconds=0.1)

    async def until(self, condition: Callable[[], bool], *, seconds: float = SECONDS) -> None:
        """``wait_until`` that leaves the loop free; the condition is asked in another thread."""
        await asyncio.to_thread(self.wait_until, condition, seconds=seconds)
