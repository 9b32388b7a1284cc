"""``make package-check``: installs the .deb into an empty Debian and does the main job there.

The system is made by mmdebstrap and holds no Python, no compiler and no clone of this project. The
installed program runs in it as an ordinary user, without a network: in the terminal, off the
screen, and in a real window with real keys. Needs root. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "package"
SENTENCE = "replace 'draft' with 'final' in report.md"
USER = "person"
HOME = f"/home/{USER}"
FOLDER = f"{HOME}/.local/share/steward/Sample"
TOOLS = ("mmdebstrap", "unshare", "chroot", "Xvfb", "openbox", "xdotool", "import")
CHECKERS = (
    ("desktop-file-validate", "usr/share/applications/steward.desktop"),
    ("appstreamcli", "validate", "--no-net", "usr/share/metainfo/steward.metainfo.xml"),
)

# A pattern is searched in a process of its own: here that must be the program itself.
SEARCH = """
import asyncio
from skills.files._matching import pattern_matcher
async def search():
    async with pattern_matcher("dra.t", match_case=True) as matcher:
        print(await matcher.lines("one\\na draft"))
asyncio.run(search())
"""
# What only a person's own skill would import, and what libraries look for beside their code.
LIBRARIES = """
import csv, email.mime.text, multiprocessing, sqlite3, statistics, xml.etree.ElementTree
import certifi, docx, keyring.backends.SecretService, openpyxl, pptx, pypdf, secretstorage, ssl
import segno, starlette.applications, uvicorn.lifespan.off, uvicorn.protocols.http.h11_impl
segno.make("https://t.me/x")
docx.Document(); pptx.Presentation()
assert ssl.create_default_context(cafile=certifi.where()).get_ca_certs()
with multiprocessing.get_context("spawn").Pool(1) as pool:
    assert pool.map(len, ["four"]) == [4]
