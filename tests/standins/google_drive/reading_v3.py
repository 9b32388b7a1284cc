"""Version 3: what only reads."""

from __future__ import annotations

import itertools
from typing import Any

from tests.standins.google_drive.calls import Call
from tests.standins.google_drive.queries import Query
from tests.standins.google_drive.requests import (
    DriveFault,
    Response,
    as_json,
    bad_request,
    forbidden,
)
from tests.standins.google_drive.resources import file_v3, person, revision, rfc3339
from tests.standins.google_drive.rights import may_see, need
from tests.standins.google_drive.state import EXPORTED, StoredFile, StoredRevision


def get(call: Call) -> dict[str, Any] | Response:
    """A file; with ``alt=media`` its newest bytes."""
    file = call.file()
    if call.query.get("alt") != "media":
        return file_v3(call.state, file, call.user, call.client)
    if not file.has_bytes:
        # Guide manage-downloads, handle-errors.
        message = "Only files with binary content can be downloaded. Use Export with Docs Editors."
        raise forbidden("fileNotDownloadable", message)
    return _media(call, file.content, file.mime_type)


def search(call: Call) -> dict[str, Any]:
    """Discovery: files.list. All files, also those in the trash, unless ``q`` says otherwise."""
    query = (
        Query(call.query["q"], call.state, call.client, call.user) if call.query.get("q") else None
    )
    order = call.query.get("orderBy")
    if query is not None and query.is_ranked and order:
        message = "Sorting is not supported for queries with fullText terms. Results are always "
        raise bad_request(f"{message}in descending relevance order.")  # guide handle-errors
    found = [
        file
        for file in call.state.files.values()
        if file.parents and _in_corpora(call, file) and may_see(call.state, file, call.request)
        if query is None or query.matches(file)
    ]
    for key in reversed((order or "").split(",")):
        name, _, direction = key.partition(" ")
        if name:
            field = {"modifiedTime": "modified", "createdTime": "created", "name": "name"}.get(name)
            if field is None:
                raise bad_request(f"Invalid value for orderBy: {name}", reason="invalid")
            found.sort(key=lambda file: getattr(file, field), reverse=direction == "desc")
    page, token = _page(call, found, 100)
    answer = {
        "kind": "drive#fileList",
        "incompleteSearch": call.state.incomplete,
        "files": [file_v3(call.state, one, call.user, call.client) for one in page],
    }
    return answer | ({"nextPageToken": token} if token else {})


def _in_corpora(call: Call, file: StoredFile) -> bool:
    """Guide enable-shareddrives, search-shareddrives."""
    corpora = call.query.get("corpora", "user")
    both = call.says("includeItemsFromAllDrives") and call.says("supportsAllDrives")
    if corpora in ("drive", "allDrives") and not both:
        message = "The includeItemsFromAllDrives parameter must be set to true."
        raise forbidden("teamDrivesIncludeItemsRequired", message)
    if corpora == "drive":
        if call.query.get("driveId") not in call.state.drives:
            raise DriveFault(404, "notFound", "Shared drive not found.")
        return file.drive_id == call.query["driveId"]
    if corpora not in ("user", "allDrives"):
        raise bad_request("Invalid value for corpora", reason="invalid")
    return both or file.drive_id is None


def export(call: Call) -> Response:
    """Discovery: Workspace files only; "limited to 10 MB"."""
    content = exported(call)
    if len(content) > EXPORTED:
        message = "This file is too large to be exported."
        raise forbidden("exportSizeLimitExceeded", message)  # guide handle-errors
    return _media(call, content, call.query["mimeType"])


def exported(call: Call) -> bytes:
    """The bytes of a Workspace file in a format."""
    file = call.file()
    if file.has_bytes:
        raise forbidden("fileNotExportable", "Export only supports Docs Editors files.")
    content = file.exports.get(call.query.get("mimeType", ""))
    if content is None:
        raise bad_request("The requested conversion is not supported.", reason="badRequest")
    return content


def list_revisions(call: Call) -> dict[str, Any]:
    """Discovery: revisions.list; oldest first."""
    file = call.file()
    need(call.state, file, call.request, "canReadRevisions")
    page, token = _page(call, file.revisions, 200)
    answer = {"kind": "drive#revisionList", "revisions": [revision(one) for one in page]}
    return answer | ({"nextPageToken": token} if token else {})


def get_revision(call: Call) -> dict[str, Any] | Response:
    """A revision; with ``alt=media`` its bytes."""
    one = _revision(call)
    if call.query.get("alt") == "media":
        return _media(call, one.content, one.mime_type)
    return dict(revision(one))


