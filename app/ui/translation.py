"""The window's words in the person's language.

Every text a person reads in the window is written in English where it is used, inside
``translate``. ``lupdate`` finds these calls, so context and text are literals, never an f-string::

    translate("Versions", "Restored version {number}").format(number=3)

Ask when the text is shown, not when a module is imported: the language is known only once the
window starts, so a table of words is a function, not a constant.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def translate(context: str, text: str, comment: str = "") -> str:
    """``text`` in the chosen language, or as it is.

    ``context`` names the part of the window ("Versions", "Composer"); ``comment`` tells a
    translator which of two meanings a short word has.
    """
    return QCoreApplication.translate(context, text, comment or None)
