"""Answers as messages of Telegram."""

from __future__ import annotations

import time
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.channels.telegram_parts import ANSWER, MOST_TEXTS, render
from app.domain.channels import ANEW, Button, Document, Outgoing, Part
from tests.channels.telegram_markup import Read, read_html

UNITS = 4096


def html_of(text: str, *, growing: bool = False) -> str:
    (part,) = render(Outgoing(text, growing=growing))
    return str(part.body["html"])


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check(part: Part) -> Read:
    """A part as Telegram takes it."""
    html, plain = str(part.body["html"]), str(part.body["plain"])
    read = read_html(html)
    assert read.text == plain
    if "name" in part.body:
        assert part.document
        assert units(plain) <= 1024
        name = str(part.body["name"])
        assert name
        assert "/" not in name
        assert name.isprintable() or not name.isascii()
    else:
        assert part.document is None
        assert 1 <= units(plain.strip()) <= UNITS
        assert len(html.encode()) <= 12_000
    return read


def buttons_of(part: Part) -> list[Any]:
    rows = part.body["buttons"]
    assert isinstance(rows, list)
    return rows


def texts(parts: list[Part]) -> list[Part]:
    return [part for part in parts if "name" not in part.body]


# -- markup ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**b** *i* ~~s~~ `c`", "<b>b</b> <i>i</i> <s>s</s> <code>c</code>"),
        ("**a *b* c**", "<b>a <i>b</i> c</b>"),
        ("**a `b` c**", "<b>a </b><code>b</code><b> c</b>"),
        ("# Title", "<b>Title</b>"),
        ("# A **b**", "<b>A b</b>"),
        ("a\nb", "a\nb"),
        ("a\n\nb", "a\n\nb"),
        ("- a\n- b\n  - c", "• a\n• b\n   • c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("- a\n\n  more", "• a\n\n   more"),
        ("> q\n> r\n\nt", "<blockquote>q\nr</blockquote>\n\nt"),
        ("---", "———"),
        ("<b>x</b> & <script>", "&lt;b&gt;x&lt;/b&gt; &amp; &lt;script&gt;"),
        ("[l](https://a.b/?x=1&y=%22)", '<a href="https://a.b/?x=1&amp;y=%22">l</a>'),
        ("[l](mailto:a@b.c)", '<a href="mailto:a@b.c">l</a>'),
        ("[l](tg://resolve?domain=x)", "l (tg://resolve?domain=x)"),
        ("[l](ftp://a.b)", "l (ftp://a.b)"),
        ("[notes.md](notes.md)", "notes.md"),
        ("[the notes](notes.md)", "the notes (notes.md)"),
        ("[x](javascript:alert)", "[x](javascript:alert)"),
        ("![cat](https://a.b/c.png)", '<a href="https://a.b/c.png">[picture: cat]</a>'),
        ("![cat](c.png)", "[picture: cat] (c.png)"),
        (
            "```python\nx < 1\n  y\n```",
            '<pre><code class="language-python">x &lt; 1\n  y</code></pre>',
        ),
        ('```a"b\nx\n```', "<pre>x</pre>"),
        ("```\n  x\n```", "<pre>  x</pre>"),
        ("- a\n  ```\n  x\n  ```\n- b", "• a\n<pre>x</pre>\n\n• b"),
        ("- ```\n  x\n  ```", "• \n<pre>x</pre>"),
        ("[a]: http://b.c", "[a]: http://b.c"),
    ],
)
def test_markdown_becomes_what_telegram_can_show(markdown: str, html: str) -> None:
    assert html_of(markdown) == html
    read_html(html)


def test_a_table_stands_in_columns_by_the_width_of_its_letters() -> None:
    table = "| a | b |\n|---|---|\n| 日本 | `x` |\n| long | [l](http://h) |"
    assert (
        html_of(table) == "<pre>a    | b\n-----+-------------\n日本 | x\nlong | l (http://h)</pre>"
    )


def test_a_wide_table_is_not_blown_up() -> None:
    row = f"| {'w' * 200} | x |\n"
    table = "| a | b |\n|---|---|\n" + row + "| y | z |\n" * 20
    assert len(html_of(table)) < len(table)


def test_what_is_nested_too_deeply_for_the_parser_is_kept() -> None:
    assert "the end" in html_of("The start.\n\n" + "> " * 150 + "the end")


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\u2060 \ufe0f", "\u2800"])
def test_a_message_is_never_empty(text: str) -> None:
    (part,) = render(Outgoing(text))
    assert part.body["html"] == part.body["plain"] == "…"


# -- splitting -------------------------------------------------------------------------------------


