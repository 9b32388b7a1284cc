"""Writes down what happens in a turn, in order, without making the turn wait for the disk.

Everything is handed to the database at once and keeps its place there, so that what is promised
later (the end of the turn, the start of a change) takes all before it along. ``settled`` waits
for it and raises what went wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from app.domain.errors import StewardError
from app.domain.messages import ConversationMessage
from app.storage.begun import Begun


class ResultStore(Protocol):
    """Where the results of tools are kept (``storage.conversations``)."""

    def append_begun(
        self, messages: Sequence[ConversationMessage], *, durable: bool
    ) -> Begun[list[int]]:
        """Hand several messages in as one; their ids."""
        ...


class TurnJournal:
    """The writes of one turn that nobody has waited for yet.

    ``changes`` says whether a tool of this name can change something.
    """

    def __init__(self, store: ResultStore, changes: Callable[[str], bool]) -> None:
        self._store = store
        self._changes = changes
        self._results: list[ConversationMessage] = []
        self._begun: list[Begun[Any]] = []

    def result(self, message: ConversationMessage) -> None:
        """A tool's result is known. Those that are known in one go are stored in one."""
        if not self._results:
            asyncio.get_running_loop().call_soon(self.flush)
        self._results.append(message)

    def flush(self) -> None:
        """Hand the results in that are known."""
        if self._results:
            results, self._results = self._results, []
            # Looking can be done again; what was changed must be known after a power cut.
            durable = any(self._changes(one.tool_name or "") for one in results)
            try:
                written = self._store.append_begun(results, durable=durable)
            except StewardError as error:  # met where somebody waits, and not in a callback
                written = Begun.refused(error)
            self.kept(written)

    def kept(self, written: Begun[Any]) -> None:
        """Something was handed in."""
        self._begun = [one for one in self._begun if not one.went_well]
        self._begun.append(written)

    async def settled(self) -> None:
        """Wait until all is stored. Raises the first ``StorageError``."""
        self.flush()
        begun, self._begun = self._begun, []
        if begun:
            outcomes = await asyncio.gather(*begun, return_exceptions=True)
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome
