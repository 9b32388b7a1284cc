"""Reads the HTML of a message as the Bot API's page says that Telegram does, and refuses the rest.

Source: core.telegram.org/bots/api#html-style (tags, entities, how they nest).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

TAGS: Final = {"b", "i", "u", "s", "code", "pre", "a", "blockquote"}
_ENTITY: Final = re.compile(r"&(?!(?:lt|gt|amp|quot);)")


@dataclass
class Read:
    """What a message shows: its words, and which tags are around them."""

    text: str = ""
    spans: list[tuple[str, str, str]] = field(default_factory=list)
    """Tag, its one attribute's value, words."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Read()
        self.open: list[tuple[str, str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        value = ""
        if tag == "a":
            ((name, address),) = attrs
            assert name == "href"
            assert address is not None
            assert re.match(r"(?:https?|tg|mailto):", address, re.IGNORECASE), address
            value = address
        elif tag == "code" and attrs:
            ((name, language),) = attrs
            assert name == "class"
            assert language is not None
            assert re.fullmatch(r"language-[\w+#.-]+", language), language
            assert self.open, "a language outside of a block of code"
            assert self.open[-1][0] == "pre"
            value = language.removeprefix("language-")
        else:
            assert not attrs, attrs
        around = [one for one, _, _ in self.open]
        assert tag not in around, "a tag within itself"
        if tag in ("code", "pre"):
            allowed = {"blockquote"} | ({"pre"} if tag == "code" else set())
            assert set(around) <= allowed, "code is part of nothing but a quote"
        else:
            assert not {"code", "pre"} & set(around), "code contains nothing"
        self.open.append((tag, value, len(self.found.text)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        name, value, start = self.open.pop()
        assert name == tag, f"</{tag}> closes <{name}>"
        self.found.spans.append((name, value, self.found.text[start:]))

    def handle_data(self, data: str) -> None:
        self.found.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def read_html(html: str) -> Read:
    """The words and tags; raises ``AssertionError`` for what Telegram would not take."""
    assert not _ENTITY.search(html), "an entity that the API does not know"
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, "a tag is not closed"
    return reader.found
