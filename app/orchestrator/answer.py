"""One answer of the model: told and stored as it arrives, without secrets, whatever ends it."""

from __future__ import annotations

import asyncio
import dataclasses
import uuid
from dataclasses import dataclass
from typing import Final

from app.domain.errors import ModelError, ModelStreamError, StewardError
from app.domain.events import Severity
from app.domain.messages import ConversationMessage, MessageStatus
from app.domain.tool_calls import ToolCall
from app.orchestrator.answer_writer import AnswerWriter
from app.orchestrator.engine_parts import EngineParts
from app.orchestrator.llm_client import Completed, LLMClient, ReasoningDelta, TextDelta
from app.orchestrator.model_calls import ModelCalls, OutOfTimeError
from app.orchestrator.to_the_end import to_the_end
from app.orchestrator.turn_context import TurnContext
from app.orchestrator.turn_events import TurnEvents
from app.orchestrator.turn_journal import TurnJournal
from app.redaction import StreamRedactor

_USUAL_ENDS: Final = ("stop", "tool_calls", "")


@dataclass(frozen=True, slots=True)
class TurnParts:
    """What the answers of one turn share: what all engines share, and what is the turn's own."""

    engine: EngineParts
    events: TurnEvents
    journal: TurnJournal
    calls: ModelCalls
    context: TurnContext


class Answering:
    """Makes the answers of one turn.

    ``blank`` is an assistant's message of the turn without words.
    """

    def __init__(self, parts: TurnParts, *, blank: ConversationMessage) -> None:
        self._parts = parts
        self._blank = blank

    async def ask(self, llm: LLMClient, *, deadline: float) -> Completed:
        """What the model answers; it is in the history on return, and also on failure.

        Raises ``OutOfTimeError``, ``ModelError`` and its kin, ``StorageError``.
        """
        answer = self._new()
        try:
            completed = await answer.stream(llm, deadline=deadline, closing=False)
            if not answer.text and not completed.tool_calls:
                answer.say(self._account_of_silence(completed))
            answer.status = MessageStatus.DONE
            return completed
        except (asyncio.CancelledError, OutOfTimeError):
            answer.status = MessageStatus.INTERRUPTED
            raise
        finally:
            await to_the_end(answer.keep())

    async def close(self, llm: LLMClient, reason: str, *, deadline: float, may_ask: bool) -> None:
        """Let the model sum up without tools; where it does not, tell what was done.

        Raises ``StorageError``.
        """
        answer = self._new()
        if self._parts.events.said:
            answer.say("\n\n")
        try:
            if may_ask:
                await self._try_to_close(answer, llm, reason, deadline)
            else:
                answer.say(f"{reason} {self._account()}")
            answer.status = MessageStatus.DONE
        except asyncio.CancelledError:
            answer.status = MessageStatus.INTERRUPTED
            raise
        finally:
            await to_the_end(answer.keep())

    async def _try_to_close(
        self, answer: _Answer, llm: LLMClient, reason: str, deadline: float
    ) -> None:
        try:
            await answer.stream(llm, deadline=deadline, closing=True)
        except (ModelError, OutOfTimeError):
            gap = "\n\n" if answer.text.strip() else ""
            answer.say(f"{gap}{reason} {self._account()}")
            return
        if not answer.text.strip():
            answer.say(f"The model gave no closing words. {self._account()}")

    def _new(self) -> _Answer:
        blank = dataclasses.replace(self._blank, created_at=self._parts.engine.clock.now())
        return _Answer(self._parts, blank)

    def _account_of_silence(self, completed: Completed) -> str:
        """What the person is told where the model says nothing.

        Raises ``ModelStreamError`` where nothing was done either.
        """
        if done := self._done():
            return f"The model gave no closing words. {done}"
        if completed.finish_reason == "length":
            raise ModelStreamError(
                "The model reached its length limit before it said anything.",
                hint="Ask for less at once, or choose another model.",
            )
        raise ModelStreamError(
            "The model gave an empty answer.", hint="Ask again, or choose another model."
        )

    def _account(self) -> str:
        return self._done() or "No tool was used."

    def _done(self) -> str:
        done = ", ".join(
            f"`{name}` {status}{f' ({times} times)' if times > 1 else ''}"
            for (name, status), times in self._parts.context.done.items()
        )
        return f"What was done: {done}." if done else ""


