"""Asks for approvals on a terminal: shows the change, waits for a letter, blocks nothing."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
from collections.abc import Mapping
from typing import Final

from app.cli.output import Output, visible_line
from app.domain.events import Approval
from app.orchestrator.approvals import ApprovalMode, Approvals, Decision

BY: Final = "terminal"

_QUESTION: Final = "[a]llow once, this [c]onversation, al[w]ays, [d]eny? "
_ANSWERS: Final[Mapping[str, Decision]] = {
    **dict.fromkeys(("a", "allow", "y", "yes"), Decision.ALLOW_ONCE),
    **dict.fromkeys(("c", "conversation"), Decision.ALLOW_CONVERSATION),
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
    """The mode for ``--approve``; ``ask`` with nobody there refuses."""
    mode = ApprovalMode(approve)
    return ApprovalMode.UNATTENDED if mode is ApprovalMode.ASK and not attended else mode


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
        output.diff(event.diff)
        # What was typed before the question was seen is no answer to it.
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
        while True:
            output.prompt(_QUESTION, "yellow")
            answer = await read_line(sys.stdin.fileno())
            if answer is None:
                output.note("")
                decision: Decision | None = Decision.DENY
            else:
                decision = _ANSWERS.get(answer.strip().lower())
            if decision is not None:
                self._approvals.decide(event.id, decision, by=BY)
                return


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
