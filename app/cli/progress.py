"""How far a long command has got: a passing line on a terminal, and the last word on Ctrl+C."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from app.cli.output import Output

_EVERY: Final = 0.1


class Progress:
    """Counts steps. Told of them in a worker thread, shown at most ten times a second."""

    def __init__(self, output: Output, doing: str) -> None:
        self._output = output
        self._doing = doing
        self._shown_at = 0.0
        self._ended = False
        self._now = f"{doing} …"

    def __call__(self, done: int, total: int, what: str = "") -> None:
        """``done`` of ``total`` steps are over; ``what`` says which kind."""
        self._now = f"{self._doing}: {done:,} of {total:,} {what}".rstrip()
        now = time.monotonic()
        if now - self._shown_at >= _EVERY and not self._ended:
            self._shown_at = now
            self._output.passing(self._now)

    def end(self) -> str:
        """Show nothing more. Returns how far it got."""
        self._ended = True
        self._output.passing("")
        return self._now


@contextmanager
def progress(output: Output, doing: str, *, stopped: str) -> Iterator[Progress]:
    """Show how far the body gets; when it is interrupted, say so and what that means."""
    import asyncio

    shown = Progress(output, doing)
    try:
        yield shown
    except asyncio.CancelledError:
        output.note(f"Stopped. {shown.end()}. {stopped}")
        raise
    finally:
        shown.end()