def test_a_long_text_is_cut_between_paragraphs() -> None:
    paragraph = "word " * 180
    parts = render(Outgoing("\n\n".join([paragraph] * 10)))
    assert len(parts) == 3
    for part in parts:
        assert all(one == paragraph.strip() for one in str(part.body["plain"]).split("\n\n"))


def test_lines_and_words_stay_whole_where_there_are_no_paragraphs() -> None:
    lines = render(Outgoing("\n".join(f"line {n} of them" for n in range(600))))
    assert len(lines) > 1
    for part in lines:
        assert all(
            one.startswith("line ") and one.endswith("them")
            for one in str(part.body["plain"]).split("\n")
        )
    words = render(Outgoing("abcdefghi " * 900))
    assert len(words) > 1
    assert {word for part in words for word in str(part.body["plain"]).split()} == {"abcdefghi"}


def test_a_cut_code_block_is_closed_and_opened_again_with_its_language() -> None:
    code = "\n".join(f"    value_{n} = {n}" for n in range(140))
    parts = render(Outgoing("\n\n".join([f"```python\n{code}\n```"] * 2 + ["text"])))
    assert len(parts) > 1
    shown = [read_html(str(part.body["html"])).spans for part in parts]
    assert all(span[:2] in (("code", "python"), ("pre", "")) for spans in shown for span in spans)
    lines = [
        line
        for spans in shown
        for tag, _, text in spans
        if tag == "pre"
        for line in text.split("\n")
    ]
    assert lines == code.split("\n") * 2, "no line was cut, and none lost its margin"


@pytest.mark.parametrize("letter", ["😀", "e\u0301", "👩\u200d👩\u200d👧", "👍🏽", "🇩🇪"])
def test_what_looks_like_one_letter_is_not_cut(letter: str) -> None:
    parts = texts(render(Outgoing("x" + letter * 2000)))
    assert len(parts) > 1
    for part in parts:
        assert str(part.body["plain"]).removeprefix("x").split("\n")[0].replace(letter, "") == ""


def test_the_raw_html_is_bounded_too() -> None:
    parts = texts(render(Outgoing("`<&>` " * 2000)))
    assert len(parts) > 1
    for part in parts:
        check(part)


def test_a_growing_answer_leaves_its_full_messages_as_they_are() -> None:
    block = "Some **words** and `code`.\n\n- a\n- b\n\n```python\nx = 1\n```\n\n"
    whole = block * 400
    full: list[str] = []
    for end in range(0, len(whole), 977):
        pages = [str(part.body["html"]) for part in render(Outgoing(whole[:end], growing=True))]
        settled = pages[:-2]
        assert settled[: len(full)] == full[: len(settled)]
        assert len(settled) >= len(full)
        full = settled
    assert len(full) == MOST_TEXTS - 2


# -- files -----------------------------------------------------------------------------------------


def test_long_code_goes_as_a_file_of_its_language() -> None:
    code = "print('hallo')\n" * 400
    text, file = render(Outgoing(f"Here:\n```python\n{code}```\nDone."))
    assert file.body["name"] == "code.py"
    assert file.document == code.encode()
    assert "400 lines in code.py" in str(text.body["plain"])
    assert str(text.body["plain"]).endswith("Done.")
    assert len(str(text.body["plain"])) < 1000


def test_code_that_still_grows_is_no_file_yet() -> None:
    (text,) = render(Outgoing("```\n" + "x = 1\n" * 1000, growing=True))
    assert "1,000 lines until now" in str(text.body["plain"])


def test_an_answer_of_many_messages_goes_as_a_file_after_the_first_ones() -> None:
    answer = "\n\n".join(f"Paragraph {n}. " + "word " * 100 for n in range(100))
    parts = render(Outgoing(answer))
    assert len(parts) == MOST_TEXTS + 1
    assert parts[-1].body["name"] == ANSWER
    assert parts[-1].document == answer.encode()
    assert str(parts[MOST_TEXTS - 1].body["plain"]).endswith(f"… all of it is in {ANSWER}.")
    growing = render(Outgoing(answer, growing=True))
    assert len(growing) == MOST_TEXTS
    same = MOST_TEXTS - 1
    assert [part.body["html"] for part in growing[:same]] == [
        part.body["html"] for part in parts[:same]
    ]


def test_with_much_code_all_of_it_is_one_file() -> None:
    block = "```python\n" + "x = 1\n" * 600 + "```\n\n"
    parts = render(Outgoing(block * 5))
    assert [part.body.get("name") for part in parts] == [None, ANSWER]
    assert str(parts[0].body["plain"]).count(f"600 lines in {ANSWER}") == 5


