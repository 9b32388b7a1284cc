"""The history of one file: which one, its timeline, the version chosen, and its conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.files import FileVersion
from app.ui import words
from app.ui.controls import ChoiceButton, Label, MenuButton
from app.ui.file_names import is_drive, tip_of
from app.ui.panes.conflict_card import ConflictCard
from app.ui.panes.file_menu import FileMenu, add_places
from app.ui.panes.version_card import VersionCard
from app.ui.panes.version_rows import Timeline
from app.ui.panes.versions_model import VersionRole, is_pruned
from app.ui.translation import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QSize

    from app.ui.panes.versions_model import VersionsModel
    from app.ui.session import Session
    from app.ui.theme import Theme

_TIMELINE_PART: Final = 0.4
_BETWEEN: Final = 56
_SIDES: Final = 24
"""Margins and spaces of the page."""
_LOW: Final = 560
"""Below this height a conflict is told in one line."""


class FileHistory(QWidget):
    """Shows the versions that ``model`` has of the file at ``path()``.

    ``resized_within``: a part wants another height; ``fit`` is then called with what there is.
    """

    resized_within = Signal()

    def __init__(
        self, theme: Theme, session: Session, model: VersionsModel, path: Callable[[], str]
    ) -> None:
        super().__init__()
        self._path = path
        self.chooser = ChoiceButton(translate("Versions", "File"), "Ctrl+P", listens=False)
        self.places = MenuButton(translate("Versions", "&Open"), kind="quiet")
        add_places(
            self.places.menu_shown,
            session,
            path,
            lambda: self.card.version.version if self.card.version is not None else 0,
        )
        self.heading = Label(kind="section", wrap=True)
        self.timeline = Timeline(theme, model)
        self.menu = FileMenu(self.timeline, session, lambda _: path(), version_at=_number_at)
        self.card = VersionCard(theme, session)
        self.card.blame.told.connect(self.resized_within)
        self.conflict = ConflictCard(theme, session)
        self.conflict.opened.connect(self._make_room)
        self.conflict.changed.connect(self.resized_within)
        page = QVBoxLayout(self)
        page.setContentsMargins(12, 12, 12, 10)
        page.setSpacing(8)
        page.addWidget(self.conflict)
        which = QWidget()
        file_line = QHBoxLayout(which)
        file_line.setContentsMargins(0, 0, 0, 0)
        file_line.setSpacing(4)
        file_line.addWidget(self.chooser, 1)
        file_line.addWidget(self.places)
        self._parts: list[QWidget] = [which, self.heading, self.timeline, self.card]
        for part in self._parts:
            page.addWidget(part)
        page.addStretch(1)

    @property
    def selected(self) -> FileVersion | None:
        """The version chosen, where it is read."""
        version = self.timeline.currentIndex().data(VersionRole.VERSION)
        return version if isinstance(version, FileVersion) else None

    def tell(
        self, name: str, newest: FileVersion | None, oldest: FileVersion | None, trouble: str
    ) -> None:
        """Say which file it is, and how it stands; or what the trouble with it is."""
        gone, path = _is_gone(newest), self._path()
        self.chooser.tell(tip_of(path) if is_drive(path) else "")
        self.chooser.show_choice(
            translate("Versions", "{name} (removed)").format(name=name) if gone else name
        )
        self.heading.setText(trouble or _summary(newest, oldest))
        self.heading.become("attention" if trouble or gone else "section")

    def fit(self, room: QSize, below: int) -> None:
        """Give the timeline its part of ``room``, of which ``below`` is something else's.

        As high as its versions, up to two fifths of it all and to what the card leaves.
        """
        card = self.card.minimumSizeHint().height()
        # Asked of hints: before the first layout no part has its own height yet.
        heading = self.heading.heightForWidth(room.width() - _SIDES)
        above = self.chooser.sizeHint().height() + heading + _BETWEEN
        if not self.conflict.isHidden():
            above += self.conflict.sizeHint().height()
        left = room.height() - below - above - card
        self.timeline.fit(min(round(room.height() * _TIMELINE_PART), left))

    def be_brief(self, height: int) -> None:
        """Tell a conflict in as many words as there is room for."""
        self.conflict.be_brief(height < _LOW)

    def _make_room(self, wanted: bool) -> None:
        """The choices of a conflict need the whole pane."""
        for part in self._parts:
            part.setVisible(not wanted)


def _number_at(index: QModelIndex) -> int:
    version = index.data(VersionRole.VERSION)
    return version.version if isinstance(version, FileVersion) else 0


def _is_gone(newest: FileVersion | None) -> bool:
    return newest is not None and newest.hash_after is None


def _summary(newest: FileVersion | None, oldest: FileVersion | None) -> str:
    if newest is None:
        return translate("Versions", "Not changed by Steward yet")
    count = words.count(newest.version, "version")
    if _is_gone(newest):
        return translate(
            "Versions", "Removed. Its {count} are kept here: restoring one puts the file back."
        ).format(count=count)
    if oldest is not None and is_pruned(oldest):  # the oldest go first
        return translate("Versions", "{count}; the content of old ones is in an archive").format(
            count=count
        )
    return translate("Versions", "{count}, every one restorable").format(count=count)
