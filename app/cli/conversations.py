"""``steward conversations``: list, show, search, keep in order, export and import them."""

from __future__ import annotations

import dataclasses
import itertools
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from app.cli.counting import counted
from app.cli.new_file import write_document, write_text
from app.cli.options import json_option
from app.cli.output import Output, as_json, in_utc, local, shortened, visible_line
from app.cli.run import DONE, Run, opened
from app.domain.attachments import attachment_form, size_in_words
from app.domain.errors import FileError, InvalidFieldError, UsageError
from app.domain.messages import ConversationMessage, ConversationSummary, MessageStatus, Role
from app.domain.turns import TurnRecord, TurnState, UsageTotal

if TYPE_CHECKING:
    from app.storage.conversations import Conversations

_SPEAKERS: Final[Mapping[Role, str]] = {Role.USER: "You", Role.ASSISTANT: "Steward"}

_limit_option = click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, metavar="N"
)
_id_argument = click.argument("conversation", metavar="ID")


@click.group(short_help="List, show, search, rename, archive, export and import.")
def conversations() -> None:
    """Conversations kept on this computer. ID may be the first characters of one."""


@conversations.command(name="list")
@_limit_option
@click.option("--archived", is_flag=True, help="Those that are archived instead.")
@json_option
@click.pass_obj
def list_command(run: Run, *, limit: int, archived: bool, as_json: bool) -> int:
    """The pinned ones, marked with *, then the newest first."""
    return run.until_done(_list(run.output, limit, archived))


@conversations.command()
@_id_argument
@json_option
@click.pass_obj
def show(run: Run, *, conversation: str, as_json: bool) -> int:
    """Every message of a conversation."""
    return run.until_done(_show(run.output, conversation))


@conversations.command()
@_id_argument
@json_option
@click.pass_obj
def branches(run: Run, *, conversation: str, as_json: bool) -> int:
    """Where a message was edited or answered again.

    Each version with the number of its message; the one that is shown is marked with *.
    """
    return run.until_done(_branches(run.output, conversation))


@conversations.command()
@_id_argument
@click.argument("message", type=click.IntRange(1), metavar="MESSAGE")
@click.pass_obj
def switch(run: Run, *, conversation: str, message: int) -> int:
    """Show the branch that has a message.

    MESSAGE is a number that `branches`, or `search --json`, gives. Nothing is lost: the other
    branches stay, and one switches back the same way.
    """
    return run.until_done(_switch(run.output, conversation, message))


@conversations.command()
@click.argument("words", nargs=-1, required=True)
@_limit_option
@json_option
@click.pass_obj
def search(run: Run, *, words: tuple[str, ...], limit: int, as_json: bool) -> int:
    """Find messages by words.

    They hold all WORDS; "in quotes" words stay together, -word excludes.
    """
    return run.until_done(_search(run.output, " ".join(words), limit))


@conversations.command()
@_id_argument
@click.argument("title")
@click.pass_obj
def rename(run: Run, *, conversation: str, title: str) -> int:
    """Give a conversation another title."""
    if not title.strip():
        raise UsageError("A title needs at least one word.")
    return run.until_done(_change(conversation, lambda c, one: c.rename(one, title)))


@conversations.command()
@_id_argument
@click.option("--off", is_flag=True, help="No longer.")
@click.pass_obj
def pin(run: Run, *, conversation: str, off: bool) -> int:
    """Let a conversation stand at the head of the list."""
    return run.until_done(_change(conversation, lambda c, one: c.pin(one, pinned=not off)))


@conversations.command()
@_id_argument
@click.option("--undo", is_flag=True, help="Bring it back into the list.")
@click.pass_obj
def archive(run: Run, *, conversation: str, undo: bool) -> int:
    """Take a conversation out of the list.

    Nothing of it is deleted, and search still finds it.
    """
    return run.until_done(_change(conversation, lambda c, one: c.archive(one, archived=not undo)))


@conversations.command()
@_id_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "md", "html"]),
    default="json",
    show_default=True,
    help="Only JSON can be imported again.",
)
@click.option(
    "--output", "target", type=click.Path(dir_okay=False, path_type=Path), help="A new file."
)
@click.option(
    "--attachments",
    "contents",
    is_flag=True,
    help="Also what is in the attached files, and not only their names.",
)
@click.pass_obj
def export(run: Run, *, conversation: str, form: str, target: Path | None, contents: bool) -> int:
    """Write a conversation as JSON, Markdown or a web page.

    To stdout, or to a new file. No known secret is in it: an attached file that holds one stays
    out.
    """
    if contents and form != "json":
        raise UsageError("Attached files go into JSON only.", hint="Leave --format out.")
    return run.until_done(_export(run.output, conversation, form, target, contents))


