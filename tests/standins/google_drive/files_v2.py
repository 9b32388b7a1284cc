"""``files`` of version 2: the only one with ``etag``, and a condition on it."""

from __future__ import annotations

from typing import Any

from tests.standins.google_drive.calls import Call
from tests.standins.google_drive.files_v3 import check_update, note
from tests.standins.google_drive.requests import DriveFault
from tests.standins.google_drive.resources import file_v2
from tests.standins.google_drive.state import StoredFile


def get(call: Call) -> dict[str, Any]:
    """A file, with its ``etag`` (discovery v2: File.etag)."""
    return file_v2(call.state, call.file(), call.user, call.client)


def check(call: Call) -> None:
    """What is refused before any byte is sent.

    The condition is looked at when an upload begins, and not again when it ends (assumed: for an
    upload in pieces no document says so, and this asks more of a client).
    """
    file = call.file()
    _check_tag(call, file)
    check_update(call, file)


def update(call: Call) -> dict[str, Any]:
    """PUT: only what is given changes (discovery v2: "supports patch semantics")."""
    file = call.file()
    if call.request.query.get("uploadType") != "resumable":
        check(call)
    if "title" in call.body:
        file.name = call.body["title"]
        call.state.touch(file, call.user)
    if "properties" in call.body:
        note(call, file, {one["key"]: one["value"] for one in call.body["properties"]})
    if call.media is not None:
        # Discovery v2, newRevision: "if true or not set, a new blob is created as head revision".
        if call.query.get("newRevision") == "false":
            file.revisions.pop()
        call.state.put(file, call.media.content, by=call.user, mime_type=call.media.mime_type)
    return file_v2(call.state, file, call.user, call.client)


def _check_tag(call: Call, file: StoredFile) -> None:
    """412 for another ``etag`` (facts, section 1; reason as in Google's other interfaces)."""
    wanted = call.request.headers.get("if-match")
    if wanted is not None and wanted not in ("*", file.etag):
        raise DriveFault(412, "conditionNotMet", "Precondition Failed")
