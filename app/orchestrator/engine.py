"""One conversation's door to the agent loop: one turn at a time, the others queue.

Messages come from several faces. Cancelling at any moment leaves every tool call with exactly
one result.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from app.domain.attachments import Attachment
from app.domain.branches import After
from app.domain.errors import ClosingError
from app.domain.messages import Channel, ConversationMessage, Role
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.engine_parts import EngineParts
from app.orchestrator.turn import TurnOutcome, TurnRun
from app.orchestrator.waiting_line import WaitingLine

__all__ = ["Engine", "TurnOutcome"]


class Engine:
    """Serves one conversation. Owned by the loop's thread."""

    def __init__(self, conversation_id: str, parts: EngineParts) -> None:
        self.conversation_id = conversation_id
        self._parts = parts
        self._line = WaitingLine(parts.waiting, parts.pause)
        self._running: asyncio.Task[TurnOutcome] | None = None
        self._cancelled = False
        self._closed = False
        self._begun = 0
        """Turns that had their turn."""
        self._newest: tuple[int, str] = (0, "")
        """The newest of them whose message is stored: which one it was, and its id."""

    @property
    def busy(self) -> bool:
        """Whether a turn is under way."""
        return self._running is not None

    @property
    def queued(self) -> tuple[str, ...]:
        """Messages that wait for the turn under way to end."""
        return self._line.texts

    def cancel(self) -> bool:
        """Stop the turn under way; ``False`` where there is none or it is stopping already."""
        if self._running is None or self._cancelled:
            return False
        self._cancelled = True
        # A tick later: a turn that has not had its first step yet takes its message in before.
        asyncio.get_running_loop().call_soon(self._running.cancel)
        return True

    async def stop(self) -> None:
        """``cancel``, and wait until the history is consistent."""
        running = self._running
        if self.cancel() and running is not None:
            await asyncio.wait([running])

    def keep_waiting(self) -> None:
        """The program is about to end: messages that wait are kept for the next run."""
        self._line.keep()

    async def close(self) -> None:
        """``stop``, and take nothing more: messages that wait for their turn are refused."""
        self._closed = True
        self.keep_waiting()
        running = self._running
        self.cancel()
        if running is not None:  # also where it was stopping already
            await asyncio.wait([running])

    async def run_turn(
        self,
        text: str,
        *,
        channel: Channel,
        mode: ApprovalMode = ApprovalMode.ASK,
        attachments: Sequence[Attachment] = (),
        instead_of: str | None = None,
        after: After | None = None,
        received: Sequence[int] = (),
        turn_id: str | None = None,
    ) -> TurnOutcome:
        """Take one message, and the files that came with it, through the loop; waits its turn.

        ``instead_of``: the id of an earlier turn; the message and what follows take its place,
        on a branch of their own, and the earlier one stays where it is.
        ``after``: the last turn that the face showed when the message was sent. The message
        follows it, whatever another process shows or has added meanwhile: see ``After``. One that
        waited its turn here follows the turn it waited for, which every face of this process
        shows. ``None``: the message follows what the conversation shows when its turn begins.
        ``received``: its numbers in a channel's inbox (several where files came with it), which
        keeps it until its turn is stored, and knows from then on that it was begun.
        ``turn_id``: the turn's id, new and unique, where the face wants to know it before the turn
        begins.

        Raises ``ClosingError`` once this is closed, with nothing stored. Never raises for what
        goes wrong inside: the outcome says it. Cancelling the caller
        stops the turn, waits until its history is consistent, then raises ``CancelledError``.
        """
        message = ConversationMessage(
            self.conversation_id,
            "",
            Role.USER,
            text,
            self._parts.clock.now(),
            channel=channel,
            attachments=tuple(attachments),
        )
        ahead = self._begun if self._running is not None else self._begun + 1
        async with self._line.turn(message, is_kept=bool(received)) as waited:
            if self._closed:
                raise ClosingError("Steward is closing; the message was not sent.")
            if after is not None and self._newest[0] >= ahead:
                after = After(self._newest[1])
            try:
                self._cancelled = False
                self._begun += 1
                turn = TurnRun(
                    self.conversation_id, self._parts, channel=channel, mode=mode, turn_id=turn_id
                )
                self._running = asyncio.create_task(
                    turn.run(
                        text,
                        message.attachments,
                        waited=waited,
                        instead_of=instead_of,
                        after=after,
                        received=received,
                    ),
                    name=f"turn {self.conversation_id}",
                )
                await self._until_over(self._running)
                return self._running.result()
            finally:
                if turn.stored is not None:
                    self._newest = (self._begun, turn.stored)
                self._running = None

    async def _until_over(self, running: asyncio.Task[TurnOutcome]) -> None:
        """Wait for the turn. A cancel stops it; however many come, it ends before this does."""
        cancelled = False
        while not running.done():
            try:
                await asyncio.wait([running])
            except asyncio.CancelledError:
                cancelled = True
                self.cancel()
        if cancelled:
            running.exception()  # a bug of its own was told by the turn
            raise asyncio.CancelledError
