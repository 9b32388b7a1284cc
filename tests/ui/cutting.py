"""Finds words that are cut where nothing else says them whole."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QLabel, QTabBar, QWidget

from app.ui.chat.transcript import Transcript
from app.ui.controls import ElidedLabel


def cut_labels(root: QWidget) -> list[str]:
    """Words that stand in less room than they need, or outside of what can be seen or scrolled.

    A tool tip with the whole of them makes up for it.
    """
    cut = []
    for one in root.findChildren(QWidget):
        if not one.isVisible() or one.window() is not root.window():
            continue
        if one.visibleRegion().isEmpty() and _in_transcript(one):
            continue  # a row that is not in view has the height it had
        if isinstance(one, QTabBar):
            cut += _cut_tabs(one)
        if not isinstance(one, QLabel | QAbstractButton) or not one.text():
            continue
        if isinstance(one, ElidedLabel):  # it says the whole in its tip
            continue
        needs = one.minimumSizeHint()
        if isinstance(one, QLabel) and one.wordWrap():
            needs.setHeight(one.heightForWidth(one.width()))
            needs.setWidth(0)
        if (one.width() < needs.width() or one.height() < needs.height() - 1) and not _said(one):
            cut.append(f"{one.text()} has {one.size().toTuple()}, needs {needs.toTuple()}")
        above = one.parentWidget()
        if above is not None and not above.rect().contains(one.geometry()):
            cut.append(f"{one.text()} stands outside of its place")
    return cut


def _in_transcript(one: QWidget) -> bool:
    above = one.parentWidget()
    while above is not None and not isinstance(above, Transcript):
        above = above.parentWidget()
    return above is not None


def _said(one: QLabel | QAbstractButton) -> bool:
    return one.text().replace("&", "") in one.toolTip()


def _cut_tabs(bar: QTabBar) -> list[str]:
    return [
        f"the tab {bar.tabText(i)} has {bar.tabRect(i).width()}, "
        f"needs {bar.fontMetrics().horizontalAdvance(bar.tabText(i))}"
        for i in range(bar.count())
        if bar.isTabVisible(i)
        and bar.tabText(i) not in bar.tabToolTip(i)
        and bar.tabRect(i).width() < bar.fontMetrics().horizontalAdvance(bar.tabText(i))
    ]
