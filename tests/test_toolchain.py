"""The ground we build on: Qt's bindings, the lock files, and what a start imports."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
PACKAGE_LOCK = ROOT / "requirements-package.lock"
LOCKS = [RUN_LOCK, DEV_LOCK, PACKAGE_LOCK]

NONE_CALLS = """
import sys
from PySide6.QtCore import QObject

CALLS = 50_000
thing = QObject()
name = "steward"
before = sys.getrefcount(None)
for _ in range(CALLS):
    thing.setObjectName(name)
    thing.parent()
after = sys.getrefcount(None)
print(after - before)
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=50
    )


def test_qt_calls_that_return_none_keep_its_reference_count() -> None:
    """PySide6 6.12.0 on Python 3.11 loses one reference a call and aborts after some 5,000."""
    result = python("-c", NONE_CALLS)

    assert result.returncode == 0, f"the process died: {result.stderr[-2000:]}"
    assert abs(int(result.stdout)) < 1_000


def pins(lock: Path) -> set[str]:
    lines = lock.read_text(encoding="utf-8").splitlines()
    return {line.removesuffix(" \\") for line in lines if re.match(r"[A-Za-z0-9]", line)}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_an_exact_version_and_a_hash(lock: Path) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8"))
    packages = [block for block in blocks if re.match(r"[A-Za-z0-9]", block)]

    assert len(packages) > 20
    for block in packages:
        assert re.match(r"[A-Za-z0-9._-]+==[^ ]+", block), block.splitlines()[0]
        assert "--hash=sha256:" in block, f"no hash: {block.splitlines()[0]}"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_address_and_no_folder(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")

    for pattern in (r"://", r"--(extra-)?index-url", r"--find-links", r"\s@\s", r"(^|\s)/\w"):
        assert not re.search(pattern, text, re.MULTILINE), pattern


def test_run_lock_is_part_of_the_dev_lock() -> None:
    """So `make test` leaves an environment that `make run` need not touch."""
    assert pins(RUN_LOCK) <= pins(DEV_LOCK)


def test_a_package_holds_the_versions_that_were_tested() -> None:
    assert pins(RUN_LOCK) <= pins(PACKAGE_LOCK)


def test_locks_cover_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = {re.split(r"==", pin)[0].lower().replace("_", "-") for pin in pins(RUN_LOCK)}

    for requirement in project["project"]["dependencies"]:
        name = re.split(r"[<>=;\s]", requirement)[0].lower().replace("_", "-")
        assert name in names, f"{name} is not in requirements.lock: make lock"


def test_the_terminal_imports_no_qt() -> None:
    """`steward ask` runs on servers without Qt's libraries, and starts in half the time."""
    code = (
        "import json, sys\n"
        "import app.cli\n"
        "heavy = ('PySide6', 'shiboken6', 'qasync')\n"
        "print(json.dumps(sorted({n.split('.')[0] for n in sys.modules} & set(heavy))))\n"
    )
    result = python("-c", code)

    assert result.returncode == 0, f"import app.cli failed: {result.stderr[-2000:]}"
    assert json.loads(result.stdout) == [], "app.cli imports the window's packages"


def test_bootstrap_parses_on_an_old_python() -> None:
    import ast

    source = (ROOT / "packaging" / "bootstrap.py").read_text(encoding="utf-8")

    ast.parse(source, feature_version=(3, 6))
