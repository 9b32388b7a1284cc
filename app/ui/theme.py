"""The look of the window: which tokens hold now, the palette, the fonts, the style sheet."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.ui.icons import FOLDER
from app.ui.stylesheet import stylesheet
from app.ui.tokens import DARK, LIGHT, Tokens

THEMES: Final = ("system", "light", "dark")
# Where no desktop sets a size Qt falls back to 9 pt, which is hard to read.
_SMALLEST_POINT_SIZE: Final = 10.0


class Theme(QObject):
    """Owns the look; everything that paints by itself listens to ``changed``.

    ``choice`` is one of ``THEMES``; ``system`` follows the desktop's light or dark scheme as it
    changes (``system_is_dark`` says it, where not Qt should). ``STEWARD_THEME`` in the
    environment beats what is chosen.
    """

    changed = Signal()

    def __init__(
        self,
        application: QApplication,
        choice: str = "system",
        *,
        system_is_dark: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(application)
        self._application = application
        self._system_is_dark = system_is_dark or _system_is_dark
        self._choice = choice
        self.tokens: Tokens = LIGHT
        self.font = QFont(application.font())
        if 0 < self.font.pointSizeF() < _SMALLEST_POINT_SIZE:
            self.font.setPointSizeF(_SMALLEST_POINT_SIZE)
        self.small_font = QFont(self.font)
        self.small_font.setPointSizeF(self.font.pointSizeF() * 0.9)
        self.code_font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self.code_font.setStyleHint(QFont.StyleHint.Monospace)
        self.code_font.setPointSizeF(self.font.pointSizeF() * 0.92)
        application.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    @property
    def is_dark(self) -> bool:
        """Whether the dark tokens hold."""
        return self.tokens is DARK

    @property
    def choice(self) -> str:
        """What was chosen: one of ``THEMES``."""
        return self._choice

    def choose(self, choice: str) -> None:
        """Use ``choice`` from now on; an unknown one counts as ``system``."""
        choice = choice if choice in THEMES else "system"
        if choice != self._choice:
            self._choice = choice
            self._follow()

    def colour(self, token: str) -> QColor:
        """The token called ``token`` as Qt's colour."""
        return QColor(getattr(self.tokens, token))

    def bold(self, font: QFont | None = None) -> QFont:
        """``font`` (the window's own when ``None``) at weight 600."""
        heavy = QFont(font or self.font)
        heavy.setWeight(QFont.Weight.DemiBold)
        return heavy

    def _follow(self) -> None:
        if self._wanted() is not self.tokens:
            self._apply()
            self.changed.emit()

    def _wanted(self) -> Tokens:
        choice = os.environ.get("STEWARD_THEME", "").strip().lower()
        if choice not in THEMES:
            choice = self._choice
        if choice == "system":
            return DARK if self._system_is_dark() else LIGHT
        return DARK if choice == "dark" else LIGHT

    def _apply(self) -> None:
        self.tokens = self._wanted()
        self._application.setFont(self.font)
        self._application.setPalette(_palette(self.tokens))
        name = "dark" if self.is_dark else "light"
        arrow, tick = (FOLDER / f"{picture}-{name}.svg" for picture in ("arrow", "tick"))
        size = self.small_font.pointSizeF()
        sheet = stylesheet(self.tokens, size, arrow.as_posix(), tick.as_posix())
        self._application.setStyleSheet(sheet)


def _system_is_dark() -> bool:
    return bool(QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark)


def _palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette(QColor(tokens.panel), QColor(tokens.background))
    for which, colour in {
        role.Window: tokens.background,
        role.WindowText: tokens.text,
        role.Base: tokens.panel,
        role.AlternateBase: tokens.background,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.on_accent,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.text,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Accent: tokens.accent,
        role.Light: tokens.line,
        role.Midlight: tokens.line,
        role.Mid: tokens.strong_line,
        role.Dark: tokens.control,
        role.Shadow: tokens.control,
    }.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.muted))
    return palette
