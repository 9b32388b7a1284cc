"""How Drive files are named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import FileError
from app.files.drive_places import DrivePlace, display_of, id_in, place_at

IDS = st.text(alphabet="abzAZ059-_", min_size=1, max_size=40)


@given(IDS, st.none() | IDS.filter(lambda text: text != "-"), st.text(max_size=40))
def test_a_place_comes_back_whole_and_on_one_line(
    file_id: str, folder: str | None, name: str
) -> None:
    place = DrivePlace(file_id, folder, name)
    assert place_at(place.locator) == place
    assert place.locator.count("/") == 2
    assert place.locator.isprintable()
    assert id_in(place.display)[0] == id_in(place.locator)[0] == file_id
    assert display_of(place.locator) == place.display


@pytest.mark.parametrize(
    "path",
    ["", "drive:", "drive:/x", "drive:a b/x/y", "plan.md", "drive:a", "drive:a/b", "DRIVE:a/b/c"],
)
def test_what_is_no_place_is_refused(path: str) -> None:
    with pytest.raises(FileError):
        place_at(path)


@pytest.mark.parametrize(
    "path", ["drive:", "drive:?", "drive:a'b", "plan.md", f"drive:{'a' * 201}"]
)
def test_what_has_no_id_is_refused(path: str) -> None:
    with pytest.raises(FileError):
        id_in(path)
