"""Someone else saves while Steward changes a file: the person sees both and decides."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.assembly import Assembly
from app.domain.errors import ConflictError
from app.domain.files import ConflictChoice
from app.orchestrator.approvals import Decision
from app.ui.diff.lines import Kind
from app.ui.main_window import MainWindow
from app.ui.panes.conflict_card import ConflictCard
from tests.ui.conftest import REPORT
from tests.ui.driving import Person, click, meanwhile, press, until
from tests.ui.test_panes import EDIT
from tests.ui.walking import nameless, shared_keys, without_keys

THEIRS = REPORT.replace("# Report", "# Annual report")
OURS = REPORT.replace("draft", "final")
BOTH = THEIRS.replace("draft", "final")


async def conflict(
    person: Person, window: MainWindow, folder: Path, theirs: str = THEIRS
) -> ConflictCard:
    """A turn's change meets a save."""
    window.show_pane("Versions")
    assert window.versions is not None
    card = window.versions.conflict
    assert not card.isVisible()
    person.say(EDIT)
    await person.card()
    with meanwhile(partial((folder / "report.md").write_text, theirs)):
        await person.decide(Decision.ALLOW_ONCE)
        await person.idle()
    await until(card.isVisible, "the conflict")
    return card


def texts(card: ConflictCard, *kinds: Kind) -> list[str]:
    return [line.text for line in card.diff.lines if line.kind in kinds]


async def test_a_conflict_is_told_when_it_arises(
    person: Person, window: MainWindow, folder: Path
) -> None:
    card = await conflict(person, window, folder)

    assert "Someone else changed report.md" in window.status_line.text
    assert card.about.text().startswith("files.edit wanted to change it at ")
    assert "theirs stands, as version 2. Both are kept." in card.about.text()
    assert not card.apply.isVisible()
    assert (folder / "report.md").read_text() == THEIRS


async def test_a_conflict_of_the_persons_own_change_is_told_to_them(
    window: MainWindow, folder: Path
) -> None:
    window.show_pane("Versions")
    assert window.versions is not None
    assert window.session is not None
    card = window.versions.conflict
    save = partial((folder / "report.md").write_text, THEIRS)
    with meanwhile(save), pytest.raises(ConflictError):
        await window.session.workspace().edit("report.md", lambda _: OURS.encode())

    card.refresh()

    await until(card.isVisible, "the conflict")
    assert card.about.text().startswith("You wanted to change it at ")


@pytest.mark.parametrize(
    ("choice", "added", "content", "said"),
    [
        (ConflictChoice.THEIRS, [], THEIRS, "report.md stays as it is."),
        (ConflictChoice.OURS, ["# Report", "status: final"], OURS, "Made our change"),
        (ConflictChoice.MERGE, ["status: final"], BOTH, "Merged both changes"),
    ],
)
async def test_each_choice_is_shown_before_it_is_made(
    person: Person, window: MainWindow, folder: Path, choice: ConflictChoice, added: list[str],
    content: str, said: str,
) -> None:  # fmt: skip
    card = await conflict(person, window, folder)
    click(card.decide)

    click(card.choices[choice])
    await until(card.apply.isEnabled, "the difference")
    assert texts(card, Kind.ADDED) == added
    assert (folder / "report.md").read_text() == THEIRS
    click(card.apply)

    await until(lambda: not card.isVisible(), "the end of the conflict")
    await until(lambda: said in window.status_line.text, "the word of it")
    assert (folder / "report.md").read_text() == content
    assert window.versions is not None
    assert window.versions.timeline.isVisible()


async def test_what_cannot_be_merged_is_not_offered(
    person: Person, window: MainWindow, folder: Path
) -> None:
    card = await conflict(person, window, folder, REPORT.replace("draft", "sent"))
    click(card.decide)

    assert not card.choices[ConflictChoice.MERGE].isEnabled()
    assert card.choices[ConflictChoice.MERGE].toolTip() == "Both changed the same lines"
    assert card.choice is ConflictChoice.THEIRS
    await until(card.apply.isEnabled, "the words")
    assert texts(card, Kind.NOTE) == ["The file stays as it is now. The other change is not made."]


async def test_a_conflict_can_wait_and_needs_no_mouse(
    person: Person, window: MainWindow, folder: Path, desk: Assembly
) -> None:
    card = await conflict(person, window, folder)
    pane = window.versions
    assert pane is not None
    press(card.decide, Qt.Key.Key_Space)
    await until(card.apply.isEnabled, "the difference")
    assert not pane.timeline.isVisible()
    assert nameless(window) == []
    assert without_keys(window) == []
    assert shared_keys(window) == []

    press(card.decide, Qt.Key.Key_Space)

    assert pane.timeline.isVisible()
    assert len(await desk.versions.conflicts()) == 1


async def test_a_choice_that_came_too_late_is_told_and_asked_again(
    person: Person, window: MainWindow, folder: Path
) -> None:
    card = await conflict(person, window, folder)
    click(card.decide)
    click(card.choices[ConflictChoice.OURS])
    await until(card.apply.isEnabled, "the difference")
    (folder / "report.md").write_text("changed once more\n")

    click(card.apply)

    await until(lambda: "Nothing was overwritten" not in window.status_line.text, "the reason")
    assert "report.md" in window.status_line.text
    assert "changed" in window.status_line.text
    assert (folder / "report.md").read_text() == "changed once more\n"
    assert card.isVisible()
