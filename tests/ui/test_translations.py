"""Each language is complete and up to date, and the window speaks it from its first paint."""

from __future__ import annotations

import importlib
import re
import shutil
import string
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from app.setting_fields import LANGUAGES as CHOICES
from app.ui import words
from app.ui.language import FOLDER, LANGUAGES, Language
from app.ui.look import Look, first_look
from tests.ui.test_startup import Process

PACKAGING = Path(__file__).parents[2] / "packaging"
OTHERS = [code for code in LANGUAGES if code != "en"]
AT = datetime(2025, 2, 5, 14, 5, 9, tzinfo=UTC)


@pytest.fixture
def translations(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What `make translations` runs."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    monkeypatch.delitem(sys.modules, "translations", raising=False)
    return importlib.import_module("translations")


@pytest.fixture
def german(application: QApplication) -> Iterator[Language]:
    one = Language(application, "de")
    yield one
    one.close()


def messages(path: Path) -> Iterator[tuple[str, str, ET.Element]]:
    for context in ET.parse(path).iter("context"):
        for message in context.iter("message"):
            yield str(context.findtext("name")), str(message.findtext("source")), message


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, *_ in string.Formatter().parse(text) if name is not None)


# --- the files ------------------------------------------------------------------------------------


def test_every_language_on_offer_has_its_files(translations: ModuleType) -> None:
    assert sorted(translations.languages()) == sorted(OTHERS)
    assert set(CHOICES) == {"system", *LANGUAGES}


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_of_the_window_is_missing_and_none_is_left_over(
    translations: ModuleType, tmp_path: Path, code: str
) -> None:
    kept, fresh = FOLDER / f"steward_{code}.ts", tmp_path / f"steward_{code}.ts"
    shutil.copy(kept, fresh)

    translations.extract(code, fresh)

    old = {(context, source) for context, source, _ in messages(kept)}
    new = {(context, source) for context, source, _ in messages(fresh)}
    assert new - old == set(), "run `make translations`, then translate"
    assert old - new == set(), "run `make translations`"
    assert fresh.read_text() == kept.read_text(), "run `make translations`"


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(translations: ModuleType, code: str) -> None:
    assert translations.unfinished(FOLDER / f"steward_{code}.ts") == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_placeholders_and_the_edges_of_its_text(code: str) -> None:
    for context, source, message in messages(FOLDER / f"steward_{code}.ts"):
        translated = str(message.findtext("translation"))
        assert placeholders(translated) == placeholders(source), f"{context}: {source}"
        edges = [re.match(r"\s*", text) and (text[:1].isspace(), text[-1:].isspace())
                 for text in (source, translated)]  # fmt: skip
        assert edges[0] == edges[1], f"{context}: {source}"


@pytest.mark.parametrize("code", OTHERS)
def test_what_the_window_loads_is_made_of_what_was_translated(
    translations: ModuleType, tmp_path: Path, code: str
) -> None:
    fresh = tmp_path / "fresh.qm"

    translations.release(FOLDER / f"steward_{code}.ts", fresh)

    kept = FOLDER / f"steward_{code}.qm"
    assert fresh.read_bytes() == kept.read_bytes(), "run `make translations`"


def test_a_text_that_is_not_translated_is_told(translations: ModuleType, tmp_path: Path) -> None:
    empty = tmp_path / "steward_fr.ts"

    translations.extract("fr", empty)

    assert "Waiting for the model" in translations.unfinished(empty)


# --- the window -----------------------------------------------------------------------------------


def test_texts_dates_and_numbers_are_german(german: Language) -> None:
    assert words.call_state(None) == ("idle", "läuft")
    assert words.exact_time(AT.astimezone()).startswith("5. Februar 2025, ")
    assert words.day_name(AT, AT) == "Heute"
    assert words.number(1284) == "1.284"
    assert words.size(2_340_000) == "2,3 MB"


def test_the_buttons_of_qt_are_german_too(german: Language) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)

    assert box.buttons()[0].text() == "Abbrechen"
    box.deleteLater()


def test_it_speaks_english_again_afterwards(application: QApplication) -> None:
    Language(application, "de").close()

    assert words.call_state(None) == ("idle", "running")
    assert words.number(1284) == "1,284"


@pytest.mark.parametrize(
    ("system", "spoken", "locale"),
    [
        ("de_CH", "de", "de_CH"),
        ("fr_FR", "en", "en_US"),
        ("en_GB", "en", "en_GB"),
        ("C", "en", "en_US"),
    ],
)
def test_as_the_system_is_the_first_language_it_speaks(
    application: QApplication, system: str, spoken: str, locale: str
) -> None:
    one = Language(application, "system", QLocale(system))

    assert (one.code, QLocale().name()) == (spoken, locale)
    assert application.layoutDirection() is Qt.LayoutDirection.LeftToRight
    one.close()


def test_a_language_that_was_chosen_beats_the_system(application: QApplication) -> None:
    one = Language(application, "en", QLocale("de_DE"))

    assert (one.code, QLocale().name()) == ("en", "en_US")
    one.close()


# --- from the start -------------------------------------------------------------------------------


def test_the_first_paint_knows_what_the_settings_say(steward_home: Path) -> None:
    assert first_look(steward_home) == Look()

    steward_home.mkdir()
    (steward_home / "settings.json").write_text('{"language": "de", "theme": "dark", "model": "x"}')

    assert first_look(steward_home) == Look(theme="dark", language="de")
    assert first_look(steward_home, {"STEWARD_LANGUAGE": "en"}).language == "en"


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"language": null}', "\0\0", '"de"'])
def test_a_damaged_settings_file_does_not_hold_up_the_first_paint(
    steward_home: Path, content: str
) -> None:
    steward_home.mkdir()
    (steward_home / "settings.json").write_text(content)

    assert first_look(steward_home) == Look()


AT_THE_FIRST_PAINT = """
import os
from app.ui import words
import app.main, app.ui.main_window as made

class Told(made.MainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(words.call_state(None)[1], flush=True)
        os._exit(0)

made.MainWindow = Told
app.main.main(["steward"])
"""


def test_the_program_starts_in_the_language_that_was_set(steward_home: Path) -> None:
    steward_home.mkdir()
    (steward_home / "settings.json").write_text('{"language": "de"}')

    code, out, err = Process(steward_home, AT_THE_FIRST_PAINT, PYTHONIOENCODING="utf-8").wait()

    assert (code, out) == (0, "läuft\n"), err
