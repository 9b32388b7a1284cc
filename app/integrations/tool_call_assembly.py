"""Tool calls put together from streamed pieces, with the ids, names and order they can be run by.

Servers disagree about ``index`` and ``id``: missing, repeated, wrong. The rules, in order:

- A known id on its own index is that call; on a new index with a name it is another call that
  needs an id of its own; elsewhere it is still that call.
- A new id on a used index is another call, if it brings a name; a bare one is a server that
  makes up an id for every piece.
- Without an id the index decides, without both the call last worked on; a name opens another
  call where it differs, or where the call it would join is already whole.

Nothing here decides that a call is complete: that is known at the end of the stream only.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from app.domain.json_values import sound_json
from app.domain.tool_calls import ToolCall
from app.domain.unicode_text import whole
from app.integrations.json_shape import JsonShape

_LONGEST_INDEX = 9
_LONGEST_NAME = 200
_LONGEST_ID = 256
"""Characters. What is longer is no name of a tool, and no id that a server would take back."""


@dataclass(slots=True, eq=False)
class _Draft:
    """A call on its way; ``wire_id`` is the server's id, which another call may have too."""

    wire_id: str
    index: int | None
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    shape: JsonShape = field(default_factory=JsonShape)

    def add(self, arguments: str) -> None:
        """Take a piece of the arguments; they are joined once, at the end."""
        self.pieces.append(arguments)
        self.unread.append(arguments)

    @property
    def closed(self) -> bool:
        """Whether they could be whole. Most servers never make one ask."""
        for piece in self.unread:
            self.shape.feed(piece)
        self.unread.clear()
        return self.shape.closed

    @property
    def arguments(self) -> str:
        """All of them so far."""
        if len(self.pieces) > 1:
            self.pieces[:] = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""


def _new_id() -> str:
    return f"call_{uuid.uuid4().hex[:24]}"


class ToolCallAssembly:
    """The calls of one answer."""

    def __init__(self, *, new_id: Callable[[], str] = _new_id) -> None:
        self._drafts: list[_Draft] = []
        self._with_id: dict[str, list[_Draft]] = {}
        self._latest: dict[int | None, _Draft] = {}
        self._current: _Draft | None = None
        self._new_id = new_id

    def __len__(self) -> int:
        return len(self._drafts)

    def feed(self, piece: Mapping[str, object]) -> None:
        """Take one item of ``delta.tool_calls``."""
        function = piece.get("function")
        if not isinstance(function, Mapping):
            function = {}
        name = function.get("name")
        name = whole(name.strip()) if isinstance(name, str) else ""
        arguments = _text_of(function.get("arguments"))
        draft = self._draft(_id_of(piece), _index_of(piece), name, arguments)
        draft.name = draft.name or name
        if arguments:
            draft.add(arguments)
        self._current = draft

    def calls(
        self, names: Mapping[str, str], *, taken: Collection[str] = (), cut: bool = False
    ) -> tuple[ToolCall, ...]:
        """The calls in the model's order.

        Args:
            names: name on the wire → skill's name; others stay as the model wrote them.
            taken: ids that are in use in this conversation.
            cut: the answer ended at a limit, so that missing arguments may have been meant.
        """
        used = set(taken)
        calls = []
        for draft in self._drafts:
            if not draft.name and not draft.arguments.strip():
                continue
            call_id = draft.wire_id
            while not 0 < len(call_id) <= _LONGEST_ID or call_id in used:
                call_id = self._new_id()
            used.add(call_id)
            calls.append(_call(call_id, names.get(draft.name, draft.name), draft.arguments, cut))
        return tuple(calls)

    def _draft(self, wire_id: str, index: int | None, name: str, arguments: str) -> _Draft:
        if not self._drafts:
            return self._open(wire_id, index)
        if wire_id:
            return self._by_id(wire_id, index, name, arguments)
        at = self._latest.get(index) if index is not None else self._current
        if at is None:
            # A new index opens a call only with a name: some servers count their pieces.
            return self._open("", index) if name else self._last()
        return self._open("", index) if _begins_another(at, name, arguments) else at

    def _by_id(self, wire_id: str, index: int | None, name: str, arguments: str) -> _Draft:
        known = self._with_id.get(wire_id)
        at = self._latest.get(index) if index is not None else None
        if known:
            own = [
                d
                for d in known
                if index in (None, d.index)
                or (d.index is None and not _begins_another(d, name, arguments))
            ]
            if own and (index is not None or not _begins_another(own[-1], name, arguments)):
                return own[-1]
            if name and at is None:
                return self._open(wire_id, index)
            return known[-1]
        if at is not None and not at.wire_id and name in ("", at.name):
            at.wire_id = wire_id
            self._with_id[wire_id] = [at]
            return at
        if name or (index is not None and at is None):
            return self._open(wire_id, index)
        return at or self._last()

    def _open(self, wire_id: str, index: int | None) -> _Draft:
        draft = _Draft(wire_id, index)
        self._drafts.append(draft)
        self._latest[index] = draft
        if wire_id:
            self._with_id.setdefault(wire_id, []).append(draft)
        return draft

    def _last(self) -> _Draft:
        return self._current or self._drafts[-1]


def _begins_another(draft: _Draft, name: str, arguments: str) -> bool:
    if not name or not draft.name:
        return False
    if name != draft.name:
        return True
    # llama_cpp.server repeats the name with every piece; others send whole calls without ids.
    # Its own text is read only once it has closed, so that no piece is read again and again.
    return draft.closed and bool(arguments.strip()) and _is_whole(draft.arguments)


def _is_whole(arguments: str) -> bool:
    try:
        return isinstance(sound_json(arguments), dict)
    except ValueError:
        return False


def _call(call_id: str, name: str, raw: str, cut: bool) -> ToolCall:
    def broken(why: str) -> ToolCall:
        return ToolCall(call_id, name, parse_error=why, raw_arguments=whole(raw))

    if not name:
        return broken("The call names no tool.")
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 1] + "…"
        return broken("The name of the tool is too long.")
    if not raw.strip():
        if cut:
            return broken("The answer was cut off before the arguments.")
        return ToolCall(call_id, name)
    try:
        arguments = sound_json(raw)
    except ValueError as error:
        cause = "The answer was cut off inside the arguments" if cut else "Not valid JSON"
        return broken(f"{cause}: {error}")
    if arguments is None:  # some models write `null` for a tool that takes nothing
        return ToolCall(call_id, name)
    if not isinstance(arguments, dict):
        return broken("The arguments are not a JSON object.")
    return ToolCall(call_id, name, arguments)


def _id_of(piece: Mapping[str, object]) -> str:
    value = piece.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return whole(value.strip()) if isinstance(value, str) else ""


def _index_of(piece: Mapping[str, object]) -> int | None:
    value = piece.get("index")
    if isinstance(value, str) and value.isdecimal():
        return int(value[:_LONGEST_INDEX])
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text_of(arguments: object) -> str:
    if isinstance(arguments, str):
        return arguments
    if not isinstance(arguments, dict):
        return ""
    try:  # Ollama's own form: an object instead of its text
        return json.dumps(arguments)
    except RecursionError:
        return "[nested too deeply"  # no JSON, so never run
