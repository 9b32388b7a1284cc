"""Records every change that someone else makes to a file in the granted folders, as a version.

It only looks and takes note: it never touches a file. What Steward itself changed is already in
the history and is not recorded again. It runs as a supervisor's child on the loop's thread;
blocking work runs in the version manager's worker threads, listening in one of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from app.domain.errors import StewardError
from app.domain.events import Severity
from app.files.folders import GrantedFolders
from app.files.fs_ops import FsOps
from app.files.version_manager import VersionManager
from app.files.walking import Walker
from app.files.watch_ear import Ear, WatchLimitError
from app.files.watch_sweep import Sweep, WatchLimits, sweep
from app.files.watch_view import Facts, FolderView
from app.resilience.supervision import Child, Ready

logger = logging.getLogger(__name__)

Tell = Callable[[Severity, str], object]

CHILD: Final = "folder watcher"
"""Its name among a supervisor's children."""

_TRIES: Final = 5
_SAW_AT_ONCE: Final = 200
_RELISTEN: Final = 10


@dataclass(slots=True)
class _Waiting:
    """A file that differs: since when, when it is looked at, and how often that failed."""

    since: float
    due: float
    failures: int = 0


@dataclass(slots=True)
class _Watch:
    """What is known between a start and the next."""

    view: FolderView
    waiting: dict[str, _Waiting] = field(default_factory=dict)
    gone: dict[str, Facts] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    listening: set[str] = field(default_factory=set)
    ear: Ear | None = None
    lost: bool = False
    seen: dict[str, str] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    """Files with a history, by root."""


