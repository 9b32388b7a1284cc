"""Tells the person what a skill does that no result of a call can say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from app.domain.events import Severity
from app.domain.files import FileVersion
from app.notifications.router import Router
from app.skill_runtime.executor import Abandoned
from app.skill_runtime.watchdog import Blocked


class Folders(Protocol):
    """The granted folders."""

    def display(self, path: str) -> str:
        """Short form of an absolute path."""
        ...


class CallReports:
    """Notices about skills that misbehave. Owned by the loop's thread."""

    def __init__(self, router: Router, folders: Folders) -> None:
        self._router = router
        self._folders = folders

    def abandoned(self, one: Abandoned) -> None:
        """A call did not end when it was told to."""
        self._router.notify(
            Severity.WARNING,
            one.skill,
            f"{one.skill} did not stop when it was told to, and was left behind. "
            "It can begin no change any more; one that it had begun will be told.",
            error_type="abandoned",
            context={"call_id": one.call_id},
            conversation_id=one.conversation_id,
            turn_id=one.turn_id,
        )

    def changed(self, version: FileVersion, abandoned: Iterable[Abandoned]) -> None:
        """A file has a new version: told where a call that was left behind has made it."""
        for one in abandoned:
            if one.execution_id == version.execution_id:
                self._router.notify(
                    Severity.WARNING,
                    one.skill,
                    f"{one.skill}, which was left behind, has changed "
                    f"{self._folders.display(version.path)} after all (version "
                    f"{version.version}). The version before it can be restored.",
                    error_type="late_change",
                    context={
                        "call_id": one.call_id,
                        "path": version.path,
                        "version": version.version,
                    },
                    conversation_id=one.conversation_id,
                    turn_id=one.turn_id,
                )

    def blocked(self, found: Blocked) -> None:
        """A skill kept the loop, and so the window, from everything else."""
        self._router.notify(
            Severity.WARNING,
            found.skill,
            f"{found.skill} keeps everything else waiting: it blocks in {found.function}, "
            f"{found.place}.",
            error_type="blocked_loop",
            context={"place": found.place, "function": found.function},
        )
