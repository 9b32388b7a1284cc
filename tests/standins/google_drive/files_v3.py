"""``files`` of version 3: what changes something."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from tests.standins.google_drive.calls import Call
from tests.standins.google_drive.requests import DriveFault, bad_request, forbidden
from tests.standins.google_drive.resources import file_v3
from tests.standins.google_drive.rights import need, visible
from tests.standins.google_drive.state import FOLDER, SHORTCUT, WORKSPACE, StoredFile

WRITABLE = {
    *("id", "name", "mimeType", "parents", "appProperties", "trashed", "shortcutDetails"),
    *("modifiedTime", "description"),
}


def said(call: Call, file: StoredFile) -> dict[str, Any]:
    """The file as the answer."""
    return file_v3(call.state, file, call.user, call.client)


def generate_ids(call: Call) -> dict[str, Any]:
    """Discovery: ids "which can be provided in create or copy requests"; 1000 at most."""
    count = int(call.query.get("count", "10"))
    if not 1 <= count <= 1000:
        raise bad_request("Invalid value for count", reason="invalidParameter")
    ids = [call.state.new_id() for _ in range(count)]
    call.state.reserved |= set(ids)
    return {"kind": "drive#generatedIds", "space": "drive", "ids": ids}


def create(call: Call) -> dict[str, Any]:
    """Make a file; without ``parents`` directly in My Drive (discovery: parents)."""
    check_create(call)
    body = call.body
    file_id = body.get("id") or call.state.new_id()
    kind = body.get("mimeType") or (call.media and call.media.mime_type)
    kind = kind or "application/octet-stream"
    folder = (body.get("parents") or [call.state.root_of(call.user)])[0]
    folder = call.state.root_of(call.user) if folder == "root" else folder
    file = call.state.make(file_id, body.get("name", "Untitled"), kind, folder, call.user)
    file.apps.add(call.client)
    file.shortcut_to = body.get("shortcutDetails", {}).get("targetId")
    note(call, file, body.get("appProperties", {}))
    if file.has_bytes:
        _check_room(call)
        content = call.media.content if call.media else b""
        call.state.put(file, content, by=call.user, mime_type=kind)
    return said(call, file)


def check_create(call: Call) -> None:
    """What is refused before any byte is sent, too: an upload in pieces begins with it."""
    body = call.body
    _check_body(body)
    check_id(call, body.get("mimeType", ""))
    check_parents(call, body.get("parents"))
    check_notes(body.get("appProperties", {}))
    _check_room(call)


def copy(call: Call) -> dict[str, Any]:
    """Discovery: "creates a copy of a file and applies any requested updates with patch semantics".

    So what this program noted on it comes along. The current content is copied, as one revision;
    sharing and comments are not (discovery: copyComments is off).
    """
    source = call.file()
    need(call.state, source, call.request, "canCopy")
    body = call.body
    _check_body(body)
    check_id(call, source.mime_type)
    check_parents(call, body.get("parents"))
    check_notes(body.get("appProperties", {}))
    if source.has_bytes:
        _check_room(call, len(source.content))
    file_id = body.get("id") or call.state.new_id()
    # "If not specified as part of a copy request, the file inherits any discoverable parent"
    folder = (body.get("parents") or [*source.parents, call.state.root_of(call.user)])[0]
    folder = call.state.root_of(call.user) if folder == "root" else folder
    name = body.get("name") or f"Copy of {source.name}"
    file = call.state.make(file_id, name, source.mime_type, folder, call.user)
    file.apps.add(call.client)
    file.exports = dict(source.exports)
    file.document, file.sheets = deepcopy(source.document), deepcopy(source.sheets)
    note(call, file, {**source.noted.get(call.client, {}), **body.get("appProperties", {})})
    if source.has_bytes:
        call.state.put(file, source.content, by=call.user, mime_type=source.mime_type)
    return said(call, file)


def update(call: Call) -> dict[str, Any]:
    """Metadata, bytes or both."""
    file = call.file()
    body = call.body
    _check_body(body)
    check_update(call, file)
    add, remove = _ids(call, "addParents"), _ids(call, "removeParents")
    _check_move(call, file, add, remove)
    if "parents" in body:
        # "Update requests must use the addParents and removeParents parameters"
        message = "The parents field is not directly writable in update requests."
        raise forbidden("fieldNotWritable", message)
    if add or remove:
        kept = [one for one in file.parents if one not in remove]
        if kept and add:
            raise bad_request("A file can only have one parent.", reason="cannotAddParent")
        file.parents = add or kept
        call.state.touch(file, call.user)
    if "name" in body and body["name"] != file.name:
        file.name = body["name"]
        call.state.touch(file, call.user)
    if "appProperties" in body:
        note(call, file, body["appProperties"])
        call.state.changed(file)
    if "trashed" in body and body["trashed"] != file.explicitly_trashed:
        need(call.state, file, call.request, "canTrash" if body["trashed"] else "canUntrash")
        call.state.set_trashed(file, body["trashed"], call.user)
    if call.media is not None:
        kind = body.get("mimeType") or call.media.mime_type
        call.state.put(file, call.media.content, by=call.user, mime_type=kind)
    return said(call, file)


def check_update(call: Call, file: StoredFile) -> None:
    """What is refused before any byte is sent."""
    check_notes(call.body.get("appProperties", {}))
    need(call.state, file, call.request, "canEdit")
    if "upload" in call.request.path:
        need(call.state, file, call.request, "canModifyContent")
        if not file.has_bytes:
            raise forbidden("fileNotDownloadable", "The file has no binary content.")
        _check_room(call)


def _check_move(call: Call, file: StoredFile, add: list[str], remove: list[str]) -> None:
    for parent in add:
        if parent in file.parents:
            # Guide handle-errors: "You tried to add a duplicate parent to a Drive file."
            raise bad_request("The specified parent is already a parent of the file.")
        check_parents(call, [parent])
    for parent in remove:
        if parent not in file.parents:  # assumed
            raise bad_request("The specified parent is not a parent of the file.")


def note(call: Call, file: StoredFile, notes: Mapping[str, str | None]) -> None:
    """appProperties; "entries with null values are cleared" (discovery)."""
    kept = {**file.noted.get(call.client, {}), **notes}
    clean = {key: value for key, value in kept.items() if value is not None}
    if len(clean) > 30:  # guide properties: 30 for one app
        raise bad_request("Too many private properties.", reason="limitExceeded")
    file.noted[call.client] = clean


def check_notes(notes: Mapping[str, str | None]) -> None:
    """Guide properties: 124 bytes for key and value together, in UTF-8."""
    for key, value in notes.items():
        if len(key.encode()) + len((value or "").encode()) > 124:
            raise bad_request("Property exceeds 124 bytes.", reason="limitExceeded")


def check_id(call: Call, mime_type: str) -> None:
    """Guide create-file: a generated id once only, 409 after that; not for Workspace types."""
    file_id = call.body.get("id")
    if file_id is None:
        return
    if mime_type.startswith(WORKSPACE) and mime_type not in (FOLDER, SHORTCUT):
        raise bad_request("Generated IDs are not supported for this type.", reason="invalid")
    if file_id in call.state.files:
        message = "A file already exists with the provided ID."
        raise DriveFault(409, "fileIdInUse", message)
    if file_id not in call.state.reserved:
        raise bad_request("The provided file ID is not usable.", reason="fileIdNotUsable")


def check_parents(call: Call, parents: list[str] | None) -> None:
    """One folder that is there and may be written to."""
    if not parents:
        return
    if len(parents) > 1:
        raise bad_request("A file can only have one parent.", reason="invalid")
    folder = visible(call.state, parents[0], call.request)
    if folder.mime_type != FOLDER:
        raise forbidden("parentNotAFolder", "The specified parent is not a folder.")
    need(call.state, folder, call.request, "canAddChildren")


def _check_room(call: Call, size: int | None = None) -> None:
    """Guide handle-errors: 403 ``storageQuotaExceeded``."""
    if size is None:
        length = call.request.headers.get("x-upload-content-length", "0")
        size = len(call.media.content) if call.media else int(length)
    if call.state.limit is not None and call.state.used + size > call.state.limit:
        message = "The user's Drive storage quota has been exceeded."
        raise forbidden("storageQuotaExceeded", message)


def _check_body(body: Mapping[str, Any]) -> None:
    unknown = set(body) - WRITABLE
    if unknown:
        raise forbidden("fieldNotWritable", f"The resource body includes {sorted(unknown)}.")


def _ids(call: Call, parameter: str) -> list[str]:
    given = call.query.get(parameter, "")
    return [
        call.state.root_of(call.user) if one == "root" else one for one in given.split(",") if one
    ]
