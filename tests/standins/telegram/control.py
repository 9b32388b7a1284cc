"""The phone's side of the stand-in, as named actions with JSON on both sides."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.standins.telegram.faults import Fault
from tests.standins.telegram.service import Service
from tests.standins.telegram.state import Chat, Message, spoken

LOOKS: Final = frozenset(
    {"version", "messages", "asked", "count", "answers", "typing", "facts", "file"}
)
"""Actions that change nothing."""


class Control:
    """What phones and tests do. Safe from any thread."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._state = service.state
        self._actions: Mapping[str, Callable[..., Any]] = {
            "hello": self._hello,
            "send": self._send,
            "album": self._album,
            "delete": self._delete,
            "edit": self._edit,
            "press": self._press,
            "raw": self._raw,
            "block": self._block,
            "messages": self._messages,
            "file": self._file,
            "answers": self._answers,
            "typing": self._typing,
            "version": lambda: service.version,
            "changed": self._changed,
            "fail": self._fail,
            "heal": self._heal,
            "asked": self._asked,
            "count": self._count,
            "forget_asked": service.asked.clear,
            "missing": self._missing,
            "skip": self._skip,
            "facts": self._facts,
            "set": self._set,
        }

    def act(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Do it; what it gives."""
        if name == "changed":  # it waits, and lets the lock go meanwhile
            return self._changed(**arguments)
        with self._service.changed:
            result = self._actions[name](**arguments)
            if name not in LOOKS:
                self._service.note_change()
            return result

    # -- what a phone does -----------------------------------------------------------------

    def _hello(self, user: int, name: str, username: str, chat: int, title: str) -> None:
        self._state.user(user, name, username)
        self._state.chat(chat, title, name)

    def _send(
        self,
        user: int,
        chat: int,
        text: str = "",
        reply_to: int | None = None,
        forwarded_from: str | None = None,
        kind: str = "",
        name: str = "",
        data: str = "",
        claimed: int | None = None,
        media_type: str = "",
        group: str = "",
        extra: dict[str, Any] | None = None,
    ) -> int:
        """A message; its id. ``kind``: document, photo or voice, with ``data`` in base64."""
        place = self._state.chat(chat)
        more: dict[str, Any] = {}
        if kind:
            more = self._media(kind, name, base64.b64decode(data), claimed, media_type)
        if group:
            more["media_group_id"] = group
        if forwarded_from is not None:  # api MessageOriginHiddenUser
            origin = {"type": "hidden_user", "sender_user_name": forwarded_from}
            more["forward_origin"] = {**origin, "date": int(self._state.now) - 60}
        message = self._state.new_message(
            place, self._state.user(user), text=text, entities=spoken(text), source=text, more=more
        )
        body = message.json
        quoted = place.messages.get(reply_to or 0)
        if quoted is not None:
            body["reply_to_message"] = quoted.json
        if self._hears(place, text, quoted):
            self._state.push("message", {**body, **(extra or {})})
        return message.id

    def _album(
        self,
        user: int,
        chat: int,
        files: list[tuple[str, str]],
        caption: str,
        kind: str,
        forwarded_from: str | None,
    ) -> list[int]:
        """api Message: the files of a media group are messages of their own, with the same
        ``media_group_id``, also where they are forwarded; a phone puts the caption on the first.
        """
        group = self._state.new_group()
        return [
            self._send(
                user,
                chat,
                "" if number else caption,
                forwarded_from=forwarded_from,
                kind=kind,
                name=name,
                data=data,
                group=group,
            )
            for number, (name, data) in enumerate(files)
        ]

    def _media(
        self, kind: str, name: str, data: bytes, claimed: int | None, media_type: str
    ) -> dict[str, Any]:
        file = self._state.new_file(data, name or kind, claimed)
        size = len(data) if claimed is None else claimed
        about: dict[str, Any] = {"file_id": file.id, "file_unique_id": file.id}
        if size >= 0:
            about["file_size"] = size
        match kind:
            case "photo":  # api Message: "photo … available sizes"
                small = self._state.new_file(data[:1], "small")
                first = {**about, "file_id": small.id, "file_size": 1, "width": 90, "height": 60}
                return {"photo": [first, {**about, "width": 900, "height": 600}]}
            case "voice":
                return {"voice": {**about, "duration": 3, "mime_type": media_type or "audio/ogg"}}
            case _:
                about["file_name"] = name
                return {"document": {**about, "mime_type": media_type or "text/plain"}}

    def _hears(self, chat: Chat, text: str, quoted: Message | None) -> bool:
        """core.telegram.org/bots/features "Privacy mode": in groups, a bot gets commands for it,
        what mentions it, and answers to it.
        """
        if chat.body["type"] == "private" or self._state.reads_all:
            return True
        name = f"@{self._state.bot['username']}".lower()
        own = quoted is not None and quoted.sender is self._state.bot
        return own or text.startswith("/") or name in text.lower()

    def _edit(self, user: int, chat: int, message: int, text: str) -> None:
        one = self._state.chat(chat).messages[message]
        one.text, one.entities, one.edited_at = text, spoken(text), self._state.now
        self._state.push("edited_message", one.json)

    def _delete(self, chat: int, message: int) -> None:
        """For everybody in a chat; api Update: a bot is not told."""
        self._state.chat(chat).messages[message].deleted = True

    def _press(self, user: int, chat: int, message: int, data: str) -> str:
        """api CallbackQuery; its id."""
        query = self._state.new_query()
        shown = self._state.chat(chat).messages.get(message)
        body: dict[str, Any] = {
            "id": query.id,
            "from": self._state.user(user),
            "chat_instance": str(chat * 31),
            "data": data,
        }
        if shown is not None:
            body["message"] = shown.json
        self._state.push("callback_query", body)
        return query.id

    def _raw(self, update: Any) -> int:
        return self._state.push_raw(update)

    def _block(self, chat: int, on: bool) -> None:
        self._state.chat(chat).blocked = on

    # -- what a phone sees -----------------------------------------------------------------

    def _messages(self, chat: int) -> list[dict[str, Any]]:
        return [
            {
                "id": one.id,
                "of_bot": one.sender is self._state.bot,
                "text": one.text,
                "source": one.source,
                "html": one.html,
                "entities": one.entities,
                "buttons": [
                    [[button["text"], button["callback_data"]] for button in row]
                    for row in one.keyboard
                ],
                "document": one.more.get("document", {}).get("file_name", ""),
                "file": one.file,
                "quiet": one.quiet,
                "edits": one.edits,
            }
            for one in self._state.chat(chat).messages.values()
            if not one.deleted
        ]

    def _file(self, file: str) -> str:
        return base64.b64encode(self._state.files[file].data).decode()

    def _answers(self, query: str) -> list[str]:
        return self._state.queries[query].answers

    def _typing(self, chat: int) -> list[float]:
        return self._state.chat(chat).typing

    # -- what a test does ------------------------------------------------------------------

    def _changed(self, since: int, seconds: float) -> int:
        """Wait for a version after ``since``; the version now."""
        service = self._service
        with service.changed:
            service.changed.wait_for(lambda: service.version > since, min(seconds, 10.0))
            return service.version

    def _fail(self, method: str, fault: dict[str, Any], times: int, skip: int) -> None:
        self._service.faults.plan(Fault.of(fault), method, times=times, skip=skip)

    def _heal(self) -> None:
        self._service.faults.clear()

    def _asked(self, method: str = "") -> list[dict[str, Any]]:
        return [
            {"method": one.method, "given": one.given, "at": one.at}
            for one in self._service.asked
            if method.lower() in ("", one.method.lower())
        ]

    def _count(self, method: str) -> int:
        return sum(one.method.lower() == method.lower() for one in self._service.asked)

    def _missing(self, methods: list[str]) -> None:
        self._service.missing = {one.lower() for one in methods}

    def _skip(self, seconds: float) -> None:
        self._state.skip(seconds)

    def _facts(self) -> dict[str, Any]:
        return {
            "token": self._state.token,
            "username": self._state.bot["username"],
            "pending": len(self._state.queue),
            "next_update": self._state.next_update,
            "commands": self._state.commands,
            "webhook": self._service.webhook.json,
            "webhook_answers": self._service.webhook.answers,
        }

    def _set(self, name: str, value: Any) -> None:
        """``second``, ``reads_all``, ``query_seconds``, ``next_update``, ``token``, ``webhook``."""
        if name == "webhook":
            self._service.webhook.set(value, "")
        elif name in ("second", "reads_all", "query_seconds", "next_update", "token"):
            setattr(self._state, name, value)
        else:
            raise KeyError(name)
