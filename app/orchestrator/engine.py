"""One conversation's agent loop: a message in, events out, a consistent history always.

Messages from several faces queue. The person's message is on disk before the model is asked;
the answer is on disk as it arrives; cancelling at any moment leaves every tool call with
exactly one result.
"""

from __future__ import annotations

import asyncio
import dataclasses
import uuid
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.errors import ModelStreamError, StewardError
from app.domain.events import (
    Phase,
    TurnStatus,
)
from app.domain.messages import (
    Channel,
    ConversationMessage,
    MessageStatus,
    Role,
)
from app.domain.tool_calls import ToolCall, ToolResult, ToolStatus
from app.domain.turns import TurnState
from app.orchestrator.answer_writer import AnswerWriter
from app.orchestrator.approvals import ApprovalMode
from app.orchestrator.context import FETCHED_ROWS, history
from app.orchestrator.dispatch import TurnScope
from app.orchestrator.engine_parts import EngineParts
from app.orchestrator.limits import TurnLimits
from app.orchestrator.llm_client import (
    Completed,
    ModelRequest,
    Progress,
    TextDelta,
    TokenUsage,
)
from app.orchestrator.tracing import CALL_INTERRUPTED, CALL_OK, CallRecording
from app.orchestrator.turn_events import TurnEvents
from app.redaction import StreamRedactor


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """How a turn ended: its answer's text, and the error that ended it, if one did."""

    turn_id: str
    status: TurnStatus
    text: str
    error: StewardError | None = None


@dataclass(slots=True)
class _Turn:
    """State of the turn under way; dies with it."""

    scope: TurnScope
    limits: TurnLimits
    events: TurnEvents
    earlier: list[ConversationMessage]
    messages: list[ConversationMessage] = field(default_factory=list)
    model: str | None = None
    asked: int = 0


