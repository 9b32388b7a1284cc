"""``make package``: builds the program folder with PyInstaller, and on Debian's kin the .deb.

Run by the Python of the environment that ``bootstrap.py package`` made. Two builds of one commit
give equal bytes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import icons
import notices
from recipe import BUILD, ROOT, build_time, carries_debug_symbols

PROGRAM: Final = BUILD / "steward"
NOTICES: Final = "THIRD-PARTY-NOTICES.txt"


def say(text: str) -> None:
    print(f"steward: {text}", file=sys.stderr, flush=True)


def start_anew(folder: Path) -> None:
    """Take away what an earlier build left."""
    if folder.exists():
        shutil.rmtree(folder)  # noqa: TID251 - our own build folder
    folder.mkdir(parents=True)


def freeze() -> None:
    """Build the program folder."""
    if sys.platform != "linux":
        icons.draw_for(sys.platform, BUILD / "icons")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level=WARN"]
    command += [f"--distpath={BUILD}", f"--workpath={BUILD / 'work'}", "packaging/steward.spec"]
    # The same order of sets and the same times in each build.
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "1",
        "SOURCE_DATE_EPOCH": str(build_time()),
        "PYINSTALLER_CONFIG_DIR": str(BUILD / "cache"),
    }
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    notices.write(PROGRAM / NOTICES)
    if sys.platform == "linux":
        strip_debug_symbols()


def strip_debug_symbols() -> None:
    """Take off what only a debugger reads."""
    inside = PROGRAM / "_internal"
    for path in sorted(inside.rglob("*.so*")):
        if carries_debug_symbols(path.relative_to(inside).as_posix()):
            subprocess.run(["strip", "--strip-debug", str(path)], check=True)


def make_deb() -> Path:
    """The Debian package of the program folder."""
    import debian
    from manual_page import manual_page

    root = BUILD / "deb"
    text = (PROGRAM / NOTICES).read_text(encoding="utf-8")
    debian.lay_out(PROGRAM, root, notices=text, manual=manual_page())
    (root / debian.PROGRAM / NOTICES).unlink()  # it lies with the other documents
    return debian.make(root, BUILD)


def megabytes(path: Path) -> str:
    files = [path] if path.is_file() else [p for p in path.rglob("*") if not p.is_symlink()]
    return f"{sum(p.stat().st_size for p in files if p.is_file()) / 1e6:.0f} MB"


def main() -> int:
    """Build everything this system can build."""
    os.environ["SOURCE_DATE_EPOCH"] = str(build_time())
    begun = time.monotonic()
    start_anew(BUILD)
    say("building the program (one to two minutes)")
    freeze()
    say(f"{PROGRAM.relative_to(ROOT)}, {megabytes(PROGRAM)}")
    if sys.platform == "linux" and not shutil.which("dpkg-shlibdeps"):
        say("a .deb can be built on Debian and Ubuntu only; the folder runs as it is")
    elif sys.platform == "linux":
        say("packing the .deb (a minute)")
        package = make_deb()
        say(f"{package.relative_to(ROOT)}, {megabytes(package)}")
    say(f"done in {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
