"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for folder in ("app", "skills") for path in (ROOT / folder).rglob("*.py"))


def calls(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def uses_qt(path: Path) -> bool:
    source = path.read_text(encoding="utf-8")
    return "PySide6" in source or "qasync" in source


def test_no_dialog_is_run_with_exec() -> None:
    """A dialog's own loop inside ours freezes other tasks (qasync issue 59): use `open()`."""
    found = [
        where(path, call)
        for path in SOURCES
        if uses_qt(path)
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"exec", "exec_"}
    ]

    assert not found, f"use open() and the finished signal instead: {', '.join(found)}"


def test_no_static_dialog_blocks() -> None:
    """`QMessageBox.question(...)` and its like call `exec` themselves."""
    blocking = {
        "QMessageBox": {"about", "critical", "information", "question", "warning"},
        "QInputDialog": {"getDouble", "getInt", "getItem", "getMultiLineText", "getText"},
        "QFileDialog": {
            "getExistingDirectory", "getOpenFileName", "getOpenFileNames", "getSaveFileName",
        },
        "QColorDialog": {"getColor"},
        "QFontDialog": {"getFont"},
    }  # fmt: skip
    found = [
        where(path, call)
        for path in SOURCES
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.attr in blocking.get(call.func.value.id, set())
    ]

    assert not found, f"make the dialog, open() it and wait for finished: {', '.join(found)}"


@pytest.mark.parametrize("folder", ["app", "skills", "tests"])
def test_every_folder_of_modules_is_a_package(folder: str) -> None:
    """A missing `__init__.py` hides a folder from import-linter and mypy without a word."""
    holding = {path.parent for path in (ROOT / folder).rglob("*.py")}
    # A skill module is loaded by its path, so a folder of templates or samples may be bare.
    bare = sorted(
        str(place.relative_to(ROOT)) for place in holding if not (place / "__init__.py").exists()
    )

    assert not bare, f"no __init__.py in {', '.join(bare)}"


def test_texts_to_be_translated_are_literals_asked_for_when_they_are_shown() -> None:
    """`lupdate` reads literals only, and at import the language is not known yet."""
    wrong = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        early = {id(node) for node in run_at_import(tree)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "translate":
                continue
            literal = all(
                isinstance(one, ast.Constant) and isinstance(one.value, str) for one in node.args
            )
            if not literal or node.keywords or len(node.args) not in (2, 3):
                wrong.append(f"{where(path, node)} not of literals")
            if id(node) in early:
                wrong.append(f"{where(path, node)} at import")

    assert not wrong, ", ".join(wrong)


def run_at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """What is evaluated when a module is imported: all but the bodies of its functions."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (inner for one in node.decorator_list for inner in ast.walk(one))
            yield from ast.walk(node.args)
        elif isinstance(node, ast.Lambda):
            yield from ast.walk(node.args)
        else:
            yield from run_at_import(node)


def test_a_default_argument_is_evaluated_at_import_and_a_body_is_not() -> None:
    tree = ast.parse("class A:\n    def f(self, x=early()):\n        late()\n\nB = lambda: late()")
    found = [node.func for node in run_at_import(tree) if isinstance(node, ast.Call)]

    assert [ast.unparse(one) for one in found] == ["early"]


ANIMATIONS = {
    "QAnimationGroup", "QGraphicsOpacityEffect", "QMovie", "QParallelAnimationGroup",
    "QPropertyAnimation", "QSequentialAnimationGroup", "QTimeLine", "QVariantAnimation",
}  # fmt: skip


def test_what_moves_asks_first_whether_anything_should() -> None:
    """`Theme.reduced_motion` says so; no animation without it."""
    wrong = []
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        names = {one.id for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Name)}
        if names & ANIMATIONS and "reduced_motion" not in source:
            wrong.append(str(path.relative_to(ROOT)))

    assert not wrong, f"ask reduced_motion in {', '.join(wrong)}"


def test_what_the_window_says_goes_through_translate() -> None:
    """A literal that is handed to a label, a button or a title would stay English."""
    says = {
        "Label", "ElidedLabel", "Button", "MenuButton", "QLabel", "QPushButton", "QAction",
        "setText", "setToolTip", "setAccessibleName", "setAccessibleDescription",
        "setWindowTitle", "setPlaceholderText", "setInformativeText", "addAction", "addMenu",
        "add_section",
    }  # fmt: skip
    names = {"Steward", "Telegram", "Google Chat"}  # and shortcuts, which Qt names itself
    found = [
        f"{where(path, call)}: {value.value!r}"
        for path in SOURCES
        if "ui" in path.parts
        for call in calls(path)
        if (isinstance(call.func, ast.Name) and call.func.id in says)
        or (isinstance(call.func, ast.Attribute) and call.func.attr in says)
        for value in (*call.args, *(word.value for word in call.keywords if word.arg == "tip"))
        if isinstance(value, ast.Constant)
        and isinstance(value.value, str)
        and any(part[1:].isalpha() for part in value.value.split() if len(part) > 2)
        and value.value not in names
        and not value.value.startswith(("Ctrl+", "Alt+"))
    ]

    assert not found, "not translated:\n" + "\n".join(found)


DELETES = {"delete", "emptyTrash", "empty_trash", "deleteRevision"}


def test_nothing_of_google_is_deleted_for_good() -> None:
    """Drive's own trash is emptied by the person, and revisions go when Drive lets go of them.

    Messages that Steward itself wrote are no files: of those, ``chat.py`` may take one back.
    """
    sources = [path for path in SOURCES if "google" in path.parts]
    found = [
        where(path, node)
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in DELETES)
        or (isinstance(node, ast.Constant) and node.value in {*DELETES, "DELETE"})
        if not (path.name == "chat.py" and ast.unparse(node) == "self._messages.delete")
    ]

    assert sources
    assert not found, f"trash it instead: {', '.join(found)}"
