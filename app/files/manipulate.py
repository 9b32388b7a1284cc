"""PULL and MANIPULATE: what stands there, and what would. Touches nothing but a work folder."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import FileError, FileTooLargeError, NotAFileError
from app.files.contents import Content, InMemory
from app.files.drive_places import is_drive
from app.files.failures import changed, exists
from app.files.request import MAX_BYTES, Request
from app.files.store import ChangeKind, FileStore, Pulled
from app.files.work import WorkFolder


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A change as it would be.

    Attributes:
        before: the file as it was read; ``None`` where there is none.
        after: the new content; ``None`` where none is made (a move, a removal).
    """

    before: Pulled | None
    after: Content | None


def work_out(store: FileStore, request: Request, work: WorkFolder) -> WorkedOut:
    """Read the file and make the new content. Blocking.

    Raises ``FileError`` where the change cannot be, ``OSError``.
    """
    pulled = None
    if request.kind is ChangeKind.CREATE:
        _require_free(store, request.locator)
    else:
        pulled = _pull(store, request, work)
    if request.bound is not None and request.bound.hash != (pulled.hash if pulled else None):
        raise changed(request.locator)
    if request.target is not None and not store.is_respelled(request.locator, request.target):
        _require_free(store, request.target)
    if pulled is not None:
        store.require_allowed(request.kind, request.locator)
    after = None
    if request.kind in (ChangeKind.CREATE, ChangeKind.REPLACE):
        after = _made(request, pulled, work)
        if pulled is not None and after.hash == pulled.hash:
            raise _same(request.locator)
        if pulled is not None:
            store.require_possible(request.locator, after)
    return WorkedOut(pulled, after)


def _pull(store: FileStore, request: Request, work: WorkFolder) -> Pulled:
    # What came over a line once is not fetched again to be kept.
    limit, take = MAX_BYTES, work.take if is_drive(request.locator) else work.read
    if request.rewrite is not None:
        limit, take = -1, work.take
    try:
        # A change in memory of a content that has no place there is refused.
        return store.pull(request.locator, limit=limit, take=None if request.make else take)
    except FileNotFoundError as error:
        if request.bound is not None:
            raise changed(request.locator) from error
        raise


def _made(request: Request, pulled: Pulled | None, work: WorkFolder) -> Content:
    if request.content is not None:
        return request.content()
    if request.rewrite is not None:
        return work.rewrite(request.rewrite)
    assert request.make is not None
    after = request.make(pulled.content or b"" if pulled is not None else b"")
    if len(after) > MAX_BYTES:
        raise FileTooLargeError(
            f"The new content of {request.locator} has {len(after):,} bytes; "
            f"the limit is {MAX_BYTES:,}.",
            details={"path": request.locator, "size": len(after), "limit": MAX_BYTES},
        )
    return InMemory(after)


def _require_free(store: FileStore, locator: str) -> None:
    try:
        is_free = store.probe(locator) is None
    except NotAFileError:
        is_free = False
    if not is_free:
        raise exists(locator)


def _same(locator: str) -> FileError:
    return FileError(
        f"There is nothing to change in {locator}: the new content is the same.",
        details={"path": locator, "unchanged": True},
    )
