"""The steps that are to be gone through with a real account hold with the stand-in."""

from __future__ import annotations

from pathlib import Path

from tests.files.drive_place import DrivePlace
from tests.live.drive import STEPS, run


async def test_every_step_holds_and_the_folder_is_in_the_trash(tmp_path: Path) -> None:
    said: list[str] = []
    home = tmp_path / "live"
    home.mkdir()
    with DrivePlace(tmp_path) as place:
        assert await run(place.drives, home, said.append) == 0
        await place.stop()
        (folder,) = [
            one for one in place.state.files.values() if one.name.startswith("Steward test")
        ]
        assert folder.explicitly_trashed
    assert [line[:3] for line in said[:-1]] == ["yes"] * len(STEPS)