class FolderWatcher:
    """Watches the granted folders while it is on and ``child`` runs. Make it on a running loop.

    Args:
        versions: takes note of the changes, and publishes each version.
        folders: what is watched, less what is ignored, Steward's own, and links.
        tell: tells the person.
        limits: times and sizes.
        make_ear: how it listens.
    """

    def __init__(
        self,
        *,
        versions: VersionManager,
        folders: GrantedFolders,
        tell: Tell,
        limits: WatchLimits | None = None,
        make_ear: Callable[..., Ear] = Ear,
    ) -> None:
        self._versions = versions
        self._folders = folders
        self._tell = tell
        self._limits = limits or WatchLimits()
        self._make_ear = make_ear
        self._on = False
        self._again = False
        self._woken = asyncio.Event()
        self._task: asyncio.Task[object] | None = None
        self.watching = asyncio.Event()
        """Set while changes are heard, and what came before has been recorded."""

    @property
    def child(self) -> Child:
        """What a supervisor runs."""
        return Child(CHILD, self._run)

    def switch(self, *, on: bool) -> None:
        """Begin or end watching; in the background."""
        self._on = on
        self.refresh()

    def refresh(self) -> None:
        """The granted folders are others now: begin anew, where it is on."""
        self._again = True
        self._woken.set()

    # -- the child -------------------------------------------------------------------------

    async def _run(self, ready: Ready) -> None:
        self._task = asyncio.current_task()
        ready()
        while not self._is_ending:
            self._again = False
            if not self._on:
                await self._woken.wait()
                self._woken.clear()
                continue
            view = FolderView(Walker(self._folders, FsOps()), self._folders.roots)
            watch = _Watch(view)
            try:
                await self._watch(watch)
            except StewardError as error:  # the database or the vault, perhaps only for now
                self._tell(Severity.WARNING, f"Outside changes are not recorded now: {error}")
                await self._rest(self._limits.retry)
            finally:
                self.watching.clear()
                await self._close_ear(watch)

    @property
    def _is_ending(self) -> bool:
        # A version being written is finished, and takes a cancel along: it is noticed here.
        return self._task is not None and self._task.cancelling() > 0

    @property
    def _is_over(self) -> bool:
        return self._again or self._is_ending

    async def _watch(self, watch: _Watch) -> None:
        await self._versions.in_worker(watch.view.look)  # all is new: the sweep knows better
        await self._listen(watch)
        await self._sweep(watch)
        if watch.view.is_full:
            self._tell(
                Severity.WARNING,
                "There are too many files in the watched folders: changes of some are not "
                "recorded. Grant smaller folders.",
            )
        while not self._is_over:
            self.watching.set()
            await self._rest(self._until_due(watch))
            await self._look_again(watch)
            await self._note_due(watch)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    def _until_due(self, watch: _Watch) -> float:
        now = asyncio.get_running_loop().time()
        waits = [self._limits.check if watch.ear is not None else self._limits.poll]
        if watch.waiting:
            waits.append(min(one.due for one in watch.waiting.values()) - now)
        return max(0.0, min(waits))

    # -- looking ---------------------------------------------------------------------------

    async def _look(self, watch: _Watch, folders: set[str] | None) -> None:
        found = await self._versions.in_worker(lambda: watch.view.look(folders))
        now = asyncio.get_running_loop().time()
        for path in (*found.changed, *found.gone):
            one = watch.waiting.setdefault(path, _Waiting(now, now))
            # One that never comes to rest is recorded now and then.
            one.due = min(now + self._limits.settle, one.since + self._limits.longest)
        watch.gone |= found.gone

    async def _look_again(self, watch: _Watch) -> None:
        touched, watch.touched = watch.touched, set()
        if await self._versions.in_worker(watch.view.changed_roots):
            # It is another folder, or was away: compared as at a start.
            await self._versions.in_worker(watch.view.look)
            watch.waiting.clear()
            await self._listen(watch, anew=True)
            await self._sweep(watch)
        elif watch.lost:
            watch.lost = False
            await self._listen(watch, anew=True)
        elif watch.ear is None:
            await self._look(watch, None)
        elif touched:
            await self._look(watch, touched)
            await self._listen(watch)

    async def _listen(self, watch: _Watch, *, anew: bool = False) -> None:
        """Listen to every folder of the view; and look into those that came meanwhile."""
        for _ in range(_RELISTEN):
            wanted = watch.view.folders
            if wanted == watch.listening and not anew:
                return
            came = wanted if anew else wanted - watch.listening
            anew = False
            loop = asyncio.get_running_loop()

            def hear(paths: set[str]) -> None:
                loop.call_soon_threadsafe(self._hear, watch, paths)  # noqa: B023

            def lose() -> None:
                # Later, for it may be lost again at once.
                settle = self._limits.settle
                loop.call_soon_threadsafe(loop.call_later, settle, self._lose, watch)  # noqa: B023

            def listen() -> Ear:
                return self._make_ear(wanted, heard=hear, lost=lose)  # noqa: B023

            try:
                ear = await self._made(listen)
            except WatchLimitError as error:
                await self._close_ear(watch)
                watch.listening = wanted
                self._tell(
                    Severity.WARNING,
                    f"{error.message} It looks every {self._limits.poll:g} seconds instead. "
                    f"{error.hint}",
                )
                return
            await self._close_ear(watch)  # only now: nothing goes unheard between the two
            watch.ear, watch.listening = ear, wanted
            await self._look(watch, came)

    async def _made(self, listen: Callable[[], Ear]) -> Ear:
        """An ear, made in a worker thread; where nobody waits for it any more, it is closed."""
        making = asyncio.ensure_future(self._versions.in_worker(listen))
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            await asyncio.wait([making])
            if making.exception() is None:
                await self._closed(making.result())
            raise

    async def _close_ear(self, watch: _Watch) -> None:
        ear, watch.ear = watch.ear, None
        if ear is not None:
            await self._closed(ear)

    async def _closed(self, ear: Ear) -> None:
        ear.stop()  # at once: it ends also where waiting for its end is cut short
        await asyncio.shield(self._versions.in_worker(ear.close))

    def _hear(self, watch: _Watch, paths: set[str]) -> None:
        watch.touched |= paths
        self._woken.set()

    def _lose(self, watch: _Watch) -> None:
        watch.lost = True
        self._woken.set()

    # -- taking note -----------------------------------------------------------------------

    async def _sweep(self, watch: _Watch) -> None:
        """Record what happened while nobody listened, and what is there for the first time."""
        found: Sweep = await self._versions.in_worker(
            lambda: sweep(watch.view, self._versions.noter.standing, self._limits)
        )
        for words in found.doubts:
            self._tell(Severity.WARNING, words)
        watch.files = dict(found.files)
        before = sum(watch.files.values())
        watch.gone |= found.gone
        now = asyncio.get_running_loop().time()
        for path in (*found.gone, *found.changed, *found.first):
            watch.waiting[path] = _Waiting(now, now)
        await self._note_due(watch)
        new = sum(watch.files.values()) - before
        if new:
            self._tell(Severity.INFO, found.summary(new))

    async def _note_due(self, watch: _Watch) -> None:
        now = asyncio.get_running_loop().time()
        due = [path for path, one in watch.waiting.items() if one.due <= now]
        try:
            await self._note_moves(watch, [path for path in due if path in watch.gone])
            for path in due:
                if self._is_over:
                    break
                if path in watch.waiting:
                    await self._note(watch, path)
                if len(watch.seen) >= _SAW_AT_ONCE:
                    await self._remember(watch)
        finally:
            await self._remember(watch)

    async def _note_moves(self, watch: _Watch, gone: list[str]) -> None:
        """A file that went while the same one came under another name has moved."""
        if not gone:
            return

        def pairs() -> list[tuple[str, str, Facts]]:
            came = {
                facts.inode: (path, facts)
                for path in watch.waiting
                if path not in watch.gone and (facts := watch.view.facts(path)) is not None
            }
            return [
                (path, *came[went.inode])
                for path in gone
                if (went := watch.gone[path]).inode in came and watch.view.root_of(path)
            ]

        for path, target, facts in await self._versions.in_worker(pairs):
            if self._is_over:
                break
            try:
                moved = await self._versions.note_moved(path, target)
            except StewardError as error:
                logger.info("a move was not recorded", extra={"reason": str(error)})
                continue
            if moved is not None:
                del watch.waiting[path]
                watch.waiting.pop(target, None)
                watch.seen[target] = str(facts)
        for path in gone:
            del watch.gone[path]

    async def _note(self, watch: _Watch, path: str) -> None:
        waiting = watch.waiting.pop(path)
        root, facts = await self._versions.in_worker(
            lambda: (watch.view.root_of(path), watch.view.facts(path))
        )
        if root is None:
            return  # its disk was taken away: that is no removal
        first = facts is not None and self._limits.takes(facts.size, watch.files.get(root, 0))
        try:
            version = await self._versions.note(path, first_seen=first)
        except StewardError as error:
            waiting.failures += 1
            if waiting.failures >= _TRIES:
                self._tell(Severity.WARNING, f"A change of {path} was not recorded: {error}")
                return
            waiting.due = asyncio.get_running_loop().time() + self._limits.retry
            watch.waiting.setdefault(path, waiting)
            return
        if version is not None and version.version == 1:
            watch.files[root] = watch.files.get(root, 0) + 1
        if facts is not None:
            watch.seen[path] = str(facts)

    async def _remember(self, watch: _Watch) -> None:
        seen, watch.seen = watch.seen, {}
        if seen:
            await self._versions.in_worker(lambda: self._versions.noter.saw(seen))
