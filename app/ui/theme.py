"""The look of the window: which tokens hold now, the palette, the fonts, the style sheet."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from app.ui.accent import with_accent
from app.ui.icons import FOLDER
from app.ui.look import Look
from app.ui.stylesheet import stylesheet
from app.ui.system_look import SystemLook
from app.ui.tokens import CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, THICK, Tokens, is_dark

# Where no desktop sets a size Qt falls back to 9 pt, which is hard to read.
_SMALLEST_POINT_SIZE: Final = 10.0
_AS_THE_SYSTEM: Final = -1


class Theme(QObject):
    """Owns the look; everything that paints by itself listens to ``changed``.

    ``look`` is what the person set. Where it leaves something to the system, ``system`` is
    followed as it changes. ``tokens`` are the colours that hold now; ``scale`` is how much larger
    than the system's the text is, ``reduced_motion`` whether everything keeps still.
    """

    changed = Signal()

    def __init__(
        self,
        application: QApplication,
        look: Look = Look(),  # noqa: B008 - it cannot change
        *,
        system: SystemLook | None = None,
    ) -> None:
        super().__init__(application)
        self._application = application
        self._look = look
        self.system = system or SystemLook(application, self)
        self._effects = application.isEffectEnabled(Qt.UIEffect.UI_General)
        self.tokens: Tokens = LIGHT
        self.high_contrast = False
        self.reduced_motion = False
        self.scale = 1.0
        self._settle()
        self._apply()
        self.system.changed.connect(self._follow)

    @property
    def is_dark(self) -> bool:
        """Whether it is light text on a dark ground."""
        return is_dark(self.tokens.background)

    @property
    def look(self) -> Look:
        """What was chosen."""
        return self._look

    @property
    def ring(self) -> int:
        """How thick the line around what has the focus is, in pixels."""
        return THICK[self.high_contrast]

    def adopt(self, look: Look) -> None:
        """Look like this from now on; what is unknown in it counts as left to the system."""
        if look != self._look:
            self._look = look
            self._follow()

    def colour(self, token: str) -> QColor:
        """The token called ``token`` as Qt's colour."""
        return QColor(getattr(self.tokens, token))

    def bold(self, font: QFont | None = None) -> QFont:
        """``font`` (the window's own when ``None``) at weight 600."""
        heavy = QFont(font or self.font)
        heavy.setWeight(QFont.Weight.DemiBold)
        return heavy

    def px(self, pixels: float) -> int:
        """A length beside text that is ``pixels`` long at the usual size; it does not shrink."""
        return round(pixels * max(self.scale, 1.0))

    def system_changed(self) -> None:
        """The system's theme is another: colours of it that are followed are read again."""
        if self._look.accent == "system":
            self.system.read_accent()
            self._follow()

    # -- what holds now ----------------------------------------------------------------------------

    def _follow(self) -> None:
        if self._settle():
            self._apply()
            self.changed.emit()

    def _settle(self) -> bool:
        """Find out what holds; whether it is another than before."""
        look, system = self._look, self.system
        dark = look.theme == "dark" or (look.theme != "light" and system.is_dark)
        high = look.contrast == "high" or (look.contrast != "normal" and system.wants_contrast)
        tokens = (CONTRAST_DARK if dark else CONTRAST_LIGHT) if high else (DARK if dark else LIGHT)
        if look.accent == "system":
            tokens = with_accent(tokens, system.accent, high_contrast=high)
        still = look.reduced_motion == "on" or (
            look.reduced_motion != "off" and system.reduces_motion
        )
        before = self.tokens, self.high_contrast, self.reduced_motion, self.scale
        now = tokens, high, still, look.scale
        self.tokens, self.high_contrast, self.reduced_motion, self.scale = now
        return now != before

    def _apply(self) -> None:
        self._make_fonts()
        self._application.setFont(self.font)
        self._application.setPalette(_palette(self.tokens))
        arrow = FOLDER / f"arrow-{'dark' if self.is_dark else 'light'}.svg"
        tick = FOLDER / f"tick-{'dark' if is_dark(self.tokens.on_accent) else 'light'}.svg"
        sheet = stylesheet(
            self.tokens,
            self.small_font.pointSizeF(),
            arrow=arrow.as_posix(),
            tick=tick.as_posix(),
            scale=self.scale,
            high_contrast=self.high_contrast,
            still=self.reduced_motion,
            rtl=self._application.layoutDirection() == Qt.LayoutDirection.RightToLeft,
        )
        self._application.setStyleSheet(sheet)
        self._keep_still()

    def _make_fonts(self) -> None:
        system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        # A font may say its size in pixels only.
        size = system.pointSizeF() if system.pointSizeF() > 0 else QFontInfo(system).pointSizeF()
        size = max(size, _SMALLEST_POINT_SIZE) * self.scale
        self.font = system
        self.font.setPointSizeF(size)
        self.small_font = QFont(self.font)
        self.small_font.setPointSizeF(size * 0.9)
        self.code_font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self.code_font.setStyleHint(QFont.StyleHint.Monospace)
        self.code_font.setPointSizeF(size * 0.92)

    def _keep_still(self) -> None:
        """What Qt moves by itself besides what the style sheet knows: the cursor, and menus."""
        hints, general = self._application.styleHints(), Qt.UIEffect.UI_General
        hints.setCursorFlashTime(0 if self.reduced_motion else _AS_THE_SYSTEM)
        self._application.setEffectEnabled(general, self._effects and not self.reduced_motion)


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
