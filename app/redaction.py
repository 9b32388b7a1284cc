"""Known secrets become placeholders before anything is stored, shown, logged or sent.

One ``Redactor`` is built at start from every secret the settings know; storage, the event bus,
the log and the boundary to the model all pass what they carry through it. It knows a secret in
the encodings of ``secret_forms``, too.
"""

from __future__ import annotations

import dataclasses
import hmac
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final, NoReturn, Self, TypeVar

from app.secret_forms import forms_of

T = TypeVar("T")

MIN_SECRET_LENGTH: Final = 12
"""Shorter values would turn ordinary words into placeholders."""

_MIN_PART: Final = 4
"""So much of a secret must stand in one argument for its rest to be looked for in others."""

_SHOWN: Final = "***"


class Secret(str):
    """A value that does not show itself: ``repr``, ``str``, logs and JSON give ``***``.

    As a text it *is* ``***``: whatever renders it without knowing what it is gives that.
    """

    __slots__ = ("_value",)
    _value: str

    def __new__(cls, value: str) -> Self:
        """Wrap ``value``."""
        made = super().__new__(cls, _SHOWN)
        made._value = value
        return made

    def reveal(self) -> str:
        """The value, for the one call that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_bytes(self._value), _bytes(other._value))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return _SHOWN

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not written to bytes")


class Redactor:
    """Replaces known secrets, also encoded ones, by ``[secret:NAME]``. Safe from any thread."""

    def __init__(self, secrets: Mapping[str, Secret] | None = None) -> None:
        self._known: dict[str, Secret] = {}
        self._forms: dict[str, str] = {}
        """Form → placeholder, the longest form first. Replaced whole, never changed."""
        self._sorted: list[str] = []
        self._shortest = self._longest = 0
        for name, secret in (secrets or {}).items():
            self.add(name, secret)

    def add(self, name: str, secret: Secret) -> None:
        """Learn one more secret; values shorter than ``MIN_SECRET_LENGTH`` are not known."""
        value = secret.reveal()
        if len(value) < MIN_SECRET_LENGTH:
            return
        merged = {**self._forms, **dict.fromkeys(forms_of(value), f"[secret:{name}]")}
        # Longest first: one secret may be part of another.
        self._forms = dict(sorted(merged.items(), key=lambda kv: -len(kv[0])))
        self._sorted = sorted(merged)
        self._shortest, self._longest = min(map(len, merged)), max(map(len, merged))

    # -- taking secrets out --------------------------------------------------------------------

    def text(self, text: str) -> str:
        """``text`` without known secrets; the same object where it has none."""
        if len(text) < self._shortest:
            return text
        for form, placeholder in self._forms.items():
            if form in text:
                text = text.replace(form, placeholder)
        return text

    def cut_text(self, text: str) -> str:
        """``text``, of which the end was cut off: what may be half a secret there goes, too."""
        safe = self.text(text)
        half = self._held_back(safe)
        return safe if half < _MIN_PART else f"{safe[:-half]}[secret]"

    def value(self, value: object) -> object:
        """A value with every string in it redacted, keys included; the same object if it has none.

        Goes into mappings, sequences, sets, dataclasses, bytes and paths; anything else stays.
        """
        if not self._forms:
            return value
        match value:
            case Secret():
                return value
            case str():
                return self.text(value)
            case bytes() | bytearray():
                plain = value.decode("utf-8", "surrogateescape")
                safe = self.text(plain)
                return value if safe is plain else safe.encode("utf-8", "surrogateescape")
            case PurePath():
                name = str(value)
                safe = self.text(name)
                return value if safe is name else type(value)(safe)
            case Mapping():
                return self._mapping(value)
            case list() | tuple() | set() | frozenset():
                return self._items(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self.record(value)
        return value

    def record(self, record: T) -> T:
        """A dataclass with every field redacted; the same object where it holds no secret."""
        if not self._forms:
            return record
        changes = {}
        for field in dataclasses.fields(record):  # type: ignore[arg-type]  # it is a dataclass
            before = getattr(record, field.name)
            after = self.value(before)
            if after is not before:
                changes[field.name] = after
        return dataclasses.replace(record, **changes) if changes else record  # type: ignore[type-var]

    def mapping(self, value: Mapping[str, object]) -> dict[str, object]:
        """A JSON object with every string in it redacted, keys included."""
        return {self.text(key): self.value(item) for key, item in value.items()}

    def _mapping(self, value: Mapping[Any, object]) -> Mapping[Any, object]:
        pairs = [(self.value(key), self.value(item)) for key, item in value.items()]
        same = all(
            new_key is key and new is item
            for (new_key, new), (key, item) in zip(pairs, value.items(), strict=True)
        )
        return value if same else dict(pairs)

    def _items(self, value: Any) -> Any:
        before = list(value)
        after = [self.value(item) for item in before]
        if all(new is old for new, old in zip(after, before, strict=True)):
            return value
        # A named tuple takes its items one by one.
        made = getattr(type(value), "_make", type(value))
        return made(after)

    # -- asking --------------------------------------------------------------------------------

    def holds_secret(self, value: object) -> bool:
        """Whether a secret stands anywhere in a JSON-like value, also split over its texts.

        Found is a secret that the texts give when they are put together in their order (or that
        of their keys, or backwards), and one whose two parts end one text and begin another.
        """
        if not self._forms:
            return False
        if self.value(value) is not value:
            return True
        pieces, in_order = list(_texts(value)), list(_values(value))
        together = (in_order, in_order[::-1], _values(value, by_key=True))
        whole = ("".join(one) for one in together)
        return any(self.text(one) is not one for one in whole) or self._joined(pieces)

    def _joined(self, pieces: Sequence[str]) -> bool:
        """Whether one piece ends with the beginning of a form and one begins with its rest."""
        rests: dict[str, set[str]] = {}
        for piece in pieces:
            for start in range(max(0, len(piece) - self._longest + 1), len(piece) - _MIN_PART + 1):
                begun = piece[start:]
                for form in self._beginning_with(begun):
                    rest = form[len(begun) :]
                    rests.setdefault(rest[0], set()).add(rest)
        by_letter = {letter: tuple(some) for letter, some in rests.items()}
        return any(piece.startswith(by_letter.get(piece[:1], ())) for piece in pieces)

    def has_placeholder(self, value: object) -> bool:
        """Whether a JSON-like value contains the placeholder of a known secret."""
        placeholders = set(self._forms.values())
        return any(one in text for text in _texts(value) for one in placeholders)

    def safe_cut(self, text: str) -> int:
        """Where ``text`` may be cut so that no secret is torn, whatever comes after it."""
        cut = len(text) - self._held_back(text)
        moved = len(text) >= self._shortest
        while moved:  # a whole secret across the cut belongs to what is held back
            moved = False
            for form in self._forms:
                at = text.find(form, max(0, cut - len(form) + 1), cut + len(form) - 1)
                if 0 <= at < cut:
                    cut, moved = at, True
        return cut

    def _held_back(self, text: str) -> int:
        """How many characters at the end of ``text`` may be the start of a secret."""
        for start in range(max(0, len(text) - self._longest + 1), len(text)):
            if next(self._beginning_with(text[start:]), None) is not None:
                return len(text) - start
        return 0

    def _beginning_with(self, begun: str) -> Iterator[str]:
        """The forms that begin with ``begun`` and go on."""
        forms = self._sorted
        for at in range(bisect_left(forms, begun), len(forms)):
            form = forms[at]
            if not form.startswith(begun):
                return
            if len(form) > len(begun):
                yield form


class StreamRedactor:
    """Redacts text that comes in pieces: a secret split over two pieces is still found."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._tail = ""

    def feed(self, piece: str) -> str:
        """The part that is safe to show now; may be empty."""
        text = self._tail + piece
        cut = self._redactor.safe_cut(text)
        self._tail = text[cut:]
        return self._redactor.text(text[:cut])

    def flush(self) -> str:
        """What was held back, at the end of the stream."""
        tail, self._tail = self._tail, ""
        return self._redactor.text(tail)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _texts(value: object) -> Iterator[str]:
    """Every text in a JSON-like value, keys included."""
    match value:
        case str():
            yield value
        case Mapping():
            for key, item in value.items():
                yield from _texts(key)
                yield from _texts(item)
        case list() | tuple() | set() | frozenset():
            for item in value:
                yield from _texts(item)


def _values(value: object, *, by_key: bool = False) -> Iterator[str]:
    """Every text in a JSON-like value but its keys, in its order or in that of its keys."""
    match value:
        case str():
            yield value
        case Mapping():
            keys = sorted(value, key=str) if by_key else list(value)
            for key in keys:
                yield from _values(value[key], by_key=by_key)
        case list() | tuple() | set() | frozenset():
            for item in value:
                yield from _values(item, by_key=by_key)
