"""What the composer offers at the cursor."""

from __future__ import annotations

from app.ui.chat.completion import Command, offers_at

COMMANDS = [
    Command("/read PATH", "shows a file"),
    Command("/rename PATH NEW", "renames a file"),
    Command("/help", "says what can be done"),
]
FILES = ["report.md", "notes.md", "ideas/garden shed.md"]


def labels(text: str, cursor: int | None = None) -> list[str]:
    found = offers_at(text, len(text) if cursor is None else cursor, COMMANDS, FILES)
    return [offer.label for offer in found.offers] if found else []


def test_a_slash_at_the_start_offers_commands() -> None:
    assert labels("/") == ["/read PATH", "/rename PATH NEW", "/help"]
    assert labels("/re") == ["/read PATH", "/rename PATH NEW"]
    assert labels("/name") == ["/rename PATH NEW"], "the middle of a name will do"


def test_a_finished_command_is_not_offered_again() -> None:
    assert labels("/help") == []
    assert labels("/nothing") == []


def test_a_slash_elsewhere_is_only_a_slash() -> None:
    assert labels("either/or") == []
    assert labels("look at /re") == []


def test_an_at_sign_offers_files_and_puts_the_name_in_its_place() -> None:
    found = offers_at("look at @rep", 12, COMMANDS, FILES)

    assert found is not None
    assert [(o.label, o.text) for o in found.offers] == [("report.md", "report.md ")]
    assert (found.start, found.end, found.eager) == (8, 12, True)


def test_a_name_with_a_space_is_quoted() -> None:
    found = offers_at("@shed", 5, COMMANDS, FILES)

    assert found is not None
    assert found.offers[0].text == '"ideas/garden shed.md" '


def test_after_a_command_files_are_offered_but_enter_still_sends() -> None:
    found = offers_at("/read no", 8, COMMANDS, FILES)

    assert found is not None
    assert [o.label for o in found.offers] == ["notes.md"]
    assert not found.eager
    assert labels("/read notes.md") == []
    assert labels("/replace 'dra") == []


def test_plain_words_offer_nothing() -> None:
    assert labels("report") == []
    assert labels("") == []
