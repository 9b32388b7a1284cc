"""Questions to Google that nobody waits for at the end of the program."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def asked(question: Callable[[], T], *, name: str = "ask Google Drive") -> T:
    """What a blocking question gives, asked in a thread of its own.

    A pool's threads are waited for when the program ends, for as long as Drive does not answer;
    this one is not. So it may only read, or do what can be done twice.
    """
    future: Future[T] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(question())
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to who asked
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await asyncio.wrap_future(future)
