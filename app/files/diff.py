"""A unified diff of two versions as text: bounded in time and size, honest about line ends."""

from __future__ import annotations

import codecs
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

MAX_LINES: Final = 2_000
"""Lines of a diff at most; the rest is counted."""
MAX_WIDTH: Final = 1_000
"""Characters of a line at most; a longer one is cut to a window around its first difference."""

_COMPARED: Final = 2_000
"""Lines compared one by one between the equal start and end; more are shown as one replacement."""
_SNIFFED: Final = 64 * 1024
_LEAD: Final = 100
_NO_NEWLINE: Final = "\\ No newline at end of file"

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """Decoded bytes: the characters without a byte order mark, and the encoding's name."""

    characters: str
    encoding: str


def decode(content: bytes) -> Text | None:
    """The text of ``content``, or ``None`` where it is binary."""
    for bom, codec, name in _BOMS:
        if content.startswith(bom):
            try:
                return Text(content[len(bom) :].decode(codec), name)
            except UnicodeDecodeError:
                return None
    if b"\0" in content:
        return None
    try:
        return Text(content.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        return _guessed(content)


def unified_diff(before: bytes | None, after: bytes | None, name: str, *, context: int = 3) -> str:
    """What changed, as a unified diff; empty where nothing did.

    Args:
        before: whole content, ``None`` where there was no file.
        after: whole content, ``None`` where there is no file any more.
        name: shown in the header.
        context: equal lines shown around a change.
    """
    if before == after:
        return ""
    name = "".join(char if char.isprintable() else "�" for char in name)
    old, new = _side(before), _side(after)
    if old is None or new is None:
        return _binary_line(before, after, name)
    lines = [
        "--- /dev/null" if before is None else f"--- a/{name}",
        "+++ /dev/null" if after is None else f"+++ b/{name}",
    ]
    if before is not None and after is not None and old.encoding != new.encoding:
        lines.append(f"\\ Encoding: {old.encoding} → {new.encoding}")
    old_text, new_text = _visible_ends(old.characters, new.characters)
    skipped, old_lines, new_lines = _differing_part(old_text, new_text, context)
    groups = list(_grouped(_opcodes(old_lines, new_lines), context))
    lines += islice(_hunks(groups, skipped, old_lines, new_lines), MAX_LINES)
    left_out = sum(map(_height, groups)) - MAX_LINES
    if left_out > 0:
        lines.append(f"\\ {left_out:,} more lines of this diff are not shown")
    return "\n".join(lines) + "\n"


# -- text ----------------------------------------------------------------------------------


def _side(content: bytes | None) -> Text | None:
    return Text("", "") if content is None else decode(content)


def _guessed(content: bytes) -> Text | None:
    from charset_normalizer import from_bytes

    best = from_bytes(content[:_SNIFFED]).best()
    if best is None:
        return None
    try:
        characters = content.decode(best.encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    return Text(characters, best.encoding.replace("_", "-"))


def _split(text: str) -> list[str]:
    r"""Lines with their ends; only a line feed ends one, so that ``\\r`` stays to be seen."""
    lines = text.split("\n")
    last = lines.pop()
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _visible_ends(old: str, new: str) -> tuple[str, str]:
    r"""Where both sides end every line with CRLF it is left out, else each ``\\r`` is shown."""
    if "\r" not in old and "\r" not in new:
        return old, new
    if all(text.count("\r\n") == text.count("\n") for text in (old, new)):
        old, new = old.replace("\r\n", "\n"), new.replace("\r\n", "\n")
    return old.replace("\r", "␍"), new.replace("\r", "␍")


def _differing_part(old: str, new: str, context: int) -> tuple[int, list[str], list[str]]:
    """The lines of both sides without most of their equal start and end.

    Returns also how many lines were left off at the start. Comparing slices is a memory
    comparison: a big file with a small change costs next to nothing.
    """
    equal = _common_start(old, new)
    start = _lines_back(old, equal, context)
    same = _common_end(old, new, min(len(old), len(new)) - equal)
    keep = _lines_on(old, len(old) - same, context)
    cut = len(old) - keep
    return old.count("\n", 0, start), _split(old[start:keep]), _split(new[start : len(new) - cut])


def _common_start(old: str, new: str) -> int:
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(old: str, new: str, room: int) -> int:
    low, high = 0, room
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _lines_back(text: str, position: int, count: int) -> int:
    """The start of the line that is ``count`` lines before ``position``."""
    for _ in range(count + 1):
        position = text.rfind("\n", 0, position)
        if position < 0:
            return 0
    return position + 1


def _lines_on(text: str, position: int, count: int) -> int:
    """The end of the line that is ``count`` lines after ``position``."""
    for _ in range(count + 1):
        found = text.find("\n", position)
        if found < 0:
            return len(text)
        position = found + 1
    return position


def _binary_line(before: bytes | None, after: bytes | None, name: str) -> str:
    if before is None:
        return f"Binary file {name} added ({len(after or b''):,} bytes)\n"
    if after is None:
        return f"Binary file {name} removed ({len(before):,} bytes)\n"
    return f"Binary file {name} differs ({len(before):,} → {len(after):,} bytes)\n"


# -- hunks ---------------------------------------------------------------------------------

_Op = tuple[str, int, int, int, int]


def _hunks(groups: list[list[_Op]], skipped: int, old: list[str], new: list[str]) -> Iterator[str]:
    for group in groups:
        first, last = group[0], group[-1]
        there = _range(skipped + first[1], skipped + last[2])
        here = _range(skipped + first[3], skipped + last[4])
        yield f"@@ -{there} +{here} @@"
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                for line in islice(old, i1, i2):
                    yield from _shown(" ", line, line)
                continue
            for number in range(i1, i2):
                yield from _shown("-", old[number], _line(new, j1 + number - i1, j2))
            for number in range(j1, j2):
                yield from _shown("+", new[number], _line(old, i1 + number - j1, i2))


def _opcodes(old: list[str], new: list[str]) -> list[_Op]:
    start = _common(old, new)
    room = min(len(old), len(new)) - start
    end = min(room, _common(old[::-1], new[::-1]))
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    ops: list[_Op] = [("equal", 0, start, 0, start)] if start else []
    if len(middle_old) > _COMPARED or len(middle_new) > _COMPARED:
        ops.append(("replace", start, len(old) - end, start, len(new) - end))
    else:
        matcher = difflib.SequenceMatcher(None, middle_old, middle_new)
        ops += [
            (tag, i1 + start, i2 + start, j1 + start, j2 + start)
            for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        ]
    if end:
        ops.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return ops


def _grouped(ops: Sequence[_Op], context: int) -> Iterator[list[_Op]]:
    """Changes with ``context`` equal lines around them; near ones share a hunk."""
    group: list[_Op] = []
    for number, (tag, i1, i2, j1, j2) in enumerate(ops):
        if tag != "equal":
            group.append((tag, i1, i2, j1, j2))
            continue
        is_last = number == len(ops) - 1
        if group and (is_last or i2 - i1 > 2 * context):
            kept = min(context, i2 - i1)
            yield [*group, ("equal", i1, i1 + kept, j1, j1 + kept)] if kept else group
            group = []
        if not is_last:
            skipped = max(0, i2 - i1 - context) if not group else 0
            if i1 + skipped < i2:
                group.append(("equal", i1 + skipped, i2, j1 + skipped, j2))
    if any(op[0] != "equal" for op in group):
        yield group


def _height(group: list[_Op]) -> int:
    changed = sum(i2 - i1 + j2 - j1 for tag, i1, i2, j1, j2 in group if tag != "equal")
    return 1 + changed + sum(i2 - i1 for tag, i1, i2, _, _ in group if tag == "equal")


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    length = min(len(one), len(other))
    for number in range(length):
        if one[number] != other[number]:
            return number
    return length


def _line(lines: list[str], number: int, stop: int) -> str:
    return lines[number] if number < stop else ""


def _shown(sign: str, line: str, counterpart: str) -> Iterator[str]:
    body = line.removesuffix("\n")
    if len(body) > MAX_WIDTH:
        body = _window(body, _common(body, counterpart))
    yield sign + body
    if not line.endswith("\n"):
        yield _NO_NEWLINE


def _window(line: str, difference: int) -> str:
    start = max(0, min(difference, len(line)) - _LEAD)
    piece = line[start : start + MAX_WIDTH]
    before = f"…({start:,} characters)" if start else ""
    left = len(line) - start - len(piece)
    return before + piece + (f"…({left:,} characters)" if left else "")
