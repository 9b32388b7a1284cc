"""Changes of a text file's bytes that leave alone what they do not mean. Pure.

Encoding, byte order mark and line endings stay as they are: text may be given with LF whatever
the file uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.domain.documents import DOCUMENT_NAMES, document_format
from app.domain.errors import MatchCountError, NotTextError
from app.domain.text import TextFile, check_encodable, decode, encode, with_newlines

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_MOST_LINES: Final = 20

CR: Final = "\r"
LF: Final = "\n"
_NOT_AFTER_CR: Final = r"(?<!\r)"
_NOT_BEFORE_LF: Final = r"(?!\n)"
# One CR LF is never taken for two line ends, however the expression looks for a match.
_ONE_LINE_END: Final = r"\r\n|\r(?!\n)|(?<!\r)\n"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the text stands; ``newline`` where it was found with other line endings than given."""

    start: int
    end: int
    newline: str | None = None


def replace_exact(data: bytes, name: str, old: str, new: str, expected: int) -> bytes:
    """``data`` with every ``old`` made ``new``, if there are ``expected`` of them.

    Where the file mixes line endings, ``old`` is first looked for as it is, then with any line
    ending for each of its own (and ``new`` gets the one that was found).

    Raises ``MatchCountError``, ``NotTextError``, ``NotEncodableError``.
    """
    file = open_text(data, name)
    old, new = _like(old, file), _like(new, file)
    places = _places(file, old)
    if len(places) != expected:
        raise _miscounted(file.text, places, old, name, expected)
    check_encodable(new, file)
    parts, last = [], 0
    for place in places:
        instead = with_newlines(new, place.newline) if place.newline else new
        parts += [file.text[last : place.start], instead]
        last = place.end
    return encode("".join([*parts, file.text[last:]]), file)


def replace_whole(data: bytes, name: str, content: str) -> bytes:
    """``content`` in the encoding and with the line endings of ``data``."""
    file = open_text(data, name)
    content = _like(content, file)
    check_encodable(content, file)
    return encode(content, file)


def append_text(data: bytes, name: str, text: str) -> bytes:
    """``data`` with ``text`` after it, on a line of its own.

    A line end comes before it where the last line has none. A file that ends with a line end, or
    is empty, ends with one afterwards, too.
    """
    file = open_text(data, name)
    newline = file.newline or ("\r\n" if "\r\n" in file.text else "\n")
    text = _like(text, file)
    before = newline if file.text and not file.text.endswith(("\n", "\r")) else ""
    ends_line = text.endswith(("\n", "\r"))
    after = newline if not before and not ends_line else ""
    check_encodable(text, file)
    return encode(f"{file.text}{before}{text}{after}", file)


def open_text(data: bytes, name: str) -> TextFile:
    """The text of a file that is to be changed. Raises ``NotTextError``."""
    try:
        file = decode(data, name)
    except NotTextError as error:
        kind = document_format(data)
        if kind is None:
            details = {**error.details, "path": name}
            raise NotTextError(
                error.message, hint="Only text can be changed.", details=details
            ) from error
        what = DOCUMENT_NAMES[kind]
        raise NotTextError(
            f"{name} is {what}: text written into it would cost its layout, pictures and comments. "
            "Nothing was changed.",
            hint="files.read shows its text; put the new text into a new file, or change it in the "
            "program it was made with.",
            details={"path": name, "is": what, "document": kind},
        ) from error
    if encode(file.text, file) != data:
        # Some Japanese encodings spell one character in two ways; only one can be written.
        raise NotTextError(
            f"{name} is written in {file.encoding} in a way that cannot be kept exactly.",
            hint="Nothing was changed. Put the text into a new file instead.",
            details={"path": name, "encoding": file.encoding},
        )
    return file


def _like(text: str, file: TextFile) -> str:
    return text if file.newline is None else with_newlines(text, file.newline)


def _places(file: TextFile, old: str) -> list[_Place]:
    # The looks around it keep a CR LF from being cut in two.
    exact = f"{_NOT_AFTER_CR if old[0] == LF else ''}{re.escape(old)}"
    exact += _NOT_BEFORE_LF if old[-1] == CR else ""
    found = [_Place(*match.span()) for match in re.finditer(exact, file.text)]
    if found or file.newline is not None or not _LINE_END.search(old):
        return found
    loose = f"({_ONE_LINE_END})".join(re.escape(part) for part in _LINE_END.split(old))
    return [_Place(*match.span(), match[1]) for match in re.finditer(loose, file.text)]


def _miscounted(
    text: str, places: list[_Place], old: str, name: str, expected: int
) -> MatchCountError:
    count = len(places)
    lines = _line_numbers(text, (place.start for place in places[:_MOST_LINES]))
    details: dict[str, object] = {"count": count, "expected": expected, "path": name}
    if count:
        details["lines"] = lines
        where = f"on {_named(lines)}{' and more' if count > len(lines) else ''}"
        return MatchCountError(
            f"The text stands in {count} {'place' if count == 1 else 'places'} in {name} "
            f"({where}), not in {expected}. Nothing was changed.",
            hint=f"Give more of the text around it, or expected_count {count} to replace all.",
            details=details,
        )
    near = _near(text, old)
    if near:
        details["near_lines"] = near
    return MatchCountError(
        f"The text does not stand in {name}. Nothing was changed.",
        hint=f"With other spaces or capital letters it stands on {_named(near)}. "
        "Read the file and copy the text exactly."
        if near
        else "Read the file and copy the text exactly.",
        details=details,
    )


def _near(text: str, old: str) -> list[int]:
    """Lines where the same words stand with other spaces or capitals."""
    words = old.split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    starts = (match.start() for match, _ in zip(pattern.finditer(text), range(3), strict=False))
    return _line_numbers(text, starts)


def _line_numbers(text: str, starts: Iterable[int]) -> list[int]:
    numbers, line, last = [], 1, 0
    for start in starts:
        # A place may begin between CR and LF only where it was matched that way: still one line.
        line += len(_LINE_END.findall(text, last, start))
        last = start
        numbers.append(line)
    return list(dict.fromkeys(numbers))


def _named(lines: list[int]) -> str:
    if len(lines) == 1:
        return f"line {lines[0]}"
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"
