"""The checks of ``steward doctor``: each ends in its own time and says how to mend things."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from app.cli.remedies import hint_of
from app.config import Settings
from app.domain.errors import StewardError
from app.last_run import is_unnoticed, last_crash
from app.settings_store import SettingsStore

OK: Final = "ok"
ATTENTION: Final = "attention"
TROUBLE: Final = "trouble"

# Seconds for each of three calls; one that hangs ends the check.
_KEYRING_PATIENCE: Final = 2.0
_OLD_CRASH: Final = timedelta(days=7)
_SCARCE: Final = 500_000_000
_NONE_LEFT: Final = 20_000_000

# What the window needs, tried in a process of its own: Qt stays out of this one.
_TRY_QT: Final = "import PySide6.QtWidgets, qasync"


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found: ``ok``, ``attention`` or ``trouble``, in words, and how to mend it."""

    name: str
    status: str
    message: str
    hint: str = ""


async def within(name: str, seconds: float, work: Awaitable[Check]) -> Check:
    """A check that answers in time, whatever it waits for; expected failures are trouble."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        return Check(name, TROUBLE, f"No answer in {seconds:g} seconds.", "Try again later.")
    except StewardError as error:
        return Check(name, TROUBLE, error.message, hint_of(error))


# -- the ground ------------------------------------------------------------------------------


def check_python() -> Check:
    """The interpreter and where it runs."""
    version = platform.python_version()
    where = f"Python {version} on {platform.system()} {platform.machine()}"
    return Check("python", OK, where)


def check_home(home: Path) -> Check:
    """The data directory can be written; blocking. Makes it where it is missing."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"steward")
    except OSError as error:
        return Check(
            "data",
            TROUBLE,
            f"{home} cannot be written to: {error.strerror or error}.",
            "Set STEWARD_HOME to a folder you can write to.",
        )
    return Check("data", OK, str(home))


def check_disk(home: Path) -> Check:
    """Space for versions and the database; blocking."""
    place = next(parent for parent in (home, *home.parents) if parent.exists())
    free = shutil.disk_usage(place).free
    message = f"{free / 1e9:.1f} GB free."
    if free < _NONE_LEFT:
        return Check("disk", TROUBLE, message, "Make room: nothing can be saved.")
    if free < _SCARCE:
        return Check("disk", ATTENTION, message, "Make room: every version of a file is kept.")
    return Check("disk", OK, message)


def check_last_run(home: Path) -> Check:
    """How the window's last run ended; blocking."""
    if is_unnoticed(home):
        return Check(
            "last run",
            ATTENTION,
            "The window ended without being closed.",
            "Open Steward: it says what was cut off, and goes on with it.",
        )
    crash = last_crash(home)
    if crash is None:
        return Check("last run", OK, "The window was always closed.")
    at = f"{crash.noticed_at.astimezone():%Y-%m-%d %H:%M}"
    if datetime.now(UTC) - crash.noticed_at > _OLD_CRASH:
        return Check("last run", OK, f"The window last ended without being closed before {at}.")
    return Check(
        "last run",
        ATTENTION,
        f"The window ended without being closed: noticed {at}.",
        f"Nothing was lost. What came before it is in {home / 'logs'}.",
    )


def load_settings(store: SettingsStore) -> tuple[Settings | None, Check]:
    """The settings, or ``None`` where they cannot be used."""
    try:
        settings = store.load()
    except StewardError as error:
        return None, Check("settings", TROUBLE, error.message, hint_of(error))
    return settings, Check("settings", OK, str(store.path))


def check_folders(folders: Sequence[Path]) -> Check:
    """The granted folders are there and can be written; blocking."""
    if not folders:
        return Check(
            "folders",
            ATTENTION,
            "No folder is granted.",
            "Name one: `steward config set folders DIR`, or --folder DIR for one run.",
        )
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        return Check(
            "folders",
            TROUBLE,
            f"Not there: {', '.join(missing)}.",
            "Put it back, or take it out: `steward config set folders DIR …`.",
        )
    closed = [why for folder in folders if (why := _not_usable(folder))]
    if closed:
        return Check(
            "folders",
            ATTENTION,
            f"Cannot be read and changed: {', '.join(closed)}.",
            "Give yourself permission to read and write there.",
        )
    return Check("folders", OK, ", ".join(str(folder) for folder in folders))


def _not_usable(folder: Path) -> str:
    """The folder and why it cannot be used; nothing where it can. Leaves nothing in it."""
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
        # A file without a name, where the system has such: no one else ever sees it.
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"steward")
    except OSError as error:
        return f"{folder} ({error.strerror or error})"
    return ""


def check_skills() -> Check:
    """Every skill loads; blocking."""
    from app.cli.skills import load_skills

    skills = load_skills().skills
    domains = sorted({skill.domain for skill in skills})
    return Check("skills", OK, f"{len(skills)} skills: {', '.join(domains)}.")


# -- what is around --------------------------------------------------------------------------


async def check_servers() -> Check:
    """Model servers on this machine: offered, never taken into use."""
    from app.integrations.discovery import find_local_servers

    found = await find_local_servers()
    if not found:
        return Check("servers", OK, "No model server on this machine's usual ports.")
    listed = "; ".join(f"{s.name} at {s.base_url} ({s.models[0]})" for s in found)
    hint = f"To use it: `steward config set llm_base_url {found[0].base_url}`."
    return Check("servers", OK, f"Found: {listed}.", hint)


def check_keyring() -> Check:
    """A secret is kept, read and taken out again; blocking."""
    import keyring

    from app.domain.errors import KeyringError
    from app.keyring_secrets import PROBE, SystemKeyring

    backend = keyring.get_keyring()
    name = f"{type(backend).__module__}.{type(backend).__name__}"
    if name.startswith(("keyring.backends.fail.", "keyring.backends.null.")):
        return Check(
            "keyring",
            ATTENTION,
            "There is no keyring here, so keys cannot be kept.",
            "Set keys in the environment, or install the system's keyring.",
        )
    own = SystemKeyring(patience=_KEYRING_PATIENCE)
    try:
        forgotten = own.check()
    except KeyringError as error:
        return Check("keyring", TROUBLE, f"{name}: {error.message}", hint_of(error))
    if not forgotten:
        return Check(
            "keyring",
            ATTENTION,
            f"{name} keeps what it was told to forget.",
            f"Take the entry {PROBE!r} of steward out by hand.",
        )
    return Check("keyring", OK, f"{name} keeps, gives back and forgets.")


async def check_window() -> Check:
    """Whether the window's libraries load; in another process."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        # A packaged Steward is its own Python when it is given Python's options.
        *("-I", "-c", _TRY_QT),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        _, words = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        lines = words.decode("utf-8", "replace").strip().splitlines()
        return Check(
            "window",
            ATTENTION,
            f"It cannot open here: {lines[-1] if lines else 'its libraries do not load'}",
            "Install Steward again (in a clone: `make run`). The terminal works without it.",
        )
    if sys.platform == "linux" and not _has_display():
        return Check(
            "window", ATTENTION, "It is installed, but there is no display.", "Use the terminal."
        )
    return Check("window", OK, "Its libraries load.")


def _has_display() -> bool:
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
