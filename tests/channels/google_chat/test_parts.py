"""Answers as messages of Google Chat."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from app.channels.google_chat_parts import MOST_TEXTS, as_message, render
from app.domain.channels import Button, Document, Outgoing
from tests.channels.test_telegram_parts import TEXTS


def shown(text: str) -> str:
    (part,) = render(Outgoing(text))
    return str(part.body["text"])


@pytest.mark.parametrize(
    ("markdown", "markup"),
    [
        ("**b** *i* ~~s~~ `c`", "*b* _i_ ~s~ `c`"),
        ("**a *b***", "*a* *_b_*"),
        ("# Title", "*Title*"),
        ("- a\n  - b", "• a\n   • b"),
        ("> q\n> r\n\nt", "> q\n> r\n\nt"),
        ("```python\nx = 1\n```", "```\nx = 1\n```"),
        ("````\na ``` b\n````", "```\na ``\u200b` b\n```"),
        ("`` a`b ``", "a`b"),
        ("[l](https://a.b)", "<https://a.b|l>"),
        ("[https://a.b](https://a.b)", "https://a.b"),
        ("[a|b](https://a.b)", "a|b (https://a.b)"),
        ("[l](notes.md)", "l (notes.md)"),
        ("<users/all> & <https:a|b c>", "<\u200busers/all> & <\u200bhttps:a|b c>"),
        ("1 < 2", "1 < 2"),
        ("", "…"),
        ("\u200b", "…"),
    ],
)
def test_markdown_becomes_what_google_chat_shows(markdown: str, markup: str) -> None:
    assert shown(markdown) == markup


def test_nobody_is_called_by_a_text() -> None:
    for text in (
        "<users/all>",
        "`<users/all>`",
        "**<users/all>**",
        "[<users/all>](https://a.b)",
        "```\n<users/all>\n```",
    ):
        assert "<users/" not in shown(text)


def test_an_answer_of_many_messages_says_where_the_rest_is() -> None:
    parts = render(Outgoing("\n\n".join("word " * 100 for _ in range(200))))
    assert len(parts) == MOST_TEXTS
    assert str(parts[-1].body["plain"]).endswith("… the rest is in Steward's window.")


def test_a_difference_is_shown_and_what_is_no_text_is_named() -> None:
    (asking,) = render(Outgoing("Do it?", document=Document("a.diff", b"-a\n+b\n")))
    assert asking.body["text"] == "Do it?\n\na.diff:\n\n```\n-a\n+b\n```"
    (other,) = render(Outgoing("Do it?", document=Document("a.png", b"\x89PNG\xff")))
    assert "a.png (5 bytes) is on the computer" in str(other.body["text"])
    parts = render(Outgoing("Do it?", document=Document("a.diff", b"-line of it\n" * 5000)))
    assert 1 < len(parts) <= MOST_TEXTS
    assert "(its beginning; the rest is in Steward's window)" in str(parts[0].body["text"])


def test_buttons_are_a_card_below_the_last_message() -> None:
    rows = ((Button("Allow once", "a"), Button("Deny", "b")), (Button("x" * 200, "c"),))
    (part,) = render(Outgoing("Do it?", rows))
    message = as_message(part.body)
    assert message["markupSyntax"] == "MARKUP_SYNTAX_CHAT"
    card = json.dumps(message["cardsV2"])
    for button in ("a", "b", "c"):
        assert f'{{"key": "button", "value": "{button}"}}' in card
    assert "x" * 65 not in card
    (bare,) = render(Outgoing("Done."))
    assert as_message(bare.body)["cardsV2"] == []


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_every_message_is_one_that_google_chat_takes(text: str) -> None:
    parts = render(Outgoing(text, ((Button("Undo", "u"),),)))
    assert 1 <= len(parts) <= MOST_TEXTS
    for part in parts:
        raw = json.dumps(as_message(part.body), ensure_ascii=False).encode()
        assert len(raw) <= 32_000
        assert str(part.body["text"]).strip()
        assert "<users/" not in str(part.body["text"])
