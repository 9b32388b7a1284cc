"""Waits in the terminal for a sign-in that the person finishes in their browser."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from app.cli.output import Output, in_utc

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine

T = TypeVar("T")


def tell_address(output: Output, service: str, address: str, seconds: float) -> None:
    """Say where the person signs in, to a person or to a program."""
    if output.json_lines:
        from app.clock import SystemClock

        ends_at = SystemClock().now() + timedelta(seconds=seconds)
        output.record({"address": address, "expires_at": in_utc(ends_at)})
        return
    output.note(f"Sign in with {service} in your browser, at this address:")
    output.line(address)


async def waited_for(
    output: Output, work: Coroutine[Any, Any, T], seconds: float, browser: Browser | None
) -> T:
    """What comes of ``work``, with a line that says how long it is waited for already."""
    import asyncio

    began = asyncio.get_running_loop().time()
    waiting = asyncio.create_task(work, name="wait for the browser")
    watched: set[asyncio.Future[Any]] = {waiting}
    if browser is not None:
        watched.add(browser.failed)
    try:
        while not waiting.done():
            waited = asyncio.get_running_loop().time() - began
            output.passing(
                f"Waiting for your browser: {clock_face(waited)} of {clock_face(seconds)}. "
                "Ctrl+C cancels."
            )
            await asyncio.wait(watched, timeout=1, return_when=asyncio.FIRST_COMPLETED)
            if browser is not None and browser.failed.done() and browser.failed in watched:
                watched.remove(browser.failed)
                output.passing("")
                output.note("No browser could be opened here: open the address yourself.", "yellow")
    finally:
        waiting.cancel()
        output.passing("")
    return await waiting


def clock_face(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


class Browser:
    """Opens an address in a thread: some browsers only come back when they are closed.

    ``failed`` is done where there is no browser to open.
    """

    def __init__(self, address: str) -> None:
        import asyncio

        self._address = address
        self._loop = asyncio.get_running_loop()
        self.failed: asyncio.Future[None] = self._loop.create_future()
        threading.Thread(target=self._open, name="open the browser", daemon=True).start()

    def _open(self) -> None:
        if _has_screen() and _opened(self._address):
            return
        with suppress(RuntimeError):  # the command has ended, and its loop with it
            self._loop.call_soon_threadsafe(self.failed.set_result, None)


def _has_screen() -> bool:
    # Without one a browser made of text would take the terminal.
    named = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in named)


def _opened(address: str) -> bool:
    import webbrowser

    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False
