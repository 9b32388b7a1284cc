"""Our own skills speak the window's language; what they ask is the same, in other words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from app.orchestrator.approvals import Decision
from app.ui.chat.rows import CardRow
from app.ui.language import Language
from app.ui.skill_words import argument_label, skill_label, summary_words
from tests.standins.scripted_model import calls, says
from tests.ui.conftest import Puppet
from tests.ui.driving import Person, click, until

EDIT = ("files.edit", {"path": "report.md", "old": "draft", "new": "final"})
ASKED: Mapping[str, tuple[str, Mapping[str, object], str]] = {
    "append": ("files.append", {"path": "notes.md", "text": "x"}, "Am Ende von notes.md anfügen?"),
    "create": ("files.create", {"path": "a.md", "content": "x"}, "a.md anlegen?"),
    "edit": (*EDIT, "report.md ändern?"),
    "move": ("files.move", {"path": "notes.md", "target": "n.md"},
             "notes.md nach n.md verschieben?"),
    "remove": ("files.remove", {"path": "notes.md"}, "notes.md entfernen?"),
}  # fmt: skip


@pytest.fixture
def german(application: QApplication) -> Iterator[Language]:
    one = Language(application, "de")
    yield one
    one.close()


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("what", ASKED)
async def test_a_card_asks_in_german(person: Person, model: Puppet, what: str) -> None:
    name, arguments, title = ASKED[what]
    model.answers(calls((name, arguments)), says("Gut."))
    person.say("Bitte")
    card = await person.card()

    assert title in [label.text() for label in card.findChildren(QLabel)]
    (row,) = person.rows_of(CardRow)
    assert row.approval.summary.rstrip("?") not in card.accessibleName()
    (call,) = person.calls()
    assert call.words.startswith(skill_label(name))
    assert name not in call.words
    click(card.button(Decision.DENY))
    await person.idle()


@pytest.mark.usefixtures("german")
async def test_what_is_restored_and_undone_is_asked_in_german(
    person: Person, model: Puppet, folder: Path
) -> None:
    undo = {"path": "report.md", "version": 3}
    model.answers(
        calls(EDIT), says("1"),
        calls(("files.restore", {"path": "report.md", "version": 1})), says("2"),
        calls(("files.undo", undo)), says("3"),
    )  # fmt: skip
    titles = []
    for _ in range(3):
        person.say("Bitte")
        card = await person.card()
        titles.append(card.accessibleName())
        click(card.button(Decision.ALLOW_ONCE))
        await person.idle()

    assert "Version 1 von report.md zurückholen" in titles[1]
    assert "Zurücknehmen, was Version 3 von report.md getan hat" in titles[2]


@pytest.mark.usefixtures("german")
def test_a_sentence_that_can_be_read_in_two_ways_stays_as_it_is() -> None:
    for name, said in (
        ("files.move", "Move a to b to c"),
        ("files.undo", "Undo the changes of a and b"),
        ("files.edit", "Something else"),
        ("mail.send", "Change report.md"),
    ):
        assert summary_words(name, said) == said


def test_in_english_it_is_what_the_skill_says() -> None:
    cut = "Change {0} notes.md (only the beginning of the difference is shown)"
    assert summary_words("files.edit", cut) == cut
    assert skill_label("files.edit") == "files.edit"


@pytest.mark.parametrize(
    ("name", "label"),
    [("old_text", "Old text"), ("maxResults", "Max results"), ("old", "Text to replace"),
     ("reply-to", "Reply to"), ("URL", "URL"), ("", "")],
)  # fmt: skip
def test_an_argument_has_a_readable_name(name: str, label: str) -> None:
    assert argument_label(name) == label


async def test_the_fields_of_a_call_have_readable_labels_and_tell_the_real_names(
    person: Person, model: Puppet
) -> None:
    model.answers(calls(EDIT), says("Done."))
    person.say("Set the status")
    card = await person.card()
    click(card.edit_button)
    form = await until(lambda: card.form, "the fields")

    labels = {one.text(): one for one in form.findChildren(QLabel) if one.buddy() is not None}
    assert list(labels) == ["File", "Text to replace", "New text"]
    for label, name in zip(labels.values(), ("path", "old", "new"), strict=True):
        assert label.toolTip() == name
        assert form.fields[name].accessibleDescription() == name
    assert form.fields["old"].accessibleName() == "Argument Text to replace"
    form.left.emit()
    click(card.button(Decision.DENY))
    await person.idle()
