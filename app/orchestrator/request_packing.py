"""Requests of one turn without what they repeat, and back. Pure.

A turn's requests say nearly the same again and again. Packed, each is::

    {"options": {…}, "system": HASH, "tools": HASH, "kept": 4, "messages": [HASH | [HASH, ID], …],
     "contents": {HASH: …}}

``kept``: so many messages at the start are those of the request before. ``[HASH, ID]``: the
message stands in the database under this id, and still has this form. ``contents``: what no
request of this turn said before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.domain.errors import StorageError
from app.domain.message_forms import Form, digest, message_form, tool_form
from app.domain.messages import ConversationMessage
from app.orchestrator.llm_client import ModelRequest

Stored = Callable[[int], Form | None]

_PARTS: Final = ("system", "messages", "tools", "attached")


@dataclass(frozen=True, slots=True)
class RequestForm:
    """A whole request as JSON. ``options``: all that is neither words nor tools."""

    system: str
    tools: Sequence[Form]
    messages: Sequence[Form]
    options: Form


def request_form(request: ModelRequest) -> RequestForm:
    """What a request says, without where and when its messages were stored."""
    return RequestForm(
        system=request.system,
        tools=[tool_form(tool) for tool in request.tools],
        messages=[message_form(message) for message in request.messages],
        options=_options(request),
    )


class RequestPacker:
    """Packs the requests of one turn, in their order."""

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._before: list[tuple[ConversationMessage, str]] = []
        self._tools: tuple[object, str] = (None, "")

    def pack(self, request: ModelRequest, stored: Stored) -> Form:
        """The next request. ``stored`` looks up what the database holds under an id."""
        contents: Form = {}
        kept = self._kept(request.messages)
        hashes = [known for _, known in self._before[:kept]]
        messages: list[object] = []
        for message in request.messages[kept:]:
            form = message_form(message)
            hashed = digest(form)
            hashes.append(hashed)
            if message.id and hashed not in self._said and _same(stored(message.id), hashed):
                messages.append([hashed, message.id])
            else:
                messages.append(self._say(hashed, form, contents))
        self._before = list(zip(request.messages, hashes, strict=True))
        return {
            "options": _options(request),
            "system": self._say(digest(request.system), request.system, contents),
            "tools": self._say_tools(request, contents),
            "kept": kept,
            "messages": messages,
            "contents": contents,
        }

    def _kept(self, messages: Sequence[ConversationMessage]) -> int:
        kept = 0
        for (before, _), now in zip(self._before, messages, strict=False):
            if before is not now and before != now:
                break
            kept += 1
        return kept

    def _say_tools(self, request: ModelRequest, contents: Form) -> str:
        known, hashed = self._tools
        if known is not request.tools:
            forms = [tool_form(tool) for tool in request.tools]
            hashed = self._say(digest(forms), forms, contents)
            self._tools = (request.tools, hashed)
        return hashed

    def _say(self, hashed: str, value: object, contents: Form) -> str:
        if hashed not in self._said:
            self._said.add(hashed)
            contents[hashed] = value
        return hashed


def stored_ids(packed: Sequence[Mapping[str, Any]]) -> list[int]:
    """The stored messages that packed requests speak of."""
    return [one[1] for form in packed for one in form.get("messages", ()) if isinstance(one, list)]


def unpacked(
    packed: Sequence[Mapping[str, Any]],
    stored: Mapping[int, Form],
    hide: Callable[[Form], Form] = dict,
) -> list[RequestForm]:
    """The whole requests of a turn. ``hide`` is applied to what is taken from ``stored``.

    Raises ``StorageError`` where something they speak of is not there any more.
    """
    said: dict[str, Any] = {}
    before: list[Form] = []
    requests = []
    for form in packed:
        try:
            said.update(form["contents"])
            before = before[: form["kept"]] + [
                _found(one, said, stored, hide) for one in form["messages"]
            ]
            requests.append(
                RequestForm(
                    system=said[form["system"]],
                    tools=said[form["tools"]],
                    messages=before,
                    options=form["options"],
                )
            )
        except (KeyError, TypeError, IndexError) as error:
            raise StorageError(
                "This recording is not whole.", hint="Replay another turn, or a bundle of this one."
            ) from error
    return requests


def _found(
    one: str | list[Any],
    said: Mapping[str, Any],
    stored: Mapping[int, Form],
    hide: Callable[[Form], Form],
) -> Form:
    if isinstance(one, list):
        hashed, message_id = one
        form = stored[message_id]
        if digest(form) != hashed:
            raise KeyError(message_id)  # it was changed since
        return hide(form)
    known: Form = said[one]
    return known


def _same(form: Form | None, hashed: str) -> bool:
    return form is not None and digest(form) == hashed


def _options(request: ModelRequest) -> Form:
    names = [field.name for field in dataclasses.fields(request) if field.name not in _PARTS]
    return {name: getattr(request, name) for name in names}
