"""``steward serve`` as a process: what it says is awaited, and it is ended or killed."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, Final, Self

from tests.cli.conftest import Steward

SECONDS: Final = 30.0


class Serving:
    """One running ``steward serve --json``; a context that leaves nothing running."""

    def __init__(self, steward: Steward, *arguments: str, **environment: str) -> None:
        self._process = steward.start("serve", "--json", *arguments, **environment)
        self.said: list[dict[str, Any]] = []
        self.out = b""
        self.err = b""
        self._heard = threading.Condition()
        self._threads = [
            threading.Thread(target=self._read_out, name="serve stdout"),
            threading.Thread(target=self._read_err, name="serve stderr"),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def until(self, what: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a line of it, said by now or later."""
        with self._heard:
            found = self._heard.wait_for(
                lambda: any(map(what, self.said)) or self.is_over, timeout=SECONDS
            )
            lines = [one for one in self.said if what(one)]
        assert found, f"not said in time: {self.said[-5:]} {self.err.decode()[-2000:]}"
        assert lines, f"it ended: {self.err.decode()[-2000:]}"
        return lines[0]

    def until_listening(self) -> Self:
        """Wait until Telegram's messages come in."""
        self.until(lambda one: one["type"] == "channel" and one["state"] == "listening")
        return self

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Signal it; its exit code and how many seconds it took to end."""
        started = time.monotonic()
        self._process.send_signal(number)
        code = self._process.wait(SECONDS)
        took = time.monotonic() - started
        self._join()
        return code, took

    def code(self) -> int:
        """The exit code of one that ends by itself."""
        code = self._process.wait(SECONDS)
        self._join()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if not self.is_over:
            self._process.kill()
            self._process.wait()
        self._join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    # -- inside ----------------------------------------------------------------------------

    def _join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _read_out(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._heard:
                self.out += line
                self.said.append(json.loads(line))
                self._heard.notify_all()
        with self._heard:
            self._process.wait()
            self._heard.notify_all()

    def _read_err(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.err += line
