"""What the desktop says about how windows should look, and when it says otherwise.

Qt knows light and dark, contrast, and the accent. What it does not know here it may learn from the
desktop's portal (``org.freedesktop.portal.Settings``), which is asked once the window is painted.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import SLOT, QObject, Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusPendingCallWatcher

logger = logging.getLogger(__name__)

_PORTAL: Final = (
    "org.freedesktop.portal.Desktop",
    "/org/freedesktop/portal/desktop",
    "org.freedesktop.portal.Settings",
)
_LOOKS: Final = "org.freedesktop.appearance"
_GNOME: Final = "org.gnome.desktop.interface"
_ASKED: Final = (
    (_LOOKS, "contrast"),
    (_LOOKS, "reduced-motion"),
    (_GNOME, "enable-animations"),
)
_PATIENCE_MS: Final = 3_000
_FUSIONS_OWN: Final = "#308cc6"
"""Qt's accent where the system names none."""


class SystemLook(QObject):
    """``changed``: something here may be another now."""

    changed = Signal()

    def __init__(self, application: QApplication, parent: QObject | None = None) -> None:
        super().__init__(parent or application)
        self._application = application
        self._hints = application.styleHints()
        self._told: dict[tuple[str, str], object] = {}
        self._asked: list[QDBusPendingCallWatcher] = []
        self._accent: str | None = None
        self._hints.colorSchemeChanged.connect(self.changed)
        self._hints.accessibility().contrastPreferenceChanged.connect(self.changed)

    @property
    def is_dark(self) -> bool:
        """Whether windows should be dark."""
        return bool(self._hints.colorScheme() == Qt.ColorScheme.Dark)

    @property
    def wants_contrast(self) -> bool:
        """Whether windows should have high contrast."""
        preferred = self._hints.accessibility().contrastPreference()
        if preferred == Qt.ContrastPreference.HighContrast:
            return True
        return self._told.get((_LOOKS, "contrast")) == 1

    @property
    def reduces_motion(self) -> bool:
        """Whether windows should keep still."""
        if self._told.get((_LOOKS, "reduced-motion")) == 1:
            return True
        return self._told.get((_GNOME, "enable-animations")) is False

    @property
    def accent(self) -> str:
        """The system's accent, ``#rrggbb``."""
        if self._accent is None:
            self.read_accent()
        return self._accent or _FUSIONS_OWN

    def read_accent(self) -> None:
        """Look at the system's accent again: its theme is another.

        Qt shows an application its own palette, so that has to stand back for a moment.
        """
        ours = QPalette(self._application.palette())
        self._application.setPalette(QPalette())
        palette, role = self._application.palette(), QPalette.ColorRole
        accent = palette.color(role.Accent)
        if accent.name() == _FUSIONS_OWN or accent.saturation() == 0:
            # Seen on KDE and GNOME: only what marks a selection is set.
            accent = palette.color(role.Highlight)
        self._accent = str(accent.name())
        self._application.setPalette(ours)

    # -- the portal --------------------------------------------------------------------------------

    def listen(self) -> None:
        """Ask the portal, where there is one, and hear what changes; waits for nothing."""
        if not sys.platform.startswith("linux") or not _has_session_bus():
            return
        try:
            from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
        except ImportError:
            return
        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        # A text, whatever PySide's types say.
        told = cast("bytes", SLOT("_tell(QString,QString,QDBusVariant)"))
        bus.connect(*_PORTAL, "SettingChanged", self, told)
        for asked in _ASKED:
            question = QDBusMessage.createMethodCall(*_PORTAL, "Read")
            question.setArguments(list(asked))
            waiting = QDBusPendingCallWatcher(bus.asyncCall(question, _PATIENCE_MS), self)
            waiting.finished.connect(lambda watcher, asked=asked: self._answered(asked, watcher))
            self._asked.append(waiting)

    def _answered(self, asked: tuple[str, str], watcher: QDBusPendingCallWatcher) -> None:
        reply = watcher.reply()
        if reply.errorName() or not reply.arguments():  # it knows no such thing
            return
        self._note(asked, reply.arguments()[0])

    @Slot(str, str, "QDBusVariant")
    def _tell(self, group: str, name: str, value: object) -> None:
        self._note((group, name), value)

    def _note(self, asked: tuple[str, str], value: object) -> None:
        while (inner := getattr(value, "variant", None)) is not None:
            value = inner()
        if asked in _ASKED and self._told.get(asked) != value:
            self._told[asked] = value
            logger.info("the desktop's look", extra={"setting": asked[1], "value": str(value)})
            self.changed.emit()


def _has_session_bus() -> bool:
    """Whether asking for one would not start one."""
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and os.path.exists(f"{runtime}/bus")  # noqa: PTH110 - pathlib is not needed
