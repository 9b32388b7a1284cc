"""Bytes on their way down, in pieces that are asked for again where the connection breaks off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from app.domain.drive import DriveStaleError
from app.files.drive_client import Check
from app.integrations.google.attempts import Attempts, Waiting, repeated
from app.integrations.google.connections import Connections
from app.integrations.google.failures import Refusal, Unreached

PIECE: Final = 4 * 1024 * 1024
"""Bytes in one request: what is lost at most when a connection breaks off, and held in memory."""

_RANGE: Final = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")


def pieces_of(
    connections: Connections, waiting: Waiting, address: str, *, check: Check, piece: int = PIECE
) -> Iterator[bytes]:
    """The bytes at ``address``, in order.

    Raises the last ``Failure``, ``DriveStaleError`` if they become others, what ``check`` raises.
    """
    attempts = Attempts(waiting, check)
    done, total = 0, None
    while total is None or done < total:
        check()
        content, found = repeated(
            lambda start=done: _piece(connections, address, start, piece),  # type: ignore[misc]
            attempts,
        )
        if total is not None and found != total:
            raise DriveStaleError(
                "The file in Drive was changed while it was read.",
                hint="Nothing was changed here. Read it again.",
            )
        attempts.went_on()
        total = found
        done += len(content)
        if content:
            yield content


def _piece(connections: Connections, address: str, start: int, length: int) -> tuple[bytes, int]:
    """Bytes from ``start`` on, at least one; and how many there are in all."""
    headers = {
        "range": f"bytes={start}-{start + length - 1}",
        "accept-encoding": "identity",  # else a part of a packed whole may come
    }
    try:
        with connections.borrow() as connection:
            response, content = connection.request(address, "GET", headers=headers)
    except Refusal as refused:
        if refused.status == 416 and start == 0:
            return b"", 0  # an empty file has no first byte to ask for
        raise
    if response.status == 206 and content:
        return content, _total(response, start, len(content))
    whole = response.status == 200  # the server does not give parts
    if whole and (start < len(content) or not content):
        return content[start:], len(content)
    raise Unreached("Drive gave other bytes than were asked for.")


def _total(response: Any, start: int, length: int) -> int:
    said = _RANGE.fullmatch(str(response.get("content-range", "")))
    if said is None:
        raise Unreached("Drive gave other bytes than were asked for.")
    first, last, total = map(int, said.groups())
    if first != start or last - first + 1 != length or last >= total:
        raise Unreached("Drive gave other bytes than were asked for.")
    return total
