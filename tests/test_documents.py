"""What the documents for people say is there: pictures, links, buttons, keys and commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import click
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.cli.commands import root
from app.setting_fields import field_named
from app.ui.dock import TABS

ROOT: Final = Path(__file__).parent.parent
GUIDE: Final = ROOT / "docs" / "user-guide.md"
DOCUMENTS: Final = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    GUIDE,
    ROOT / "docs" / "telegram.md",
    ROOT / "docs" / "google-chat.md",
)
LARGEST_PICTURE: Final = 120_000
"""Bytes. Who reads the guide should not wait for it."""

CHORD: Final = re.compile(r"((Ctrl|Alt|Shift)\+)+([A-Z0-9,=+-]|F\d+)|F\d+")
KEY_NAMES: Final = {
    "Return": "Enter",
    "Esc": "Escape",
    "Del": "Delete",
    "Plus": "+",
    "Minus": "-",
}
STANDARD_KEYS: Final = {
    "Copy": "Ctrl+C",
    "SelectAll": "Ctrl+A",
    "Undo": "Ctrl+Z",
    "Delete": "Delete",
    "Find": "Ctrl+F",
}
"""Qt's names for what each desktop has a key for, and the usual one."""


def tokens(path: Path) -> Iterator[Token]:
    """All of a document, also what stands inside lines."""
    for token in MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8")):
        yield token
        yield from token.children or ()


def anchors(path: Path) -> set[str]:
    """Where links into a document can lead, as GitHub makes them of headings."""
    found = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in found}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_picture_and_link_leads_somewhere(document: Path) -> None:
    targets = [
        str(token.attrs.get("href") or token.attrs["src"])
        for token in tokens(document)
        if token.type in ("link_open", "image")
    ]

    for target in targets:
        if re.match(r"https?:", target):
            continue
        name, _, anchor = target.partition("#")
        there = document.parent / name if name else document
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


def test_pictures_are_small_each_is_shown_and_says_what_it_shows() -> None:
    shown = {
        document.parent / str(token.attrs["src"]): token.content
        for document in DOCUMENTS
        for token in tokens(document)
        if token.type == "image"
    }

    assert all(shown.values())
    for picture in (ROOT / "docs" / "images").iterdir():
        assert picture.stat().st_size < LARGEST_PICTURE, picture.name
    from tests.ui.pictures import PICTURES

    assert {path.stem for path in shown} <= set(PICTURES)
    made = {path.stem for path in (ROOT / "docs" / "images").iterdir()}
    assert made == set(PICTURES)


# --- what the guide names -------------------------------------------------------------------------


@cache
def strings(folder: str = "app/ui") -> frozenset[str]:
    """Every piece of text in the code there."""
    return frozenset(
        node.value
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def bold(path: Path) -> Iterator[str]:
    """Words in bold: what stands on the screen. ``a → b`` leads from one to the other."""
    for token in tokens(path):
        inside: str | None = None
        for child in token.children or ():
            if child.type == "strong_open":
                inside = ""
            elif child.type == "strong_close" and inside is not None:
                yield from inside.split(" → ")
                inside = None
            elif inside is not None:
                inside += child.content


def test_what_the_guide_prints_in_bold_stands_on_the_screen() -> None:
    on_screen = {text.replace("&", "") for text in strings()}

    for name in bold(GUIDE):
        wanted = name.removesuffix("…").rstrip(" .")
        assert any(text.startswith(wanted) for text in on_screen), name


def test_what_the_guide_quotes_is_said_by_the_program() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    trouble = text[text.index("## When something goes wrong") :]
    said = strings("app")

    for quoted in re.findall(r"“([^”]+)”", trouble):
        for part in filter(None, re.split(r"\s*…\s*", quoted)):
            assert any(part in one for one in said), quoted


def documented_keys() -> set[str]:
    """The first column of the guide's table of keys."""
    text = GUIDE.read_text(encoding="utf-8")
    table = text[text.index("| keys |") :].split("\n\n")[0].splitlines()[2:]
    cells = [line.split(" | ")[0] for line in table]
    found = {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}
    if {"Alt+1", "Alt+4"} <= found:  # "Alt+1 to Alt+4"
        found |= {"Alt+2", "Alt+3"}
    return {normal(key) for key in found}


def normal(keys: str) -> str:
    """One name for each key."""
    *held, key = re.split(r"\+(?!$)", keys)
    return "+".join((*held, KEY_NAMES.get(key, key)))


def keys_in_code() -> set[str]:
    """Shortcuts, keys that widgets handle themselves, and those of the card that asks."""
    found = {normal(text) for text in strings() if CHORD.fullmatch(text)}
    found |= {f"Alt+{number}" for number, _ in enumerate(TABS, start=1)}
    for path in (ROOT / "app" / "ui").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        found |= {normal(key) for key in re.findall(r"Qt\.Key\.Key_(\w+)", source)}
        for name in re.findall(r"QKeySequence\.StandardKey\.(\w+)", source):
            found.add(STANDARD_KEYS[name])
    card = (ROOT / "app" / "ui" / "chat" / "approval_card.py").read_text(encoding="utf-8")
    return found | {f"Alt+{letter.upper()}" for letter in re.findall(r'"[^"&]*&([A-Za-z])', card)}


def test_the_guides_table_has_every_key_and_no_other() -> None:
    documented, in_code = documented_keys(), keys_in_code()
    # What a widget does with Shift or Ctrl held is told in a tool tip, or a hint, of its own.
    told = " ".join(strings())

    assert in_code - documented == set(), "not in the guide's table"
    assert {key for key in documented - in_code if key not in told} == set(), "not in the code"


def commands(path: Path) -> Iterator[list[str]]:
    """Command lines in blocks and in running text, without their comments."""
    for token in tokens(path):
        if token.type in ("fence", "code_inline"):
            for line in token.content.splitlines():
                words = line.partition("#")[0].split()
                if words and words[0].removeprefix(".venv/bin/") == "steward":
                    yield words[1:]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_and_option_exists(document: Path) -> None:
    for words in commands(document):
        command: click.Command = root
        for word in words:
            if not isinstance(command, click.Group):
                break
            if word.startswith("-"):
                continue
            names = word.split("|")
            found = command.get_command(click.Context(command), names[0])
            assert found is not None, words
            command = found
        options = {name for one in command.params for name in one.opts} | {"--help"}
        assert {word for word in words if word.startswith("--")} <= options, words
        if words[:2] == ["config", "set"] and len(words) > 2:
            assert field_named(words[2]).name == words[2]
