"""``steward chat``: a conversation in the terminal, for a person or for a program."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import click

from app.cli.options import (
    approve_option,
    conversation_option,
    folder_option,
    json_option,
    model_option,
)
from app.cli.output import visible_line
from app.cli.remedies import explained
from app.cli.run import DONE, Run, opened
from app.domain.attachments import check_together, size_in_words
from app.domain.errors import StewardError

if TYPE_CHECKING:
    from app.assembly import Assembly
    from app.domain.attachments import Attachment
    from app.domain.branches import After
    from app.orchestrator.engine import Engine

_PROMPT: Final = "> "


@click.command(short_help="Talk in the terminal.")
@folder_option
@conversation_option
@model_option
@approve_option
@json_option
@click.pass_obj
def chat(
    run: Run,
    *,
    folders: tuple[Path, ...],
    conversation: str | None,
    model: str | None,
    approve: str | None,
    as_json: bool,
) -> int:
    """Talk, one message a line. Ctrl+C stops an answer; /quit, Ctrl+D or Ctrl+C twice leaves.

    /attach FILE sends a file along with the next message; /detach takes it out again.

    With --json, lines on stdin are messages, or objects: {"text": …} with "conversation" or
    "attachments": [FILE, …] if wanted, {"approve": ID} and {"deny": ID} with "for":
    "conversation", "folder" or "always" if wanted, or with "arguments": {…}, which is asked about
    anew; {"cancel": true}. Events come on stdout. The end of stdin lets queued messages finish.
    """
    if as_json:
        from app.cli.chat_lines import chat_in_lines

        return run.until_done(chat_in_lines(run.output, folders, conversation, model, approve))
    with _Talk(run, folders, conversation, model, approve) as talk:
        return talk.go_on()


class _Talk:
    """A conversation with a person. The loop rests while the person types."""

    def __init__(
        self,
        run: Run,
        folders: tuple[Path, ...],
        conversation: str | None,
        model: str | None,
        approve: str | None,
    ) -> None:
        from app.cli.approval import somebody_can_be_asked

        self._run = run
        self._conversation = conversation
        self._model = model
        self._approve = approve
        self._attended = somebody_can_be_asked()
        self._opened = opened(folders, tell=run.output)
        self._engine: Engine | None = None
        self._attached: tuple[Attachment, ...] = ()
        """Goes with the next message."""
        self._seen: After | None = None
        """The last turn here; the next message goes on from it."""

    def __enter__(self) -> Self:
        self._assembly: Assembly = self._run.until_done(self._opened.__aenter__())
        self._run.until_done(self._assembly.watch_drive())
        return self

    def __exit__(self, *failure: object) -> None:
        self._run.until_done(self._opened.__aexit__(None, None, None), closing=True)

    def go_on(self) -> int:
        """Message after message, until the person leaves."""
        note = self._run.output.note
        if self._conversation is not None:
            found = self._assembly.engines.get(self._conversation, model=self._model)
            self._engine = self._run.until_done(found)
        if self._attended:
            note(f"Steward · {self._assembly.llm.label}. /quit or Ctrl+D leaves.", "dim")
            _prepare_editing([c.text for c in self._assembly.model.completions()])
        while (message := self._next_message()) is not None:
            if message.split(maxsplit=1)[:1] == ["/attach"]:
                self._attach(message.removeprefix("/attach").strip())
            elif message == "/detach":
                self._attached = ()
                note("Nothing is attached.", "dim")
            elif message:
                self._turn(message)
        if self._engine is not None:
            note(f"conversation {self._engine.conversation_id}", "dim")
        return DONE

    def _next_message(self) -> str | None:
        """What the person typed; empty for nothing, ``None`` when they leave."""
        interrupted = False
        while True:
            try:
                line = self._read_line()
            except KeyboardInterrupt:
                if interrupted or self._run.stopping:
                    raise
                interrupted = True
                self._run.output.note("\n(Ctrl+C again leaves)", "dim")
                continue
            if line is None or line.strip() == "/quit":
                return None
            return line.strip()

    def _read_line(self) -> str | None:
        if self._attended and self._run.output.to_terminal:
            try:
                return input(_PROMPT)
            except EOFError:
                self._run.output.note("")
                return None
        if self._attended:
            self._run.output.prompt(_PROMPT)
        line = sys.stdin.buffer.readline() if sys.stdin is not None else b""
        return line.decode("utf-8", "replace") if line else None

    def _attach(self, named: str) -> None:
        """Keep a file for the next message; a problem is told, and costs nothing."""
        output = self._run.output
        if named:
            try:
                paths = [Path.cwd() / Path(one).expanduser() for one in _paths(named)]
                more = self._run.until_done(self._assembly.versions.attachments.keep_files(paths))
                check_together((*self._attached, *more))
                self._attached += more
            except StewardError as error:
                output.problem(str(error))
                return
        shown = ", ".join(
            f"{visible_line(one.name)} ({size_in_words(one.size)})" for one in self._attached
        )
        after = " goes with your next message; /detach takes it out."
        output.note(f"{shown}{after}" if shown else "Name a file: /attach FILE.", "dim")

    def _turn(self, message: str) -> None:
        self._run.until_done(self._answer(message))

    async def _answer(self, message: str) -> None:
        from app.cli.approval import approval_mode, asks
        from app.cli.turn_view import shown
        from app.domain.branches import After
        from app.domain.events import TurnStatus
        from app.domain.messages import Channel

        output = self._run.output
        if self._engine is None:
            self._engine = await self._assembly.engines.get(None, model=self._model)
        engine = self._engine
        mode = approval_mode(
            self._approve or self._assembly.settings.approval_mode, attended=self._attended
        )
        with self._run.first_interrupt(engine.cancel):
            async with shown(self._assembly, output, attended=asks(mode)):
                attached, self._attached = self._attached, ()
                outcome = await engine.run_turn(
                    message,
                    channel=Channel.TERMINAL,
                    mode=mode,
                    attachments=attached,
                    after=self._seen,
                )
        if outcome.stored:
            self._seen = After(outcome.turn_id)
        if outcome.error is not None:
            output.problem(explained(outcome.error))
        elif outcome.status is TurnStatus.CANCELLED:
            output.note("Stopped.", "yellow")


def _paths(named: str) -> list[str]:
    """One path with spaces, or several as a shell takes them apart."""
    if (Path.cwd() / Path(named).expanduser()).exists():
        return [named]
    try:
        return shlex.split(named)
    except ValueError:  # a quote that does not end belongs to the name
        return [named]


def _prepare_editing(commands: list[str]) -> None:
    """Arrow keys and a history in the prompt, and Tab for the offline commands."""
    try:
        import readline
    except ImportError:  # a Python built without it: the prompt is a plain one
        return
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    names = sorted({command.split()[0] for command in commands} | {"/attach", "/quit"})

    def complete(begun: str, number: int) -> str | None:
        fitting = [name for name in names if name.startswith(begun)] if begun else []
        return f"{fitting[number]} " if number < len(fitting) else None

    readline.set_completer(complete)
    readline.set_completer_delims(" ")
    readline.parse_and_bind("tab: complete")
