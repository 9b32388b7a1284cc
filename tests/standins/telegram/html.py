"""HTML as the Bot API takes it (api "HTML style"): its text, its entities, or why it is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

# api "HTML style": "Only the tags mentioned above are currently supported."
KINDS: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip

# api "HTML style": "The API currently supports only the following named HTML entities".
NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_ENTITY: Final = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-z]+));?")
_TAG: Final = re.compile(r"<(/?)([^\s>/]*)([^>]*)>")
_HREF: Final = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
_CLASS: Final = re.compile(r"""\bclass\s*=\s*["']?([\w-]+)""")


class RefusedError(Exception):
    """Why it is not understood; the words of tdlib."""


@dataclass(slots=True)
class _Open:
    tag: str
    start: int
    more: dict[str, Any]
    known: bool = True


def units(text: str) -> int:
    """Length in UTF-16 code units (api MessageEntity)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(source: str) -> tuple[str, list[dict[str, Any]]]:
    """The text and its entities. Raises ``RefusedError`` in tdlib's words."""
    text = ""
    entities: list[dict[str, Any]] = []
    opened: list[_Open] = []
    at = 0
    while at < len(source):
        letter = source[at]
        if letter == "&":
            found = _ENTITY.match(source, at)
            meant = None if found is None else _meant(found)
            text += letter if meant is None else meant
            at = at + 1 if found is None or meant is None else found.end()
        elif letter == "<":
            tag = _TAG.match(source, at)
            place = len(source[:at].encode())
            if tag is None:
                raise RefusedError(f"Unclosed start tag at byte offset {place}")
            if tag[1]:
                _close(tag, place, opened, entities, units(text))
            else:
                opened.append(_opened(tag, place, units(text)))
            at = tag.end()
        else:
            text += letter
            at += 1
    if opened:
        raise RefusedError(f'Can\'t find end tag corresponding to start tag "{opened[-1].tag}"')
    entities.sort(key=lambda one: (one["offset"], -one["length"]))
    return text, entities


def _meant(found: re.Match[str]) -> str | None:
    if found[3]:
        return NAMED.get(found[3])
    number = int(found[1], 16) if found[1] else int(found[2])
    return chr(number) if 0 < number < 0x110000 else None


def _opened(tag: re.Match[str], place: int, start: int) -> _Open:
    name = tag[2].lower()
    if name not in KINDS:
        raise RefusedError(f'Unsupported start tag "{name}" at byte offset {place}')
    if name == "span" and _named(_CLASS, tag[3]) != "tg-spoiler":
        raise RefusedError(f'Tag "span" must have class "tg-spoiler" at byte offset {place}')
    more: dict[str, Any] = {}
    if name == "a" and (href := _named(_HREF, tag[3])):
        more = {"url": href}
    if name == "code" and (language := _named(_CLASS, tag[3])).startswith("language-"):
        more = {"language": language.removeprefix("language-")}
    return _Open(name, start, more)


def _close(
    tag: re.Match[str], place: int, opened: list[_Open], entities: list[dict[str, Any]], end: int
) -> None:
    if not opened:
        raise RefusedError(f"Unexpected end tag at byte offset {place}")
    one = opened.pop()
    name = tag[2].lower()
    if name and name != one.tag:
        raise RefusedError(
            f'Unmatched end tag at byte offset {place}, expected "</{one.tag}>", found "</{name}>"'
        )
    # api "HTML style": "pre and code entities can't contain other entities"; a code in a pre gives
    # its language.
    if opened and opened[-1].tag == "pre" and one.tag == "code":
        opened[-1].more |= one.more
        return
    if end > one.start and not any(outer.tag in ("pre", "code") for outer in opened):
        if one.tag == "a" and not one.more:
            return
        kind = KINDS[one.tag]
        entities.append({"type": kind, "offset": one.start, "length": end - one.start, **one.more})


def _named(pattern: re.Pattern[str], attributes: str) -> str:
    found = pattern.search(attributes)
    return "" if found is None else next((one for one in found.groups() if one), "")