def pin(call: Call) -> dict[str, Any]:
    """Discovery: revisions.update; ``keepForever`` on 200 revisions at most."""
    one = _revision(call)
    need(call.state, call.file(), call.request, "canEdit")
    kept = sum(other.keep_forever for other in call.file().revisions)
    if call.body.get("keepForever") and not one.keep_forever and kept >= 200:
        raise forbidden("revisionLimitExceeded", "Too many revisions are kept forever.")
    one.keep_forever = bool(call.body.get("keepForever", one.keep_forever))
    call.state.changed(call.file())
    return dict(revision(one))


def _revision(call: Call) -> StoredRevision:
    file = call.file()
    need(call.state, file, call.request, "canReadRevisions")
    for one in file.revisions:
        if one.revision_id == call.names["revisionId"]:
            return one
    raise DriveFault(404, "notFound", f"Revision not found: {call.names['revisionId']}.")


def about(call: Call) -> dict[str, Any]:
    """Discovery: about.get; numbers are texts, ``limit`` is absent where there is none."""
    quota = {"usage": str(call.state.used)}
    if call.state.limit is not None:
        quota["limit"] = str(call.state.limit)
    return {"kind": "drive#about", "user": person(call.user), "storageQuota": quota}


def drives(call: Call) -> dict[str, Any]:
    """Discovery: drives.list; 10 in a page unless more are asked for, 100 at most."""
    mine = [one for one in call.state.drives if call.user in call.state.files[one].roles]
    page, token = _page(call, mine, 10, most=100)
    listed = [{"kind": "drive#drive", "id": one, "name": call.state.drives[one]} for one in page]
    return {"drives": listed} | ({"nextPageToken": token} if token else {})


def changes_start(call: Call) -> dict[str, Any]:
    """Discovery: the token does not expire."""
    return {"startPageToken": str(1000 + len(call.state.log))}


def changes(call: Call) -> dict[str, Any]:
    """Discovery: changes.list. A file that changed often is told once, as it is now."""
    token = call.query["pageToken"]
    if not token.isdigit() or not 1000 <= int(token) <= 1000 + len(call.state.log):
        raise bad_request("Invalid Value", reason="invalid")
    start, drive = int(token) - 1000, call.query.get("driveId")
    later = list(enumerate(call.state.log[start:], start))
    last = {file_id: number for number, (file_id, of) in later if drive in (None, of)}
    told = sorted(last.items(), key=lambda one: one[1])
    size = min(int(call.query.get("pageSize", "100")), call.state.page_limit)
    page = told[:size]
    entries = [entry for one, _ in page if (entry := _change(call, one)) is not None]
    answer: dict[str, Any] = {"kind": "drive#changeList", "changes": entries}
    if len(told) > size:
        return answer | {"nextPageToken": str(1000 + page[-1][1] + 1)}
    return answer | {"newStartPageToken": str(1000 + len(call.state.log))}


def _change(call: Call, file_id: str) -> dict[str, Any] | None:
    file = call.state.files[file_id]
    if file.drive_id and not call.says("includeItemsFromAllDrives"):
        return None
    gone = not may_see(call.state, file, call.request)
    entry = {
        "kind": "drive#change",
        "changeType": "file",
        "fileId": file_id,
        "time": rfc3339(file.modified),
        "removed": gone,
    }
    if not gone:
        entry["file"] = file_v3(call.state, file, call.user, call.client)
    return entry


def _page(call: Call, entries: Any, usual: int, most: int = 1000) -> tuple[Any, str | None]:
    """A page, and the token of the next one."""
    size = min(int(call.query.get("pageSize", usual)), most, call.state.page_limit)
    token = call.query.get("pageToken", "page-0")
    start = int(token.removeprefix("page-")) if token.startswith("page-") else -1
    if start < 0:
        raise bad_request("Invalid Value", reason="invalid")
    entries = list(entries)
    rest = len(entries) > start + size
    return list(itertools.islice(entries, start, start + size)), (
        f"page-{start + size}" if rest else None
    )


def _media(call: Call, content: bytes, mime_type: str) -> Response:
    """Bytes, or a part of them (guide manage-downloads: "partial download" by ``Range``)."""
    return part_of(content, mime_type, call.request.headers.get("range"))


def part_of(content: bytes, mime_type: str, wanted: str | None) -> Response:
    """RFC 9110: 206 with ``Content-Range``, or 416."""
    headers = {"content-type": mime_type}
    if wanted is None:
        return Response(200, content, headers)
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    start = int(first)
    if start >= len(content):
        fault = as_json({"error": {"code": 416, "message": "Requested range not satisfiable"}})
        return Response(416, fault.body, {"content-range": f"bytes */{len(content)}"})
    piece = content[start : int(last) + 1]
    end = start + len(piece) - 1
    return Response(206, piece, {**headers, "content-range": f"bytes {start}-{end}/{len(content)}"})
