"""Shows a turn while it happens: its events as JSON lines, or the answer with notes beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from app.cli.approval import TerminalApprover
from app.cli.output import Colour, Output, as_json, shortened, visible_line
from app.domain.events import (
    Approval,
    Circuit,
    CircuitState,
    Delta,
    Event,
    FileVersionEvent,
    Notification,
    Phase,
    Severity,
    Summarised,
    ToolCallEvent,
    ToolResultEvent,
    TurnFinished,
    TurnStarted,
    TurnStatus,
    Waiting,
)
from app.domain.files import OperationType
from app.domain.tool_calls import ToolStatus

if TYPE_CHECKING:
    from app.assembly import Assembly


@asynccontextmanager
async def shown(assembly: Assembly, output: Output, *, attended: bool) -> AsyncIterator[None]:
    """Within: every event is shown, and approvals are asked for where somebody is there."""
    approver = TerminalApprover(assembly.approvals, output) if attended else None
    view = TurnView(assembly, output)

    def show(event: Event) -> None:
        view.show(event)
        if approver is not None and isinstance(event, Approval):
            approver.show(event)

    stop = assembly.bus.subscribe(show)
    try:
        yield
    finally:
        stop()
        if approver is not None:
            await approver.close()
        output.end_line()


class TurnView:
    """Writes events as they come."""

    def __init__(self, assembly: Assembly, output: Output) -> None:
        self._assembly = assembly
        self._output = output
        self._waited_for = ""

    def show(self, event: Event) -> None:
        """Show one event."""
        if self._output.json_lines:
            self._output.event(event)
        else:
            self._show_to_person(event)

    def _show_to_person(self, event: Event) -> None:
        note = self._output.note
        match event:
            case TurnStarted():
                self._waited_for = ""
            case Delta(text=text):
                self._output.text(text)
            case Waiting():
                self._show_waiting(event)
            case ToolCallEvent(name=name, arguments=arguments):
                note(f"→ {visible_line(name)} {shortened(as_json(arguments), 100)}", "dim")
            case Approval(decision=str(decision), by=by, summary=summary):
                colour: Colour = "green" if decision == "allowed" else "yellow"
                note(f"  {decision} ({visible_line(by or '')}): {visible_line(summary)}", colour)
            case ToolResultEvent(status=ToolStatus.OK, name=name, duration_ms=spent):
                note(f"✓ {visible_line(name)} ({spent} ms)", "dim")
            case ToolResultEvent(name=name, status=status, content=content):
                note(f"✗ {visible_line(name)}: {status}: {shortened(content)}", "yellow")
            case FileVersionEvent(file=file, version=version, operation=operation):
                where = self._assembly.folders.display(file)
                theirs = " (someone else's)" if operation == OperationType.EXTERNAL else ""
                note(f"  {visible_line(where)}: version {version}{theirs}", "dim")
            case Circuit(state=CircuitState.OPEN, name=name, reason=reason):
                note(f"! {name} keeps failing and is paused: {shortened(reason)}", "yellow")
            case Notification(source="circuits"):
                pass  # its own event has said so
            case Notification(severity=severity, message=message, count=1):
                note(
                    f"! {visible_line(message)}", "red" if severity is Severity.ERROR else "yellow"
                )
            case Summarised():
                note("… older messages were summarised for the model", "dim")
            case TurnFinished(reason=reason, status=status) if reason:
                more = " Answer `go on` to continue." if status is TurnStatus.LIMIT else ""
                note(f"! {reason}{more}", "yellow")
            case _:
                pass

    def _show_waiting(self, event: Waiting) -> None:
        # What runs or waits for an approval shows itself; a model is named once a turn.
        if event.phase in (Phase.SKILL, Phase.APPROVAL):
            return
        if event.detail != self._waited_for:
            self._waited_for = event.detail
            self._output.note(f"… {visible_line(event.detail)}", "dim")
