"""Uploads: multipart as the client library writes it, and in pieces (guide manage-uploads)."""

from __future__ import annotations

import email.parser
import email.policy
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.standins.google_drive.calls import Call, Media
from tests.standins.google_drive.requests import DriveFault, Request, Response, bad_request

UNIT = 256 * 1024
Finish = Callable[[Call], Response]


@dataclass(slots=True)
class Session:
    """An upload in pieces that has begun."""

    call: Call
    finish: Finish
    total: int | None
    mime_type: str | None
    received: bytearray = field(default_factory=bytearray)
    answer: Response | None = None


class Sessions:
    """The uploads in pieces that are under way."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._numbers = itertools.count(1)
        self.root_url = ""

    def begin(self, call: Call, finish: Finish) -> Response:
        """The first request: metadata only; the answer's ``Location`` is where the bytes go."""
        request = call.request
        length = request.headers.get("x-upload-content-length")
        upload_id = f"upload-{next(self._numbers)}"
        kind = request.headers.get("x-upload-content-type")
        self._sessions[upload_id] = Session(call, finish, int(length) if length else None, kind)
        place = f"{self.root_url}{request.path[1:]}?uploadType=resumable&upload_id={upload_id}"
        return Response(200, headers={"location": place})

    def expire_all(self) -> None:
        """A week has passed: the next request to any of them is answered 404."""
        self._sessions.clear()

    @property
    def under_way(self) -> int:
        """How many are not whole yet."""
        return sum(one.answer is None for one in self._sessions.values())

    def go_on(self, request: Request, keep: int | None = None) -> Response:
        """A later request: a piece, or how much has arrived."""
        session = self._sessions.get(request.query["upload_id"])
        if session is None:
            raise DriveFault(404, "notFound", "Upload session not found.")
        if session.answer is not None:
            # "200 OK or 201 Created: the upload was completed, and no further action is necessary"
            return session.answer
        said = request.headers.get("content-range", "")
        if re.fullmatch(r"bytes \*/(\d+|\*)", said):
            return _incomplete(session)
        piece = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", said)
        if piece is None:
            if said or request.body:
                raise bad_request("Invalid Content-Range", reason="badContent")
            return self._whole(session)
        first, last = int(piece[1]), int(piece[2])
        total = None if piece[3] == "*" else int(piece[3])
        if first != len(session.received) or last - first + 1 != len(request.body):
            raise bad_request("Invalid Content-Range", reason="badContent")
        is_last = total is not None and last + 1 == total
        if not is_last and len(request.body) % UNIT:
            # "Create chunks in multiples of 256 KB"
            raise bad_request("Chunks must be multiples of 256 KB.", reason="badContent")
        session.received += request.body[:keep]
        if not is_last or (keep is not None and keep < len(request.body)):
            return _incomplete(session)
        if session.total is not None and session.total != len(session.received):
            raise bad_request("Content-Length mismatch", reason="badContent")
        return self._whole(session)

    def _whole(self, session: Session) -> Response:
        session.call.media = Media(bytes(session.received), session.mime_type)
        session.answer = session.finish(session.call)
        return session.answer


def _incomplete(session: Session) -> Response:
    """308; without ``Range`` where nothing has arrived yet."""
    got = len(session.received)
    return Response(308, headers={"range": f"bytes=0-{got - 1}"} if got else {})


def parts_of(request: Request) -> tuple[dict[str, object], Media]:
    """Metadata and bytes of a multipart request.

    RFC 2046 wants CR LF between parts; google-api-python-client writes LF, and Drive takes it.
    """
    kind = request.headers.get("content-type", "")
    head = email.parser.HeaderParser(policy=email.policy.HTTP).parsestr(f"content-type: {kind}\n")
    boundary = head.get_boundary()
    if not boundary:
        raise bad_request("Missing multipart boundary", reason="badContent")
    pieces = re.split(rb"\r?\n?--" + re.escape(boundary.encode()), request.body)
    if len(pieces) != 4 or pieces[3].strip() != b"--":
        raise bad_request("Malformed multipart body.", reason="badContent")
    metadata, media = _part(pieces[1]), _part(pieces[2])
    try:
        said = json.loads(metadata.content)
    except ValueError:
        raise bad_request("Parse Error", reason="parseError") from None
    return said, media


def _part(raw: bytes) -> Media:
    found = re.match(rb"\r?\n(.*?)\r?\n\r?\n(.*)\Z", raw, re.DOTALL)
    if found is None:
        raise bad_request("Malformed multipart body.", reason="badContent")
    head = email.parser.HeaderParser().parsestr(found[1].decode())
    return Media(found[2], head.get("content-type"))
