"""What is on its way to and from Drive."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.domain.drive import DriveTransfer
from app.files.drive_transfers import Transfers
from tests.files.drive_place import DrivePlace
from tests.standins.google_drive.requests import Request


class Watch:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_takes_longer_than_a_moment_is_told_with_its_bytes() -> None:
    watch = Watch()
    transfers = Transfers(watch)
    with transfers.under_way("drive:a/-/one", 12, upload=True) as progress:
        assert transfers.slow() == []
        watch.now += 1
        assert transfers.slow() == [DriveTransfer("drive:a/-/one", True, 0, 12)]
        progress(5, None)
        pieces = iter([b"abc", b"de"])
        with transfers.download("drive:b/-/two", None, pieces) as chunks:
            assert next(chunks) == b"abc"
            watch.now += 1
            assert transfers.slow() == [
                DriveTransfer("drive:a/-/one", True, 5, 12),
                DriveTransfer("drive:b/-/two", False, 3, None),
            ]
    assert transfers.slow() == []


def test_one_that_fails_is_forgotten() -> None:
    transfers = Transfers()
    with (
        pytest.raises(OSError, match="cut"),
        transfers.under_way("drive:a/-/one", 12, upload=True),
    ):
        raise OSError("cut")
    assert transfers.slow() == []


async def test_a_change_tells_how_far_its_upload_is(tmp_path: Path) -> None:
    watch = Watch()
    transfers = Transfers(watch)
    seen: list[DriveTransfer] = []

    def look(request: Request) -> None:
        watch.now += 2
        if "upload" in request.target:
            seen.extend(transfers.slow())

    with DrivePlace(tmp_path) as place:
        place.transfers = transfers
        await place.restart()
        file, path = place.add("long.bin", b"short")
        place.server.before = look
        long = random.Random(7).randbytes(20_000_000)
        await place.work.edit(path, lambda _: long)
        await place.stop()
    assert file.content == long
    told = [one.done for one in seen]
    assert told[0] == 0
    assert told == sorted(told)
    assert told[-1] > 0
    assert {(one.upload, one.total) for one in seen} == {(True, len(long))}
