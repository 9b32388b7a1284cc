"""``steward ask``: one message, one turn, one exit code."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.cli.options import (
    approve_option,
    attach_option,
    conversation_option,
    folder_option,
    json_option,
    model_option,
)
from app.cli.remedies import explained
from app.cli.run import DONE, FAILED, INTERRUPTED, Run, exit_code, opened
from app.domain.errors import UsageError


@click.command(short_help="Ask once; the answer comes on stdout.")
@click.argument("text", nargs=-1)
@attach_option
@folder_option
@conversation_option
@model_option
@approve_option
@click.option(
    "--instead-of",
    type=click.IntRange(1),
    metavar="MESSAGE",
    help="Say it in the place of an earlier message (its number in `conversations show --json`); "
    "what followed that one stays, as another branch.",
)
@click.option(
    "--after",
    type=click.IntRange(1),
    metavar="MESSAGE",
    help="Say it right behind an earlier message; where the conversation went on from there, what "
    "followed stays, as another branch.",
)
@click.option(
    "--window",
    "in_window",
    is_flag=True,
    help="Open the small window for one question, with TEXT asked if there is any; for a key of "
    "your desktop. Where Steward is open it comes there.",
)
@json_option
@click.pass_obj
def ask(
    run: Run,
    *,
    text: tuple[str, ...],
    attach: tuple[Path, ...],
    folders: tuple[Path, ...],
    conversation: str | None,
    model: str | None,
    approve: str | None,
    instead_of: int | None,
    after: int | None,
    in_window: bool,
    as_json: bool,
) -> int:
    """Ask TEXT in a new conversation and print the answer.

    TEXT may be - to read it from stdin. What the assistant does on the way is told on stderr;
    with --json every event is one line on stdout. A file given with --attach is read once and
    kept with the message.
    """
    if in_window:
        others = (attach, folders, conversation, model, approve, instead_of, after, as_json)
        if any(others):
            raise UsageError("With --window there is only TEXT; the rest is set in the window.")
        from app.main import open_window

        return open_window(message_text(text) if text else "")
    if not text:
        raise UsageError("Say what you want: steward ask TEXT.")
    message = message_text(text)
    if instead_of is not None and after is not None:
        raise UsageError("Say either --instead-of or --after.")
    if (instead_of or after) is not None and conversation is None:
        raise UsageError("Say in which conversation the message is: --conversation ID.")
    work = _ask(run, message, attach, folders, conversation, model, approve, instead_of, after)
    return run.until_done(work)


def message_text(words: tuple[str, ...]) -> str:
    """The message from the command line, or from stdin for ``-``. Raises ``UsageError``."""
    if words == ("-",):
        if sys.stdin is None:
            raise UsageError("There is no stdin to read the message from.")
        text = sys.stdin.buffer.read().decode("utf-8", "replace").rstrip("\n")
    else:
        # Bytes of the command line that are not UTF-8 cannot be stored or sent.
        text = " ".join(words).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if not text.strip():
        raise UsageError("The message is empty.", hint="Say what you want: steward ask TEXT.")
    return text


async def _ask(
    run: Run,
    message: str,
    attach: tuple[Path, ...],
    folders: tuple[Path, ...],
    conversation: str | None,
    model: str | None,
    approve: str | None,
    instead_of: int | None,
    after: int | None,
) -> int:
    from app.cli.approval import approval_mode, asks, somebody_can_be_asked
    from app.cli.turn_view import shown
    from app.domain.branches import After
    from app.domain.events import TurnStatus
    from app.domain.messages import Channel

    output = run.output
    async with opened(folders, tell=output) as assembly:
        mode = approval_mode(
            approve or assembly.settings.approval_mode, attended=somebody_can_be_asked()
        )
        attached = await assembly.versions.attachments.keep_files(attach)
        engine = await assembly.engines.get(conversation, model=model)
        named = instead_of or after
        place = (
            await assembly.branches.turn_of(engine.conversation_id, named)
            if named is not None
            else None
        )
        output.on_failure = engine.cancel
        try:
            async with shown(assembly, output, attended=asks(mode)):
                outcome = await engine.run_turn(
                    message,
                    channel=Channel.TERMINAL,
                    mode=mode,
                    attachments=attached,
                    instead_of=place if instead_of is not None else None,
                    after=After(place, exactly=True) if after is not None and place else None,
                )
        finally:
            output.on_failure = None
            if not output.json_lines:
                output.note(f"conversation {engine.conversation_id}", "dim")
    if outcome.error is not None:
        output.problem(explained(outcome.error))
        return exit_code(outcome.error)
    codes = {TurnStatus.CANCELLED: INTERRUPTED, TurnStatus.FAILED: FAILED}
    return codes.get(outcome.status, DONE)
