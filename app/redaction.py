"""Known secrets become placeholders before anything is stored, shown, logged or sent.

One ``Redactor`` is built at start from every secret the settings know; storage, the event bus,
the log and the boundary to the model all pass what they carry through it. It knows a secret in
the encodings of ``secret_forms`` too, and finds it as ``secret_search`` does.
"""

from __future__ import annotations

import dataclasses
import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final, NoReturn, Self, TypeVar

from app.secret_forms import forms_of
from app.secret_search import SecretSearch, fold

T = TypeVar("T")

MIN_SECRET_LENGTH: Final = 12
"""Shorter values would turn ordinary words into placeholders."""

_MIN_PART: Final = 4
"""So much of a secret must stand in one argument for its rest to be looked for in others."""

_LONG_PART: Final = 12
"""So much of a secret does not leave, even alone."""

_NOT_BARE: Final = re.compile("[^0-9a-z]+")

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
    """Replaces known secrets, also encoded ones, by ``[secret:NAME]``. Safe from any thread.

    Args:
        secrets: what is known by now.
        names: of secrets that may be set another time. What was stored then holds their
            placeholders, and these are placeholders today, too.
    """

    def __init__(
        self, secrets: Mapping[str, Secret] | None = None, *, names: Iterable[str] = ()
    ) -> None:
        self._forms: dict[str, str] = {}
        """Form → placeholder. Replaced whole, never changed; so is what is made from it."""
        self._search = SecretSearch({})
        self._parts: frozenset[str] | None = None
        """Made where something is about to leave: it takes some milliseconds."""
        self._placeholders = frozenset(map(_placeholder, names))
        self._learn(secrets or {})

    def add(self, name: str, secret: Secret) -> None:
        """Learn one more secret; values shorter than ``MIN_SECRET_LENGTH`` are not known."""
        self._learn({name: secret})

    def _learn(self, secrets: Mapping[str, Secret]) -> None:
        values = {name: secret.reveal() for name, secret in secrets.items()}
        known = {n: value for n, value in values.items() if len(value) >= MIN_SECRET_LENGTH}
        if not known:
            return
        forms = dict(self._forms)
        for name, value in known.items():
            forms |= dict.fromkeys(forms_of(value), _placeholder(name))
        self._placeholders |= set(map(_placeholder, known))
        self._forms, self._search, self._parts = forms, SecretSearch(forms), None

    # -- taking secrets out --------------------------------------------------------------------

    def text(self, text: str) -> str:
        """``text`` without known secrets; the same object where it has none."""
        spans = self._search.spans(text)
        if not spans:
            return text
        pieces, at = [], 0
        for span in spans:
            pieces += [text[at : span.start], span.placeholder]
            at = span.end
        return "".join([*pieces, text[at:]])

    def cut_text(self, text: str) -> str:
        """``text``, of which the end was cut off: what may be half a secret there goes, too."""
        safe = self.text(text)
        start, letters = self._search.half_at_end(safe)
        return safe if letters < _MIN_PART else f"{safe[:start]}[secret]"

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
        of their keys, or backwards), one whose two parts end one text and begin another, and one
        that has anything else than letters and digits put into it. A part of ``_LONG_PART``
        letters is enough: the rest may have gone before or be sent later.
        """
        if not self._forms:
            return False
        if self.value(value) is not value:
            return True
        pieces, in_order = list(_texts(value)), list(_values(value))
        together = (in_order, in_order[::-1], _values(value, by_key=True), pieces)
        whole = ("".join(one) for one in together)
        return any(
            self._search.is_in(one) or self._holds_part(one) for one in whole
        ) or self._joined([fold(piece) for piece in pieces])

    def _holds_part(self, text: str) -> bool:
        parts, bare = self._parts, _bare(text)
        if parts is None:
            parts = frozenset(part for form in self._forms for part in _parts_of(form))
            self._parts = parts
        return any(bare[at : at + _LONG_PART] in parts for at in range(len(bare)))

    def _joined(self, pieces: Sequence[str]) -> bool:
        """Whether one piece ends with the beginning of a form and one begins with its rest."""
        search = self._search
        rests: dict[str, set[str]] = {}
        for piece in pieces:
            first = max(0, len(piece) - search.longest + 1)
            for start in range(first, len(piece) - _MIN_PART + 1):
                begun = piece[start:]
                for form in search.beginning_with(begun):
                    rest = form[len(begun) :]
                    rests.setdefault(rest[0], set()).add(rest)
        by_letter = {letter: tuple(some) for letter, some in rests.items()}
        return any(piece.startswith(by_letter.get(piece[:1], ())) for piece in pieces)

    def has_placeholder(self, value: object) -> bool:
        """Whether a JSON-like value contains the placeholder of a secret.

        Found is also one that is written as Markdown or HTML would have it.
        """
        placeholders = [_plain(one) for one in self._placeholders]
        plain = map(_plain, _texts(value))
        return any(one in text for text in plain for one in placeholders)

    def safe_cut(self, text: str) -> int:
        """Where ``text`` may be cut so that no secret is torn, whatever comes after it."""
        return self._search.safe_cut(text) if text else 0


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


def _placeholder(name: str) -> str:
    return f"[secret:{name}]"


def _parts_of(form: str) -> Iterator[str]:
    """Parts that only a secret has: a run of letters without a digit may be an ordinary word."""
    bare = _bare(form)
    for at in range(len(bare) - _LONG_PART + 1):
        part = bare[at : at + _LONG_PART]
        if not part.isalpha():
            yield part


def _bare(text: str) -> str:
    """Letters and digits alone, in their plainest form."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _NOT_BARE.sub("", text.lower())


def _plain(text: str) -> str:
    """``text`` without what Markdown, HTML or a reader's eye makes of it."""
    from html import unescape  # its table of names is large, and most starts have no secret

    return fold(unescape(text).replace("\\", "")) if len(text) > _MIN_PART else ""


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
