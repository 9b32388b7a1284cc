"""Markdown as a list of blocks that can be frozen one by one while the text still grows; no Qt.

markdown-it-py does the parsing. A block is a paragraph, heading, table, quote or rule, one item
of a list, or up to ``CODE_CHUNK`` lines of a fence: small enough that drawing one is cheap. Raw
HTML is text like any other, and pictures are words: nothing is ever loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

CODE_CHUNK: Final = 80
"""Lines of code in one block at most."""


class BlockKind(StrEnum):
    """How a block is drawn."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    CODE = "code"
    TABLE = "table"
    QUOTE = "quote"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a message.

    Attributes:
        source: its Markdown text, for estimating its height and for copying.
        tokens: what markdown-it made of it; empty for ``CODE``.
        code: for ``CODE``: the text between the fences, of this chunk.
        language: for ``CODE``: first word after the fence.
        first, last: for ``CODE``: whether the chunk begins and ends its fence.
        fence: for ``CODE``: the mark that opened its fence.
    """

    kind: BlockKind
    source: str
    tokens: tuple[Token, ...] = ()
    code: str = ""
    language: str = ""
    first: bool = True
    last: bool = True
    fence: str = ""

    @property
    def has_code(self) -> bool:
        """Whether it is, or holds, a fence."""
        return self.kind is BlockKind.CODE or any(one.type == "fence" for one in self.tokens)

    def looks_like(self, other: Block) -> bool:
        """Whether both are drawn in the same way."""
        return (
            (self.kind, self.source, self.code, self.language, self.first, self.last)
            == (other.kind, other.source, other.code, other.language, other.first, other.last)
        )  # fmt: skip


def warm_up() -> None:
    """Import the parser ahead, in a worker thread: it takes a tenth of a second."""
    _parser()


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return new_parser()


def new_parser() -> MarkdownIt:
    """A parser for one thread."""
    from markdown_it import MarkdownIt

    # "js-default" is CommonMark with tables and strikethrough; raw HTML stays text.
    return MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})


@dataclass(slots=True)
class BlockSplitter:
    """Splits a text that only grows. ``frozen`` blocks never change again; ``tail`` may.

    Only the text from the last block on is parsed again when more arrives.
    """

    parser: MarkdownIt = field(default_factory=_parser)
    frozen: list[Block] = field(default_factory=list)
    tail: list[Block] = field(default_factory=list)
    _start: int = 0
    _fence: str = ""
    _fence_language: str = ""
    _env: dict[str, Any] = field(default_factory=dict)

    def update(self, text: str, *, done: bool = False) -> int:
        """Take the whole text as it stands now; returns how many blocks were newly frozen.

        ``done``: the text is complete, so that nothing stays in ``tail``.
        """
        before = len(self.frozen)
        blocks, starts = self._parse(text[self._start :])
        keep = 0 if done or not blocks else 1
        # A fence that is still open is one block to the parser; its full chunks never change.
        cut = len(blocks) - keep
        self.frozen.extend(blocks[:cut])
        self.tail = blocks[cut:]
        if done:
            self._start = len(text)
        elif self.tail:
            last = self.tail[0]
            self._start += starts[cut]
            if last.kind is BlockKind.CODE and not last.first:
                self._fence = last.fence
                self._fence_language = last.language
            else:
                self._fence = ""
        return len(self.frozen) - before

    def _parse(self, text: str) -> tuple[list[Block], list[int]]:
        """Blocks of ``text`` and where each begins, in characters."""
        prefix = f"{self._fence} {self._fence_language}\n" if self._fence else ""
        tokens = self.parser.parse(prefix + text, self._env)
        lines = text.split("\n")
        offsets = [0]
        for line in lines:
            offsets.append(offsets[-1] + len(line) + 1)
        shift = 1 if prefix else 0
        blocks: list[Block] = []
        starts: list[int] = []
        for piece in _top_level(tokens):
            begin, end = _span(piece)
            begin, end = max(0, begin - shift), max(0, end - shift)
            if piece[0].type in ("fence", "code_block"):
                chunks = _code_blocks(piece[0], continued=bool(prefix) and not blocks)
                inner = begin + (0 if chunks and not chunks[0].first else 1)
                for i, block in enumerate(chunks):
                    blocks.append(block)
                    at = inner + i * CODE_CHUNK if i else begin
                    starts.append(offsets[min(at, len(offsets) - 1)])
                continue
            source = "\n".join(lines[begin:end])
            blocks.append(_block(piece, source))
            starts.append(offsets[min(begin, len(offsets) - 1)])
        return blocks, starts


def split(text: str) -> list[Block]:
    """The blocks of a complete text."""
    splitter = BlockSplitter()
    splitter.update(text, done=True)
    return splitter.frozen


def _top_level(tokens: Sequence[Token]) -> Iterable[list[Token]]:
    """Runs of tokens that make one block: lists are given item by item."""
    depth = 0
    run: list[Token] = []
    for token in tokens:
        run.append(token)
        depth += token.nesting
        if depth:
            continue
        if run[0].type in ("bullet_list_open", "ordered_list_open"):
            yield from _items(run)
        else:
            yield run
        run = []


def _items(run: Sequence[Token]) -> Iterable[list[Token]]:
    opening, closing = run[0], run[-1]
    item: list[Token] = []
    depth = 0
    for token in run[1:-1]:
        item.append(token)
        depth += token.nesting
        if depth == 0:
            yield [opening, *item, closing]
            item = []


def _span(piece: Sequence[Token]) -> tuple[int, int]:
    """First line and the line after the last one."""
    which = piece[1] if piece[0].type.endswith("_list_open") else piece[0]
    return (which.map[0], which.map[1]) if which.map else (0, 0)


_KINDS: Final = {
    "heading_open": BlockKind.HEADING,
    "bullet_list_open": BlockKind.ITEM,
    "ordered_list_open": BlockKind.ITEM,
    "table_open": BlockKind.TABLE,
    "blockquote_open": BlockKind.QUOTE,
    "hr": BlockKind.RULE,
}


def _block(piece: Sequence[Token], source: str) -> Block:
    kind = _KINDS.get(piece[0].type, BlockKind.TEXT)
    return Block(kind, source.rstrip("\n"), tuple(piece))


def _code_blocks(token: Token, *, continued: bool) -> list[Block]:
    language = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
    lines = token.content.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    chunks = [lines[i : i + CODE_CHUNK] for i in range(0, len(lines), CODE_CHUNK)] or [[]]
    return [
        Block(
            BlockKind.CODE,
            "\n".join(chunk),
            code="\n".join(chunk),
            language=language,
            first=i == 0 and not continued,
            last=i == len(chunks) - 1,
            fence=token.markup,
        )
        for i, chunk in enumerate(chunks)
    ]
