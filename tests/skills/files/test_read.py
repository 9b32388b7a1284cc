"""files.read: the text itself, in pages, of anything that has text."""

from __future__ import annotations

import asyncio
import io
import threading
import zipfile
from pathlib import Path

import pytest

from app.domain import documents
from app.domain.tool_calls import ToolStatus
from tests.skills.files.conftest import Desk
from tests.skills.files.documents import docx_file, encrypted_pdf, pdf_file, pptx_file, xlsx_file


async def test_the_content_is_the_text_itself(desk: Desk) -> None:
    desk.write("notes.md", "# Notes\n\n- café\n")
    result = await desk.ok("files.read", path="notes.md")
    assert result.content == "# Notes\n\n- café\n"
    assert result.metadata == {
        "path": "notes.md",
        "encoding": "utf-8",
        "format": "text",
        "total_lines": 3,
        "total_characters": 16,
        "offset": 0,
        "truncated": False,
        "next_offset": None,
    }


async def test_an_empty_file_is_empty(desk: Desk) -> None:
    desk.write("a.txt", b"")
    result = await desk.ok("files.read", path="a.txt")
    assert (result.content, result.metadata["total_lines"]) == ("", 0)


async def test_what_was_read_can_be_edited_whatever_the_encoding_and_line_ends(desk: Desk) -> None:
    for number, data in enumerate(
        ["é one\r\ntwo\r\n".encode("utf-16"), "é one\r\ntwo\r\n".encode("cp1252"), b"one\rtwo\r"]
    ):
        name = f"{number}.txt"
        desk.write(name, data)
        text = (await desk.ok("files.read", path=name)).content
        assert text.endswith("one\ntwo\n")
        await desk.ok("files.edit", path=name, old=text, new=text.replace("two", "three"))
        assert (await desk.ok("files.read", path=name)).content == text.replace("two", "three")


# -- pages ---------------------------------------------------------------------------------


async def test_pages_joined_are_the_file(desk: Desk) -> None:
    whole = "".join(f"line {n} of a long file\n" for n in range(5_000))
    desk.write("long.txt", whole)
    parts, offset = [], 0
    while True:
        result = await desk.ok("files.read", path="long.txt", offset=offset)
        if not result.metadata["truncated"]:
            parts.append(result.content)
            break
        text, _, note = result.content.rstrip().rpartition("\n")
        following = result.metadata["next_offset"]
        assert isinstance(following, int)
        assert note.startswith("[")
        assert f"offset {following}." in note
        assert len(text) <= 20_000
        parts.append(f"{text}\n")
        offset = following
    assert "".join(parts) == whole


async def test_one_endless_line_can_be_read_to_its_end(desk: Desk) -> None:
    whole = "".join(f"{n}," for n in range(20_000))
    desk.write("data.json", whole)
    got, offset = "", 0
    while offset is not None:
        result = await desk.ok("files.read", path="data.json", offset=offset, limit=50_000)
        got += result.content.partition("\n[")[0]
        offset = result.metadata["next_offset"]  # type: ignore[assignment]
    assert got == whole


async def test_reading_can_start_at_a_line(desk: Desk) -> None:
    desk.write("a.txt", "one\r\ntwo\r\nthree\r\n")
    result = await desk.ok("files.read", path="a.txt", line=2)
    assert result.content == "two\nthree\n"


@pytest.mark.parametrize("where", [{"offset": 99}, {"line": 4}, {"offset": 1, "line": 1}])
async def test_a_place_after_the_end_says_how_long_the_file_is(
    desk: Desk, where: dict[str, int]
) -> None:
    desk.write("a.txt", "one\ntwo\nthree\n")
    result = await desk.error("files.read", path="a.txt", **where)
    assert result.metadata["type"] == "invalid_arguments"


# -- what cannot be read -------------------------------------------------------------------


async def test_a_binary_file_says_what_it_is(desk: Desk) -> None:
    desk.write("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF")
    result = await desk.error("files.read", path="photo.jpg")
    assert result.metadata["type"] == "not_text"
    assert result.metadata["is"] == "a JPEG image"
    assert "photo.jpg is a JPEG image, not text." in result.content


async def test_a_folder_a_missing_file_and_a_path_outside_are_typed(desk: Desk) -> None:
    (desk.folder / "sub").mkdir()
    (desk.folder / "link").symlink_to("/etc")
    for path, kind in [
        ("sub", "not_a_file"),
        ("none.txt", "file_missing"),
        ("../../etc/passwd", "path_outside"),
        ("link/passwd", "path_outside"),
        ("/etc/passwd", "path_outside"),
    ]:
        assert (await desk.error("files.read", path=path)).metadata["type"] == kind


# -- documents -----------------------------------------------------------------------------


