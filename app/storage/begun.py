"""A write that was handed in, before anybody knows what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from concurrent.futures import Future
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")


class Begun(Generic[T]):
    """May be awaited at any time and by anybody, or by nobody: the loop is not woken then.

    Awaited it gives what the write returns, or raises what it raises. Whoever stops to await it
    takes nothing back.
    """

    def __init__(self, future: Future[T]) -> None:
        self._future = future

    @classmethod
    def stored(cls, result: T) -> Self:
        """One that is stored already."""
        future: Future[T] = Future()
        future.set_result(result)
        return cls(future)

    @classmethod
    def refused(cls, error: Exception) -> Self:
        """One that could not even be handed in: ``error`` is met where somebody waits."""
        future: Future[T] = Future()
        future.set_exception(error)
        return cls(future)

    @property
    def went_well(self) -> bool:
        """Whether it is stored already."""
        return self._future.done() and self._future.exception() is None

    def __await__(self) -> Generator[Any, None, T]:
        return waited_for(self._future).__await__()


def waited_for(future: Future[T]) -> asyncio.Future[T]:
    """``future`` on the loop that runs; who stops to wait takes nothing back.

    A failure that comes after that is nobody's: else the loop would tell of it, as of a bug.
    """
    waiting = asyncio.wrap_future(future)
    waiting.add_done_callback(_seen)
    return asyncio.shield(waiting)


def _seen(done: asyncio.Future[Any]) -> None:
    if not done.cancelled():
        done.exception()
