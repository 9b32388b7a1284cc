"""Looking for files by when, by whom and in which conversation they were changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from app.domain.file_search import ChangedBy, FileKind, FileQuery
from tests.files.place import Place


async def _days(place: Place) -> list[datetime]:
    """``old.md`` on the first day, ``both.md`` on both, ``photo.png`` on the second."""
    work = place.workspace()
    first = place.clock.now()
    await work.create("old.md", b"x")
    await work.create("both.md", b"x")
    place.clock.advance(24 * 3600)
    await work.edit("both.md", lambda _: b"y")
    await work.create("photo.png", b"x")
    place.clock.advance(24 * 3600)
    await work.edit("both.md", lambda _: b"z")
    return [first, first + timedelta(days=1), first + timedelta(days=2)]


async def test_files_are_found_by_the_time_of_any_version(place: Place) -> None:
    first, second, third = await _days(place)

    async def found(since: datetime | None, until: datetime | None) -> list[tuple[str, int]]:
        query = FileQuery(since=since, until=until)
        hits = await place.workspace().find_tracked(query=query)
        return [(Path(one.file.path).name, one.version) for one in hits]

    assert await found(first, second) == [("both.md", 1), ("old.md", 1)]
    assert await found(second, third) == [("both.md", 2), ("photo.png", 1)]
    assert await found(second, None) == [("both.md", 3), ("photo.png", 1)]
    assert await found(None, second) == [("both.md", 1), ("old.md", 1)]
    assert await found(third + timedelta(days=1), None) == []


async def test_files_are_found_by_who_what_and_whether_they_are_there(place: Place) -> None:
    await _days(place)
    work = place.workspace()
    (place.folder / "old.md").write_bytes(b"by hand")
    await place.manager.note(str(place.folder / "old.md"))
    await work.remove("photo.png")

    async def found(**asked: object) -> set[str]:
        hits = await work.find_tracked(query=FileQuery(**asked))  # type: ignore[arg-type]
        return {Path(one.file.path).name for one in hits}

    assert await found(by=ChangedBy.OUTSIDE) == {"old.md"}
    assert await found(kind=FileKind.PICTURE) == {"photo.png"}
    assert await found(present=False) == {"photo.png"}
    assert await found(present=True, kind=FileKind.TEXT) == {"old.md", "both.md"}
    assert await found(by=ChangedBy.OUTSIDE, kind=FileKind.PICTURE) == set()