async def test_a_word_document_is_read_in_order_tables_too(desk: Desk) -> None:
    desk.write("letter.docx", docx_file())
    result = await desk.ok("files.read", path="letter.docx")
    assert result.content == "Dear Ana\nthe sums:\ncakes\t84\ntogether\nYours"
    assert (result.metadata["format"], result.metadata["encoding"]) == ("docx", None)


async def test_an_excel_workbook_is_read_sheet_by_sheet_formulas_too(desk: Desk) -> None:
    desk.write("sums.xlsx", xlsx_file())
    result = await desk.ok("files.read", path="sums.xlsx")
    assert result.content == "[Sheet: Sums]\ncakes\t84\n\t=B1*3\n[Sheet: Empty]"


async def test_a_presentation_is_read_slide_by_slide_with_notes(desk: Desk) -> None:
    desk.write("talk.pptx", pptx_file())
    result = await desk.ok("files.read", path="talk.pptx")
    assert result.content == "[Slide 1]\nSpring fair\nIt rained\n[Notes] smile"


async def test_a_pdf_is_read_page_by_page(desk: Desk) -> None:
    desk.write("paper.pdf", pdf_file("Hello from a page"))
    result = await desk.ok("files.read", path="paper.pdf")
    assert result.content == "[Page 1]\nHello from a page"


async def test_an_encrypted_pdf_says_so(desk: Desk) -> None:
    desk.write("secret.pdf", encrypted_pdf())
    result = await desk.error("files.read", path="secret.pdf")
    assert result.metadata["type"] == "not_text"
    assert "needs a password" in result.content


async def test_an_encrypted_or_old_office_file_says_so(desk: Desk) -> None:
    desk.write("secret.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    result = await desk.error("files.read", path="secret.docx")
    assert "old or password-protected Office document" in result.content


@pytest.mark.parametrize("make", [docx_file, xlsx_file, pptx_file, lambda: pdf_file("x")])
async def test_a_damaged_document_is_a_typed_error(desk: Desk, make) -> None:  # type: ignore[no-untyped-def]
    whole = make()
    for number, cut in enumerate((len(whole) // 2, len(whole) - 30, 40)):
        desk.write(f"{number}.bin", whole[:cut])
        result = await desk.call("files.read", path=f"{number}.bin")
        if result.status is ToolStatus.ERROR:
            assert result.metadata["type"] == "not_text", result
        else:  # pypdf mends what it can
            assert result.metadata["format"] == "pdf"


async def test_a_document_whose_parts_are_missing_is_damaged(desk: Desk) -> None:
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("word/document.xml", "<w:document")
    desk.write("a.docx", broken.getvalue())
    result = await desk.error("files.read", path="a.docx")
    assert "damaged" in result.content


async def test_a_zip_bomb_is_refused_before_it_unpacks(desk: Desk) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(80 * 1024 * 1024))
    desk.write("bomb.docx", bomb.getvalue())
    result = await desk.error("files.read", path="bomb.docx")
    assert result.metadata["type"] == "file_too_large"


async def test_any_other_archive_is_no_text(desk: Desk) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "a")
    desk.write("a.zip", archive.getvalue())
    assert (await desk.error("files.read", path="a.zip")).metadata["type"] == "not_text"


async def test_a_document_is_worked_out_once_for_all_its_pages(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    real = documents.document_text

    def counted(data: bytes, kind: str, name: str, stop: threading.Event | None = None):  # type: ignore[no-untyped-def]
        reads.append(name)
        return real(data, kind, name, stop)

    monkeypatch.setattr("skills.files._reading.document_text", counted)
    desk.write("paper.pdf", pdf_file("A page read thrice"))
    for offset in (0, 9, 15):
        await desk.ok("files.read", path="paper.pdf", offset=offset)
    assert reads == ["paper.pdf"]


async def test_cancelling_stops_the_work_on_a_document(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, stopped = threading.Event(), threading.Event()

    def endless(data: bytes, kind: str, name: str, stop: threading.Event | None = None) -> None:
        started.set()
        assert stop is not None
        if stop.wait(20):
            stopped.set()
        raise ValueError("stopped")

    monkeypatch.setattr("skills.files._reading.document_text", endless)
    desk.write("paper.pdf", pdf_file("x"))
    task = asyncio.create_task(desk.call("files.read", path="paper.pdf"))
    await asyncio.to_thread(started.wait, 20)
    task.cancel()
    assert (await task).status is ToolStatus.INTERRUPTED
    await asyncio.to_thread(stopped.wait, 20)
    assert stopped.is_set()


def test_the_text_of_a_document_stops_at_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_CHARACTERS", 10)
    text = documents.document_text(docx_file(), "docx", "a.docx")
    assert (text.text, text.complete) == ("Dear Ana\nt", False)


def test_a_sheet_of_a_million_empty_rows_is_short(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A200000"] = "first", "last"
    file = tmp_path / "a.xlsx"
    book.save(file)
    text = documents.document_text(file.read_bytes(), "xlsx", "a.xlsx").text
    assert text == "[Sheet: Sheet]\nfirst\n\nlast"
