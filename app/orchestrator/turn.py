"""One turn: a message in, events out, ended and accounted for whatever happens on the way."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.attachments import Attachment
from app.domain.branches import After
from app.domain.errors import ContextTooLongError, StewardError
from app.domain.events import TurnStatus
from app.domain.messages import Channel, ConversationMessage, MessageStatus, Role
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.domain.turns import TurnRecord, TurnState
from app.logs import log_place
from app.orchestrator.answer import Answering, TurnParts
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.dispatch import TurnScope
from app.orchestrator.engine_parts import EngineParts
from app.orchestrator.limits import CLOSING_SECONDS, TurnLimits
from app.orchestrator.llm_client import Completed, LLMClient
from app.orchestrator.model_calls import ModelCalls, OutOfTimeError
from app.orchestrator.to_the_end import to_the_end
from app.orchestrator.turn_context import TurnContext, known_window
from app.orchestrator.turn_events import TurnEvents
from app.orchestrator.turn_journal import TurnJournal
from app.orchestrator.turn_time import Deadline, TurnTime

logger = logging.getLogger(__name__)

_CUT: Final = {
    "length": "The answer was cut off by the model's length limit.",
    "content_filter": "The answer was cut off by the provider's content filter.",
}
_MOST_SHRINKS: Final = 4
"""So often a request is made shorter after the model refused it as too long, within one turn: most
servers say how much they take, and then once is enough.
"""
_REFUSED: Final = "repeated_call"
_BUG: Final = "Something went wrong inside Steward. The log in its data folder says more."


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """How a turn ended: its answer's text, and the error that ended it, if one did.

    ``reason``: in words, the limit that ended it, or what cut its answer short. ``stored``:
    whether the message that began it is kept; else nothing of the turn is.
    """

    turn_id: str
    status: TurnStatus
    text: str
    error: StewardError | None = None
    reason: str = ""
    stored: bool = False


class TurnRun:
    """The turn under way; dies with it. Call ``run`` once."""

    def __init__(
        self,
        conversation_id: str,
        parts: EngineParts,
        *,
        channel: Channel,
        mode: ApprovalMode,
        turn_id: str | None = None,
    ) -> None:
        turn_id = turn_id or uuid.uuid4().hex
        self._parts = parts
        self._loop_time = asyncio.get_running_loop().time
        self._limits = TurnLimits(parts.bounds(), started=self._loop_time())
        self._time = TurnTime(self._limits, self._loop_time)
        self._scope = TurnScope(conversation_id, turn_id, channel, mode, self._time.asking)
        self._events = TurnEvents(
            conversation_id, turn_id, clock=parts.clock, publish=parts.publish
        )
        self._journal = TurnJournal(parts.conversations, parts.changes)
        self._calls = ModelCalls(
            parts,
            self._events,
            self._journal,
            self._limits,
            conversation_id=conversation_id,
            turn_id=turn_id,
        )
        self._context = TurnContext(
            parts, self._events, self._journal, conversation_id=conversation_id, turn_id=turn_id
        )
        self._answering = Answering(
            TurnParts(parts, self._events, self._journal, self._calls, self._context),
            blank=self._message(Role.ASSISTANT, ""),
        )
        self._begun = self._stored = False
        self._reason = ""
        self._suggestions: object = None
        self._times_too_long = 0
        self._outcome = TurnOutcome(turn_id, TurnStatus.FAILED, "")

    @property
    def stored(self) -> str | None:
        """The turn's id, once the message that began it is kept."""
        return self._scope.turn_id if self._stored else None

    async def run(
        self,
        text: str,
        attachments: tuple[Attachment, ...] = (),
        *,
        waited: int | None = None,
        instead_of: str | None = None,
        after: After | None = None,
        received: Sequence[int] = (),
    ) -> TurnOutcome:
        """From the message to the end. Raises only what is a bug; that is told before.

        ``waited``: the number the message was kept under while it waited for this turn.
        ``instead_of``: the turn beside which this one begins a branch of the conversation.
        ``after``: the turn it follows. ``received``: its numbers in a channel's inbox.
        """
        log_place(conversation_id=self._scope.conversation_id, turn_id=self._scope.turn_id)
        status, error = TurnStatus.FAILED, None
        is_bug = True
        try:
            # Invariant 4: the message is stored, also where Stop is pressed at once.
            safe = self._parts.redactor.text(text)
            await to_the_end(self._begin(safe, attachments, waited, instead_of, after, received))
            status = await self._loop()
            is_bug = False
        except asyncio.CancelledError:
            status, is_bug = TurnStatus.CANCELLED, False
        except StewardError as failure:
            error, is_bug = failure, False
        finally:
            # Cancelled while it ends, the turn has ended all the same.
            with contextlib.suppress(asyncio.CancelledError):
                await to_the_end(self._end(status, error, is_bug=is_bug))
        return self._outcome

    async def _begin(
        self,
        text: str,
        attachments: tuple[Attachment, ...],
        waited: int | None,
        instead_of: str | None,
        after: After | None,
        received: Sequence[int],
    ) -> None:
        scope, parts = self._scope, self._parts
        asked = dataclasses.replace(self._message(Role.USER, text), attachments=attachments)
        record = TurnRecord(
            id=scope.turn_id,
            conversation_id=scope.conversation_id,
            channel=scope.channel,
            mode=scope.mode.value,
            started_at=asked.created_at,
        )
        self._begun = True
        stored = await parts.turns.begin(
            record,
            asked,
            waited=waited,
            instead_of=instead_of,
            after=after,
            received=received,
        )
        self._stored = True
        if parts.recorder is not None:
            parts.recorder.begin_turn(
                scope.turn_id, scope.conversation_id, scope.channel, scope.mode
            )
        self._events.started(text, stored.attachments, self._scope.channel)
        # What the model is told is read when the message has its place: whatever another face
        # stored until then is before it.
        await self._context.load(parts.llm(), stored)

    async def _loop(self) -> TurnStatus:
        while self._limits.may_go_on(self._loop_time()):
            llm = self._parts.llm()
            await self._look_at_costs(llm)
            await self._context.make_room(llm, self._calls, self._limits.deadline)
            if not self._limits.begin(self._loop_time(), self._context.tokens):
                break
            try:
                completed = await self._answering.ask(llm, deadline=self._limits.deadline)
            except OutOfTimeError:
                self._limits.time_is_up()
                break
            except ContextTooLongError as error:
                self._shrink(error)
                continue
            if not completed.tool_calls:
                return self._answered(completed)
            await self._call_tools(completed)
        return await self._close()

    def _answered(self, completed: Completed) -> TurnStatus:
        """The model has said what it wanted to, or as much of it as there was room for."""
        self._suggestions = completed.metadata.get("suggestions")
        self._reason = _CUT.get(completed.finish_reason, "")
        if completed.finish_reason == "length" and (bound := self._limits.cut_by()) is not None:
            self._reason = f"The answer was cut off. {bound.words}"
            return TurnStatus.LIMIT
        return TurnStatus.OK

    async def _look_at_costs(self, llm: LLMClient) -> None:
        """What the model costs and what the day has cost, where a limit depends on it."""
        limits, parts = self._limits, self._parts
        if not limits.bounds.costs or llm.provider == "guided":
            return
        limits.spending.price = await parts.prices.of(llm, self._context.model)
        if limits.bounds.day_cost is not None:
            await self._journal.settled()
            today = await parts.usage.of_day(parts.clock.now())
            limits.spending.day_cost = today.cost or 0.0

    def _shrink(self, error: ContextTooLongError) -> None:
        """Ask once more with a shorter request, where one can be made; else raises ``error``."""
        if self._times_too_long >= _MOST_SHRINKS or self._context.is_bare:
            raise error
        self._times_too_long += 1
        self._context.shrink(known_window(error))

    async def _close(self) -> TurnStatus:
        """Sum up without tools, or give an account where even that cannot be had."""
        assert self._limits.reached is not None
        self._reason = self._limits.reached.words
        self._context.leave_out(tell=False)
        await self._answering.close(
            self._parts.llm(),
            self._reason,
            deadline=self._loop_time() + CLOSING_SECONDS,
            may_ask=self._limits.may_close(self._context.tokens),
        )
        return TurnStatus.LIMIT

    # -- tools -------------------------------------------------------------------------------

    async def _call_tools(self, completed: Completed) -> None:
        """Run the calls; each result is stored as it comes, also when cancelled on the way."""
        allowed: list[ToolCall] = []
        results: list[ToolResult] = []

        async def record(result: ToolResult) -> None:
            results.append(result)
            message = self._result_message(result)
            self._context.add(message)
            self._journal.result(message)
            if self._parts.changes(result.name):  # told once it is on disk
                await self._journal.settled()

        for call in completed.tool_calls:
            words = self._limits.refusal(call, changes=self._parts.changes(call.name))
            if words is None:
                allowed.append(call)
                continue
            refused = ToolResult(
                call.id, call.name, ToolStatus.ERROR, words, metadata={"type": _REFUSED}
            )
            await record(refused)
            self._events.called(call)
            self._events.answered(refused)
        results.clear()
        self._events.tools_answered()
        limit = Deadline(self._time.deadline)
        try:
            async with limit:
                if allowed:
                    await self._parts.dispatch.run(allowed, self._scope, record)
        except asyncio.CancelledError:
            if not limit.passed_alone():
                raise
            self._limits.time_is_up()
        finally:
            self._journal.flush()
        self._limits.settled((one, self._parts.changes(one.name)) for one in results)

    def _result_message(self, result: ToolResult) -> ConversationMessage:
        redactor = self._parts.redactor
        interrupted = result.status is ToolStatus.INTERRUPTED
        return dataclasses.replace(
            self._message(Role.TOOL, redactor.text(result.content)),
            tool_call_id=result.call_id,
            tool_name=result.name,
            tool_status=result.status,
            status=MessageStatus.INTERRUPTED if interrupted else MessageStatus.DONE,
            metadata=redactor.mapping(result.metadata),
        )

    def _message(self, role: Role, text: str) -> ConversationMessage:
        return ConversationMessage(
            conversation_id=self._scope.conversation_id,
            turn_id=self._scope.turn_id,
            role=role,
            text=text,
            created_at=self._parts.clock.now(),
            channel=self._scope.channel,
        )

    # -- the end -----------------------------------------------------------------------------

    async def _end(self, status: TurnStatus, error: StewardError | None, *, is_bug: bool) -> None:
        """Store how it went, then tell. A database that refuses now is what ended the turn."""
        try:
            await self._journal.settled()
        except StewardError as failure:
            status, error = TurnStatus.FAILED, error or failure
        kind, words = (error.kind, str(error)) if error is not None else ("", "")
        if is_bug:
            kind, words = "internal", _BUG
        iterations = self._limits.iterations
        if self._begun:
            state, reason = TurnState(status.value), kind or self._reason
            if self._parts.recorder is not None:
                self._parts.recorder.end_turn(
                    self._scope.turn_id,
                    state=state,
                    reason=reason,
                    message=words,
                    iterations=iterations,
                )
            try:
                await self._parts.turns.finish(
                    self._scope.turn_id, state, reason=reason, message=words, iterations=iterations
                )
            except StewardError as failure:
                logger.warning("the end of a turn was not stored", extra={"kind": failure.kind})
        if kind:
            about = error.settings if error is not None and not is_bug else ()
            self._events.error(kind, words, about)
        elif status in (TurnStatus.OK, TurnStatus.LIMIT):
            self._events.answer(self._suggestions)
        self._events.finished(status, iterations, self._reason)
        answered = status in (TurnStatus.OK, TurnStatus.LIMIT)
        text = self._events.said if answered else ""
        self._outcome = TurnOutcome(
            self._scope.turn_id, status, text, error, self._reason, self._stored
        )
