"""files.versions, diff, restore and undo: every version is there and comes back."""

from __future__ import annotations

import pytest

from app.domain.errors import InvalidArgumentsError
from tests.skills.files.conftest import Desk


@pytest.fixture
async def changed(desk: Desk) -> Desk:
    """A file with three versions, the second and third of two turns."""
    desk.write("report.md", "one\n")
    await desk.ok("files.edit", path="report.md", old="one", new="two")
    desk.turn = "turn-2"
    await desk.ok("files.edit", path="report.md", old="two", new="three")
    desk.turn = "turn-3"
    return desk


def history(result: object) -> list[tuple[object, ...]]:
    versions = result.metadata["versions"]  # type: ignore[attr-defined]
    return [(v["version"], v["operation"], v["action"], v["by"]) for v in versions]


async def test_versions_are_listed_oldest_first_for_people_and_as_facts(changed: Desk) -> None:
    result = await changed.ok("files.versions", path="report.md")
    lines = result.content.splitlines()
    assert lines[0] == "| version | when (UTC) | what | by |"
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| 1", "| 2", "| 3"]
    assert lines[3].endswith("| changed | files.edit |")
    assert result.metadata["path"] == "report.md"
    assert [row[:3] for row in history(result)] == [
        (1, "user_upload", "seen"),
        (2, "skill_edit", "edit"),
        (3, "skill_edit", "edit"),
    ]
    versions = result.metadata["versions"]
    assert isinstance(versions, list)
    assert set(versions[0]) == {"version", "operation", "action", "at", "by", "hash", "size"}
    assert versions[0]["at"].endswith("+00:00")


async def test_a_file_never_changed_has_none_and_one_never_there_is_missing(desk: Desk) -> None:
    desk.write("a.md", "a")
    result = await desk.ok("files.versions", path="a.md")
    assert (history(result), result.metadata["path"]) == ([], "a.md")
    assert (await desk.error("files.versions", path="b.md")).metadata["type"] == "file_missing"


async def test_the_history_follows_a_file_through_move_and_removal(changed: Desk) -> None:
    await changed.ok("files.move", path="report.md", target="final.md")
    await changed.ok("files.remove", path="final.md")
    result = await changed.ok("files.versions", path="final.md")
    assert [row[2] for row in history(result)] == ["seen", "edit", "edit", "move", "remove"]
    assert "moved to final.md" in result.content


# -- diff ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "header", "lines"),
    [
        ({}, ("version 2", "version 3"), "-two\n+three\n"),
        ({"a": 1, "b": 2}, ("version 1", "version 2"), "-one\n+two\n"),
        ({"a": 3, "b": 1}, ("version 3", "version 1"), "-three\n+one\n"),
        ({"a": 1}, ("version 1", "now"), "-one\n+three\n"),
    ],
)
async def test_two_versions_are_compared(
    changed: Desk, arguments: dict[str, int], header: tuple[str, str], lines: str
) -> None:
    result = await changed.ok("files.diff", path="report.md", **arguments)
    assert result.content == (
        f"--- a/report.md\t{header[0]}\n+++ b/report.md\t{header[1]}\n@@ -1 +1 @@\n{lines}"
    )
    assert result.metadata["same"] is False


async def test_what_is_the_same_has_no_difference(changed: Desk) -> None:
    result = await changed.ok("files.diff", path="report.md", a=2, b=2)
    assert (result.content, result.metadata["same"]) == ("", True)


async def test_a_version_is_compared_with_what_the_person_wrote_since(changed: Desk) -> None:
    changed.write("report.md", "mine\n")
    result = await changed.ok("files.diff", path="report.md", a=3)
    assert "-three\n+mine\n" in result.content


async def test_a_removal_is_compared_as_no_file(changed: Desk) -> None:
    await changed.ok("files.remove", path="report.md")
    result = await changed.ok("files.diff", path="report.md")
    assert result.content.endswith("+++ /dev/null\n@@ -1 +0,0 @@\n-three\n")
    assert "+++ /dev/null" in (await changed.ok("files.diff", path="report.md", a=1)).content


async def test_versions_there_never_were_are_named(changed: Desk) -> None:
    result = await changed.error("files.diff", path="report.md", a=1, b=9)
    assert result.metadata["type"] == "not_found"
    assert "Its last version is 3." in result.content


async def test_a_file_without_two_versions_has_nothing_to_compare(desk: Desk) -> None:
    desk.write("a.md", "a")
    result = await desk.error("files.diff", path="a.md")
    assert result.metadata == {"type": "not_found", "path": "a.md", "versions": 0}


async def test_a_later_version_alone_is_unclear(changed: Desk) -> None:
    result = await changed.error("files.diff", path="report.md", b=2)
    assert result.metadata["type"] == InvalidArgumentsError.kind


# -- restore -------------------------------------------------------------------------------


