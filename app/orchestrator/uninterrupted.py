"""Work that goes on to its end while someone wants to stop who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Await ``work``, whoever cancels meanwhile, and give back what it returns.

    A request to stop is not raised but kept: ``Task.cancelling()`` says it, and the caller must
    look. Only for work that ends by itself, such as a row that is written.
    """
    task = asyncio.ensure_future(work)
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            continue
    return task.result()
