"""The pictures of README and the guide: which scene each shows, and which part of the window.

``python -m tests.ui.pictures FOLDER [NAME …]`` makes them, or those named, small enough for a page.
They show the sample folder and fixed words: from one run to the next only times differ.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image
from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QWidget

from app.domain.events import Severity
from app.orchestrator.approvals import Decision
from app.ui.chat.approval_card import ApprovalCard
from app.ui.main_window import MainWindow
from app.ui.model_picker import ModelPicker
from app.ui.panes.conflict_card import ConflictCard
from app.ui.panes.file_filters import Order
from app.ui.panes.large_view import LargeView
from tests.ui import screens
from tests.ui.driving import Person, click, type_text, until

_COLOURS: Final = 255
_LARGE: Final = 60_000
"""Bytes from which on a picture has to do with so many colours."""
_SIDES: Final = QMargins(16, 16, 16, 16)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture.

    Attributes:
        scene: what the person did.
        cut: the part of the window that matters.
        size: of the window.
        theme: ``light`` or ``dark``.
    """

    scene: screens.Scene
    cut: screens.Cut = MainWindow.rect
    size: QSize = screens.WIDE
    theme: str = "light"


# --- parts of the window --------------------------------------------------------------------------


def whole(window: MainWindow, widget: QWidget) -> QRect:
    """Where a widget stands in the window."""
    return widget.rect().translated(widget.mapTo(window, QPoint(0, 0)))


def part(window: MainWindow, *widgets: QWidget) -> QRect:
    """Where widgets stand in the window, with a little around them."""
    found = QRect()
    for widget in widgets:
        found |= whole(window, widget)
    return found.marginsAdded(_SIDES) & window.rect()


def dock(window: MainWindow) -> QRect:
    """The details at the right."""
    return window.dock.geometry()


def chat(window: MainWindow) -> QRect:
    """The conversation."""
    return whole(window, window.chat)


def composer(window: MainWindow) -> QRect:
    """The message that is being written."""
    return part(window, window.chat.composer)


def card(window: MainWindow) -> QRect:
    """The card that asks, and the message before it."""
    one = next(card for card in window.findChildren(ApprovalCard) if card.isVisible())
    found = part(window, one)
    return found.marginsAdded(QMargins(0, 90, 0, 40)) & chat(window)


def rail(window: MainWindow) -> QRect:
    """The conversations."""
    return whole(window, window.rail)


def first_steps(window: MainWindow) -> QRect:
    """The panel that leads through them."""
    assert window.set_up is not None
    widget = window.set_up.widget()
    assert widget is not None
    return part(
        window, *widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    )


def picker(window: MainWindow) -> QRect:
    """The models to choose from."""
    (one,) = window.findChildren(ModelPicker)
    return QRect(window.mapFromGlobal(one.pos()), one.size())


def large_view(window: MainWindow) -> QRect:
    """A change as large as the window, which ``screens`` paints in the middle."""
    (one,) = window.findChildren(LargeView)
    return one.rect().translated(window.rect().center() - one.rect().center())


def conflict(window: MainWindow) -> QRect:
    """The card about it."""
    return part(window, *window.findChildren(ConflictCard))


def notices(window: MainWindow) -> QRect:
    """The cards above the conversation, without the room beside them."""
    sides = window.cards.layout().contentsMargins()  # type: ignore[union-attr]
    return whole(window, window.cards).marginsRemoved(
        QMargins(sides.left() - 12, 0, sides.right() - 12, 0)
    )


# --- scenes of their own --------------------------------------------------------------------------


async def asked(person: Person) -> None:
    """A change waits for approval; the pane beside it does not matter."""
    person.say(screens.EDIT)
    await person.card()


