"""Files are found by what a query says, and by nothing that its texts say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.drive import FOLDER_TYPE
from app.files.drive_client import DriveQuery
from app.integrations.google.drive import GoogleDrive
from app.integrations.google.drive_queries import search_text
from tests.standins.google_drive import DriveServer
from tests.standins.google_drive.queries import Query
from tests.standins.google_drive.state import DriveState


def names(drive: GoogleDrive, query: DriveQuery) -> list[str]:
    page = drive.search(query)
    assert page.next_page is None
    return [one.name for one in page.files]


def test_a_file_is_found_by_each_condition(drive: GoogleDrive, server: DriveServer) -> None:
    folder = server.state.add_folder("Budget")
    server.state.add("budget 2025.txt", b"numbers of the year", folder=folder.id)
    late = server.state.add("notes.md", b"about the budget", mime_type="text/markdown")
    (file_id,) = drive.new_ids(1)
    drive.copy(late.id, file_id, "copy.md", folder.id, {"operation": "42"})

    assert names(drive, DriveQuery(name="notes.md")) == ["notes.md"]
    assert names(drive, DriveQuery(folder=folder.id)) == ["copy.md", "budget 2025.txt"]
    assert names(drive, DriveQuery(folder="root")) == ["notes.md", "Budget"]
    assert names(drive, DriveQuery(mime_type="text/markdown")) == ["copy.md", "notes.md"]
    assert names(drive, DriveQuery(app_property=("operation", "42"))) == ["copy.md"]
    assert names(drive, DriveQuery(app_property=("operation", "43"))) == []
    after = late.modified - timedelta(milliseconds=1)
    assert names(drive, DriveQuery(modified_after=after)) == ["copy.md", "notes.md"]
    here = after.astimezone(timezone(timedelta(hours=9)))
    assert names(drive, DriveQuery(modified_after=here)) == ["copy.md", "notes.md"]
    assert names(drive, DriveQuery(mime_type=FOLDER_TYPE, name="Budget")) == ["Budget"]


def test_words_are_looked_for_in_name_and_text(drive: GoogleDrive, server: DriveServer) -> None:
    server.state.add("Budgetplan.txt", b"nothing")
    server.state.add("notes.md", b"about the budget")
    server.state.add("other.md", b"about nothing")

    # Drive refuses an order for such a query; the best matches come first.
    assert set(names(drive, DriveQuery(words="budget"))) == {"Budgetplan.txt", "notes.md"}


def test_files_with_the_same_name_are_all_found(drive: GoogleDrive, server: DriveServer) -> None:
    ids = {server.state.add("same.txt", b"one").id for _ in range(3)}

    found = drive.search(DriveQuery(name="same.txt")).files

    assert {one.file_id for one in found} == ids


def test_the_trash_is_looked_into_when_asked(drive: GoogleDrive, server: DriveServer) -> None:
    here, gone = server.state.add("here.txt"), server.state.add("gone.txt")
    drive.change(gone.id, trashed=True)
    text = DriveQuery(mime_type="text/plain")

    assert names(drive, text) == [here.name]
    assert names(drive, DriveQuery(mime_type="text/plain", trashed=True)) == [gone.name]
    both = names(drive, DriveQuery(mime_type="text/plain", trashed=None))
    assert both == [gone.name, here.name]


def test_a_shared_drive_is_looked_into_alone_or_with_all(
    drive: GoogleDrive, server: DriveServer
) -> None:
    team = server.state.add_drive("Team")
    server.state.add("mine.txt")
    server.state.add("ours.txt", folder=team)
    text = DriveQuery(mime_type="text/plain")

    assert names(drive, text) == ["ours.txt", "mine.txt"]
    assert names(drive, DriveQuery(mime_type="text/plain", shared_drive=team)) == ["ours.txt"]


def test_many_files_come_in_pages(drive: GoogleDrive, server: DriveServer) -> None:
    for number in range(230):
        server.state.add(f"{number}.txt")
    query, page, found = DriveQuery(mime_type="text/plain"), None, []
    while True:
        part = drive.search(query, page)
        assert len(part.files) <= 100
        found += [one.name for one in part.files]
        page = part.next_page
        if page is None:
            break

    assert found == [f"{number}.txt" for number in reversed(range(230))]


def test_a_search_that_did_not_look_everywhere_says_so(
    drive: GoogleDrive, server: DriveServer
) -> None:
    assert not drive.search(DriveQuery()).incomplete
    server.state.incomplete = True

    assert drive.search(DriveQuery()).incomplete


HOSTILE = ["it's", "\\", "\\'", "' or trashed = true or name = '", "a\\", "'", "\\\\'", "%27", '"']


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_a_name(drive: GoogleDrive, server: DriveServer, name: str) -> None:
    server.state.add(name, b"one")
    server.state.add("other.txt", b"two")

    assert names(drive, DriveQuery(name=name)) == [name]


# Without capitals: Drive does not tell them from others in a name.
TEXTS = st.text("'\\ a0ä%\n)=", max_size=8) | st.text(
    st.characters(exclude_categories=("Cs", "Lu", "Lt", "Ll"))
)


@given(wanted=TEXTS, other=TEXTS)
def test_any_text_means_itself_in_a_query(wanted: str, other: str) -> None:
    state = DriveState()
    right, wrong = state.add(wanted), state.add(other)
    right.noted["app"] = {wanted: other}

    by_name = Query(search_text(DriveQuery(name=wanted)), state, "app")
    assert by_name.matches(right)
    assert by_name.matches(wrong) == (wanted == other)
    noted = Query(search_text(DriveQuery(app_property=(wanted, other))), state, "app")
    assert noted.matches(right)
    assert not noted.matches(wrong)
    place = DriveQuery(folder=wanted, mime_type=other, words=wanted, trashed=None)
    assert Query(search_text(place), state, "app").is_ranked


def test_a_query_without_conditions_asks_for_everything() -> None:
    assert search_text(DriveQuery(trashed=None)) == ""
    late = datetime(2026, 2, 3, 4, 5, 6, 789_999, tzinfo=UTC)
    found = search_text(DriveQuery(modified_after=late))
    assert found == "modifiedTime > '2026-02-03T04:05:06.789Z' and trashed = false"
