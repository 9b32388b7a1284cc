"""``python -m tests.mutants [WORDS …]``: a table of what was broken and whether a test failed.

Each mutant is made in a copy of the project. Exit code 1 where one survived, or where the code it
would change has moved: then the catalogue has to be brought up to date.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.catalogue import Mutant
from tests.mutants.every import EVERY

ROOT = Path(__file__).parents[2]
COPIED = ("app", "skills", "resources", "tests", "packaging", "pyproject.toml", "README.md")
FAILED = 1  # pytest's exit code for "tests ran, and some failed"
HANGS = -1
LONGEST = 300.0  # seconds; a test that hangs has noticed too


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose name has one of these")
    words = parser.parse_args(arguments).words
    chosen = [m for m in EVERY if not words or any(word in m.name for word in words)]
    stale = [
        m.name
        for m in chosen
        for path, old, _ in m.changes
        if (ROOT / path).read_text("utf-8").count(old) != 1
    ]
    for name in stale:
        print(f"STALE: {name}: its line is not there, or not once")
    if stale:
        return 1
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        project = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, project / name, ignore=ignored)
            elif source.exists():
                shutil.copy2(source, project / name)
        tests = sorted({test for mutant in chosen for test in mutant.tests})
        if run(project, tests, LONGEST * len(tests)) != 0:
            print("The tests fail without any mutant.")
            return 1
        survivors = [m for m in chosen if not is_caught(project, m)]
    print(f"\n{len(chosen)} mutants, {len(survivors)} survived")
    return 1 if survivors else 0


def is_caught(project: Path, mutant: Mutant) -> bool:
    sound = {path: (project / path).read_text("utf-8") for path, _, _ in mutant.changes}
    broken = dict(sound)
    for path, old, new in mutant.changes:
        broken[path] = broken[path].replace(old, new)
    for path, text in broken.items():
        (project / path).write_text(text, "utf-8")
    began = time.monotonic()
    try:
        code = run(project, mutant.tests)
    finally:
        for path, text in sound.items():
            (project / path).write_text(text, "utf-8")
    caught = code in (FAILED, HANGS)
    verdict = {FAILED: "caught", HANGS: "caught: it hangs", 0: "SURVIVED"}.get(
        code, f"NOT RUN (pytest: {code})"
    )
    first = mutant.tests[0].rpartition("::")[2]
    print(
        f"| {mutant.name} | `{first}` | {verdict} | {time.monotonic() - began:.0f} s |", flush=True
    )
    return caught


def run(project: Path, tests: Sequence[str], longest: float = LONGEST) -> int:
    """Exit code of pytest, or ``HANGS``.

    No compiled module of the sound program may be taken for the mutant.
    """
    command = [
        sys.executable, "-B", "-m", "pytest", "-x", "-q", "--no-header", "--tb=no",
        "-p", "no:cacheprovider", *tests,
    ]  # fmt: skip
    process = subprocess.Popen(
        command,
        cwd=project,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_PROFILE": "first"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return process.wait(longest)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return HANGS


sys.exit(main(sys.argv[1:]))