print("complete")
"""


class CheckFailedError(Exception):
    """What did not work."""


def say(text: str) -> None:
    print(f"check: {text}", file=sys.stderr, flush=True)


def must(holds: object, what: str) -> None:
    if not holds:
        raise CheckFailedError(what)
    say(f"ok  {what}")


def until(holds: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Wait for a condition; looks five times a second."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise CheckFailedError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.2)
    say(f"ok  {what}")


# -- the clean system -------------------------------------------------------------------------


class System:
    """An installed Debian in a folder, and commands run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def make(self, package: Path, suite: str) -> None:
        """Install Debian's smallest set, then the package with what it depends on."""
        inside = "/root/steward.deb"
        install = f'chroot "$1" apt-get install -y --no-install-recommends {inside}'
        command = ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase"]
        command += [f"--customize-hook=upload {package} {inside}", f"--customize-hook={install}"]
        command += [f'--customize-hook=chroot "$1" useradd --create-home {USER}']
        command += [suite, str(self.root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CheckFailedError(
                f"installing failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )

    def start(
        self, *command: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start ``command`` as the user: own mounts, own processes, no network."""
        screens, own_screens = "/tmp/.X11-unix", f"{self.root}/tmp/.X11-unix"
        mounts = (
            f'mount -t proc proc "{self.root}/proc" && mount -t tmpfs tmpfs "{self.root}/tmp" && '
            f'mount --rbind /dev "{self.root}/dev" && mkdir "{own_screens}" && '
            f'{{ ! test -d {screens} || mount --bind {screens} "{own_screens}"; }}'
        )
        words = {"HOME": HOME, "USER": USER, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        pairs = [f"{name}={value}" for name, value in {**words, **(environment or {})}.items()]
        run = f'{mounts} && exec chroot --userspec={USER} "{self.root}" /usr/bin/env -i "$@"'
        return subprocess.Popen(
            ["unshare", "--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child"]
            + ["sh", "-c", run, "sh", *pairs, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, **environment: str) -> str:
        """What a command writes; it must succeed."""
        process = self.start(*command, environment=environment)
        try:
            output, errors = process.communicate(timeout=120)
        finally:
            process.kill()
        if process.returncode != 0:
            raise CheckFailedError(f"{command} ended with {process.returncode}:\n{output}{errors}")
        return output

    def versions(self) -> list[dict[str, object]]:
        """The versions of report.md, oldest first."""
        said = self.run("steward", "files", "versions", "report.md", "--json")
        return [json.loads(line) for line in said.splitlines()]

    @property
    def report(self) -> str:
        """The text of the sample's report.md; empty before there is one."""
        path = self.root / FOLDER.lstrip("/") / "report.md"
        return path.read_text(encoding="utf-8") if path.is_file() else ""


# -- what is checked --------------------------------------------------------------------------


def check_files(system: System) -> None:
    """What desktops read is well formed, and links lead somewhere."""
    for program, *rest in CHECKERS:
        if not shutil.which(program):
            say(f"--  {program} is not installed: not checked")
            continue
        done = subprocess.run(
            [program, *rest[:-1], str(system.root / rest[-1])],
            capture_output=True,
            text=True,
            check=False,
        )
        must(done.returncode == 0, f"{program}: {(done.stdout + done.stderr).strip() or 'valid'}")
    dangling = [p for p in (system.root / "usr/lib/steward").rglob("*") if not p.exists()]
    must(not dangling, f"no link leads nowhere {dangling or ''}")
    must(not list((system.root / "usr/bin").glob("python*")), "the system has no Python")


def check_terminal(system: System) -> None:
    """The command: version, doctor, a change, its versions, back again."""
    must("version" in system.run("steward", "--version"), "steward --version")
    must("SYNOPSIS" not in system.run("steward", "--help"), "steward --help")
    folder = f"{HOME}/notes"
    system.run("mkdir", folder)
    system.run("sh", "-c", f"echo 'status: draft' >{folder}/report.md")
    where = {"STEWARD_FOLDERS": folder, "STEWARD_HOME": f"{HOME}/terminal"}
    said = system.run("steward", "doctor", QT_QPA_PLATFORM="offscreen", **where)
    skills = sum(1 for _ in (ROOT / "skills").glob("[!_]*/[!_]*.py"))
    must("trouble" not in said, "steward doctor: no trouble")
    must(f"{skills} skills" in said, "every skill")
    must("Its libraries load" in said or "there is no display" in said, "doctor loads Qt")
    system.run("steward", "ask", SENTENCE, "--approve", "always", **where)
    text = system.run("cat", f"{folder}/report.md")
    must(text == "status: final\n", "steward ask changes the file")
    system.run("steward", "files", "restore", "report.md", "1", **where)
    must(system.run("cat", f"{folder}/report.md") == "status: draft\n", "and restores version 1")
    must("[(2, 'a draft')]" in system.run("steward", "-I", "-c", SEARCH), "a pattern is searched")
    must("complete" in system.run("steward", "-I", "-c", LIBRARIES), "the libraries are complete")
    said = system.run("sh", "-c", "steward serve 2>&1 || echo ended with $?")
    must("steward telegram connect" in said, "steward serve says what to set up")
    must("ended with 3" in said, "and that it is not set up by its exit code")
    unit = system.root / "usr/lib/systemd/user/steward.service"
    must(unit.is_file(), "there is a unit for steward serve")


def check_offscreen(system: System) -> None:
    """The window starts without a screen, gets ready, and ends by itself."""
    where = {"STEWARD_HOME": f"{HOME}/offscreen"}
    said = system.run("steward", QT_QPA_PLATFORM="offscreen", STEWARD_BENCH="ready", **where)
    must("ready" in said, "the window gets ready off the screen")


def check_window(system: System, display: str, picture: Path) -> None:
    """A person at the keyboard: ask, approve, look, restore, leave."""

    def keys(*arguments: str) -> None:
        subprocess.run(
            ["xdotool", *arguments], env={**os.environ, "DISPLAY": display}, check=True, timeout=30
        )

    def press_until(combination: str, holds: Callable[[], object], what: str) -> None:
        def tried() -> object:
            if holds():
                return True
            keys("key", "--clearmodifiers", combination)
            time.sleep(1)
            return holds()

        until(tried, what)

    window = system.start("steward", environment={"DISPLAY": display})
    try:
        keys("search", "--sync", "--onlyvisible", "--name", "Steward", "windowfocus")
        press_until("alt+m", lambda: "draft" in system.report, "the first steps: sample files")
        time.sleep(2)
        keys("key", "Escape")
        keys("key", "ctrl+l")
        keys("type", "--delay", "20", SENTENCE)
        keys("key", "Return")
        press_until("alt+a", lambda: "draft" not in system.report, "the change is allowed and made")
        must([v["version"] for v in system.versions()] == [1, 2], "versions 1 and 2")
        press_until("alt+r", lambda: "draft" in system.report, "version 1 is restored")
        must(len(system.versions()) == 3, "the restore is a version, too")
        time.sleep(1)
        shot = ["import", "-display", display, "-window", "root", str(picture)]
        subprocess.run(shot, check=True, timeout=30)
        keys("key", "ctrl+q")
        output, errors = window.communicate(timeout=20)
    finally:
        window.kill()
    must(window.returncode == 0, f"the window closes cleanly (exit {window.returncode})")
    must("Traceback" not in errors + output, f"and complains of nothing {errors.strip()}")
    system.run("steward", "files", "verify")
    log = system.root / HOME.lstrip("/") / ".local/share/steward/logs/steward.log"
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    bad = [line for line in lines if json.loads(line).get("level", "").upper() == "ERROR"]
    must(not bad, f"no error in the log {bad or ''}")


@contextmanager
def screen(display: str) -> Iterator[None]:
    """A virtual screen with a window manager."""
    server = subprocess.Popen(
        ["Xvfb", display, "-screen", "0", "1400x920x24", "-nolisten", "tcp"],
        stderr=subprocess.DEVNULL,
    )
    manager = None
    try:
        until(Path(f"/tmp/.X11-unix/X{display.lstrip(':')}").exists, "a virtual screen", 20)
        manager = subprocess.Popen(
            ["openbox"], env={**os.environ, "DISPLAY": display}, stderr=subprocess.DEVNULL
        )
        yield
    finally:
        for process in filter(None, (manager, server)):
            process.terminate()
            process.wait(timeout=20)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", default="bookworm", help="Debian's release to install into")
    parser.add_argument("--display", default=":97", help="a free number for the virtual screen")
    parser.add_argument("--root", type=Path, help="a system that an earlier check left")
    chosen = parser.parse_args()
    packages = sorted(BUILD.glob("steward_*.deb"))
    if missing := [name for name in TOOLS if not shutil.which(name)]:
        say(f"not installed: {', '.join(missing)}")
        return 2
    if os.geteuid() != 0 or len(packages) != 1:
        say("needs root, and the one .deb that `make package` makes")
        return 2
    system = System(chosen.root or BUILD.parent / f"clean-{chosen.suite}")
    try:
        if not chosen.root:
            if system.root.exists():
                shutil.rmtree(system.root)  # noqa: TID251 - of an earlier check
            say(f"installing {packages[0].name} into an empty {chosen.suite}")
            system.make(packages[0], chosen.suite)
        check_files(system)
        check_terminal(system)
        check_offscreen(system)
        with screen(chosen.display):
            check_window(system, chosen.display, BUILD / f"installed-{chosen.suite}.png")
    except CheckFailedError as problem:
        say(f"FAILED: {problem}")
        return 1
    say("all well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
