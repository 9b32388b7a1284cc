"""Hears from the operating system in which folders something changed.

One thread of its own around the watcher library. It says *where* something happened, never what:
whoever listens looks for itself, so nothing is believed that is not so.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from app.domain.errors import FileError

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

STEP_MS: Final = 50
"""A rest this long ends a group of changes, and a stop is noticed in it."""
GROUP_MS: Final = 1_000
"""A group of changes is told of after this at the latest."""
_LISTEN_MS: Final = 60_000
_TRIES: Final = 5


class WatchLimitError(FileError):
    """The operating system lets no more folders be watched."""

    kind = "watch_limit"


class Ear:
    """Listens to ``folders``, without those below them, from when it is made until ``close``.

    Args:
        folders: absolute; one that is gone or closed to us is left out.
        heard: called in the ear's thread with the folders in which something changed.
        lost: called in the ear's thread when it hears no more, and anything may have changed.

    Raises ``WatchLimitError``.
    """

    def __init__(
        self,
        folders: Iterable[str],
        *,
        heard: Callable[[set[str]], None],
        lost: Callable[[], None],
    ) -> None:
        self._heard = heard
        self._lost = lost
        self._stopped = threading.Event()
        self._notify = _listen_to(list(folders))
        self._thread = threading.Thread(target=self._listen, name="steward-watch")
        self._thread.start()

    def stop(self) -> None:
        """Listen no more, soon; does not block."""
        self._stopped.set()

    def close(self) -> None:
        """Listen no more; blocking until its threads have ended."""
        self.stop()
        self._thread.join()

    def _listen(self) -> None:
        try:
            while not self._stopped.is_set():
                changes = self._notify.watch(GROUP_MS, STEP_MS, _LISTEN_MS, self._stopped)
                if isinstance(changes, set) and not self._stopped.is_set():
                    paths = {path for _, path in changes}
                    # A folder itself may have gone or come: then the one around it differs too.
                    self._heard(paths | {os.path.dirname(path) for path in paths})  # noqa: PTH120
        except RuntimeError:  # a name it cannot read, for one: it says so for ever after
            if not self._stopped.is_set():
                self._lost()
        finally:
            self._notify.close()


def _listen_to(folders: list[str]) -> RustNotify:
    from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

    for _ in range(_TRIES):
        there = [folder for folder in folders if os.access(folder, os.R_OK | os.X_OK)]
        try:
            return RustNotify(there, False, False, 0, False, False)
        except (FileNotFoundError, PermissionError):
            continue  # gone since we looked
        except (OSError, WatchfilesRustInternalError) as error:
            raise WatchLimitError(
                f"The system does not let Steward watch {len(there):,} folders ({error}).",
                hint="To allow more, an administrator can run: "
                "sudo sysctl fs.inotify.max_user_watches=524288",
            ) from error
    raise WatchLimitError("The watched folders come and go too quickly to be listened to.")
