"""The methods of the Bot API that answer at once. Used under the server's lock."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.standins.telegram import html
from tests.standins.telegram.html import units
from tests.standins.telegram.state import (
    FILE_BYTES,
    ApiError,
    Chat,
    Message,
    TelegramState,
    bad_request,
)

TEXT_UNITS: Final = 4096
CAPTION_UNITS: Final = 1024
UPLOAD_BYTES: Final = 50 * 1024 * 1024
DATA_BYTES: Final = 64

_COMMAND_NAME: Final = re.compile(r"[a-z0-9_]{1,32}")
_NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


@dataclass(slots=True)
class Call:
    """One request: ``given`` as text or JSON; files by the field's name."""

    method: str
    given: Mapping[str, Any]
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A parameter as text; empty where it is not given."""
        value = self.given.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        """A parameter as a number."""
        try:
            return int(self.given.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        """A parameter as a truth value."""
        return self.given.get(name) in (True, "true", "True", "1", 1)

    def json(self, name: str) -> Any:
        """A parameter that is "a JSON-serialized" something; ``None`` where it is not given."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None


class Methods:
    """What each method does."""

    def __init__(self, state: TelegramState) -> None:
        self._state = state
        self._known: Mapping[str, Callable[[Call], Any]] = {
            "getme": lambda _call: state.bot,
            "setmycommands": self._set_commands,
            "getmycommands": lambda _call: state.commands,
            "sendmessage": self._send_message,
            "senddocument": self._send_document,
            "editmessagetext": self._edit_text,
            "editmessagereplymarkup": self._edit_markup,
            "editmessagecaption": self._edit_caption,
            "deletemessage": self._delete,
            "sendchataction": self._chat_action,
            "answercallbackquery": self._answer_query,
            "getfile": self._get_file,
        }

    def answer(self, call: Call) -> Any:
        """The result. Raises ``ApiError``."""
        known = self._known.get(call.method.lower())
        if known is None:
            raise ApiError(404, "Not Found: method not found")  # server, on_cmd
        return known(call)

    # -- sending ---------------------------------------------------------------------------

    def _send_message(self, call: Call) -> Any:
        chat = self._chat(call)
        text, entities = self._words(call, "text", TEXT_UNITS)
        if not text:
            raise bad_request("message text is empty")  # server, get_input_message_text
        message = self._state.new_message(
            chat,
            self._state.bot,
            text=text,
            entities=entities,
            source=call.text("text"),
            html=call.text("parse_mode").upper() == "HTML",
            keyboard=self._keyboard(call),
            quiet=call.flag("disable_notification"),
        )
        return message.json

    def _send_document(self, call: Call) -> Any:
        chat = self._chat(call)
        text, entities = self._words(call, "caption", CAPTION_UNITS)
        given = call.files.get("document")
        if given is None:
            raise bad_request("there is no document in the request")
        name, data = given
        if not data:
            raise bad_request("file must be non-empty")
        if len(data) > UPLOAD_BYTES:  # api sendDocument: "files of any type of up to 50 MB"
            raise ApiError(413, "Request Entity Too Large")
        file = self._state.new_file(data, name)
        more = {"file_id": file.id, "file_unique_id": file.id, "file_name": name}
        message = self._state.new_message(
            chat,
            self._state.bot,
            text=text,
            entities=entities,
            source=call.text("caption"),
            html=call.text("parse_mode").upper() == "HTML",
            keyboard=self._keyboard(call),
            more={"document": {**more, "file_size": len(data)}},
            file=file.id,
            quiet=call.flag("disable_notification"),
        )
        return message.json

    def _edit_text(self, call: Call) -> Any:
        message = self._mine(call, "edit")
        text, entities = self._words(call, "text", TEXT_UNITS)
        if not text:
            raise bad_request("message text is empty")
        if message.has_media:
            raise bad_request("there is no text in the message to edit")
        return self._edited(message, call, text, entities)

    def _edit_caption(self, call: Call) -> Any:
        message = self._mine(call, "edit")
        text, entities = self._words(call, "caption", CAPTION_UNITS)
        if not message.has_media:
            raise bad_request("there is no caption in the message to edit")
        return self._edited(message, call, text, entities)

    def _edit_markup(self, call: Call) -> Any:
        message = self._mine(call, "edit")
        return self._edited(message, call, message.text, message.entities)

    def _edited(
        self, message: Message, call: Call, text: str, entities: list[dict[str, Any]]
    ) -> Any:
        keyboard = self._keyboard(call)
        if (text, entities, keyboard) == (message.text, message.entities, message.keyboard):
            raise bad_request(_NOT_MODIFIED)  # server, fail_query_with_error
        message.edits.append(message.text)
        message.text, message.entities, message.keyboard = text, entities, keyboard
        message.source = call.text("text") or call.text("caption") or message.source
        message.html = call.text("parse_mode").upper() == "HTML"
        message.edited_at = self._state.now
        return message.json

    def _delete(self, call: Call) -> Any:
        message = self._mine(call, "delete")
        message.deleted = True
        return True

    def _chat_action(self, call: Call) -> Any:
        chat = self._chat(call)
        if call.text("action") != "typing":
            raise bad_request("wrong parameter action in request")
        chat.typing.append(self._state.now)
        return True

    # -- the rest --------------------------------------------------------------------------

    def _set_commands(self, call: Call) -> Any:
        commands = call.json("commands")
        if not isinstance(commands, list) or len(commands) > 100:  # api setMyCommands
            raise bad_request("can't parse commands")
        for one in commands:
            # api BotCommand: "1-32 characters. Can contain only lowercase English letters,
            # digits and underscores"; description "1-256 characters".
            if not _COMMAND_NAME.fullmatch(one.get("command", "")):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(one.get("description", "")) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self._state.commands = commands
        return True

    def _answer_query(self, call: Call) -> Any:
        query = self._state.queries.get(call.text("callback_query_id"))
        # server, fail_query_with_error, QUERY_ID_INVALID; that a second answer is refused is
        # assumed.
        if query is None or query.answers or self._state.now - query.at > self._state.query_seconds:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        text = call.text("text")
        if len(text) > 200:  # api answerCallbackQuery: "0-200 characters"
            raise bad_request("MESSAGE_TOO_LONG")
        query.answers.append(text)
        return True

    def _get_file(self, call: Call) -> Any:
        file = self._state.files.get(call.text("file_id"))
        if file is None:  # server, on_update_file
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        size = len(file.data) if file.claimed is None else file.claimed
        if size > FILE_BYTES:  # server, do_get_file
            raise bad_request("file is too big")
        made = {"file_id": file.id, "file_unique_id": file.id, "file_path": file.path}
        # api File: file_size is optional.
        return {**made, "file_size": size} if file.claimed != -1 else made

    # -- parameters ------------------------------------------------------------------------

    def _chat(self, call: Call) -> Chat:
        given = call.text("chat_id")
        try:
            number = int(given)
        except ValueError:
            raise bad_request("chat_id is empty" if not given else "chat not found") from None
        return self._state.told(number)

    def _mine(self, call: Call, what: str) -> Message:
        message = self._chat(call).messages.get(call.number("message_id"))
        if message is None or message.deleted:
            raise bad_request(f"message to {what} not found")
        if message.sender is not self._state.bot:
            raise bad_request(
                f"message can't be {'edited' if what == 'edit' else 'deleted for everyone'}"
            )
        return message

    def _words(self, call: Call, name: str, most: int) -> tuple[str, list[dict[str, Any]]]:
        source = call.text(name)
        mode = call.text("parse_mode").upper()
        entities: list[dict[str, Any]] = []
        text = source
        if mode == "HTML":
            try:
                text, entities = html.parse(source)
            except html.RefusedError as error:
                raise bad_request(f"can't parse entities: {error}") from None
        elif mode:
            raise bad_request("unsupported parse_mode")
        # tdlib, fix_formatted_text: white space around a text is taken away.
        front = units(text) - units(text.lstrip())
        text = text.strip()
        end = units(text)
        fitting = []
        for one in entities:
            start = max(0, one["offset"] - front)
            stop = min(end, one["offset"] - front + one["length"])
            if stop > start:
                fitting.append({**one, "offset": start, "length": stop - start})
        # api sendMessage: "1-4096 characters after entities parsing"; MessageEntity counts UTF-16.
        if units(text) > most:
            words = "message is too long" if name == "text" else "message caption is too long"
            raise bad_request(words)
        return text, fitting

    def _keyboard(self, call: Call) -> list[list[dict[str, Any]]]:
        markup = call.json("reply_markup")
        if not markup:
            return []
        rows = markup.get("inline_keyboard")
        if not isinstance(rows, list):
            raise bad_request("object expected as reply markup")
        for button in (one for row in rows for one in row):
            if not button.get("text"):
                raise bad_request("can't parse inline keyboard button: Text is empty")
            # api InlineKeyboardButton: callback_data "1-64 bytes".
            if not 1 <= len(button.get("callback_data", "").encode()) <= DATA_BYTES:
                raise bad_request("BUTTON_DATA_INVALID")
        return [row for row in rows if row]