async def test_a_restore_is_a_new_version_and_can_itself_be_restored(changed: Desk) -> None:
    result = await changed.ok("files.restore", path="report.md", version=1)
    assert changed.read("report.md") == b"one\n"
    assert result.content == "Restored version 1 of report.md: that is now version 4."
    assert (result.metadata["operation"], result.metadata["restored_from"]) == ("restore", 1)
    await changed.ok("files.restore", path="report.md", version=3)
    assert changed.read("report.md") == b"three\n"
    table = (await changed.ok("files.versions", path="report.md")).content
    assert "restored from version 1" in table


async def test_the_preview_of_a_restore_shows_the_way_back(changed: Desk) -> None:
    preview = await changed.preview("files.restore", path="report.md", version=1)
    assert preview.summary == "Restore version 1 of report.md"
    assert "-three\n+one\n" in preview.diff
    assert changed.read("report.md") == b"three\n"


async def test_json_may_spell_a_whole_number_with_a_point(changed: Desk) -> None:
    await changed.ok("files.restore", path="report.md", version=1.0)
    assert changed.read("report.md") == b"one\n"


async def test_a_version_there_never_was_is_refused(changed: Desk) -> None:
    result = await changed.error("files.restore", path="report.md", version=9)
    assert result.metadata["type"] == "not_found"


# -- undo ----------------------------------------------------------------------------------


async def test_undo_takes_back_the_last_turn_then_the_one_before(changed: Desk) -> None:
    result = await changed.ok("files.undo")
    assert changed.read("report.md") == b"two\n"
    assert result.content == "Took back the changes of report.md (now version 4)."
    files = result.metadata["files"]
    assert isinstance(files, list)
    [file] = files
    assert (file["path"], file["version"], file["operation"]) == ("report.md", 4, "restore")
    changed.turn = "turn-4"
    await changed.ok("files.undo")
    assert changed.read("report.md") == b"one\n"
    changed.turn = "turn-5"
    assert (await changed.error("files.undo")).metadata["type"] == "not_found"


async def test_undo_takes_back_all_that_a_turn_did(desk: Desk) -> None:
    desk.write("a.md", "a\n")
    desk.write("b.md", "b\n")
    desk.write("c.md", "c\n")
    await desk.ok("files.edit", path="a.md", old="a", new="A")
    await desk.ok("files.move", path="a.md", target="moved/a.md")
    await desk.ok("files.edit", path="moved/a.md", old="A", new="AA")
    await desk.ok("files.remove", path="b.md")
    await desk.ok("files.create", path="new.md", content="new\n")
    desk.turn = "turn-2"
    preview = await desk.preview("files.undo")
    for shown in ("-AA", "+a", "+b", "-new"):
        assert shown in preview.diff
    await desk.ok("files.undo", turn="turn-1")
    assert desk.read("a.md") == b"a\n"
    assert desk.read("b.md") == b"b\n"
    assert not (desk.folder / "new.md").exists()
    assert not (desk.folder / "moved/a.md").exists()


async def test_what_was_changed_since_is_not_undone(changed: Desk) -> None:
    changed.write("report.md", "mine\n")
    result = await changed.error("files.undo")
    assert result.metadata["type"] == "file_changed"
    assert changed.read("report.md") == b"mine\n"


async def test_an_undo_approved_for_other_bytes_is_refused(changed: Desk) -> None:
    preview = await changed.preview("files.undo")
    await changed.ok("files.edit", path="report.md", old="three", new="four")
    result = await changed.approved(preview, "files.undo", turn="turn-2")
    assert result.metadata["type"] == "file_changed"
    assert changed.read("report.md") == b"four\n"


async def test_a_single_version_is_undone_and_later_changes_stay(desk: Desk) -> None:
    desk.write("list.md", "eggs\nmilk\nbread\nsalt\n")
    await desk.ok("files.edit", path="list.md", old="eggs", new="12 eggs")
    await desk.ok("files.edit", path="list.md", old="salt", new="sea salt")
    preview = await desk.preview("files.undo", path="list.md", version=2)
    assert preview.summary == "Undo what version 2 of list.md did"
    assert "-12 eggs\n+eggs\n" in preview.diff
    result = await desk.ok("files.undo", path="list.md", version=2)
    assert desk.read("list.md") == b"eggs\nmilk\nbread\nsea salt\n"
    assert result.content == (
        "Took back what version 2 of list.md did: version 4. Its later changes stay."
    )
    assert result.metadata["kept_versions"] == [3]
    table = (await desk.ok("files.versions", path="list.md")).content
    assert "undid version 2" in table


async def test_a_later_change_in_the_way_of_an_undo_is_named(changed: Desk) -> None:
    result = await changed.error("files.undo", path="report.md", version=2)
    assert result.metadata["type"] == "file_changed"
    assert result.metadata["in_the_way"] == 3
    assert "Undo version 3 first" in result.content
    assert changed.read("report.md") == b"three\n"


@pytest.mark.parametrize(
    "arguments",
    [{"path": "report.md"}, {"version": 2}, {"path": "report.md", "version": 2, "turn": "turn-2"}],
)
async def test_half_an_undo_is_unclear(changed: Desk, arguments: dict[str, object]) -> None:
    result = await changed.error("files.undo", **arguments)
    assert result.metadata["type"] == InvalidArgumentsError.kind
    assert changed.read("report.md") == b"three\n"
