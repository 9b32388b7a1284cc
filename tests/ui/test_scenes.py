"""Each window, pane and dialog, in each of its states: usable without mouse, legible, not cut."""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

import app.ui
from app.ui.chat.empty import EmptyConversation
from app.ui.language import Language
from app.ui.look import Look
from app.ui.main_window import MainWindow
from tests.ui.cutting import cut_labels
from tests.ui.painted import faint, faint_icons
from tests.ui.screens import SCENES, SMALL, staged
from tests.ui.settling import still
from tests.ui.shown import ELSEWHERE, SHOWN
from tests.ui.walking import (
    nameless,
    shared_keys,
    tab_round,
    unreachable,
)

AA = 4.5
AAA = 7.0
SHAPES = 3.0
LOOKS = {
    "light": (Look(theme="light"), AA, SHAPES),
    "dark": (Look(theme="dark"), AA, SHAPES),
    "high contrast": (Look(theme="light", contrast="high"), AAA, AA),
    "high contrast, dark": (Look(theme="dark", contrast="high"), AAA, AA),
}
EVERY = os.environ.get("STEWARD_EVERY_SCENE") == "1"
"""``make explore``: every scene, also those whose widgets others show."""
WALKED = list(SCENES) if EVERY else list(SHOWN)
GERMAN = WALKED if EVERY else (
    "nothing_yet", "editing", "rules", "restored", "conflict", "branched", "you", "signing_in",
    "drive", "drive_pane", "drive_offline", "drive_browser", "channels_people", "channels_off",
    "channels_refused", "channels_conflict", "channels_server", "pairing", "from_phone",
)  # fmt: skip


def shown_windows(window: MainWindow) -> Sequence[QWidget]:
    """The window, and what stands on it; the last one has the keyboard."""
    dialogs = [one for one in window.findChildren(QWidget) if one.isWindow() and one.isVisible()]
    shown = [window, *(one for one in dialogs if isinstance(one, QDialog) or one.layout())]
    quick = window.quick
    return [*shown, quick] if quick is not None and quick.isVisible() else shown


@asynccontextmanager
async def stage(application: QApplication, home: Path, name: str) -> AsyncIterator[MainWindow]:
    """The small window, after a scene."""
    async with staged(application, home, SCENES[name], Look(theme="light"), SMALL) as person:
        yield person.window


@pytest.mark.parametrize("name", WALKED)
async def test_a_scene_can_be_used_without_mouse_and_eyes(
    application: QApplication, steward_home: Path, name: str
) -> None:
    async with stage(application, steward_home, name) as window:
        visible = shown_classes(window)
        faults = [f"not shown: {x}" for x in SHOWN.get(name, ()) if x not in visible]
        for one in shown_windows(window):
            faults += [f"no name: {x}" for x in nameless(one)]
            faults += [f"one key twice: {x}" for x in shared_keys(one)]
        front = shown_windows(window)[-1]
        reached, unseen = tab_round(front)
        faults += [f"Tab does not reach: {x}" for x in unreachable(front, reached)]
        faults += [f"focus is not seen: {x}" for x in unseen]
        for title, (look, needed, shape) in LOOKS.items():
            window.theme.adopt(look)
            await still(window)
            for one in shown_windows(window):
                faults += [f"faint, {title}: {x}" for x in faint(one, needed)]
                faults += [f"faint, {title}: {x}" for x in faint_icons(one, shape)]
        faults += await cut_at_each_size(window)
        assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", GERMAN)
async def test_a_scene_is_not_cut_in_german(
    application: QApplication, steward_home: Path, name: str
) -> None:
    with closing(Language(application, "de")):
        async with stage(application, steward_home, name) as window:
            faults = await cut_at_each_size(window)
            assert not faults, "\n".join(faults)


async def cut_at_each_size(window: MainWindow) -> list[str]:
    """Cut words as the text is, and at twice its size."""
    faults = []
    for size in ("100", "200"):
        window.theme.adopt(window.theme.look._replace(font_size=size))
        await still(window)
        for one in shown_windows(window):
            faults += [f"cut at {size} %: {x}" for x in cut_labels(one)]
    return faults


def shown_classes(window: MainWindow) -> set[str]:
    """The program's own widgets that can be seen, with what they inherit from."""
    seen = [
        type(one)
        for shown in shown_windows(window)
        for one in (shown, *shown.findChildren(QWidget))
        if one.isVisible()
    ]
    return {_name(kind) for one in seen for kind in one.mro() if _is_ours(kind)}


def _is_ours(kind: type) -> bool:
    return kind.__module__.startswith("app.ui.")


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("app.ui.")


def test_every_part_of_the_window_is_in_a_scene() -> None:
    for module in pkgutil.walk_packages(app.ui.__path__, "app.ui."):
        importlib.import_module(module.name)
    named = [name for names in SHOWN.values() for name in names] + list(ELSEWHERE)

    ours = {_name(kind) for kind in _widgets(QWidget) if _is_ours(kind)}
    assert set(named) == ours
    assert set(SHOWN) <= set(WALKED)


def _widgets(kind: type[QWidget]) -> Iterator[type[QWidget]]:
    for one in kind.__subclasses__():
        yield one
        yield from _widgets(one)


@pytest.mark.parametrize("language", ["en", "de"])
async def test_the_first_page_has_room_beside_a_pane_in_larger_text(
    application: QApplication, steward_home: Path, language: str
) -> None:
    look = Look(theme="light", font_size="150")
    with closing(Language(application, language)):
        async with staged(application, steward_home, SCENES["nothing_yet"], look, SMALL) as person:
            window = person.window
            window.show_pane("Files")
            await still(window)
            page = window.findChild(EmptyConversation)
            assert page is not None
            assert not cut_labels(window)
            assert page.widget().width() <= page.viewport().width()  # type: ignore[union-attr]
            buttons = page.findChildren(QPushButton)
            assert buttons[0].text().endswith("…")
            assert buttons[0].toolTip() == "replace 'draft' with 'final' in report.md"

            window.resize(900, 430)  # less than the page is high
            await still(window)
            assert not cut_labels(window)
            assert buttons[-1].visibleRegion().isEmpty()
            buttons[-2].setFocus()
            QTest.keyClick(buttons[-2], Qt.Key.Key_Tab)
            await still(window)
            assert buttons[-1].hasFocus()
            assert buttons[-1].visibleRegion().boundingRect() == buttons[-1].rect()

            window.resize(1200, 800)
            await still(window)
            assert buttons[0].text() == "replace 'draft' with 'final' in report.md"
            assert not buttons[0].toolTip()
