"""Whether a call may change files: once that is allowed, and until it is told to stop."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.errors import MayNotWriteError


class WritePermit:
    """Asked before each change of a file that one call begins.

    What a skill keeps of its workspace, in a task or a thread that outlives the call, changes
    nothing any more: a permit that has ended stays so. What has begun by then is finished.

    Args:
        skill: dotted name, for the refusal.
        allowed: whether this call may change anything at all; not a read, and no preview.
        is_stopping: whether nothing more may begin.
    """

    def __init__(self, skill: str, *, allowed: bool, is_stopping: Callable[[], bool]) -> None:
        self._skill = skill
        self._allowed = allowed
        self._is_stopping = is_stopping
        self._ended = False

    def end(self) -> None:
        """The call is over, or told to end."""
        self._ended = True

    def require(self) -> None:
        """Raises ``MayNotWriteError`` where no change may begin."""
        if not self._allowed:
            raise MayNotWriteError(
                f"{self._skill} may only look at files here, so it changed nothing."
            )
        if self._ended or self._is_stopping():
            raise MayNotWriteError(
                f"This call of {self._skill} is over, so it cannot change files any more."
            )