@conversations.command(name="import")
@click.argument("file", metavar="FILE")
@json_option
@click.pass_obj
def import_command(run: Run, *, file: str, as_json: bool) -> int:
    """Add an exported conversation.

    FILE is one that export wrote; - reads stdin. Prints the new id.
    """
    data = _read_export(file)
    return run.until_done(_import(run.output, data))


# -- what they do --------------------------------------------------------------------------


async def _list(output: Output, limit: int, archived: bool) -> int:
    async with opened(offline=True) as assembly:
        for one in await assembly.conversations.list(limit=limit, archived=archived):
            if output.json_lines:
                output.record(_summary(one))
            else:
                title = shortened(one.title, 60) or "(no message yet)"
                pin = "* " if one.pinned else ""
                count = f"{one.message_count:>4}"
                output.line(f"{one.id}  {local(one.updated_at)}  {count}  {pin}{title}")
    return DONE


async def _change(conversation: str, act: Callable[[Conversations, str], Awaitable[None]]) -> int:
    async with opened(offline=True) as assembly:
        await act(assembly.conversations, conversation)
    return DONE


async def _show(output: Output, conversation: str) -> int:
    async with opened(offline=True) as assembly:
        summary = await assembly.conversations.get(conversation)
        messages = await assembly.conversations.messages(summary.id)
        turns = {one.id: one for one in await assembly.turns.of_conversation(summary.id)}
        if output.json_lines:
            for message in messages:
                record = _message(message)
                if message.role is Role.USER and (turn := turns.get(message.turn_id)) is not None:
                    record["turn"] = _turn(turn, await assembly.usage.of_turn(turn.id))
                output.record(record)
            return DONE
        used = await assembly.usage.of_conversation(summary.id)
    output.line(f"{visible_line(summary.title)}  ({summary.id})", "bold")
    for message, after in itertools.zip_longest(messages, messages[1:]):
        _show_message(output, message)
        ended = turns.get(message.turn_id)
        if ended is not None and (after is None or after.turn_id != ended.id):
            _show_end(output, ended)
    if used.tokens:
        cost = "" if used.cost is None else f", ${used.cost:.4f}"
        calls = counted(used.calls, "model call")
        output.line()
        output.line(f"{counted(used.tokens, 'token')} in {calls}{cost}", "dim")
    return DONE


async def _branches(output: Output, conversation: str) -> int:
    async with opened(offline=True) as assembly:
        summary = await assembly.conversations.get(conversation)
        forks = await assembly.branches.forks(summary.id)
        for fork in sorted(forks.values(), key=lambda one: one.messages):
            asked = await assembly.conversations.texts(fork.messages)
            for at, message in enumerate(fork.messages):
                shown = at == fork.shown
                if output.json_lines:
                    text = asked.get(message, "")
                    output.record({"message_id": message, "shown": shown, "text": text})
                else:
                    words = shortened(asked.get(message, ""), 70)
                    output.line(f"{message:>8}  {'* ' if shown else '  '}{words}")
            if not output.json_lines:
                output.line()
        if not forks:
            output.note("No message was edited or answered again.")
    return DONE


async def _switch(output: Output, conversation: str, message: int) -> int:
    async with opened(offline=True) as assembly:
        summary = await assembly.conversations.get(conversation)
        if not await assembly.branches.show(summary.id, message):
            output.note("That message is shown already.")
    return DONE


async def _search(output: Output, words: str, limit: int) -> int:
    async with opened(offline=True) as assembly:
        hits = await assembly.conversations.search(words, limit=limit)
        for hit in hits:
            if output.json_lines:
                output.record(
                    {
                        "conversation_id": hit.conversation_id,
                        "title": hit.conversation_title,
                        "message_id": hit.message_id,
                        "role": hit.role.value,
                        "snippet": hit.marked(),
                        "archived": hit.archived,
                        "at": in_utc(hit.created_at),
                    }
                )
            else:
                where = "  (archived)" if hit.archived else ""
                output.line(f"{hit.conversation_id}  {local(hit.created_at)}{where}", "dim")
                output.line(f"  {shortened(hit.marked(), 200)}")
        if not hits:
            output.note("Nothing found.")
    return DONE


