"""Files, revisions and changes as the two versions of the interface write them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.standins.google_drive.rights import capabilities
from tests.standins.google_drive.state import NAMES, DriveState, StoredFile, StoredRevision


def rfc3339(at: datetime) -> str:
    """Discovery: "RFC 3339 date-time"; with milliseconds and Z."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def person(email: str) -> dict[str, Any]:
    """Discovery: User."""
    return {
        "kind": "drive#user",
        "displayName": NAMES.get(email, email),
        "emailAddress": email,
        "permissionId": hashlib.sha256(email.encode()).hexdigest()[:20],
    }


def file_v3(state: DriveState, file: StoredFile, user: str, client: str) -> dict[str, Any]:
    """Discovery v3: File. Numbers of 64 bits are texts."""
    said: dict[str, Any] = {
        "kind": "drive#file",
        "id": file.id,
        "name": file.name,
        "mimeType": file.mime_type,
        "version": str(file.version),
        "createdTime": rfc3339(file.created),
        "modifiedTime": rfc3339(file.modified),
        "lastModifyingUser": person(file.modified_by),
        "trashed": state.is_trashed(file),
        "explicitlyTrashed": file.explicitly_trashed,
        "capabilities": capabilities(state, file, user),
        "webViewLink": f"https://drive.google.com/file/d/{file.id}/view?usp=drivesdk",
        "shared": len(file.roles) > 1,
    }
    # The parent of a file that was shared alone is not seen (discovery: parents).
    parents = [one for one in file.parents if user in state.files[one].roles or file.drive_id]
    if parents:
        said["parents"] = parents
    if file.drive_id:
        said["driveId"] = file.drive_id
        del said["shared"]  # discovery: not populated for items in shared drives
    else:
        said["ownedByMe"] = file.roles.get(user) == "owner"
    if file.shortcut_to:
        said["shortcutDetails"] = {"targetId": file.shortcut_to}
    if file.noted.get(client):
        said["appProperties"] = dict(file.noted[client])
    if file.has_bytes and file.revisions:
        said |= _of_bytes(file)
    elif file.exports:
        # Discovery: size is also there for Workspace editor files; checksums and head are not.
        said["size"] = "1024"
    return said


def _of_bytes(file: StoredFile) -> dict[str, Any]:
    head = file.head
    return {
        "size": str(len(head.content)),
        "md5Checksum": head.checksums.md5,
        "sha1Checksum": head.checksums.sha1,
        "sha256Checksum": head.checksums.sha256,
        "headRevisionId": head.revision_id,
        "originalFilename": file.name,
    }


def file_v2(state: DriveState, file: StoredFile, user: str, client: str) -> dict[str, Any]:
    """Discovery v2: File, with other names and with ``etag``."""
    new = file_v3(state, file, user, client)
    same = (
        *("id", "mimeType", "version", "md5Checksum", "sha1Checksum", "sha256Checksum"),
        *("headRevisionId", "capabilities", "driveId", "shortcutDetails", "lastModifyingUser"),
    )
    said = {name: new[name] for name in same if name in new}
    properties = [
        {"key": key, "value": value, "visibility": "PRIVATE"}
        for key, value in new.get("appProperties", {}).items()
    ]
    return said | {
        "kind": "drive#file",
        "etag": file.etag,
        "title": file.name,
        "alternateLink": new["webViewLink"],
        "createdDate": new["createdTime"],
        "modifiedDate": new["modifiedTime"],
        "lastModifyingUserName": new["lastModifyingUser"]["displayName"],
        "labels": {"trashed": new["trashed"]},
        "parents": [{"id": one} for one in new.get("parents", [])],
        "properties": properties,
        **({"fileSize": new["size"]} if "size" in new else {}),
    }


def revision(one: StoredRevision) -> Mapping[str, Any]:
    """Discovery v3: Revision."""
    return {
        "kind": "drive#revision",
        "id": one.revision_id,
        "mimeType": one.mime_type,
        "modifiedTime": rfc3339(one.at),
        "keepForever": one.keep_forever,
        "md5Checksum": one.checksums.md5,
        "size": str(len(one.content)),
        "lastModifyingUser": person(one.by),
    }
