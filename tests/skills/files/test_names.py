"""The file skills under names and with contents as they are in the world."""

from __future__ import annotations

import json
import os

import pytest

from tests.skills.files.conftest import Desk

NAMES = {
    "line\nbreak.md": "line\\nbreak.md",
    "\x1b[31mred|.md": "\\x1b[31mred|.md",
    "\u202egnp.md": "\\u202egnp.md",
    os.fsdecode(b"caf\xe9.md"): "caf\\xe9.md",
    " spaces .md": " spaces .md",
    "-rf": "-rf",
    "🎉.md": "🎉.md",
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items(), ids=list(NAMES.values()))
async def test_a_strange_name_is_shown_on_one_line_and_taken_as_shown(
    desk: Desk, name: str, shown: str
) -> None:
    desk.write(name, "one\ntwo\n")

    listed = await desk.ok("files.list")
    assert listed.content == f"{shown} (8 bytes)"
    found = await desk.ok("files.search", query="two")
    assert found.content == f"{shown}:2: two"
    assert (await desk.ok("files.read", path=shown)).content == "one\ntwo\n"
    preview = await desk.preview("files.edit", path=shown, old="one", new="1")
    assert preview.summary.splitlines() == [f"Change {shown}"]
    assert preview.diff.splitlines()[:2] == [f"--- a/{shown}", f"+++ b/{shown}"]
    results = [
        await desk.ok("files.edit", path=shown, old="one", new="1"),
        await desk.ok("files.append", path=shown, text="three"),
        await desk.ok("files.undo", path=shown, version=2),
        await desk.ok("files.versions", path=shown),
        await desk.ok("files.diff", path=shown),
        await desk.ok("files.move", path=shown, target="sub/"),
        await desk.ok("files.move", path="sub", target="other"),
        await desk.ok("files.versions", path=f"other/{shown}"),
        await desk.ok("files.remove", path=f"other/{shown}"),
        await desk.ok("files.restore", path=f"other/{shown}", version=1),
    ]
    assert desk.read(f"other/{name}") == b"one\ntwo\n"
    for result in results:
        json.dumps(dict(result.metadata))
        result.content.encode()
        assert not set(result.content) & set("\x1b\u202e\r")


async def test_a_cell_of_the_table_of_versions_is_one_cell(desk: Desk) -> None:
    desk.write("a.md", "a")
    await desk.ok("files.move", path="a.md", target="a|b.md")
    table = (await desk.ok("files.versions", path="a|b.md")).content
    assert table.splitlines()[-1].count("|") - table.splitlines()[-1].count("\\|") == 5


CONTENTS = {
    "UTF-8 with a mark": b"\xef\xbb\xbf" + "é one\ntwo\n".encode(),
    "UTF-16 little": b"\xff\xfe" + "é one\r\ntwo\r\n".encode("utf-16-le"),
    "UTF-16 big": b"\xfe\xff" + "é one\ntwo".encode("utf-16-be"),
    "Western": "é one\r\ntwo\r\n".encode("cp1252"),
    "no last line end": "é one\ntwo".encode(),
    "Mac line ends": "é one\rtwo\r".encode(),
    "mixed line ends": "é one\r\ntwo\nthree\rfour".encode(),
    "stray bytes": "é ü ä one two \n".encode() + b"\xff\n",
}


@pytest.mark.parametrize("data", CONTENTS.values(), ids=list(CONTENTS))
async def test_encoding_and_line_ends_stay_as_they_are(desk: Desk, data: bytes) -> None:
    desk.write("a.txt", data)
    await desk.ok("files.edit", path="a.txt", old="one", new="1")
    one, new = (b"o\0n\0e\0", b"1\0") if b"o\0n\0e\0" in data else (b"one", b"1")
    if b"\0o\0n\0e" in data:
        one, new = b"\0o\0n\0e", b"\0001"
    assert desk.read("a.txt") == data.replace(one, new)
    await desk.ok("files.append", path="a.txt", text="end")
    assert desk.read("a.txt").startswith(data.replace(one, new))
    await desk.ok("files.restore", path="a.txt", version=1)
    assert desk.read("a.txt") == data


@pytest.mark.parametrize(
    "change", [{"old": "two", "new": "漢"}, {"content": "é 漢"}], ids=["replace", "whole"]
)
async def test_a_character_the_encoding_cannot_hold_changes_nothing(
    desk: Desk, change: dict[str, object]
) -> None:
    data = "é one\r\ntwo\r\n".encode("cp1252")
    desk.write("a.txt", data)
    for result in (
        await desk.error("files.edit", path="a.txt", **change),
        await desk.error("files.append", path="a.txt", text="漢"),
    ):
        assert result.metadata["type"] == "not_encodable"
        assert "漢" in result.content
    assert desk.read("a.txt") == data
    assert (await desk.ok("files.versions", path="a.txt")).metadata["versions"] == []


async def test_a_binary_file_goes_through_all_but_the_change_of_its_text(desk: Desk) -> None:
    data = bytes(range(256)) * 8
    desk.write("a.bin", data)
    for skill, arguments in {
        "files.edit": {"old": "a", "new": "b"},
        "files.append": {"text": "b"},
    }.items():
        result = await desk.error(skill, path="a.bin", **arguments)
        assert result.metadata["type"] == "not_text"
    await desk.ok("files.move", path="a.bin", target="b.bin")
    assert "Binary" in (await desk.preview("files.remove", path="b.bin")).diff
    await desk.ok("files.remove", path="b.bin")
    await desk.ok("files.restore", path="b.bin", version=1)
    assert desk.read("b.bin") == data


async def test_a_file_with_two_names_says_why_it_is_not_changed(desk: Desk) -> None:
    first = desk.write("a.md", "text\n")
    os.link(first, desk.folder / "b.md")
    result = await desk.error("files.edit", path="a.md", old="text", new="new")
    assert "hard links" in result.content
    assert desk.read("a.md") == desk.read("b.md") == b"text\n"
    await desk.ok("files.move", path="a.md", target="c.md")
    await desk.ok("files.remove", path="c.md")
    assert desk.read("b.md") == b"text\n"
