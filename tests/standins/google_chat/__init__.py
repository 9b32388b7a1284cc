"""A stand-in for Google Chat and Pub/Sub, as a Chat app meets them, on loopback.

Google's own client library speaks to it over real sockets. Beside each behaviour stands the
document that says the real service does so:

- *discovery*: the descriptions that google-api-python-client brings along (``chat.v1.json``,
  ``pubsub.v1.json``)
- *guide NAME*: developers.google.com/workspace/chat/NAME
- *assumed*: no document says it; the behaviour is the one that asks most of a client

    with ChatServer() as server:
        server.chat.publish(said("Hello"))
        ...  # talk to server.root_url, with the key of server.service_key(folder)
"""

from __future__ import annotations

from tests.standins.google_chat.people import ANNA, DM, SPACE, added, pressed, said
from tests.standins.google_chat.server import SUBSCRIPTION, ChatServer
from tests.standins.google_chat.state import ChatState

__all__ = [
    "ANNA",
    "DM",
    "SPACE",
    "SUBSCRIPTION",
    "ChatServer",
    "ChatState",
    "added",
    "pressed",
    "said",
]
