"""A stand-in for Google Drive, versions 2 and 3 of its interface, on loopback.

Real client libraries speak to it over real sockets. Beside each behaviour stands the document that
says the real service does so:

- *discovery*: the description of the interface that google-api-python-client brings along
  (``googleapiclient/discovery_cache/documents/drive.v3.json``, ``drive.v2.json``)
- *guide NAME*: developers.google.com/workspace/drive/api/guides/NAME
- *assumed*: no document says it; the behaviour is the one that asks most of a client

    with DriveServer() as server:
        file = server.state.add("notes.txt", b"one")
        ...  # talk to server.root_url, with the access of server.sign_in()
"""

from __future__ import annotations

from tests.standins.google_drive.faults import Answer, CutAfter, CutBefore, CutMiddle, Hold
from tests.standins.google_drive.server import DriveServer
from tests.standins.google_drive.state import COLLEAGUE, ME, DriveState, StoredFile

__all__ = [
    "COLLEAGUE",
    "ME",
    "Answer",
    "CutAfter",
    "CutBefore",
    "CutMiddle",
    "DriveServer",
    "DriveState",
    "Hold",
    "StoredFile",
]
