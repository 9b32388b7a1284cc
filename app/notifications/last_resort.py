"""Where an exception ends up that nobody caught: it is logged and told, and ends nothing else.

The hooks are the process's own. Each hands on to the one that stood there before it, unless that
would only print the same once more: Python's own do so, with every secret in it.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final

from app.bugs import tell_of_bug

logger = logging.getLogger(__name__)

_WOULD_REPEAT: Final = (
    threading.__excepthook__,
    sys.__unraisablehook__,
    sys.__excepthook__,
    tell_of_bug,
)

Tell = Callable[[str, str], object]
"""Told, in any thread: where it happened, and the type of the error."""


def catch_the_uncaught(loop: asyncio.AbstractEventLoop, tell: Tell) -> ExitStack:
    """Set the hooks of the loop and of the process; closing the result takes them back."""
    hooks = ExitStack()
    _watch_loop(hooks, loop, tell)
    _watch_threads(hooks, tell)
    _watch_finalizers(hooks, tell)
    _watch_callbacks(hooks, tell)
    return hooks


def _watch_loop(hooks: ExitStack, loop: asyncio.AbstractEventLoop, tell: Tell) -> None:
    before = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if before is not None:
            before(loop, context)
        else:
            loop.default_exception_handler(context)  # into the log
        if error is not None:
            tell("a task", type(error).__name__)

    loop.set_exception_handler(handle)
    hooks.callback(loop.set_exception_handler, before)


def _watch_threads(hooks: ExitStack, tell: Tell) -> None:
    before = threading.excepthook

    def handle(args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit:
            logger.error(
                "a thread ended with an error",
                extra={"thread_name": args.thread.name if args.thread else ""},
                exc_info=args.exc_value,
            )
            tell("a thread", args.exc_type.__name__)
        if before not in _WOULD_REPEAT:
            before(args)

    threading.excepthook = handle
    hooks.callback(_put_back, threading, "excepthook", handle, before)


def _watch_finalizers(hooks: ExitStack, tell: Tell) -> None:
    before = sys.unraisablehook

    def handle(unraisable: Any) -> None:  # its type is not at hand while running
        # The object itself is not kept: it is being destroyed.
        logger.error("an error could not be raised", exc_info=unraisable.exc_value)
        tell("a clean-up", unraisable.exc_type.__name__)
        if before not in _WOULD_REPEAT:
            before(unraisable)

    sys.unraisablehook = handle
    hooks.callback(_put_back, sys, "unraisablehook", handle, before)


def _watch_callbacks(hooks: ExitStack, tell: Tell) -> None:
    before = sys.excepthook

    # Qt calls our slots from outside any Python frame: what they raise ends here.
    def handle(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, Exception):
            logger.error("an error was not caught", exc_info=error)
            tell("the window", kind.__name__)
        if before not in _WOULD_REPEAT or not issubclass(kind, Exception):
            before(kind, error, trace)

    sys.excepthook = handle
    hooks.callback(_put_back, sys, "excepthook", handle, before)


def _put_back(module: Any, name: str, ours: object, before: object) -> None:
    # Someone who came after us may have taken the place: theirs stays, and calls ours.
    if getattr(module, name) is ours:
        setattr(module, name, before)
