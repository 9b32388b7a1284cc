"""Who wants to know when an account came, went or was ended by Google."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Listeners:
    """Safe from any thread; each listener is called in the thread that tells."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[object, Callable[[], None]] = {}

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` from now on; gives what ends that."""
        key = object()
        with self._lock:
            self._listeners[key] = listener

        def unsubscribe() -> None:
            with self._lock:
                self._listeners.pop(key, None)

        return unsubscribe

    def tell(self) -> None:
        """Call all of them."""
        with self._lock:
            listeners = tuple(self._listeners.values())
        for listener in listeners:
            listener()
