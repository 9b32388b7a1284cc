"""What a turn tells its model, and room for it: built once, added to, summarised when too long."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.errors import ContextTooLongError, StewardError
from app.domain.events import Phase, Severity
from app.domain.messages import Channel, ConversationMessage, Role
from app.domain.skills import ToolDefinition
from app.domain.turns import SummaryRecord
from app.orchestrator import compaction
from app.orchestrator.engine_parts import EngineParts
from app.orchestrator.history import (
    ATTACHED_SHARE,
    COMPACTION_SHARE,
    DEFAULT_WINDOW,
    KEPT_SHARE,
    SHRUNK_SHARE,
    fitting,
    giving,
    page_size,
    paged,
    repaired,
    shortened,
    size,
    turns_of,
    units,
)
from app.orchestrator.llm_client import LLMClient, ModelRequest, ReasoningDelta, TextDelta
from app.orchestrator.model_calls import ModelCalls, OutOfTimeError
from app.orchestrator.tokens import CHARACTERS_PER_TOKEN, message_tokens, text_tokens, tools_tokens
from app.orchestrator.turn_events import TurnEvents
from app.orchestrator.turn_journal import TurnJournal

logger = logging.getLogger(__name__)

_SUMMARY_TRIES: Final = 3
_DROPPED: Final = (
    "The conversation has grown too long for the model, and its older messages could not be "
    "summarised. The oldest are left out of what the model sees; they stay in your history."
)


class TurnContext:
    """The requests of one turn.

    System prompt and tools are taken once; old messages stay in the form they first had, and new
    ones are added at the end, so that a provider's cached prefix holds. Only where a request
    needs more than ``COMPACTION_SHARE`` of the window does the beginning change.
    """

    def __init__(
        self,
        parts: EngineParts,
        events: TurnEvents,
        journal: TurnJournal,
        *,
        conversation_id: str,
        turn_id: str,
    ) -> None:
        self._parts = parts
        self._events = events
        self._journal = journal
        self._conversation_id = conversation_id
        self._turn_id = turn_id
        self._window = DEFAULT_WINDOW
        self._page = page_size(DEFAULT_WINDOW)
        self._system = ""
        self._prompt = ""
        self._tools: tuple[ToolDefinition, ...] = ()
        self._summary = ""
        self._base = 0
        self._earlier: list[ConversationMessage] = []
        self._turn: list[ConversationMessage] = []
        self._tokens = 0
        self._gave_up = False
        self._told = False
        self._shrunk = False
        self._done: Counter[tuple[str, str]] = Counter()
        self._model: str | None = None

    @property
    def model(self) -> str | None:
        """The conversation's own model, if one was chosen."""
        return self._model

    @property
    def done(self) -> Mapping[tuple[str, str], int]:
        """What this turn's tools came to: skill and status, and how often."""
        return self._done

    @property
    def tokens(self) -> int:
        """About how long the next request is."""
        return self._base + self._tokens

    @property
    def is_bare(self) -> bool:
        """Whether nothing can be left out: what was asked now is there, and the newest step."""
        return not self._earlier and len(units(self._turn)) <= 2

    @property
    def is_too_long(self) -> bool:
        """Whether the next request needs more of the window than it should."""
        return self.tokens > self._window * COMPACTION_SHARE

    async def load(self, llm: LLMClient, asked: ConversationMessage) -> None:
        """Read what was said before the message that began the turn, and add that.

        Raises ``StorageError``, ``NotFoundError``.
        """
        parts = self._parts
        characters = (parts.context_tokens() or _window_of(llm, None)) * CHARACTERS_PER_TOKEN
        stored = await parts.conversations.history(
            self._conversation_id, characters=characters, before=asked.id
        )
        self._model = stored.model
        self._window = parts.context_tokens() or _window_of(llm, stored.model)
        self._page = page_size(self._window)
        self._prompt = parts.redactor.text(await parts.context.system_prompt())
        self._tools = parts.context.tools()
        self._take(stored.summary, stored.messages)
        self.add(asked)

    def add(self, message: ConversationMessage) -> None:
        """A message of this turn."""
        (message,) = self._cut([message])
        self._turn.append(message)
        if message.role is Role.TOOL:
            self._done[message.tool_name or "", str(message.tool_status)] += 1
        self._tokens += message_tokens(message)

    def request(self, *, closing: bool = False) -> ModelRequest:
        """What is asked next; ``closing``: no tool may be called."""
        return ModelRequest(
            system=self._system,
            messages=repaired([*self._earlier, *self._turn]),
            tools=self._tools,
            tool_choice="none" if closing else "auto",
            model=self._model,
            session_id=self._conversation_id,
        )

    def shrink(self, window: int | None) -> None:
        """The model said that a request was too long; ``window`` is what it takes, if known."""
        # Our count is a guess: it was too low, or no window is known. A second time it was far off.
        share = SHRUNK_SHARE if self._shrunk else COMPACTION_SHARE
        smaller = round(min(self.tokens, self._window) * share)
        self._shrunk = True
        self._window = min(window or smaller, smaller)
        self._page = page_size(self._window)

    async def make_room(self, llm: LLMClient, calls: ModelCalls, deadline: float) -> None:
        """Summarise the older messages where the next request is too long.

        Where that cannot be done, the oldest are left out and the person is told.
        """
        if not self.is_too_long or llm.provider == "guided":  # which has no window
            return
        if not self._gave_up and await self._try_to_summarise(llm, calls, deadline):
            return
        self._gave_up = True
        self.leave_out(tell=True)

    def leave_out(self, *, tell: bool) -> None:
        """Leave the oldest messages out of the next request, as many as must be.

        ``tell``: the person is told, the first time in this turn.
        """
        if not self.is_too_long or self.is_bare:
            return
        room = round(self._window * COMPACTION_SHARE) - self._base
        self._turn = shortened(self._cut(self._turn), room)
        self._earlier = fitting(self._earlier, room - size(self._turn))
        self._count()
        if tell and not self._told:
            self._told = True
            self._events.notice(Severity.WARNING, "conversation", _DROPPED, "context_too_long")

    # -- inside ------------------------------------------------------------------------------

    async def _try_to_summarise(self, llm: LLMClient, calls: ModelCalls, deadline: float) -> bool:
        """Whether it went well. Where even that request is too long, a shorter one is made."""
        for _ in range(_SUMMARY_TRIES):
            try:
                return await self._summarise(llm, calls, deadline)
            except ContextTooLongError as error:
                self.shrink(known_window(error))
            except (StewardError, OutOfTimeError) as error:
                logger.warning("older messages not summarised", extra={"reason": str(error)})
                return False
        return False

    async def _summarise(self, llm: LLMClient, calls: ModelCalls, deadline: float) -> bool:
        """Whether the next request is short enough now."""
        parts = self._parts
        await self._journal.settled()
        characters = self._window * CHARACTERS_PER_TOKEN * 2
        stored = await parts.conversations.history(
            self._conversation_id, characters=characters, of_turn=self._turn_id
        )
        keep = round(self._window * KEPT_SHARE)
        keep = max(keep // 2, keep - self._base)
        planned = compaction.plan(self._cut(stored.messages), self._turn_id, keep)
        if planned is None:
            return False
        text = await self._ask_for_summary(llm, calls, planned, deadline)
        summary = await parts.summaries.add(
            SummaryRecord(
                conversation_id=self._conversation_id,
                turn_id=self._turn_id,
                upto_message_id=planned.upto,
                text=text,
                created_at=parts.clock.now(),
                tokens=text_tokens(text),
            )
        )
        self._events.summarised(summary)
        stored = await parts.conversations.history(
            self._conversation_id, characters=characters, of_turn=self._turn_id
        )
        self._take(stored.summary, stored.messages)
        return not self.is_too_long

    async def _ask_for_summary(
        self, llm: LLMClient, calls: ModelCalls, planned: compaction.Plan, deadline: float
    ) -> str:
        """Raises ``ModelError`` and its kin, ``OutOfTimeError``."""
        pieces: list[str] = []

        def hear(piece: TextDelta | ReasoningDelta) -> None:
            if isinstance(piece, TextDelta):
                pieces.append(piece.text)

        asked = compaction.transcript(self._summary, planned.summarised, self._window)
        if not calls.may_summarise(text_tokens(asked), then=size(planned.kept) + self._base):
            raise StewardError("A limit leaves no room for it.")
        request = ModelRequest(
            system=compaction.SUMMARY_PROMPT,
            messages=[self._asking(asked)],
            model=self._model,
        )
        await calls.stream(
            llm,
            request,
            hear,
            deadline=min(deadline, asyncio.get_running_loop().time() + compaction.SUMMARY_SECONDS),
            expected_tokens=text_tokens(asked),
            phase=Phase.COMPACTION,
        )
        text = self._parts.redactor.text("".join(pieces)).strip()
        if not text:
            raise StewardError("The model gave no summary.")
        return text

    def _asking(self, text: str) -> ConversationMessage:
        return ConversationMessage(
            conversation_id=self._conversation_id,
            turn_id=self._turn_id,
            role=Role.USER,
            text=self._parts.redactor.text(text),
            created_at=self._parts.clock.now(),
            channel=Channel.WINDOW,
        )

    def _take(self, summary: SummaryRecord | None, rows: Sequence[ConversationMessage]) -> None:
        self._summary = summary.text if summary is not None else ""
        self._system = compaction.with_summary(self._prompt, self._summary)
        self._base = text_tokens(self._system) + tools_tokens(self._tools)
        earlier = turns_of(row for row in rows if row.turn_id != self._turn_id)
        self._earlier = self._cut([row for turn in earlier for row in turn])
        turn = self._cut([row for row in rows if row.turn_id == self._turn_id])
        # What the person asked stays, also where all that came of it so far is summarised.
        self._turn = turn or self._turn[:1]
        self._count()

    def _cut(self, rows: Sequence[ConversationMessage]) -> list[ConversationMessage]:
        tokens = round(self._window * ATTACHED_SHARE)
        return [paged(row, self._page) for row in giving(rows, self._page, tokens)]

    def _count(self) -> None:
        self._tokens = size(self._earlier) + size(self._turn)


def known_window(error: ContextTooLongError) -> int | None:
    """Tokens the model takes, where its refusal says so."""
    known = error.details.get("context_length")
    return known if isinstance(known, int) and known > 0 else None


def _window_of(llm: LLMClient, model: str | None) -> int:
    """Tokens the model takes, as far as its client knows."""
    return llm.context_length(model) or DEFAULT_WINDOW
