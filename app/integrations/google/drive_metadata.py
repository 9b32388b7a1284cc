"""Reads what Drive says of files; it comes from outside, so anything may be missing or odd."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, TypedDict

from app.domain.drive import (
    DriveAccount,
    DriveChange,
    DriveFile,
    DriveRevision,
)

FILE_FIELDS: Final = (
    "id,name,mimeType,parents,size,md5Checksum,sha256Checksum,headRevisionId,version,modifiedTime,"
    "lastModifyingUser(displayName,emailAddress),trashed,driveId,shortcutDetails(targetId),"
    "capabilities(canEdit,canModifyContent,canTrash,canCopy),webViewLink,appProperties"
)
TAG_FIELDS: Final = (
    "etag,id,title,mimeType,parents(id),fileSize,md5Checksum,sha256Checksum,headRevisionId,version,"
    "modifiedDate,lastModifyingUser(displayName,emailAddress),labels(trashed),driveId,"
    "shortcutDetails(targetId),capabilities(canEdit,canModifyContent,canTrash,canCopy),"
    "alternateLink,properties(key,value,visibility)"
)
REVISION_FIELDS: Final = (
    "id,md5Checksum,size,modifiedTime,lastModifyingUser(displayName,emailAddress),keepForever"
)
ACCOUNT_FIELDS: Final = "user(displayName,emailAddress),storageQuota(limit,usage)"

_MOST: Final = 2**63 - 1


class NoSenseError(ValueError):
    """An answer without what nothing can be done without."""


def file_of(said: object) -> DriveFile:
    """A file as version 3 describes it. Raises ``NoSenseError`` if it has no id."""
    fields = mapping(said)
    return DriveFile(
        file_id=_id(fields.get("id")),
        name=text(fields.get("name")) or "",
        mime_type=text(fields.get("mimeType")) or "",
        parents=tuple(one for one in items(fields.get("parents")) if isinstance(one, str) and one),
        size=count(fields.get("size")),
        version=count(fields.get("version")) or 0,
        modified_at=moment(fields.get("modifiedTime")),
        trashed=fields.get("trashed") is True,
        link=text(fields.get("webViewLink")) or "",
        app_properties=_texts(fields.get("appProperties")),
        **_common(fields),
    )


def tagged_file_of(said: object) -> tuple[str, DriveFile]:
    """A file as version 2 describes it, with its ``etag``. Raises ``NoSenseError``."""
    fields = mapping(said)
    etag = text(fields.get("etag"))
    if not etag or not etag.isascii() or not etag.isprintable():
        raise NoSenseError("no etag")
    parents = (text(mapping(one).get("id")) for one in items(fields.get("parents")))
    return etag, DriveFile(
        file_id=_id(fields.get("id")),
        name=text(fields.get("title")) or "",
        mime_type=text(fields.get("mimeType")) or "",
        parents=tuple(one for one in parents if one),
        size=count(fields.get("fileSize")),
        version=count(fields.get("version")) or 0,
        modified_at=moment(fields.get("modifiedDate")),
        trashed=mapping(fields.get("labels")).get("trashed") is True,
        link=text(fields.get("alternateLink")) or "",
        app_properties=_private(fields.get("properties")),
        **_common(fields),
    )


def revision_of(said: object) -> DriveRevision:
    """A revision. Raises ``NoSenseError`` if it has no id."""
    fields = mapping(said)
    return DriveRevision(
        revision_id=_id(fields.get("id")),
        md5=text(fields.get("md5Checksum")),
        size=count(fields.get("size")),
        modified_at=moment(fields.get("modifiedTime")),
        modified_by=_person(fields.get("lastModifyingUser")),
        kept_forever=fields.get("keepForever") is True,
    )


def change_of(said: object) -> DriveChange | None:
    """A change of a file; ``None`` for one of a shared drive, or without a file's id."""
    fields = mapping(said)
    file_id = text(fields.get("fileId"))
    if not file_id:
        return None
    file = None
    if fields.get("removed") is not True and fields.get("file") is not None:
        try:
            file = file_of(fields["file"])
        except NoSenseError:
            return None  # neither told as gone nor as there: it is looked at when it is used
    return DriveChange(file_id=file_id, file=file, at=moment(fields.get("time")))


def account_of(said: object) -> DriveAccount:
    """Whose Drive it is. Raises ``NoSenseError`` if nobody is named."""
    fields = mapping(said)
    user, quota = mapping(fields.get("user")), mapping(fields.get("storageQuota"))
    email = text(user.get("emailAddress"))
    if not email:
        raise NoSenseError("nobody's Drive")
    return DriveAccount(
        email=email,
        name=text(user.get("displayName")) or "",
        used=count(quota.get("usage")),
        limit=count(quota.get("limit")),
    )


# -- pieces of any answer ---------------------------------------------------------------------


def mapping(value: object) -> Mapping[str, object]:
    """An object of JSON; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """A list of JSON; an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: object) -> str | None:
    """A text with something in it, that can be written as UTF-8; else ``None``."""
    if not isinstance(value, str) or not value:
        return None
    return value.encode("utf-8", "replace").decode("utf-8")


def count(value: object) -> int | None:
    """A number, which Drive writes as a text; ``None`` where it is none or beyond 64 bits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
        return None
    return value


def moment(value: object) -> datetime | None:
    """A time as RFC 3339 has it, in UTC; ``None`` where it is none."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        return None if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


class _Common(TypedDict):
    """What both versions call by the same name."""

    md5: str | None
    sha256: str | None
    head_revision: str | None
    modified_by: str
    drive_id: str | None
    shortcut_to: str | None
    can_edit: bool
    can_trash: bool
    can_copy: bool


def _common(fields: Mapping[str, object]) -> _Common:
    may = mapping(fields.get("capabilities"))
    return {
        "md5": text(fields.get("md5Checksum")),
        "sha256": text(fields.get("sha256Checksum")),
        "head_revision": text(fields.get("headRevisionId")),
        "modified_by": _person(fields.get("lastModifyingUser")),
        "drive_id": text(fields.get("driveId")),
        "shortcut_to": text(mapping(fields.get("shortcutDetails")).get("targetId")),
        # What is not said is left to Drive to refuse.
        "can_edit": may.get("canEdit") is not False and may.get("canModifyContent") is not False,
        "can_trash": may.get("canTrash") is not False,
        "can_copy": may.get("canCopy") is not False,
    }


def _id(value: object) -> str:
    found = text(value)
    if found is None:
        raise NoSenseError("no id")
    return found


def _person(value: object) -> str:
    person = mapping(value)
    return text(person.get("displayName")) or text(person.get("emailAddress")) or ""


def _texts(value: object) -> dict[str, str]:
    said = mapping(value).items()
    return {key: text(one) or "" for key, one in said if isinstance(one, str)}


def _private(value: object) -> dict[str, str]:
    found = {}
    for one in map(mapping, items(value)):
        key, kept = text(one.get("key")), one.get("value")
        if key and isinstance(kept, str) and one.get("visibility") == "PRIVATE":
            found[key] = text(kept) or ""
    return found
