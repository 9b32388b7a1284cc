"""The commands of a chat. What is none of these reaches the engine as a message."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from app.channels.changes import Changes, change_lines
from app.channels.commands_list import COMMANDS
from app.channels.conversing import line_of
from app.channels.file_versions import FileVersions
from app.channels.shift import Row, Shift
from app.channels.words import code, counted, explained, plain, shortened
from app.domain.channels import Chat, IncomingMessage, Sender
from app.domain.errors import NotFoundError, StewardError, UsageError
from app.domain.events import CircuitState
from app.storage.channel_buttons import MANY

MOST_CONVERSATIONS: Final = 8
_UNTITLED: Final = "Conversation without words"
_VERSION: Final = re.compile(r"""(?:"(?P<quoted>[^"]+)"|(?P<path>.+?))\s+(?P<version>[0-9]{1,9})""")

Act = Callable[[IncomingMessage, str, str], Awaitable[None]]
"""Does a command: the message, what stands behind its name, and the key of the answer."""


class Commands:
    """Answers commands. Methods raise ``StewardError``."""

    def __init__(self, shift: Shift, changes: Changes, versions: FileVersions) -> None:
        self._shift = shift
        self._changes = changes
        self._versions = versions
        self._acts: Mapping[str, Act] = {
            "new": self._new,
            "conversations": self._conversations,
            "status": self._status,
            "versions": self._list_versions,
            "undo": self._undo,
            "circuits": self._circuits,
            "stop": self._stop,
            "help": self._help,
            "start": self._help,
        }

    def knows(self, name: str) -> bool:
        """Whether it is one of these."""
        return name in self._acts

    async def answer(self, item: int, message: IncomingMessage, name: str, rest: str) -> None:
        """Do what a command says, and answer it."""
        await self._acts[name](message, rest, f"command:{item}")

    async def welcome(self, chat: Chat, key: str) -> None:
        """Say that somebody is paired, and what they can do now."""
        text = (
            "**You are paired with Steward on your computer.**\n\n"
            "Write here what is to be done, as you do in its window: “List my files”, for "
            "instance. Before it changes a file it shows you the change and asks; whatever it "
            "changed has an Undo button. /help says more."
        )
        await self._shift.say(chat, key, text)

    # -- conversations -----------------------------------------------------------------------

    async def _new(self, message: IncomingMessage, rest: str, key: str) -> None:
        await self._shift.parts.people.hold_in(message.chat, None)
        await self._shift.say(message.chat, key, "Your next message begins a new conversation.")

    async def _conversations(self, message: IncomingMessage, rest: str, key: str) -> None:
        chat, parts = message.chat, self._shift.parts
        if not chat.private:
            await self._shift.say(chat, key, "Ask me that in our private chat: others read here.")
            return
        mine, _ = await parts.people.conversation(chat)
        rows: list[Row] = []
        for one in await parts.conversations.list(limit=MOST_CONVERSATIONS):
            here = "• " if one.id == mine else ""
            label = here + shortened(one.title or _UNTITLED, 40)
            action = {"do": "switch", "conversation": one.id, "key": key, MANY: True}
            card = f"{key}:{one.id}"
            rows.append(await self._shift.offer(chat, message.sender.id, card, {label: action}))
        text = "Go on in which one?" if rows else "There is no conversation yet: write something."
        await self._shift.say(chat, key, text, rows)

    async def switch(self, chat: Chat, action: Mapping[str, object]) -> str:
        """Hold another conversation in ``chat``; in a few words what came of it."""
        parts = self._shift.parts
        found = await parts.conversations.get(str(action.get("conversation")))
        await parts.people.hold_in(chat, found.id)
        title = found.title or _UNTITLED
        text = f"This chat goes on in “{plain(title)}”."
        await self._shift.say(chat, f"now:{action.get('key')}", text)
        return shortened(title, 100)

    # -- how it stands -----------------------------------------------------------------------

    async def _status(self, message: IncomingMessage, rest: str, key: str) -> None:
        parts, chat = self._shift.parts, message.chat
        lines = [f"Answers come from {plain(parts.answers_with())}."]
        conversation_id, _ = await parts.people.conversation(chat)
        if conversation_id is not None:
            lines.append(await self._busy(conversation_id, chat))
        else:
            lines.append("The next message begins a new conversation.")
        if parts.engines.pause.is_on:
            lines.append("Steward is paused: what you write waits until it goes on, in its window.")
        health = self._shift.adapter.health()
        state = "is listened to" if health.state.is_well else f"is {health.state.value}"
        others = max(0, await parts.inbox.count(self._shift.channel) - 1)  # but for this command
        waits = f"{others} to handle, {health.waiting_out} to send"
        lines.append(f"{self._shift.name} {state}: {waits}.")
        if health.unsure:
            lines.append(f"{counted(health.unsure, 'message')} of mine may not have arrived.")
        if health.error:
            lines.append(plain(f"Last trouble: {health.error} {health.hint}".strip()))
        lines.append(self._open_circuits())
        await self._shift.say(chat, key, "\n\n".join(lines))

    async def _busy(self, conversation_id: str, chat: Chat) -> str:
        parts = self._shift.parts
        try:
            title = (await parts.conversations.get(conversation_id)).title or _UNTITLED
        except NotFoundError:
            return "The next message begins a new conversation."
        engine = await parts.engines.get(conversation_id)
        waiting = len(engine.queued) + max(0, self._shift.lines.length(line_of(chat)) - 1)
        now = "is being answered" if engine.busy else "is at rest"
        behind = f"; {counted(waiting, 'message')} waiting" if waiting else ""
        return f"The conversation “{plain(title)}” {now}{behind}."

    async def _circuits(self, message: IncomingMessage, rest: str, key: str) -> None:
        await self._shift.say(message.chat, key, self._open_circuits())

    def _open_circuits(self) -> str:
        now, lines = self._shift.parts.clock.now(), []
        for one in self._shift.parts.breakers.all():
            if one.state is CircuitState.CLOSED:
                continue
            again = ""
            if one.retry_at is not None:
                seconds = max(1, round((one.retry_at - now).total_seconds()))
                again = f" It is tried again in {seconds} s."
            elif one.by_hand:
                again = " It stays so until it is reset in the window."
            why = f": {plain(shortened(one.reason, 200))}" if one.reason else "."
            lines.append(f"- {code(one.name)} is paused{why}{again}")
        if not lines:
            return "No circuit is open: everything is used."
        return "\n".join(["Paused because it kept failing:", "", *lines])

    async def _stop(self, message: IncomingMessage, rest: str, key: str) -> None:
        chat, parts = message.chat, self._shift.parts
        mine = {t.conversation_id for t in self._shift.turns.values() if t.chat.id == chat.id}
        if not mine:
            held, _ = await parts.people.conversation(chat)
            mine = {held} if held is not None and parts.engines.busy(held) else set()
        stopped = [(await parts.engines.get(one)).cancel() for one in mine]
        waiting = max(0, self._shift.lines.length(line_of(chat)) - 1)
        if not any(stopped):
            text = "Nothing is being done here."
        elif waiting:
            text = f"Stopping. {counted(waiting, 'message')} after it will be answered."
        else:
            text = "Stopping."
        await self._shift.say(chat, key, text)

    async def _help(self, message: IncomingMessage, rest: str, key: str) -> None:
        lines = ["Write what is to be done, or one of these:", ""]
        lines += [f"- /{name}: {plain(words)}" for name, words in COMMANDS.items()]
        if offline := self._shift.parts.commands():
            lines += ["", "No model is set up, so these are understood, too:", ""]
            lines += [f"- {code(usage)}: {plain(words)}" for usage, words in offline]
        await self._shift.say(message.chat, key, "\n".join(lines))

    # -- files -------------------------------------------------------------------------------

    async def _list_versions(self, message: IncomingMessage, rest: str, key: str) -> None:
        chat, user_id = message.chat, message.sender.id
        if rest:
            await self._versions.list_named(chat, user_id, key, rest)
        else:
            await self._versions.list_files(chat, user_id, key)

    async def _undo(self, message: IncomingMessage, rest: str, key: str) -> None:
        if rest:
            await self._undo_version(message, rest, key)
            return
        held, _ = await self._shift.parts.people.conversation(message.chat)
        if held is None:
            await self._shift.say(message.chat, key, "This chat has changed nothing yet.")
            return
        await self.undo_turn(message.chat, message.sender, key, held)

    async def _undo_version(self, message: IncomingMessage, rest: str, key: str) -> None:
        """Take back what is named and nothing else: a path and a version."""
        found = _VERSION.fullmatch(rest)
        if found is None:
            raise UsageError(
                "/undo takes back the last changes of this conversation.",
                hint="For what one version of a file did, name both: /undo notes.md 2",
            )
        path = found["quoted"] or found["path"]
        held, _ = await self._shift.parts.people.conversation(message.chat)
        number, workspace = int(found["version"]), self._shift.workspace(held)
        made = await workspace.undo_version(path, number)
        lines = "\n".join(f"- {line}" for line in change_lines(made, workspace))
        await self._shift.say(message.chat, key, f"Undone:\n\n{lines}")
        versions = await workspace.versions(made[0].path)
        turn = next((one.turn_id for one in versions if one.version == number), None)
        if turn is not None and await self._changes.is_shown(message.chat, turn):
            await self._changes.show(message.chat, message.sender.id, turn)

    async def undo_turn(
        self,
        chat: Chat,
        sender: Sender,
        key: str,
        conversation_id: str | None,
        action: Mapping[str, object] | None = None,
    ) -> str:
        """Take back the newest turn of a conversation, or with an ``action`` such an undo.

        In a few words what came of it.
        """
        undo = None if action is None else str(action.get("turn"))
        try:
            made = await self._shift.workspace(conversation_id).undo(undo)
        except StewardError as error:
            await self._shift.say(chat, key, f"⚠ Not undone: {explained(error)}")
            return "Not undone."
        lines = "\n".join(f"- {line}" for line in change_lines(made, self._shift.workspace()))
        if action is not None:
            of = str(action.get("of"))
            await self._shift.say(chat, key, f"The undo is undone:\n\n{lines}")
        else:
            of, by = str(made[0].metadata.get("undo_of")), str(made[0].turn_id)
            facts = {"turn": by, "of": of, "key": key, "conversation": conversation_id}
            again: dict[str, object] = {"do": "undo_turn", **facts}
            row = await self._shift.offer(chat, sender.id, f"undone:{by}", {"Undo the undo": again})
            await self._shift.say(chat, key, f"Undone:\n\n{lines}", [row])
        if await self._changes.is_shown(chat, of):
            await self._changes.show(chat, sender.id, of)
        return "Done."
