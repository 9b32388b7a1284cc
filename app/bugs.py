"""What becomes of a mistake of ours that ends the program, or keeps it from starting.

It imports next to nothing until there is one: the window's first picture must not wait for it.
"""

from __future__ import annotations

from types import TracebackType


def tell_of_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """A ``sys.excepthook``: one line for the person, the rest in the log, both without secrets."""
    import logging

    from app.domain.errors import StewardError
    from app.logs import start_logging, stop_logging
    from app.redaction import Redactor
    from app.settings_store import SettingsStore

    store = SettingsStore()
    try:
        secrets = store.load().secrets
    except StewardError:  # the settings themselves may be what went wrong
        secrets = store.environment_secrets()
    handlers = start_logging(store.home, Redactor(secrets))
    logging.getLogger("app").error(
        "This is a mistake in Steward, and nothing you did: %s. The log has the details: %s",
        kind.__name__,
        store.home / "logs" / "steward.log",
        exc_info=(kind, error, trace),
    )
    stop_logging(handlers)