async def found(person: Person) -> None:
    """Files by a time in words, put together by conversation."""
    for text in (screens.EDIT, "append 'Call the hall' to todo.txt"):
        person.say(text)
        await person.decide(Decision.ALLOW_ONCE)
        await person.idle()
        person.window.rail.new_button.click()
    pane = person.window.versions
    assert pane is not None
    person.window.show_pane("Versions")
    await until(pane.chooser.isVisible, "the files")
    click(pane.chooser)
    click(pane.files.filters.orders[Order.CONVERSATION])
    type_text(pane.files.filters.when, "today")
    await until(lambda: pane.files.headings, "the conversations")


async def compared(person: Person) -> None:
    """A change, both texts beside each other."""
    await screens.allowed(person)
    pane = person.window.versions
    assert pane is not None
    await until(lambda: pane.card.diff.lines, "the difference")
    pane.card.show_side_by_side(True)
    click(pane.card.enlarge)
    await until(lambda: person.window.findChild(LargeView), "the large view")


async def attached(person: Person) -> None:
    """Files beside a message that is not sent yet."""
    session = person.window.session
    assert session is not None
    folder = session.desk.folders.folders[0]
    composer = person.window.chat.composer
    composer.files_offered.emit([folder / "letter.docx", folder / "notes.md"])
    await until(
        lambda: composer.attachment_bar and len(composer.attachment_bar.chips) == 2,
        "the copies",
    )
    type_text(composer.editor, "Which of these speaks of the fair?")


async def told(person: Person) -> None:
    """Notices of each kind, beside the words of an empty conversation."""
    person.window.toggle_dock()
    session = person.window.session
    assert session is not None
    notify = session.desk.router.notify
    notify(Severity.INFO, "circuits", "files.search works again.")
    notify(
        Severity.WARNING,
        "circuits",
        "model: OpenRouter keeps failing and is paused.",
        context={"hint": "It is tried again by itself. Circuits shows when, and can reset it."},
    )
    for _ in range(12):
        notify(
            Severity.ERROR,
            "database",
            "The disk that holds ~/.local/share/steward is full, so this could not be saved.",
            context={"hint": "What was saved before is kept. Free some space and try again."},
        )
    cards = person.window.cards
    await until(lambda: any("12 times" in one.text for one in cards.cards), "the last count")


async def choosing(person: Person) -> None:
    """A few models for one conversation."""
    models = (("small", 32_768, 0), ("middle-2", 128_000, 0.15), ("large-3", 1_000_000, 2.5))
    await screens.picking(person, screens.offered(*models))


PICTURES: Final[dict[str, Picture]] = {
    "window-light": Picture(screens.restored),
    "window-dark": Picture(screens.asked, theme="dark"),
    "first-steps": Picture(screens.setting_up, first_steps),
    "approval": Picture(asked, card),
    "edit-arguments": Picture(screens.editing, card),
    "versions": Picture(screens.restored, dock, QSize(1360, 720)),
    "side-by-side": Picture(compared, large_view, QSize(1360, 360)),
    "find-files": Picture(found, dock, QSize(1360, 600)),
    "who-wrote-it": Picture(screens.blame, dock, QSize(1360, 980)),
    "conflict": Picture(screens.deciding, conflict),
    "conversations": Picture(screens.conversations, rail, QSize(1360, 560)),
    "message-versions": Picture(screens.branched, chat, QSize(1360, 640)),
    "attachments": Picture(attached, composer, QSize(1360, 500)),
    "choose-a-model": Picture(choosing, picker),
    "notices": Picture(told, notices, QSize(1100, 1200)),
}


def make(path: Path, picture: Picture) -> None:
    """Write ``picture``, in few bytes."""
    screens.render(path, picture.scene, theme=picture.theme, size=picture.size, cut=picture.cut)
    with Image.open(path) as drawn:
        image = drawn.convert("RGB")
    image.save(path, optimize=True)
    if path.stat().st_size > _LARGE:
        # Mostly shades of letters go, in which nobody misses one.
        fewer = image.quantize(_COLOURS, dither=Image.Dither.NONE)
        fewer.save(path, optimize=True)


def main() -> int:
    """Make the pictures that the command line names, or all of them."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or PICTURES:
        make(folder / f"{name}.png", PICTURES[name])
    return 0


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
