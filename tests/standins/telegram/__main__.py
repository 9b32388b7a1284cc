"""``python -m tests.standins.telegram --port N [--token T]``: until it is ended.

Prints one line of JSON when it is ready: ``{"url", "token", "username"}``. A ``POST`` of JSON to
``/control/ACTION`` does what ``control.py`` lists: ``send {"user": 42, "chat": 42, "text": "hi"}``,
``messages {"chat": 42}``, ``press``, ``fail`` …; ``RemoteTelegram(url)`` speaks it.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading

from tests.standins.telegram.server import TelegramServer
from tests.standins.telegram.state import TOKEN


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.standins.telegram")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--username", default="steward_test_bot")
    chosen = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with TelegramServer(token=chosen.token, username=chosen.username, port=chosen.port) as server:
        facts = {"url": server.url, "token": server.token, "username": chosen.username}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main()
