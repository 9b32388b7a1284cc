"""``steward chat --json``: lines in, events out, for a program that holds the conversation."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.cli.approval import BY, approval_mode
from app.cli.output import Output
from app.cli.remedies import explained
from app.cli.run import DONE, INTERRUPTED, exit_code, opened
from app.domain.branches import After
from app.domain.errors import StewardError, UsageError
from app.domain.events import Approval, Event, TurnStarted
from app.domain.messages import Channel
from app.orchestrator.approvals import Decision

if TYPE_CHECKING:
    from app.assembly import Assembly
    from app.orchestrator.engine import Engine

_STDIN: Final = 0
_ALLOW_FOR: Final[Mapping[object, Decision]] = {
    None: Decision.ALLOW_ONCE,
    "once": Decision.ALLOW_ONCE,
    "conversation": Decision.ALLOW_CONVERSATION,
    "folder": Decision.ALLOW_FOLDER,
    "always": Decision.ALLOW_ALWAYS,
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message for the conversation under way, or for the one it names."""

    text: str
    conversation: str | None = None
    attachments: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision about the approval with this id, or other arguments for its call."""

    approval_id: str
    decision: Decision
    arguments: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the turn under way."""


def parse_line(line: str) -> Message | Verdict | Cancel | None:
    """What a line of stdin asks for; ``None`` for an empty line.

    A line that is not a JSON object is the message itself. Raises ``UsageError`` for an object
    that asks for nothing known.
    """
    if not line.strip():
        return None
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return Message(_storable(line.rstrip("\r\n")))
    match data:
        case {"text": str(text)} if text.strip() or data.get("attachments"):
            conversation = data.get("conversation")
            if conversation is not None and not isinstance(conversation, str):
                raise UsageError('"conversation" is not a text.')
            return Message(_storable(text), conversation, _files(data.get("attachments", [])))
        case {"approve": str(approval_id)}:
            scope = data.get("for")
            if not isinstance(scope, str | None) or scope not in _ALLOW_FOR:
                raise UsageError('"for" is "once", "conversation", "folder" or "always".')
            arguments = data.get("arguments")
            if arguments is not None and not isinstance(arguments, dict):
                raise UsageError('"arguments" is not an object.')
            return Verdict(approval_id, _ALLOW_FOR[scope], arguments)
        case {"deny": str(approval_id)}:
            return Verdict(approval_id, Decision.DENY)
        case {"cancel": True}:
            return Cancel()
        case _:
            raise UsageError(
                "A JSON object on stdin asks for nothing known.",
                hint='Use {"text": …}, {"approve": ID}, {"deny": ID} or {"cancel": true}.',
            )


def _files(named: object) -> tuple[Path, ...]:
    """The files to send along. Raises ``UsageError``."""
    if not isinstance(named, list) or not all(isinstance(one, str) and one for one in named):
        raise UsageError('"attachments" is not a list of paths.')
    return tuple(Path.cwd() / one for one in named)


async def chat_in_lines(
    output: Output,
    folders: tuple[Path, ...],
    conversation: str | None,
    model: str | None,
    approve: str | None,
) -> int:
    """Talk until stdin ends and what was queued is done. Returns the exit code."""
    async with opened(folders, tell=output) as assembly:
        engine = None
        if conversation:
            engine = await assembly.engines.get(conversation, model=model)
        chat = _LineChat(assembly, output, model, approve, engine)
        stop = assembly.bus.subscribe(chat.show)
        output.on_failure = chat.reader_left
        try:
            # Where it was closed from the start, its number may be another file's by now.
            stdin_is_open = sys.stdin is not None
            read_in_thread(_STDIN if stdin_is_open else None, chat.take)
            await chat.work()
        finally:
            stop()
            output.on_failure = None
    return INTERRUPTED if output.failed else chat.code


