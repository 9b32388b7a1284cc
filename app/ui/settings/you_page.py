"""The person's own instructions, the theme, and where Steward keeps what it knows."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal

from app.ui.controls import Button, Label
from app.ui.look import look_of
from app.ui.session import Session
from app.ui.settings.page import Page
from app.ui.theme import Theme
from app.ui.translation import translate

LOOKS: Final = ("theme", "contrast", "accent", "font_size", "reduced_motion", "language")


class YouPage(Page):
    """What is about the look holds at once, but for the language.

    ``set_up_wanted``: the person wants the first steps once more.
    """

    set_up_wanted = Signal()

    def __init__(self, title: str, theme: Theme, session: Session) -> None:
        super().__init__(title, session)
        self.add_section(translate("Settings", "You"), ("instructions",))
        self.add_section(translate("Settings", "The look"), LOOKS)
        self.add_section(translate("Settings", "The window"), ("close_to_tray", "quick_key"))
        for name in LOOKS:
            self.rows[name].changed.connect(lambda _: theme.adopt(look_of(session.desk.settings)))
        self.set_up = Button(translate("Settings", "Set up a&gain …"))
        self.set_up.clicked.connect(self.set_up_wanted)
        self.column.addWidget(Label(translate("Settings", "First steps"), kind="heading"))
        self.column.addWidget(
            Label(
                translate(
                    "Settings",
                    "Choose a folder and a model, step by step. What is set up now holds until "
                    "you change it.",
                ),
                kind="small",
                wrap=True,
            )
        )
        self.column.addWidget(self.set_up, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addSpacing(10)
        self.home = Label(str(session.desk.settings.home), wrap=True)
        self.home.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.home.setAccessibleName(translate("Settings", "Data folder"))
        below = Label(
            translate(
                "Settings",
                "Conversations, versions, settings and logs. Set STEWARD_HOME "
                "in the environment and start Steward again to use another one.",
            ),
            kind="small",
            wrap=True,
        )
        self.column.addWidget(Label(translate("Settings", "Data folder"), kind="heading"))
        self.column.addWidget(self.home)
        self.column.addWidget(below)
        self.column.addStretch(1)