def test_buttons_are_below_the_last_words_and_a_file_comes_after_them() -> None:
    row = (Button("Allow once", "a1"), Button("Deny", "d1"))
    text, file = render(Outgoing("Do it?", (row,), Document("change.diff", b"-a\n+b\n")))
    assert text.body["buttons"] == [
        [{"text": "Allow once", "callback_data": "a1"}, {"text": "Deny", "callback_data": "d1"}]
    ]
    assert file.body["buttons"] == []
    assert (text.body["quiet"], file.body["quiet"]) == (False, True)
    (alone,) = render(Outgoing("", (row,), Document("change.diff", b"x")))
    assert alone.body["name"] == "change.diff"
    assert len(buttons_of(alone)) == 1


def test_an_answer_and_what_has_buttons_are_worth_a_new_message() -> None:
    row = (Button("Undo", "u"),)
    for message, worth in (
        (Outgoing("so far …", growing=True), False),
        (Outgoing("✓ Allowed."), False),
        (Outgoing("The answer.", anew=True), True),
        (Outgoing("1 change", (row,)), True),
    ):
        assert [part.body.get(ANEW, False) for part in render(message)] == [worth]


def test_buttons_are_bounded() -> None:
    rows = ((Button("  \n", "a"), Button("x" * 500, "b"), Button("no", "c" * 65)),)
    (part,) = render(Outgoing("x", rows))
    assert buttons_of(part) == [
        [{"text": "…", "callback_data": "a"}, {"text": "x" * 63 + "…", "callback_data": "b"}]
    ]


def test_a_file_that_telegram_would_refuse_is_a_sentence() -> None:
    (empty,) = render(Outgoing("", document=Document("a.txt", b"")))
    assert empty.body["plain"] == "a.txt is empty."
    (large,) = render(Outgoing("", document=Document("a.txt", bytes(50 * 1024 * 1024 + 1))))
    assert "too large" in str(large.body["plain"])


def test_the_name_of_a_file_is_a_name() -> None:
    (part,) = render(Outgoing("", document=Document("../../etc/pass\nwd\x00\ud800", b"x")))
    assert part.body["name"] == "pass\\nwd��"


# -- properties ------------------------------------------------------------------------------------

_SNIPPETS = st.sampled_from(
    ["**", "*", "_", "~~", "`", "```\n", "```python\n", "\n", "\n\n", "- ", "1. ", "> ", "# ", "[",
     "]", "](https://a.b/c)", "](x.md)", "![", "|", "|---|---|\n", "| a | b |\n", "<b>", "</b>",
     "&", "&amp;", '"', "\\", "---\n", "    ", "  ", "word ", "שלום ", "😀", "e\u0301", "\u200f",
     "\u202e", "\t", "<!--"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(st.characters(), max_size=400),
    st.lists(_SNIPPETS, max_size=120).map("".join),
    st.tuples(st.lists(_SNIPPETS, min_size=1, max_size=30).map("".join), st.integers(1, 900)).map(
        lambda pair: pair[0] * pair[1]
    ),
)


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.booleans())
@example("\ud800\udfff\x00\x1b[31m", False)
@example("&" * 9000, False)
@example("[" * 9000, False)
@example("**a" * 9000, False)
def test_every_message_is_one_that_telegram_takes(text: str, growing: bool) -> None:
    parts = render(Outgoing(text, ((Button("Undo", "u"),),), growing=growing))
    assert parts
    assert len(texts(parts)) <= MOST_TEXTS
    for part in parts:
        check(part)
    assert sum(len(buttons_of(part)) for part in parts) == 1


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12),
            st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=30).map(
                lambda code: f"`` {code.replace('`', '')}x ``"
            ),
            st.sampled_from(["\n\n", "\n- ", "\n1. ", "\n> ", "\n# ", "\n```\ncode\n```\n", " "]),
        ),
        max_size=200,
    ),
    st.integers(1, 30),
)
def test_no_letter_and_no_digit_is_lost(pieces: list[str], times: int) -> None:
    text = " ".join(pieces) * times
    parts = render(Outgoing(text))
    if any("name" in part.body for part in parts):
        assert parts[-1].document == text.encode()
        return
    shown = "".join(str(part.body["plain"]) for part in parts)
    assert _is_within(text, shown)


def _letters(text: str) -> str:
    return "".join(one for one in text if unicodedata.category(one)[0] in "LN")


def _is_within(text: str, shown: str) -> bool:
    """Whether every letter and digit of ``text`` is in ``shown``, in the same order.

    Numbers of lists may be others.
    """
    letters = iter(_letters(shown))
    return all(any(one == other for other in letters) for one in _letters(text.replace("1. ", "")))


@settings(deadline=None, max_examples=40)
@given(_SNIPPETS, st.sampled_from([50_000, 1_000_000]))
def test_huge_texts_take_bounded_time(snippet: str, length: int) -> None:
    text = snippet * (length // len(snippet))
    began = time.process_time()
    render(Outgoing(text))
    assert time.process_time() - began < 3