class _LineChat:
    """Takes lines as they come, runs their turns one after the other."""

    def __init__(
        self,
        assembly: Assembly,
        output: Output,
        model: str | None,
        approve: str | None,
        engine: Engine | None,
    ) -> None:
        self._assembly = assembly
        self._output = output
        self._model = model
        self._approve = approve
        self._engine = engine
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        self._seen: dict[str, After] = {}
        """The last turn here of each conversation; the next message goes on from it."""
        self._waiting = 0
        self._cancel_at_start = False
        self._peer_is_there = True
        self.code = DONE
        """How the last turn ended, as an exit code."""

    async def work(self) -> None:
        """Run turns until the last one."""
        while (message := await self._messages.get()) is not None:
            try:
                await self._turn(message)
            except StewardError as error:  # no such conversation; the next message may be fine
                self._output.error(error)
                self.code = exit_code(error)
            finally:
                self._waiting -= 1
                self._cancel_at_start = False

    def show(self, event: Event) -> None:
        """An event of the bus."""
        self._output.event(event)
        match event:
            case TurnStarted() if self._cancel_at_start:
                self._cancel_at_start = False
                self._cancel()
            case Approval(decision=None) if not self._peer_is_there:
                self._deny(event)

    def take(self, line: str | None) -> None:
        """A line of stdin, or ``None`` at its end."""
        if line is None:
            self._peer_left()
            self._messages.put_nowait(None)
            return
        try:
            wanted = parse_line(line)
        except UsageError as error:
            self._output.error(error)
            return
        match wanted:
            case Message():
                self._waiting += 1
                self._messages.put_nowait(wanted)
            case Verdict():
                self._decide(wanted)
            case Cancel():
                self._cancel()

    def reader_left(self) -> None:
        """Nobody reads the events any more: stop, leaving everything consistent."""
        self._peer_left()
        while not self._messages.empty():
            self._messages.get_nowait()
        self._messages.put_nowait(None)
        self._cancel()

    # -- inside ----------------------------------------------------------------------------

    async def _turn(self, message: Message) -> None:
        attached = await self._assembly.versions.attachments.keep_files(message.attachments)
        if message.conversation is not None:
            self._engine = await self._assembly.engines.get(message.conversation)
        elif self._engine is None:
            self._engine = await self._assembly.engines.get(None, model=self._model)
        outcome = await self._engine.run_turn(
            message.text,
            channel=Channel.TERMINAL,
            mode=approval_mode(
                self._approve or self._assembly.settings.approval_mode,
                attended=self._peer_is_there,
            ),
            attachments=attached,
            after=self._seen.get(self._engine.conversation_id),
        )
        if outcome.stored:
            self._seen[self._engine.conversation_id] = After(outcome.turn_id)
        self.code = DONE
        if outcome.error is not None:
            self._output.problem(explained(outcome.error))  # its event was shown already
            self.code = exit_code(outcome.error)

    def _cancel(self) -> None:
        if self._engine is not None and self._engine.cancel():
            return
        # Its line was read before this one, even if its turn has not begun yet.
        self._cancel_at_start = self._waiting > 0

    def _decide(self, verdict: Verdict) -> None:
        name = verdict.approval_id
        try:
            told = self._assembly.approvals.decide(
                name, verdict.decision, by=BY, arguments=verdict.arguments
            )
        except StewardError as error:  # arguments that do not fit; the request still waits
            self._output.error(error)
            return
        if not told:
            self._output.error_event("not_found", f"No approval {name} is waiting for a decision.")

    def _peer_left(self) -> None:
        self._peer_is_there = False
        for event in self._assembly.approvals.pending():
            self._deny(event)

    def _deny(self, event: Approval) -> None:
        self._assembly.approvals.decide(event.id, Decision.DENY, by="nobody to ask")


def read_in_thread(source: int | None, take: Callable[[str | None], None]) -> None:
    """Hand each line of ``source`` to ``take`` on the loop, then ``None``.

    In a thread that ends with the process: a blocked read of a pipe cannot be stopped. It reads
    the descriptor itself, for ``sys.stdin`` locked by a thread upsets Python's end.
    """
    loop = asyncio.get_running_loop()

    def read() -> None:
        rest = bytearray()
        while source is not None and (chunk := _read(source)):
            begun = len(rest)
            rest += chunk
            start = 0
            while (end := rest.find(b"\n", max(start, begun))) >= 0:
                _hand_over(rest[start:end])
                start = end + 1
            del rest[:start]
        if rest:
            _hand_over(rest)
        loop.call_soon_threadsafe(take, None)

    def _hand_over(line: bytearray) -> None:
        loop.call_soon_threadsafe(take, line.decode("utf-8", "replace"))

    def read_while_open() -> None:
        try:
            read()
        except RuntimeError:  # the loop is closed: nobody waits for lines any more
            return

    threading.Thread(target=read_while_open, name="stdin reader", daemon=True).start()


def _read(source: int) -> bytes:
    try:
        return os.read(source, 65536)
    except OSError:  # closed, or a terminal that was hung up
        return b""


def _storable(text: str) -> str:
    # Half characters can be written in JSON, but neither stored nor sent.
    return text.encode("utf-8", "replace").decode()
