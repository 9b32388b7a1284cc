"""Who may see a file, and do what with it (guide manage-sharing)."""

from __future__ import annotations

from tests.standins.google_drive.requests import Request, forbidden, not_found
from tests.standins.google_drive.state import DriveState, StoredFile

WRITERS = ("owner", "organizer", "fileOrganizer", "writer")
SCOPES = "https://www.googleapis.com/auth/drive"
ONLY_CHOSEN = "https://www.googleapis.com/auth/drive.file"
READ_ONLY = "https://www.googleapis.com/auth/drive.readonly"


def role_of(state: DriveState, file: StoredFile, user: str) -> str | None:
    """The role on the file or on a folder above it."""
    seen: set[str] = set()
    while file.id not in seen:
        if user in file.roles:
            return file.roles[user]
        seen.add(file.id)
        if not file.parents or file.parents[0] not in state.files:
            return None
        file = state.files[file.parents[0]]
    return None


def may_see(state: DriveState, file: StoredFile, request: Request) -> bool:
    """Whether it exists for this account and program.

    Discovery: ``drive.file`` is for files "that you have opened with or created by this app".
    """
    if request.scope == ONLY_CHOSEN and request.client not in file.apps and file.parents:
        return False
    return role_of(state, file, request.user) is not None


def visible(state: DriveState, file_id: str, request: Request) -> StoredFile:
    """The file; ``root`` stands for My Drive (guide folder)."""
    file = state.files.get(state.root_of(request.user) if file_id == "root" else file_id)
    if file is None or not may_see(state, file, request):
        raise not_found(file_id)
    # Without supportsAllDrives a file in a shared drive is not found (guide enable-shareddrives).
    asked = request.query.get("supportsAllDrives") == "true"
    if file.drive_id and request.takes_all_drives and not asked:
        raise not_found(file_id)
    return file


def capabilities(state: DriveState, file: StoredFile, user: str) -> dict[str, bool]:
    """Discovery: File.capabilities. Only the owner may trash a file (discovery: File.trashed)."""
    role = role_of(state, file, user)
    writes = role in WRITERS
    trashes = role == "owner" or (file.drive_id is not None and role in WRITERS[1:3])
    return {
        "canEdit": writes,
        "canModifyContent": writes and not file.locked,
        "canRename": writes,
        "canTrash": trashes and bool(file.parents),
        "canUntrash": trashes,
        "canCopy": file.mime_type != "application/vnd.google-apps.folder",
        "canDownload": True,
        "canReadRevisions": writes,
        "canAddChildren": writes and file.mime_type == "application/vnd.google-apps.folder",
    }


def need(state: DriveState, file: StoredFile, request: Request, capability: str) -> None:
    """403 ``insufficientFilePermissions`` (guide handle-errors) without the capability."""
    if request.scope == READ_ONLY and capability not in ("canDownload", "canReadRevisions"):
        message = "Request had insufficient authentication scopes."
        raise forbidden("insufficientPermissions", message)
    if capabilities(state, file, request.user)[capability]:
        return
    if capability == "canModifyContent" and file.locked:
        # Guide content-restrictions.
        raise forbidden("contentRestrictionReadOnly", "The file is read-only.")
    message = f"The user does not have sufficient permissions for file {file.id}."
    raise forbidden("insufficientFilePermissions", message)