class Engine:
    """Serves one conversation. Owned by the loop's thread."""

    def __init__(self, conversation_id: str, parts: EngineParts) -> None:
        self.conversation_id = conversation_id
        self._parts = parts
        self._lock = asyncio.Lock()
        self._waiting: list[str] = []
        self._running: asyncio.Task[TurnOutcome] | None = None
        self._cancelled = False

    @property
    def busy(self) -> bool:
        """Whether a turn is under way."""
        return self._running is not None

    @property
    def queued(self) -> tuple[str, ...]:
        """Messages that wait for the turn under way to end."""
        return tuple(self._waiting)

    def cancel(self) -> bool:
        """Stop the turn under way; ``False`` where there is none or it is stopping already."""
        if self._running is None or self._cancelled:
            return False
        self._cancelled = True
        self._running.cancel()
        return True

    async def stop(self) -> None:
        """``cancel``, and wait until the history is consistent."""
        running = self._running
        if self.cancel() and running is not None:
            await asyncio.wait([running])

    async def run_turn(
        self, text: str, *, channel: Channel, mode: ApprovalMode = ApprovalMode.ASK
    ) -> TurnOutcome:
        """Take one message through the loop; waits its turn.

        Never raises for what goes wrong inside: the outcome says it. Cancelling the caller
        stops the turn, waits until its history is consistent, then raises ``CancelledError``.
        """
        self._waiting.append(text)
        try:
            await self._lock.acquire()
        finally:
            self._waiting.remove(text)
        try:
            self._cancelled = False
            self._running = asyncio.create_task(
                self._turn(text, channel, mode), name=f"turn {self.conversation_id}"
            )
            try:
                return await asyncio.shield(self._running)
            except asyncio.CancelledError:
                self.cancel()
                await asyncio.wait([self._running])
                raise
        finally:
            self._running = None
            self._lock.release()

    async def _turn(self, text: str, channel: Channel, mode: ApprovalMode) -> TurnOutcome:
        parts = self._parts
        turn_id = uuid.uuid4().hex
        turn = _Turn(
            scope=TurnScope(self.conversation_id, turn_id, channel, mode),
            limits=TurnLimits(parts.max_iterations()),
            events=TurnEvents(
                self.conversation_id, turn_id, clock=parts.clock, publish=parts.publish
            ),
            earlier=[],
        )
        status, answer, error = TurnStatus.FAILED, "", None
        try:
            await self._begin(turn, parts.redactor.text(text))
            status, answer = await self._loop(turn)
        except asyncio.CancelledError:
            status = TurnStatus.CANCELLED
        except StewardError as failure:
            error = failure
            turn.events.error(failure)
        finally:
            self._record_end(turn, status, error)
            # Also for a bug of ours, which goes on to the face: no face waits for ever.
            turn.events.finished(status, turn.limits.iterations)
        return TurnOutcome(turn_id, status, answer, error)

    async def _begin(self, turn: _Turn, text: str) -> None:
        conversations = self._parts.conversations
        summary = await conversations.get(self.conversation_id)
        turn.model = summary.model
        turn.earlier = await conversations.recent(self.conversation_id, FETCHED_ROWS)
        # Invariant 4: stored before anything is asked of a model. Shielded, so that a Stop
        # pressed at once still leaves the message in the history.
        stored = await asyncio.shield(conversations.append(self._message(turn, Role.USER, text)))
        turn.messages.append(stored)
        if self._parts.recorder is not None:
            scope = turn.scope
            self._parts.recorder.begin_turn(
                scope.turn_id, self.conversation_id, scope.channel, scope.mode
            )
        turn.events.started(text)

    def _record_end(self, turn: _Turn, status: TurnStatus, error: StewardError | None) -> None:
        if self._parts.recorder is not None:
            self._parts.recorder.end_turn(
                turn.scope.turn_id,
                state=TurnState(status.value),
                reason=error.kind if error is not None else "",
                message=str(error) if error is not None else "",
                iterations=turn.limits.iterations,
            )

    async def _loop(self, turn: _Turn) -> tuple[TurnStatus, str]:
        while turn.limits.begin():
            completed = await self._ask(turn, closing=False)
            if not completed.tool_calls:
                return TurnStatus.OK, _answered(turn, completed)
            await self._call_tools(turn, completed)
        completed = await self._ask(turn, closing=True)
        return TurnStatus.LIMIT, _answered(turn, completed)

    async def _ask(self, turn: _Turn, *, closing: bool) -> Completed:
        """One model call; its message is in the history, whatever came of it, on return."""
        parts = self._parts
        request = ModelRequest(
            system=parts.redactor.text(await parts.context.system_prompt()),
            messages=history(turn.earlier, turn.messages),
            tools=parts.context.tools(),
            tool_choice="none" if closing else "auto",
            model=turn.model,
            session_id=self.conversation_id,
        )
        llm = parts.llm()
        turn.events.waiting(Phase.MODEL, llm.label)
        writer = AnswerWriter(parts.conversations, self._message(turn, Role.ASSISTANT, ""))
        stream = StreamRedactor(parts.redactor)
        completed: Completed | None = None
        status = MessageStatus.FAILED
        turn.asked += 1
        recording: CallRecording | None = None
        if parts.recorder is not None:
            recording = parts.recorder.begin(turn.scope.turn_id, turn.asked, request)
        ended: str = CALL_INTERRUPTED
        failure: StewardError | None = None
        try:
            async with aclosing(llm.stream(request)) as events:  # type: ignore[type-var]
                async for event in events:
                    if recording is not None:
                        recording.event(event)
                    match event:
                        case TextDelta(text):
                            await self._say(turn, writer, stream.feed(text))
                        case Progress(detail, retry_in):
                            phase = Phase.MODEL if retry_in is None else Phase.RETRY
                            turn.events.waiting(phase, detail)
                        case TokenUsage():
                            turn.events.usage(event)
                        case Completed():
                            completed = self._without_secrets(event)
            await self._say(turn, writer, stream.flush())
            if completed is None:
                raise ModelStreamError("The model's answer broke off.", hint="Ask again.")
            if not writer.text and (closing or not completed.tool_calls):
                await self._say(turn, writer, self._account(turn))
            status, ended = MessageStatus.DONE, CALL_OK
        except asyncio.CancelledError:
            status = MessageStatus.INTERRUPTED
            raise
        except StewardError as error:
            ended, failure = error.kind, error
            raise
        finally:
            if recording is not None:
                recording.end(ended, failure)
            await self._keep(turn, writer, status, completed, closing=closing)
        return completed

    def _account(self, turn: _Turn) -> str:
        """What the person is told where the model gives no closing words.

        Raises ``ModelStreamError`` where nothing was done either.
        """
        results = [m for m in turn.messages if m.role is Role.TOOL and m.tool_status is not None]
        if not results:
            raise ModelStreamError(
                "The model gave an empty answer.", hint="Ask again, or choose another model."
            )
        counted = Counter((m.tool_name, m.tool_status) for m in results)
        done = ", ".join(
            f"`{name}` {status}{f' ({times} times)' if times > 1 else ''}"
            for (name, status), times in counted.items()
        )
        return f"The model gave no closing words. What was done: {done}."

    def _without_secrets(self, completed: Completed) -> Completed:
        # A secret in a call would leave the machine with an ``external`` skill, and one in the
        # metadata with the next request.
        redactor = self._parts.redactor
        metadata = redactor.mapping(completed.metadata)
        if metadata.get("reasoning_details") != completed.metadata.get("reasoning_details"):
            metadata.pop("reasoning_details", None)  # signed: changed, it would be refused
        calls = tuple(
            dataclasses.replace(
                call,
                id=call.id if redactor.text(call.id) == call.id else f"call_{uuid.uuid4().hex}",
                name=redactor.text(call.name),
                arguments=redactor.mapping(call.arguments),
                raw_arguments=redactor.text(call.raw_arguments),
            )
            for call in completed.tool_calls
        )
        return dataclasses.replace(completed, tool_calls=calls, metadata=metadata)

    async def _say(self, turn: _Turn, writer: AnswerWriter, text: str) -> None:
        if not text:
            return
        turn.events.delta(text)
        await writer.add(text)

    async def _keep(
        self,
        turn: _Turn,
        writer: AnswerWriter,
        status: MessageStatus,
        completed: Completed | None,
        *,
        closing: bool,
    ) -> None:
        # Only a whole answer's calls count, and a closing call may not ask for any.
        calls: tuple[ToolCall, ...] = ()
        if completed is not None and status is MessageStatus.DONE and not closing:
            calls = completed.tool_calls
        metadata = dict(completed.metadata) if completed is not None else {}
        if completed is not None and completed.model:
            metadata["model"] = completed.model
        await asyncio.shield(writer.finish(status, tool_calls=calls, metadata=metadata))
        message = self._message(turn, Role.ASSISTANT, writer.text)
        turn.messages.append(
            dataclasses.replace(message, tool_calls=calls, metadata=metadata, status=status)
        )

    async def _call_tools(self, turn: _Turn, completed: Completed) -> None:
        """Run the calls and store their results; also when cancelled on the way."""
        results: list[ToolResult] = []
        try:
            await self._parts.dispatch.run(completed.tool_calls, turn.scope, results.append)
        finally:
            await asyncio.shield(self._store_results(turn, results))

    async def _store_results(self, turn: _Turn, results: list[ToolResult]) -> None:
        for result in results:
            message = self._message(turn, Role.TOOL, self._parts.redactor.text(result.content))
            metadata = self._parts.redactor.mapping(result.metadata)
            message = dataclasses.replace(
                message,
                tool_call_id=result.call_id,
                tool_name=result.name,
                tool_status=result.status,
                status=MessageStatus.INTERRUPTED
                if result.status is ToolStatus.INTERRUPTED
                else MessageStatus.DONE,
                metadata=metadata,
            )
            turn.messages.append(await self._parts.conversations.append(message))

    def _message(self, turn: _Turn, role: Role, text: str) -> ConversationMessage:
        return ConversationMessage(
            conversation_id=self.conversation_id,
            turn_id=turn.scope.turn_id,
            role=role,
            text=text,
            created_at=self._now(),
            channel=turn.scope.channel,
        )

    def _now(self) -> datetime:
        return self._parts.clock.now()


def _answered(turn: _Turn, completed: Completed) -> str:
    text = turn.messages[-1].text
    turn.events.answer(text, completed.metadata.get("suggestions"))
    return text
