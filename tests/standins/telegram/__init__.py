"""A stand-in for Telegram's Bot API on loopback, with the phone at its other end.

Steward speaks to it over real sockets. Beside each behaviour stands what says that the real service
does so:

- *api NAME*: core.telegram.org/bots/api, section or method NAME
- *server*: the public source of the Bot API server (github.com/tdlib/telegram-bot-api, Client.cpp)
- *tdlib*: the library behind it (github.com/tdlib/td, MessageEntity.cpp)
- *assumed*: no document says it; the behaviour is the one that asks most of a client

    with TelegramServer() as telegram:
        phone = telegram.phone(42, "Ada")
        phone.send("hello")
        ...  # a bridge polls telegram.url with telegram.token
        card = phone.wait_for("Change notes.txt?")
        phone.press("Allow once")

As a process of its own, for several programs at once: ``python -m tests.standins.telegram --port N
--token T``. Its phone is then had by ``RemoteTelegram(url)``, which has the same methods.
"""

from __future__ import annotations

from tests.standins.telegram.faults import Fault
from tests.standins.telegram.phone import Phone, Shown
from tests.standins.telegram.remote import RemoteTelegram
from tests.standins.telegram.server import TelegramServer
from tests.standins.telegram.state import TOKEN

__all__ = ["TOKEN", "Fault", "Phone", "RemoteTelegram", "Shown", "TelegramServer"]