async def _export(
    output: Output, conversation: str, form: str, target: Path | None, contents: bool
) -> int:
    from app.orchestrator.attached_exchange import put_contents
    from app.storage.reading_copy import as_html, as_markdown

    async with opened(offline=True) as assembly:
        data = await assembly.conversations.export(conversation)
        if contents:
            vault = assembly.versions.attachments
            for name in await put_contents(data, vault, assembly.redactor):
                why = "it holds a secret, or is not kept here"
                output.note(f"! {visible_line(name)} is only named: {why}.", "yellow")
    if form == "json":
        write_document(output, data, target)
    else:
        write_text(output, (as_html if form == "html" else as_markdown)(data), target)
    return DONE


async def _import(output: Output, data: Mapping[str, object]) -> int:
    from app.orchestrator.attached_exchange import take_contents

    async with opened(offline=True) as assembly:
        attached = await take_contents(data, assembly.versions.attachments)
        summary = await assembly.conversations.import_(data, attached)
    if output.json_lines:
        output.record(_summary(summary))
    else:
        output.line(summary.id)
    return DONE


def _read_export(file: str) -> Mapping[str, object]:
    """The JSON object in a file, or on stdin for ``-``. Raises ``FileError`` and its kin."""
    try:
        if file == "-":
            raw = sys.stdin.buffer.read() if sys.stdin is not None else b""
        else:
            raw = Path(file).read_bytes()
    except OSError as error:
        raise FileError(f"{file} cannot be read: {error.strerror or error}.") from error
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise InvalidFieldError(
            f"{file} is not JSON; nothing was added.",
            hint="Give a file that `steward conversations export` wrote.",
        ) from error
    if not isinstance(data, dict):
        raise InvalidFieldError(f"{file} holds no conversation; nothing was added.")
    return data


def _summary(one: ConversationSummary) -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.title,
        "model": one.model,
        "created_at": in_utc(one.created_at),
        "updated_at": in_utc(one.updated_at),
        "messages": one.message_count,
        "pinned": one.pinned,
        "archived": one.archived,
    }


def _turn(turn: TurnRecord, used: UsageTotal) -> dict[str, object]:
    return {
        "status": turn.state.value,
        "reason": turn.reason,
        "message": turn.message,
        "iterations": turn.iterations,
        "usage": dataclasses.asdict(used),
    }


def _show_end(output: Output, turn: TurnRecord) -> None:
    why = turn.message or turn.reason
    if turn.state is TurnState.OK and not why:
        return
    output.line(f"({turn.state.value}{': ' if why else ''}{visible_line(why)})", "yellow")


def _message(message: ConversationMessage) -> dict[str, object]:
    return {
        "id": message.id,
        "at": in_utc(message.created_at),
        "turn_id": message.turn_id,
        "role": message.role.value,
        "text": message.text,
        "status": message.status.value,
        "channel": message.channel.value,
        "tool_calls": [
            {"id": call.id, "name": call.name, "arguments": dict(call.arguments)}
            for call in message.tool_calls
        ],
        "tool_call_id": message.tool_call_id,
        "tool_name": message.tool_name,
        "tool_status": message.tool_status.value if message.tool_status else None,
        "attachments": [attachment_form(one) for one in message.attachments],
    }


def _show_message(output: Output, message: ConversationMessage) -> None:
    if message.role is Role.TOOL:
        status = message.tool_status.value if message.tool_status else ""
        name = visible_line(message.tool_name or "")
        output.line(f"  {name} {status}: {shortened(message.text)}", "dim")
        return
    broken = "" if message.status is MessageStatus.DONE else f" ({message.status.value})"
    output.line()
    output.line(f"{_SPEAKERS[message.role]}{broken}  {local(message.created_at)}", "cyan")
    if message.text:
        output.line(message.text.rstrip("\n"))
    for one in message.attachments:
        output.line(f"  + {visible_line(one.name)} ({size_in_words(one.size)})", "dim")
    for call in message.tool_calls:
        output.line(f"  → {visible_line(call.name)} {shortened(as_json(call.arguments))}", "dim")
