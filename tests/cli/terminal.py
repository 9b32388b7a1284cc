"""A terminal with a person at it: what is shown is awaited, keys are typed, Ctrl+C works."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

CTRL_C = "\x03"
CTRL_D = "\x04"

# Without a controlling terminal Ctrl+C would be a plain character.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal:
    """One program on one terminal."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> None:
        self.shown = ""
        self._seen = 0
        self._ended = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, *command],
            env={**environment, "TERM": "xterm"},
            cwd=cwd,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)

    @property
    def text(self) -> str:
        """What was shown, without colours."""
        return _ANSI.sub("", self.shown).replace("\r\n", "\n")

    def expect(self, words: str, *, seconds: float = 15.0) -> None:
        """Wait until ``words`` are shown after what was expected before."""
        deadline = time.monotonic() + seconds
        while (found := self.text.find(words, self._seen)) < 0:
            left = deadline - time.monotonic()
            assert left > 0, f"not shown: {words!r}; shown:\n{self.text}"
            assert self._read(left), f"ended without {words!r}; shown:\n{self.text}"
        self._seen = found + len(words)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def interrupt(self, number: signal.Signals = signal.SIGINT, *, until: str | None) -> None:
        """Interrupt the program at its prompt until it shows words, or (``None``) ends.

        Readline misses a signal that comes just before it waits for a key: as a person would,
        press again. No press counts twice.
        """
        deadline = time.monotonic() + 15.0
        while time.monotonic() < deadline:
            self._process.send_signal(number)
            again = time.monotonic() + 3.0
            while self._read(again - time.monotonic()):
                if until is not None and until in self.text[self._seen :]:
                    self.expect(until)
                    return
            if until is None and self._ended:
                return
        raise AssertionError(f"the signal changed nothing; shown:\n{self.text}")

    def exit_code(self, *, seconds: float = 15.0) -> int:
        """Wait for the end of the program."""
        deadline = time.monotonic() + seconds
        while self._read(deadline - time.monotonic()):
            pass
        return self._process.wait(max(0.1, deadline - time.monotonic()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)

    def _read(self, seconds: float) -> bool:
        """Read what comes; ``False`` at the program's end or after ``seconds``."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the other end is closed
            self._ended = True
            return False
        self.shown += self._decoder.decode(data)
        return bool(data)
