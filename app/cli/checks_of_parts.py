"""The checks of ``steward doctor`` of what runs beside the conversations: log, watcher, alarms."""

from __future__ import annotations

import logging
import tempfile
import threading
import uuid
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.cli.checks import ATTENTION, OK, TROUBLE, Check
from app.cli.counting import counted
from app.domain.events import CircuitState, Severity

if TYPE_CHECKING:
    from app.assembly import Assembly

logger = logging.getLogger(__name__)

_HEARD_SECONDS: Final = 2.0
_TAIL: Final = 65_536
_LATELY: Final = timedelta(days=1)
_LOOKED_AT: Final = 200


def check_log(home: Path) -> Check:
    """What is logged stands in the file; blocking. Logging has been started."""
    word = uuid.uuid4().hex
    logger.info("doctor looked", extra={"probe": word})
    path = home / "logs" / "steward.log"
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL))
            written = word.encode() in file.read()
    except OSError as error:
        written = False
        why = f": {error.strerror or error}"
    else:
        why = "" if written else ": what was written is not there"
    if not written:
        hint = f"Make {path.parent} a folder you can write to."
        return Check("log", TROUBLE, f"{path} is not written{why}.", hint)
    return Check("log", OK, str(path))


def check_watching(home: Path, *, switched_on: bool) -> Check:
    """A change of a file in a folder of our own is heard; blocking."""
    from app.files.watch_ear import Ear

    heard = threading.Event()
    with tempfile.TemporaryDirectory(prefix="doctor-", dir=home) as folder:
        ear = Ear([folder], heard=lambda _: heard.set(), lost=lambda: None)
        try:
            (Path(folder) / "probe").write_text("")
            came = heard.wait(_HEARD_SECONDS)
        finally:
            ear.close()
    if not came:
        return Check(
            "watching",
            ATTENTION if not switched_on else TROUBLE,
            "The system does not tell of changes to files.",
            "Folders on a network or in a container often cannot be watched; what others change "
            "is still noticed when Steward reads or changes the file.",
        )
    return Check("watching", OK, f"Changes are heard; it is switched {_on(switched_on)}.")


async def check_notifications(assembly: Assembly) -> Check:
    """What the person was told can be read; what was an error lately is told again."""
    recent = await assembly.notifications.recent(_LOOKED_AT)
    since = assembly.clock.now() - _LATELY
    errors = [n for n in recent if n.severity is Severity.ERROR and n.at >= since]
    if errors:
        last = f"the last one of {errors[0].source}: {errors[0].message}"
        return Check(
            "notices",
            ATTENTION,
            f"{counted(len(errors), 'error')} since yesterday, {last}",
            "The log says more; `steward traces list` shows which turns failed.",
        )
    return Check("notices", OK, f"{counted(len(recent), 'notice')} kept, none of them a new error.")


async def check_circuits(assembly: Assembly) -> Check:
    """Which skills and services are paused."""
    circuits = assembly.breakers.all()
    paused = [one for one in circuits if one.state is not CircuitState.CLOSED]
    if paused:
        named = "; ".join(f"{one.name} ({one.reason})" for one in paused)
        return Check(
            "circuits",
            ATTENTION,
            f"Paused after failures: {named}.",
            "They try again by themselves; Circuits in the window lets one try at once.",
        )
    return Check("circuits", OK, f"{counted(len(circuits), 'circuit')}, all closed.")


def _on(switched_on: bool) -> str:
    return "on" if switched_on else "off"
