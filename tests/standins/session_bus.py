"""A session bus of a test's own, with services on it that stand in for a desktop's."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

IS_MISSING = shutil.which("dbus-daemon") is None
NEEDED = "there is no D-Bus on this machine"


@contextmanager
def session_bus() -> Iterator[str]:
    """A bus; its address."""
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdout is not None
    try:
        yield daemon.stdout.readline().strip()
    finally:
        daemon.terminate()
        daemon.communicate()


class Service:
    """A stand-in in a process of its own: what it says, and what it is told to do."""

    def __init__(self, address: str, module: str, *words: str) -> None:
        self.said: list[dict[str, Any]] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            env=_environment(address),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        self._reading = threading.Thread(target=self._read, name="steward-test-service")
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(json.loads(line))

    def tell(self, line: str) -> None:
        """Let somebody do something there."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def find(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any] | None:
        """The newest thing it said of this kind."""
        return next((one for one in reversed(self.said) if wanted(one)), None)

    def stop(self) -> None:
        """It goes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait(timeout=10)
        self._reading.join(timeout=10)
        self._process.stdout.close()


def _environment(address: str) -> dict[str, str]:
    import os

    return {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address}
