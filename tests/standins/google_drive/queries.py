"""The language of ``q``: the operators that Steward uses (guide search-files, ref-search-terms)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from tests.standins.google_drive.requests import DriveFault
from tests.standins.google_drive.state import ME, DriveState, StoredFile

Test = Callable[[StoredFile], bool]

_TOKEN = re.compile(r"\s*('(?:[^'\\]|\\.)*'|[A-Za-z]+|!=|<=|>=|[=<>(){}])", re.DOTALL)


class Query:
    r"""One ``q``. In a literal only ``\'`` and ``\\`` mean something else (guide search-files)."""

    def __init__(self, text: str, state: DriveState, client: str, user: str = ME) -> None:
        self._state = state
        self._client = client
        self._root = state.root_of(user)
        self._tokens = _tokens(text)
        self._at = 0
        self.is_ranked = "fullText" in self._tokens
        self.matches = self._either()
        if self._at != len(self._tokens):
            raise invalid()

    # -- grammar -------------------------------------------------------------------------------

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("or"):
            tests.append(self._both())
        return lambda file: any(test(file) for test in tests)

    def _both(self) -> Test:
        tests = [self._not()]
        while self._take("and"):
            tests.append(self._not())
        return lambda file: all(test(file) for test in tests)

    def _not(self) -> Test:
        if self._take("not"):
            test = self._not()
            return lambda file: not test(file)
        if self._take("("):
            test = self._either()
            self._need(")")
            return test
        return self._term()

    def _term(self) -> Test:
        first = self._next()
        if first.startswith("'"):
            self._need("in")
            self._need("parents")
            folder = literal(first)
            wanted = self._root if folder == "root" else folder
            return lambda file: wanted in file.parents
        if first == "appProperties":
            return self._noted()
        operator, value = self._next(), self._next()
        if first == "trashed" and operator in ("=", "!=") and value in ("true", "false"):
            wish = (value == "true") == (operator == "=")
            return lambda file: self._state.is_trashed(file) == wish
        if not value.startswith("'"):
            raise invalid()
        return _compared(first, operator, literal(value))

    def _noted(self) -> Test:
        for word in ("has", "{", "key", "="):
            self._need(word)
        key = literal(self._next())
        for word in ("and", "value", "="):
            self._need(word)
        value = literal(self._next())
        self._need("}")
        return lambda file: file.noted.get(self._client, {}).get(key) == value

    # -- tokens --------------------------------------------------------------------------------

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise invalid()
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, word: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == word:
            self._at += 1
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise invalid()


def invalid() -> DriveFault:
    """400 ``invalid`` for a ``q`` that cannot be read."""
    return DriveFault(400, "invalid", "Invalid Value")


def literal(token: str) -> str:
    """The text that a literal stands for."""
    if not token.startswith("'"):
        raise invalid()
    return re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL)


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise invalid()
        found.append(match.group(1))
        at = match.end()
    return found


def _compared(field: str, operator: str, value: str) -> Test:
    if field == "name":
        if operator == "contains":
            # "The contains operator only performs prefix matching for a name term."
            return lambda file: _begins_a_word(value, file.name)
        if operator in ("=", "!="):
            # Drive does not tell capitals from others here (assumed, as its search does not).
            return lambda file: (file.name.lower() == value.lower()) == (operator == "=")
    if field == "fullText" and operator == "contains":
        # "... only matches entire string tokens"
        return lambda file: set(_words(value)) <= set(_words(_text_of(file)))
    if field == "mimeType" and operator in ("=", "!="):
        return lambda file: (file.mime_type == value) == (operator == "=")
    if field == "modifiedTime" and operator in ("<", "<=", "=", ">", ">=", "!="):
        return _by_time(operator, value)
    raise invalid()


def _by_time(operator: str, value: str) -> Test:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise invalid() from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return {
        "<": lambda file: file.modified < at,
        "<=": lambda file: file.modified <= at,
        "=": lambda file: file.modified == at,
        ">": lambda file: file.modified > at,
        ">=": lambda file: file.modified >= at,
        "!=": lambda file: file.modified != at,
    }[operator]


def _begins_a_word(value: str, name: str) -> bool:
    wanted, words = _words(value), _words(name)
    return bool(wanted) and all(any(word.startswith(one) for word in words) for one in wanted)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _text_of(file: StoredFile) -> str:
    text = file.content.decode("utf-8", "replace") if file.has_bytes and file.revisions else ""
    return f"{file.name} {text}"
