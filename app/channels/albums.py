"""Gathers what was sent together and comes one by one: an album, a message for each of its files.

The service does not say how many there are, so what comes late is a message of its own.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from app.domain.channels import InboxItem, IncomingMessage, RemoteFile

QUIET: Final = 1.0
"""Seconds after the last part until an album counts as whole."""
LONGEST: Final = 5.0
"""Seconds after the first part until it does, whatever still comes."""
MOST: Final = 10
"""Parts of a whole album (api sendMediaGroup: "an album … 2-10 items")."""


@dataclass(slots=True)
class Gathered:
    """A message with what came with it until now; ``whole``: nothing more does."""

    parts: list[tuple[InboxItem, IncomingMessage]]
    began: float
    last: float
    whole: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def until(self) -> float:
        """When it is whole, by the loop's time."""
        return min(self.last + QUIET, self.began + LONGEST)


class Albums:
    """The albums that still come in. Owned by one run of a desk."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Gathered] = {}
        """By chat and sender: there is one at a time, for messages of one person come in order."""

    def take(self, item: InboxItem, message: IncomingMessage) -> Gathered | None:
        """Take a message in; ``None`` where it belongs to one that was taken in before."""
        now = asyncio.get_running_loop().time()
        open_one = self._open.get(_place(message))
        if open_one is not None:
            if _belongs(open_one.parts[0], (item, message)):
                open_one.parts.append((item, message))
                open_one.last = now
                if len(open_one.parts) == MOST:
                    self._close(open_one)
                return None
            self._close(open_one)
        made = Gathered([(item, message)], now, now)
        if message.album:
            self._open[_place(message)] = made
        else:
            made.whole.set()
        return made

    def no_more(self, message: IncomingMessage) -> None:
        """Nothing more belongs to what came with ``message``."""
        open_one = self._open.get(_place(message))
        if open_one is not None:
            self._close(open_one)

    async def all_of(self, gathered: Gathered) -> tuple[InboxItem, IncomingMessage]:
        """Everything that came together as one message, once that is whole."""
        while not gathered.whole.is_set():
            try:
                async with asyncio.timeout_at(gathered.until):
                    await gathered.whole.wait()
            except TimeoutError:
                if gathered.until <= asyncio.get_running_loop().time():
                    self._close(gathered)
        (first, _), *others = gathered.parts
        item = dataclasses.replace(first, also=tuple(other.id for other, _ in others))
        return item, as_one([message for _, message in gathered.parts])

    def _close(self, gathered: Gathered) -> None:
        gathered.whole.set()
        self._open.pop(_place(gathered.parts[0][1]), None)


def as_one(parts: Sequence[IncomingMessage]) -> IncomingMessage:
    """The message that an album is: all words and all files, in their order."""
    if len(parts) == 1:
        return parts[0]
    return dataclasses.replace(
        parts[0],
        text="\n\n".join(one.text for one in parts if one.text.strip()),
        files=_told_apart(file for one in parts for file in one.files),
        mentioned=any(one.mentioned for one in parts),
        quoted=next((one.quoted for one in parts if one.quoted), ""),
    )


def _belongs(
    first: tuple[InboxItem, IncomingMessage], other: tuple[InboxItem, IncomingMessage]
) -> bool:
    """Whether two are parts of one album, with which the same has happened until now."""
    (item, message), (other_item, other_message) = first, other
    return (
        bool(message.album)
        and message.album == other_message.album
        # What others wrote must not become the sender's own words.
        and message.forwarded_from == other_message.forwarded_from
        and (item.begun, item.confirmed) == (other_item.begun, other_item.confirmed)
    )


def _place(message: IncomingMessage) -> tuple[str, str]:
    return message.chat.id, message.sender.id


def _told_apart(files: Iterable[RemoteFile]) -> tuple[RemoteFile, ...]:
    """Every photo has the same name: the second one is called ``photo 2.jpg``."""
    names: set[str] = set()
    found = []
    for file in files:
        name, number = file.name, 1
        while name in names:
            number += 1
            path = PurePath(file.name)
            name = f"{path.stem} {number}{path.suffix}"
        names.add(name)
        found.append(dataclasses.replace(file, name=name))
    return tuple(found)
