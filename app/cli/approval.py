"""Asks for approvals on a terminal: shows the change, waits for a letter, blocks nothing."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import termios
from collections.abc import Mapping
from typing import Final

from app.cli.output import Output, as_json, visible_line
from app.domain.errors import StewardError, UsageError
from app.domain.events import Approval
from app.orchestrator.approvals import ApprovalMode, Approvals, Decision

BY: Final = "terminal"

_EDIT_PROMPT: Final = "NAME=VALUE, or all arguments as JSON (empty: back): "
_EDIT: Final = ("e", "edit")
_ANSWERS: Final[Mapping[str, Decision]] = {
    **dict.fromkeys(("a", "allow", "y", "yes"), Decision.ALLOW_ONCE),
    **dict.fromkeys(("c", "conversation"), Decision.ALLOW_CONVERSATION),
    **dict.fromkeys(("f", "folder"), Decision.ALLOW_FOLDER),
    **dict.fromkeys(("w", "always"), Decision.ALLOW_ALWAYS),
    **dict.fromkeys(("d", "deny", "n", "no"), Decision.DENY),
}


def somebody_can_be_asked() -> bool:
    """Whether a person sits at both ends: questions go to stderr, answers come from stdin."""
    return all(
        stream is not None and not stream.closed and stream.isatty()
        for stream in (sys.stdin, sys.stderr)
    )


def approval_mode(approve: str, *, attended: bool) -> ApprovalMode:
    """The mode for ``--approve``; with nobody there, what would be asked about is refused."""
    mode = ApprovalMode(approve)
    return mode if attended else mode.nobody_there


def asks(mode: ApprovalMode) -> bool:
    """Whether the person may be asked in this mode."""
    return mode in (ApprovalMode.ASK, ApprovalMode.REVERSIBLE)


class TerminalApprover:
    """Asks for one approval at a time. Lives on the loop; ``close`` ends an open question."""

    def __init__(self, approvals: Approvals, output: Output) -> None:
        self._approvals = approvals
        self._output = output
        self._question: asyncio.Task[None] | None = None
        self._asked: str | None = None

    def show(self, event: Approval) -> None:
        """Take an ``approval`` event: ask, or withdraw the question when it was decided."""
        if event.decision is None:
            self._asked = event.id
            self._question = asyncio.create_task(self._ask(event), name="approval question")
        elif event.id == self._asked:
            self._asked = None
            if self._question is not None:
                self._question.cancel()

    async def close(self) -> None:
        """Withdraw a question that still stands."""
        if self._question is not None:
            self._question.cancel()
            await asyncio.wait([self._question])

    async def _ask(self, event: Approval) -> None:
        output = self._output
        output.note(visible_line(event.summary), "bold")
        if event.note:
            output.note(visible_line(event.note), "yellow")
        output.diff(event.diff)
        # What was typed before the question was seen is no answer to it.
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
        while True:
            output.prompt(_question(event), "yellow")
            answer = await self._answer()
            if answer in _EDIT:
                if await self._edit(event):
                    return
                continue
            decision = Decision.DENY if answer is None else _ANSWERS.get(answer)
            if decision is Decision.ALLOW_FOLDER and event.folder is None:
                decision = None
            if decision is not None:
                self._approvals.decide(event.id, decision, by=BY)
                return

    async def _edit(self, event: Approval) -> bool:
        """Take other arguments, which are shown and asked about anew; whether there were any."""
        arguments = dict(event.arguments or {})
        for name, value in arguments.items():
            self._output.note(f"  {visible_line(name)} = {visible_line(as_json(value))}", "dim")
        while True:
            self._output.prompt(_EDIT_PROMPT, "yellow")
            typed = await read_line(sys.stdin.fileno())
            if typed is None or not typed.strip():
                return False
            try:
                wanted = changed_arguments(arguments, typed)
                self._approvals.decide(event.id, Decision.ALLOW_ONCE, by=BY, arguments=wanted)
            except StewardError as error:
                self._output.problem(str(error))
                continue
            return True

    async def _answer(self) -> str | None:
        """What was typed, in small letters; ``None`` where the terminal is gone."""
        typed = await read_line(sys.stdin.fileno())
        if typed is None:
            self._output.note("")
            return None
        return typed.strip().lower()


def changed_arguments(arguments: Mapping[str, object], typed: str) -> dict[str, object]:
    """``arguments`` with what a line says: ``NAME=VALUE``, or a JSON object of all of them.

    A value that is JSON is taken as such, any other as text. Raises ``UsageError``.
    """
    text = typed.strip()
    if text.startswith("{"):
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"That is not JSON: {error}.") from error
        return dict(whole)
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError("Write NAME=VALUE, or a JSON object.")
    try:
        wanted: object = json.loads(value)
    except (ValueError, RecursionError):
        wanted = value.strip()
    return {**arguments, name.strip(): wanted}


def _question(event: Approval) -> str:
    folder = "" if event.folder is None else "this [f]older, "
    return f"[a]llow once, [e]dit, this [c]onversation, {folder}al[w]ays, [d]eny? "


async def read_line(terminal: int) -> str | None:
    """The next line typed on a terminal, without blocking the loop; ``None`` at its end."""
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[bytes] = loop.create_future()

    def readable() -> None:
        loop.remove_reader(terminal)
        try:
            data = os.read(terminal, 4096)  # a terminal hands out one line at a time
        except OSError:  # it was hung up
            data = b""
        if not typed.done():
            typed.set_result(data)

    loop.add_reader(terminal, readable)
    try:
        data = await typed
    finally:
        loop.remove_reader(terminal)
    return data.decode("utf-8", "replace") if data else None
