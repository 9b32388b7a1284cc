"""Markdown as runs of marked text, for services that know no headings, lists or tables.

Raw HTML is text like any other. Nothing is loaded, and an address with a scheme that a phone
should not open from a message is text, too.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from app.channels.rich_text import CodeBlock, Mark, MarkKind, Run, opens, plain, shown_together
from app.channels.text_tables import aligned
from app.domain.unicode_text import whole

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

BULLET: Final = "•"
RULE: Final = "———"
_INDENT: Final = "   "
_MOST_BRACKETS: Final = 500
"""In one paragraph: with more, looking for links takes time that grows with their square."""
_DEEPEST: Final = 95
"""markdown-it drops what is nested more than 100 levels deep."""
# No service shows them, and Telegram refuses some. Tab and line feed stay.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SPANS: Final = {
    "strong": Mark(MarkKind.BOLD),
    "em": Mark(MarkKind.ITALIC),
    "s": Mark(MarkKind.STRIKE),
}
_BLANK: Final = "\n\n"

Shorten = Callable[[CodeBlock], tuple[str, str] | None]
"""For a block of code: what is shown of it, and the words below; ``None`` for all of it."""

_parsers = threading.local()


def clean(text: str) -> str:
    """``text`` as every service takes it: whole characters, line feeds, nothing that controls."""
    text = whole(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def read_markdown(text: str, shorten: Shorten | None = None) -> list[Run]:
    """The runs of a text that is ``clean``. Blocks have an empty line between them."""
    tokens = _parser().parse(text)
    if any(token.level > _DEEPEST for token in tokens):
        return [Run(text)]
    runs = _Writer(shorten).write(tokens)
    # Where all of it was definitions of links, nothing would be left of it.
    return runs if plain(runs).strip() else [Run(text.strip())] if text.strip() else []


def _parser() -> MarkdownIt:
    """A parser of this thread."""
    from markdown_it import MarkdownIt

    found: MarkdownIt | None = getattr(_parsers, "one", None)
    if found is None:
        # "js-default" is CommonMark with tables and strikethrough; raw HTML stays text.
        found = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})
        found.core.ruler.before("inline", "bound", _bound)
        _parsers.one = found
    return found


def _bound(state: Any) -> None:
    for token in state.tokens:
        if token.type == "inline" and token.content.count("[") > _MOST_BRACKETS:
            token.type = "words"


class _Writer:
    """Writes markdown-it's tokens as runs."""

    def __init__(self, shorten: Shorten | None) -> None:
        self._shorten = shorten
        self._runs: list[Run] = []
        self._marks: list[Mark] = []
        self._lists: list[int | None] = []
        self._separator = ""
        self._first = ""
        self._line_start = True

    def write(self, tokens: Sequence[Token]) -> list[Run]:
        at = 0
        while at < len(tokens):
            if tokens[at].type == "table_open":
                at = self._table(tokens, at)
                continue
            self._block(tokens[at])
            at += 1
        return self._runs

    def _block(self, token: Token) -> None:
        match token.type:
            case "inline":
                self._inline(token.children or [])
            case "words":
                self._words(token.content)
            case "heading_open":
                self._marks.append(_SPANS["strong"])
            case "heading_close":
                self._marks.pop()
                self._separate(_BLANK)
            case "paragraph_close":
                self._separate("\n" if token.hidden else _BLANK)
            case "bullet_list_open":
                self._open_list(None)
            case "ordered_list_open":
                self._open_list(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._separate("\n" if self._lists else _BLANK)
            case "list_item_open":
                self._open_item()
            case "list_item_close":
                self._close_item()
            case "blockquote_open":
                self._marks.append(Mark(MarkKind.QUOTE))
            case "blockquote_close":
                self._marks.pop()
                self._separate(_BLANK)
            case "fence" | "code_block":
                self._code(token)
            case "hr":
                self._words(RULE)
                self._separate(_BLANK)
            case _:
                if token.content:
                    self._words(token.content)
                    self._separate(_BLANK)

    # -- lists -----------------------------------------------------------------------------

    def _open_list(self, start: int | None) -> None:
        if self._lists and self._separator:
            self._separator = "\n"
        self._lists.append(start)

    def _open_item(self) -> None:
        number = self._lists[-1]
        self._first = f"{BULLET} " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _close_item(self) -> None:
        if self._first:  # an item of nothing
            self._words("")
            self._separate("\n")

    # -- words -----------------------------------------------------------------------------

    def _inline(self, children: Sequence[Token]) -> None:
        depth = len(self._marks)
        label = 0
        for child in children:
            name, _, end = child.type.rpartition("_")
            match child.type:
                case "softbreak" | "hardbreak":
                    self._words("\n")
                case "code_inline":
                    self._words(child.content, Mark(MarkKind.CODE))
                case "strong_open" | "em_open" | "s_open":
                    self._marks.append(_SPANS[name])
                case "link_open":
                    self._marks.append(Mark(MarkKind.LINK, str(child.attrGet("href") or "")))
                    label = len(self._runs)
                case "link_close":
                    self._close_link(self._marks.pop().value, plain(self._runs[label:]))
                case "image":
                    self._picture(child)
                case _ if end == "close" and len(self._marks) > depth:
                    self._marks.pop()
                case _:
                    self._words(child.content)
        del self._marks[depth:]

    def _close_link(self, address: str, label: str) -> None:
        if address and address != label.strip() and not opens(address):
            self._words(f" ({address})")

    def _picture(self, token: Token) -> None:
        # Never loaded: an address in a model's text must not be asked for anything.
        address = str(token.attrGet("src") or "")
        words = f"[picture: {token.content or 'no description'}]"
        if opens(address):
            self._words(words, Mark(MarkKind.LINK, address))
        else:
            self._words(f"{words} ({address})" if address else words)

    def _words(self, text: str, *more: Mark) -> None:
        """Write ``text`` where the list that it is in has it."""
        self._begin()
        if self._lists and "\n" in text:
            text = text.replace("\n", "\n" + self._margin())
        if text:
            self._runs.append(Run(text, shown_together((*self._marks, *more))))

    def _begin(self) -> None:
        """Before a block: what separates it, and in a list its margin or the mark of the item."""
        if not self._separator and not self._first and self._runs:
            return
        quote = tuple(one for one in self._marks if one.kind is MarkKind.QUOTE)
        if self._runs and self._separator:
            last = self._runs[-1].marks
            inside = quote and quote[0] in last
            self._runs.append(Run(self._separator, quote[:1] if inside else ()))
        self._separator = ""
        if not self._lists:
            return
        margin = self._margin()
        if self._first:
            outer = _INDENT * (len(self._lists) - 1)
            margin, self._first = outer + self._first, ""
        self._runs.append(Run(margin, quote[:1]))

    def _margin(self) -> str:
        return _INDENT * len(self._lists)

    def _separate(self, separator: str) -> None:
        if self._runs and len(separator) > len(self._separator):
            self._separator = separator

    # -- blocks ----------------------------------------------------------------------------

    def _code(self, token: Token) -> None:
        info = token.info.split(maxsplit=1)
        block = CodeBlock(token.content.rstrip("\n"), info[0] if info else "")
        shown = self._shorten(block) if self._shorten is not None else None
        code, below = shown if shown is not None else (block.code, "")
        self._pre(code, block.language)
        if below:
            self._separator = "\n"
            self._words(below, _SPANS["em"])
            self._separate(_BLANK)

    def _pre(self, code: str, language: str = "") -> None:
        """Code stands alone, at the margin of the message, whatever it is in."""
        if code.strip():
            if self._first:
                self._words("")
                self._separator = "\n"
            lists, self._lists = self._lists, []
            marks, self._marks = self._marks, []
            self._words(code, Mark(MarkKind.PRE, language))
            self._lists, self._marks = lists, marks
        self._separate(_BLANK)

    def _table(self, tokens: Sequence[Token], start: int) -> int:
        rows: list[list[str]] = []
        at = start
        while tokens[at].type != "table_close":
            token = tokens[at]
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("inline", "words") and rows:
                cell = _Writer(None).write([token])
                rows[-1].append(" ".join(_cell(cell).split()))
            at += 1
        self._pre(aligned(rows))
        return at + 1


def _cell(runs: Sequence[Run]) -> str:
    """The words of a cell; where one is a link, its address too."""
    words = ""
    for at, run in enumerate(runs):
        words += run.text
        link = next((one for one in run.marks if one.kind is MarkKind.LINK), None)
        following = runs[at + 1].marks if at + 1 < len(runs) else ()
        if link is not None and link not in following and link.value != run.text:
            words += f" ({link.value})"
    return words
