"""Who of the processes that share a data directory is at work for a channel: one at a time.

The system lets go of the lock when its process ends, however that happens.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.channels import ChannelError

if TYPE_CHECKING:
    from filelock import BaseFileLock


class Lease:
    """One try for the lease of ``path``; owned by the thread that takes it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: BaseFileLock | None = None

    def take(self) -> bool:
        """Take it, where nobody else has it; whether it is ours.

        Raises ``ChannelError`` where it cannot be known.
        """
        from filelock import FileLock, Timeout

        if self._lock is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Not shared with a bridge of this process that has not quite ended yet.
            self._lock = FileLock(self._path, mode=0o600, thread_local=False)
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:
            raise ChannelError(
                f"Whether another Steward listens cannot be known: {error}.",
                hint="Check the data directory.",
            ) from error
        return True

    async def wait(
        self, sleep: Callable[[], Awaitable[object]], stands_by: Callable[[], object]
    ) -> None:
        """Until it is ours; ``stands_by`` is called where it is not at once."""
        if self.take():
            return
        stands_by()
        while not self.take():
            await sleep()

    def release(self) -> None:
        """Let the next one have it."""
        if self._lock is not None:
            self._lock.release()
