"""The language of the window: its texts, Qt's own, dates, numbers, and where a line begins."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

LANGUAGES: Final = ("en", "de")
"""Languages the window speaks. English stands in the code; the others are in ``FOLDER``."""
FOLDER: Final = Path(__file__).resolve().parents[2] / "resources" / "translations"


class Language:
    """Holds from its making to ``close``, for all texts that are asked for meanwhile.

    ``choice`` is one of ``LANGUAGES``; anything else follows ``system``, the first language there
    that the window speaks, else English.
    """

    def __init__(
        self, application: QApplication, choice: str = "system", system: QLocale | None = None
    ) -> None:
        self._application = application
        self._before = QLocale(), application.layoutDirection()
        self._translators: list[QTranslator] = []
        system = system or QLocale.system()
        self.code = choice if choice in LANGUAGES else _first_spoken(system)
        self.locale = _locale(self.code, system)
        if self.code != "en":
            self._install(f"qtbase_{self.code}", _folder_of_qt())
            self._install(f"steward_{self.code}", str(FOLDER))
        QLocale.setDefault(self.locale)
        application.setLayoutDirection(self.locale.textDirection())

    def _install(self, name: str, folder: str) -> None:
        translator = QTranslator(self._application)
        if translator.load(name, folder):  # without it the texts are English
            self._application.installTranslator(translator)
            self._translators.append(translator)

    def close(self) -> None:
        """Speak as before."""
        while self._translators:
            translator = self._translators.pop()
            self._application.removeTranslator(translator)
            translator.deleteLater()
        locale, direction = self._before
        QLocale.setDefault(locale)
        self._application.setLayoutDirection(direction)


def _folder_of_qt() -> str:
    from PySide6.QtCore import QLibraryInfo

    return QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)


def _first_spoken(system: QLocale) -> str:
    named = (name.partition("-")[0] for name in system.uiLanguages())
    return next((code for code in named if code in LANGUAGES), "en")


def _locale(code: str, system: QLocale) -> QLocale:
    """The language with the person's own region, where they are in one of its regions."""
    spoken = QLocale(code)
    if system.language() == spoken.language():
        # By its name: the system's own may write months in one language and speak another.
        return QLocale(system.name())
    return spoken
