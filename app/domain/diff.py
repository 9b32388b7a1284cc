"""The unified diff of two contents: bounded in time and size, honest about line ends. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from app.domain.errors import NotTextError
from app.domain.text import TextFile, decode, printable

MAX_LINES: Final = 2_000
"""Lines of a diff at most; the rest is counted in a last line."""
MAX_WIDTH: Final = 1_000
"""Characters of a line at most; a longer one is cut to a window around its first difference."""

_COMPARED: Final = 2_000
"""Changed lines on a side that are compared one by one; more are shown as one replacement."""
_LEAD: Final = 100
_Code = tuple[str, int, int, int, int]


def unified_diff(
    before: bytes | None,
    after: bytes | None,
    name: str,
    *,
    context: int = 3,
    labels: tuple[str, str] | None = None,
) -> str:
    """What changed, as a unified diff; nothing where nothing did; one line for binary files.

    Only LF ends a line. A CR LF is left out where both sides use it throughout, else each CR is
    shown. What is no line of the files begins with a backslash.

    Args:
        before: whole content, ``None`` where there was no file.
        after: whole content, ``None`` where there is no file any more.
        name: shown in the header.
        context: equal lines shown around a change.
        labels: what the two sides are (``version 1``, ``now``), shown behind the name.
    """
    if before == after:
        return ""
    # Other characters could make a name look like lines of the diff.
    name = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in name)
    try:
        old, new = _side(before), _side(after)
    except NotTextError:
        return _binary_line(before, after, name)
    behind = [f"\t{label}" for label in labels] if labels else ["", ""]
    lines = [
        "--- /dev/null" if before is None else f"--- a/{name}{behind[0]}",
        "+++ /dev/null" if after is None else f"+++ b/{name}{behind[1]}",
    ]
    if before is not None and after is not None and old.label != new.label:
        lines.append(f"\\ Encoding: {old.label} → {new.label}")
    skipped, old_lines, new_lines = _differing_part(*_visible_ends(old.text, new.text), context)
    hunks = _hunks(old_lines, new_lines, skipped, context)
    lines += islice(hunks, MAX_LINES)
    if left_out := sum(1 for _ in hunks):
        lines.append(f"\\ {left_out:,} more lines of this diff are not shown")
    return printable("\n".join(lines) + "\n")


def _side(content: bytes | None) -> TextFile:
    return TextFile("", "") if content is None else decode(content)


def _binary_line(before: bytes | None, after: bytes | None, name: str) -> str:
    if before is None:
        return f"Binary file {name} added ({len(after or b''):,} bytes)\n"
    if after is None:
        return f"Binary file {name} removed ({len(before):,} bytes)\n"
    return f"Binary file {name} differs ({len(before):,} → {len(after):,} bytes)\n"


# -- lines -------------------------------------------------------------------------------


def _visible_ends(old: str, new: str) -> tuple[str, str]:
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
    equal = common_start(old, new)
    start = _lines_back(old, equal, context)
    same = common_end(old, new, min(len(old), len(new)) - equal)
    end = _lines_on(old, len(old) - same, context)
    cut = len(old) - end
    return old.count("\n", 0, start), _split(old[start:end]), _split(new[start : len(new) - cut])


def common_start(old: Sequence[object], new: Sequence[object]) -> int:
    """How many characters (or lines, or bytes) both begin with. Comparing slices is quick."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def common_end(old: Sequence[object], new: Sequence[object], room: int) -> int:
    """How many characters (or bytes) both end with, at most ``room``."""
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


def _split(text: str) -> list[str]:
    """Lines with their LF; the last may have none."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


# -- hunks -------------------------------------------------------------------------------


def _hunks(old: Sequence[str], new: Sequence[str], skipped: int, context: int) -> Iterator[str]:
    for group in _groups(old, new, context):
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


def _groups(old: Sequence[str], new: Sequence[str], context: int) -> Iterator[list[_Code]]:
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    i2, j2 = len(old) - end, len(new) - end
    if max(i2, j2) - start > _COMPARED:
        before, after = min(start, context), min(end, context)
        yield [
            ("equal", start - before, start, start - before, start),
            ("replace", start, i2, start, j2),
            ("equal", i2, i2 + after, j2, j2 + after),
        ]
        return
    import difflib

    yield from difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(context)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _line(lines: Sequence[str], number: int, stop: int) -> str:
    return lines[number] if number < stop else ""


def _shown(sign: str, line: str, counterpart: str) -> Iterator[str]:
    body = line.removesuffix("\n")
    if len(body) > MAX_WIDTH:
        body = _window(body, common_start(body, counterpart))
    yield sign + body
    if not line.endswith("\n"):
        yield "\\ No newline at end of file"


def _window(line: str, difference: int) -> str:
    start = max(0, min(difference, len(line)) - _LEAD)
    piece = line[start : start + MAX_WIDTH]
    before = f"…({start:,} characters)" if start else ""
    left = len(line) - start - len(piece)
    return before + piece + (f"…({left:,} characters)" if left else "")