class _Answer:
    """One message of the assistant while it is made. ``status``: how it ends, unless changed."""

    def __init__(self, parts: TurnParts, blank: ConversationMessage) -> None:
        self._parts = parts
        self._blank = blank
        self._writer = AnswerWriter(parts.engine.conversations, blank, self._not_saved)
        self._words = StreamRedactor(parts.engine.redactor)
        self._thoughts = StreamRedactor(parts.engine.redactor)
        self._reasoning: list[str] = []
        self._began_thinking = self._thought_until = 0.0
        self._completed: Completed | None = None
        self._closing = False
        self.status = MessageStatus.FAILED

    @property
    def text(self) -> str:
        """All words so far."""
        return self._writer.text

    def say(self, text: str) -> None:
        """Add words."""
        if text:
            self._parts.events.delta(text)
            self._writer.add(text)

    async def stream(self, llm: LLMClient, *, deadline: float, closing: bool) -> Completed:
        """Take what the model says. Raises ``OutOfTimeError``, ``ModelError`` and its kin."""
        self._closing = closing
        try:
            completed = await self._parts.calls.stream(
                llm,
                self._parts.context.request(closing=closing),
                self._hear,
                deadline=deadline,
                expected_tokens=self._parts.context.tokens,
            )
        finally:
            # What was held back as the possible beginning of a secret belongs to the answer.
            self._think(self._thoughts.flush())
            self.say(self._words.flush())
        self._completed = self._without_secrets(completed)
        return self._completed

    async def keep(self) -> None:
        """Hand the message in as it is now. Raises ``StorageError``."""
        completed = self._completed
        # Only a whole answer's calls count, and a closing call may not ask for any.
        calls: tuple[ToolCall, ...] = ()
        if completed is not None and self.status is MessageStatus.DONE and not self._closing:
            calls = completed.tool_calls
        metadata = self._metadata()
        written = await self._writer.finish(
            # What the turn promises comes later: its end is durable, and so is a change's start.
            self.status,
            tool_calls=calls,
            metadata=metadata,
            durable=False,
        )
        if written is not None:
            self._parts.journal.kept(written)
        if not self._writer.text and not calls:
            return  # nothing that a request could hold
        self._parts.context.add(
            dataclasses.replace(
                self._blank,
                text=self._writer.text,
                tool_calls=calls,
                metadata=metadata,
                status=self.status,
            )
        )

    def _hear(self, piece: TextDelta | ReasoningDelta) -> None:
        if isinstance(piece, TextDelta):
            self.say(self._words.feed(piece.text))
            return
        now = self._parts.engine.clock.monotonic()
        self._began_thinking = self._began_thinking or now
        self._thought_until = now
        self._think(self._thoughts.feed(piece.text))

    def _think(self, text: str) -> None:
        if text:
            self._reasoning.append(text)
            self._parts.events.reasoning(text)

    def _metadata(self) -> dict[str, object]:
        completed = self._completed
        metadata = dict(completed.metadata) if completed is not None else {}
        if completed is not None:
            if completed.model:
                metadata["model"] = completed.model
            if completed.finish_reason not in _USUAL_ENDS:
                metadata["finish_reason"] = completed.finish_reason
        if self._reasoning:
            metadata["reasoning"] = "".join(self._reasoning)
            metadata["reasoning_ms"] = round((self._thought_until - self._began_thinking) * 1000)
        return metadata

    def _not_saved(self, error: StewardError) -> None:
        self._parts.events.notice(
            Severity.WARNING,
            "storage",
            f"The answer could not be saved just now; it is tried again. {error}",
            error.kind,
        )

    def _without_secrets(self, completed: Completed) -> Completed:
        # A secret in a call would leave the machine with an ``external`` skill, and one in the
        # metadata with the next request.
        redactor = self._parts.engine.redactor
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
