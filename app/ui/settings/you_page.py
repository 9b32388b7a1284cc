"""The person's own instructions, the theme, and where Steward keeps what it knows."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt

from app.ui.controls import Label
from app.ui.look import look_of
from app.ui.session import Session
from app.ui.settings.page import Page
from app.ui.theme import Theme

LOOKS: Final = ("theme", "contrast", "accent", "font_size", "reduced_motion", "language")


class YouPage(Page):
    """What is about the look holds at once, but for the language."""

    def __init__(self, title: str, theme: Theme, session: Session) -> None:
        super().__init__(title, session)
        self.add_section("You", ("instructions",))
        self.add_section("The look", LOOKS)
        self.add_section("The window", ("close_to_tray", "quick_key"))
        for name in LOOKS:
            self.rows[name].changed.connect(lambda _: theme.adopt(look_of(session.desk.settings)))
        self.home = Label(str(session.desk.settings.home), wrap=True)
        self.home.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.home.setAccessibleName("Data folder")
        below = Label(
            "Conversations, versions, settings and logs. Set STEWARD_HOME in the environment and "
            "start Steward again to use another one.",
            kind="small",
            wrap=True,
        )
        self.column.addWidget(Label("Data folder", kind="heading"))
        self.column.addWidget(self.home)
        self.column.addWidget(below)
        self.column.addStretch(1)
