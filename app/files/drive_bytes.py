"""Bytes on their way into Google Drive. Blocking."""

from __future__ import annotations

import hashlib
import mimetypes
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from app.domain.drive import DriveRevision
from app.files.contents import Content
from app.files.drive_client import DriveClient, Upload


def put_back_on_top(client: DriveClient, file_id: str, revision: DriveRevision) -> None:
    """Make a revision the newest again, as a new one."""
    with tempfile.TemporaryFile() as stream:
        size = 0
        with client.download(file_id, revision.revision_id) as chunks:
            for chunk in chunks:
                size += stream.write(chunk)
        tag = client.tag(file_id)
        upload = Upload(size, lambda: _pieces(stream), tag.file.mime_type)
        client.replace(file_id, tag.etag, upload)


def upload_of(content: Content, name: str) -> Upload:
    """A new file of this name."""
    kind, _ = mimetypes.guess_type(name, strict=False)
    return Upload(content.size, content.chunks, kind or "application/octet-stream")


def md5_of(content: Content) -> str:
    """Hex; Drive tells its revisions apart by it."""
    check = hashlib.md5(usedforsecurity=False)
    for chunk in content.chunks():
        check.update(chunk)
    return check.hexdigest()


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while chunk := stream.read(1 << 20):
        yield chunk
