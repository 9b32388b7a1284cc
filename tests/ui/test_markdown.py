"""Markdown in blocks: frozen while the text grows, the same as when it is read at once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.ui.chat.markdown import CODE_CHUNK, Block, BlockKind, BlockSplitter, split

PIECES = [
    "Some words that go on.",
    "# A heading",
    "- one\n- two\n  - nested\n- three",
    "1. first\n2. second\n\n   more of it\n3. third",
    "> quoted\n> text",
    "| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | 4 |",
    "```python\nprint(1)\n\nprint(2)\n```",
    "~~~\nplain ``` inside\n~~~",
    "---",
    "    indented code",
    "Setext\n===",
    "<b>raw</b> & text",
    "- [ ] open\n- [x] done",
    "```\n" + "\n".join(f"line {i}" for i in range(CODE_CHUNK * 2 + 5)) + "\n```",
]


def shape(block: Block) -> tuple[object, ...]:
    return (block.kind, block.source, block.code, block.language, block.first, block.last)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6), st.integers(1, 40))
def test_a_text_that_streams_in_ends_as_one_read_at_once(pieces: list[str], step: int) -> None:
    text = "\n\n".join(pieces)
    splitter = BlockSplitter()
    for end in range(step, len(text), step):
        splitter.update(text[:end])

    splitter.update(text, done=True)

    assert [shape(b) for b in splitter.frozen] == [shape(b) for b in split(text)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=5), st.integers(1, 30))
def test_what_is_frozen_never_changes(pieces: list[str], step: int) -> None:
    text = "\n\n".join(pieces)
    splitter = BlockSplitter()
    frozen: list[Block] = []
    for end in range(step, len(text) + step, step):
        splitter.update(text[:end])
        assert all(a is b for a, b in zip(frozen, splitter.frozen, strict=False))
        assert len(splitter.tail) <= 1
        frozen = list(splitter.frozen)


def test_a_list_is_split_by_its_items_and_keeps_its_numbers() -> None:
    blocks = split("3. three\n4. four")

    assert [block.kind for block in blocks] == [BlockKind.ITEM, BlockKind.ITEM]
    assert [block.tokens[1].info for block in blocks] == ["3", "4"]


def test_a_long_fence_is_split_into_chunks() -> None:
    code = "\n".join(f"x{i}" for i in range(CODE_CHUNK * 2 + 1))

    blocks = split(f"```py\n{code}\n```")

    assert [(b.first, b.last) for b in blocks] == [(True, False), (False, False), (False, True)]
    assert "\n".join(block.code for block in blocks) == code
    assert {block.language for block in blocks} == {"py"}


def test_raw_html_is_text() -> None:
    tokens = split("<script>alert(1)</script>\n\na <img src=x> b")

    inline = [token for block in tokens for token in block.tokens]
    types = {child.type for token in inline for child in token.children or ()}
    assert types == {"text"}
