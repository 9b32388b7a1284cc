"""files.list, create, move and remove."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import FileExistsAlreadyError, NotTextError
from skills.files.list import PAGE
from tests.skills.files.conftest import Desk

# -- list ----------------------------------------------------------------------------------


async def test_a_folder_is_listed_folders_first(desk: Desk) -> None:
    desk.write("b.txt", "12345")
    desk.write("a.txt", "1")
    desk.write("sub/c.txt", "")
    result = await desk.ok("files.list")
    assert result.content == "sub/\na.txt (1 byte)\nb.txt (5 bytes)"
    assert result.metadata == {
        "path": None,
        "entries": [
            {"path": "sub", "is_dir": True, "size": 0},
            {"path": "a.txt", "is_dir": False, "size": 1},
            {"path": "b.txt", "is_dir": False, "size": 5},
        ],
        "total": 3,
        "truncated": False,
        "next_offset": None,
    }
    below = await desk.ok("files.list", path="sub")
    assert (below.metadata["path"], below.content) == ("sub", "sub/c.txt (0 bytes)")


async def test_an_empty_folder_says_so(desk: Desk) -> None:
    result = await desk.ok("files.list")
    assert (result.content, result.metadata["entries"]) == ("Nothing here.", [])


async def test_a_long_list_comes_in_pages(desk: Desk) -> None:
    for number in range(PAGE + 3):
        desk.write(f"{number:04}.txt", "")
    first = await desk.ok("files.list")
    assert first.metadata["next_offset"] == PAGE
    assert f"For more: offset {PAGE}." in first.content
    rest = await desk.ok("files.list", offset=PAGE)
    assert len(rest.metadata["entries"]) == 3  # type: ignore[arg-type]
    assert rest.metadata["next_offset"] is None


async def test_a_file_is_no_folder(desk: Desk) -> None:
    desk.write("a.txt", "")
    assert (await desk.error("files.list", path="a.txt")).metadata["type"] == "not_a_file"
    assert (await desk.error("files.list", path="none")).metadata["type"] == "file_missing"
    assert (await desk.error("files.list", path="..")).metadata["type"] == "path_outside"


async def test_without_a_granted_folder_every_skill_says_so(desk: Desk) -> None:
    desk.granted.revoke(desk.folder)
    for name, arguments in {
        "files.list": {},
        "files.read": {"path": "a.txt"},
        "files.search": {"query": "a"},
        "files.create": {"path": "a.txt"},
        "files.versions": {"path": "a.txt"},
    }.items():
        assert (await desk.error(name, **arguments)).metadata["type"] == "no_folder"


# -- create --------------------------------------------------------------------------------


async def test_a_file_is_made_with_the_folders_above_it(desk: Desk) -> None:
    result = await desk.ok("files.create", path="new/deep/a.md", content="é\n")
    assert desk.read("new/deep/a.md") == "é\n".encode()
    assert result.content == "Created new/deep/a.md: version 1."
    assert (result.metadata["path"], result.metadata["version"]) == ("new/deep/a.md", 1)


async def test_a_file_may_be_made_empty(desk: Desk) -> None:
    await desk.ok("files.create", path="a.md")
    assert desk.read("a.md") == b""


async def test_the_preview_of_a_new_file_shows_all_of_it_and_makes_nothing(desk: Desk) -> None:
    preview = await desk.preview("files.create", path="a.md", content="one\n")
    assert preview.summary == "Create a.md"
    assert preview.diff == "--- /dev/null\n+++ b/a.md\n@@ -0,0 +1 @@\n+one\n"
    assert preview.targets == {str(desk.folder / "a.md"): None}
    assert list(desk.folder.iterdir()) == []


async def test_nothing_is_made_over_a_file_that_stands_there(desk: Desk) -> None:
    desk.write("a.md", "mine\n")
    with pytest.raises(FileExistsAlreadyError):
        await desk.preview("files.create", path="a.md", content="yours\n")
    assert desk.read("a.md") == b"mine\n"


@pytest.mark.parametrize("name", ["a.docx", "A.PDF", "b.xlsx", "c.png"])
async def test_text_is_not_put_into_a_file_of_another_format(desk: Desk, name: str) -> None:
    with pytest.raises(NotTextError, match="would not be a real"):
        await desk.preview("files.create", path=name, content="text")


async def test_a_lone_surrogate_is_refused(desk: Desk) -> None:
    result = await desk.error("files.create", path="a.md", content="\ud800")
    assert result.metadata["type"] == "not_encodable"


# -- move ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("b.md", "b.md"),
        ("new/b.md", "new/b.md"),
        ("new/", "new/a.md"),
        ("there", "there/a.md"),
        ("there/", "there/a.md"),
    ],
)
async def test_a_file_is_moved(desk: Desk, target: str, place: str) -> None:
    desk.write("a.md", "text\n")
    (desk.folder / "there").mkdir()
    result = await desk.ok("files.move", path="a.md", target=target)
    assert desk.read(place) == b"text\n"
    assert not (desk.folder / "a.md").exists()
    assert result.content == f"Moved a.md to {place}: version 2."
    assert (result.metadata["path"], result.metadata["moved_from"]) == (place, "a.md")


async def test_a_file_stays_in_the_granted_folder_it_is_in(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    desk.granted.grant(other)
    (other / "b.md").write_text("text\n")
    await desk.ok("files.move", path="b.md", target="c.md")
    assert (other / "c.md").read_text() == "text\n"


async def test_nothing_is_moved_over_another_file(desk: Desk) -> None:
    desk.write("a.md", "a")
    desk.write("b.md", "b")
    result = await desk.error("files.move", path="a.md", target="b.md")
    assert result.metadata["type"] == "file_exists"
    assert (desk.read("a.md"), desk.read("b.md")) == (b"a", b"b")


async def test_a_file_is_not_moved_out(desk: Desk) -> None:
    desk.write("a.md", "a")
    result = await desk.error("files.move", path="a.md", target="../a.md")
    assert result.metadata["type"] == "path_outside"


async def test_a_folder_is_moved_with_all_its_files(desk: Desk) -> None:
    for number in range(7):
        desk.write(f"drafts/{number}.md", f"{number}\n")
    (desk.folder / "drafts/link").symlink_to("0.md")
    preview = await desk.preview("files.move", path="drafts", target="final")
    assert preview.summary == (
        "Move the folder drafts to final: moves 7 files (0.md, 1.md, 2.md, 3.md, 4.md and 2 more), "
        "and 1 other thing as they are"
    )
    assert preview.diff == ""
    result = await desk.ok("files.move", path="drafts", target="final")
    assert result.content == "Moved the folder drafts to final with 7 files."
    assert result.metadata["files"] == 7
    assert desk.read("final/6.md") == b"6\n"
    table = (await desk.ok("files.versions", path="final/6.md")).content
    assert "moved to final/6.md" in table
    desk.turn = "turn-2"
    preview = await desk.preview("files.undo")
    assert preview.summary == "Undo the changes of final"
    result = await desk.ok("files.undo")
    assert result.content == "Took back the changes of the folder drafts (with its files: 7)."
    assert desk.read("drafts/6.md") == b"6\n"


async def test_a_folder_that_changed_since_it_was_shown_is_not_moved(desk: Desk) -> None:
    desk.write("drafts/a.md", "a")
    preview = await desk.preview("files.move", path="drafts", target="final")
    desk.write("drafts/b.md", "b")
    result = await desk.approved(preview, "files.move", path="drafts", target="final")
    assert result.metadata["type"] == "file_changed"
    assert desk.read("drafts/a.md") == b"a"


# -- remove --------------------------------------------------------------------------------


async def test_a_removed_file_is_kept_and_can_be_restored(desk: Desk) -> None:
    desk.write("a.md", "text\n")
    result = await desk.ok("files.remove", path="a.md")
    assert not (desk.folder / "a.md").exists()
    assert result.content == "Removed a.md. Its content is kept as version 1 and can be restored."
    assert result.metadata["hash_after"] is None
    await desk.ok("files.restore", path="a.md", version=1)
    assert desk.read("a.md") == b"text\n"


async def test_a_folder_is_not_removed(desk: Desk) -> None:
    desk.write("sub/a.md", "a")
    result = await desk.error("files.remove", path="sub")
    assert result.metadata["type"] == "not_a_file"
    assert "one by one" in result.content
    result = await desk.error("files.restore", path="sub", version=1)
    assert result.metadata["type"] == "not_a_file"
    assert "one by one" in result.content
    assert desk.read("sub/a.md") == b"a"
