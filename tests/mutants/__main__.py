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

from tests.mutants.calls import CALL_MUTANTS
from tests.mutants.catalogue import MUTANTS, Mutant
from tests.mutants.channels import CHANNEL_MUTANTS
from tests.mutants.drive import DRIVE_MUTANTS
from tests.mutants.drive_files import DRIVE_FILE_MUTANTS
from tests.mutants.resilience import RESILIENCE_MUTANTS
from tests.mutants.secrets import SECRET_MUTANTS

ROOT = Path(__file__).parents[2]
COPIED = ("app", "skills", "resources", "tests", "packaging", "pyproject.toml", "README.md")
FAILED = 1  # pytest's exit code for "tests ran, and some failed"
LONGEST = 300.0  # seconds; a test that hangs has noticed too


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose name has one of these")
    words = parser.parse_args(arguments).words
    known = (
        *MUTANTS,
        *SECRET_MUTANTS,
        *CALL_MUTANTS,
        *RESILIENCE_MUTANTS,
        *DRIVE_MUTANTS,
        *DRIVE_FILE_MUTANTS,
        *CHANNEL_MUTANTS,
    )
    chosen = [m for m in known if not words or any(word in m.name for word in words)]
    stale = [
        m.name
        for m in chosen
        for old, _ in m.changes
        if (ROOT / m.path).read_text("utf-8").count(old) != 1
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
        if run(project, tests) != 0:
            print("The tests fail without any mutant.")
            return 1
        survivors = [m for m in chosen if not is_caught(project, m)]
    print(f"\n{len(chosen)} mutants, {len(survivors)} survived")
    return 1 if survivors else 0


def is_caught(project: Path, mutant: Mutant) -> bool:
    path = project / mutant.path
    sound = path.read_text("utf-8")
    broken = sound
    for old, new in mutant.changes:
        broken = broken.replace(old, new)
    path.write_text(broken, "utf-8")
    began = time.monotonic()
    try:
        code = run(project, mutant.tests)
    finally:
        path.write_text(sound, "utf-8")
    caught = code == FAILED
    verdict = "caught" if caught else "SURVIVED" if code == 0 else f"NOT RUN (pytest: {code})"
    first = mutant.tests[0].rpartition("::")[2]
    print(
        f"| {mutant.name} | `{first}` | {verdict} | {time.monotonic() - began:.0f} s |", flush=True
    )
    return caught


def run(project: Path, tests: Sequence[str]) -> int:
    """Exit code of pytest. No compiled module of the sound program may be taken for the mutant."""
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
        return process.wait(LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return FAILED


sys.exit(main(sys.argv[1:]))
