r"""Names of files as they are shown, and as they are looked for. Pure.

A name may hold any bytes but NUL and ``/``. What would turn a line, a table or a terminal upside
down, or is no text at all, is shown as an escape: ``a\nb.md``, ``caf\xe9.md``. A name can be
given in that form, too.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Control characters of both sets, line separators, marks that turn text round, half characters.
_HIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LONG: Final = {short: character for character, short in _SHORT.items()}
_ESCAPE: Final = re.compile(r"\\(?:[nrt]|x[0-9a-f]{2}|u[0-9a-f]{4})")


def shown(name: str) -> str:
    """``name`` on one line, as it stands where it is harmless."""
    return _HIDDEN.sub(_escape, name)


def meant(name: str) -> str:
    """``name`` with each escape of ``shown`` as what it stands for."""
    return _ESCAPE.sub(_unescape, name)


def looks_the_same(one: str, other: str) -> bool:
    """Whether two names are shown alike: one accent is written in several ways."""
    return _form(one) == _form(other)


def _form(name: str) -> str:
    return unicodedata.normalize("NFC", shown(name))


def _unescape(match: re.Match[str]) -> str:
    escape = match.group()
    if escape in _LONG:
        return _LONG[escape]
    code = int(escape[2:], 16)
    character = chr(code + 0xDC00 if escape[1] == "x" and code >= 0x80 else code)
    return character if _HIDDEN.fullmatch(character) and character != "\0" else escape


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"
