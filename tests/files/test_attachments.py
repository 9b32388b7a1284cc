"""What is attached is copied into the vault at once, and stays while a message needs it."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.domain.attachments import MAX_FILE, AttachmentKind
from app.domain.errors import (
    FileError,
    FileMissingError,
    FileTooLargeError,
    NotAFileError,
    NotTextError,
)
from app.domain.messages import ConversationMessage, Role
from app.files.attachments import read_chosen
from app.files.pictures import MAX_EDGE, picture_in
from app.files.pruning import PruneRule
from app.redaction import Redactor
from app.storage.conversations import Conversations
from app.storage.drafts import Drafts
from tests.files.place import Place
from tests.skills.files.documents import docx_file


def a_picture(width: int, height: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), "teal" if mode == "RGB" else 3).save(out, kind)
    return out.getvalue()


async def send(place: Place, *attached: object) -> None:
    conversations = Conversations(place.database, Redactor(), place.clock)
    await conversations.create(conversation_id="c")
    message = ConversationMessage(
        "c",
        "t",
        Role.USER,
        "look",
        place.clock.now(),
        attachments=attached,  # type: ignore[arg-type]
    )
    await conversations.append(message)


# -- what may be attached --------------------------------------------------------------------------


async def test_a_file_from_anywhere_is_copied_and_outlives_the_original(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "elsewhere" / "note.md"
    file.parent.mkdir()
    file.write_bytes("café\r\n".encode("cp1252"))
    kept = await place.manager.attachments.keep_file(file)
    file.unlink()

    assert (kept.name, kept.size, kept.kind) == ("note.md", 6, AttachmentKind.TEXT)
    assert await place.manager.attachments.content(kept) == b"caf\xe9\r\n"
    assert await place.manager.attachments.readable(kept) == "café\n".encode()
    assert kept.characters == 5


async def test_a_document_is_kept_with_its_text(place: Place) -> None:
    kept = await place.manager.attachments.keep("letter.docx", docx_file())
    text = await place.manager.attachments.readable(kept)
    assert text is not None
    assert text.startswith(b"Dear Ana")
    assert kept.media_type.endswith("wordprocessingml.document")


async def test_what_is_neither_text_nor_picture_is_named_only(place: Place) -> None:
    for name, data in {
        "a.bin": bytes(range(256)),
        "a.zip": b"PK\x03\x04xx",
        "a.png": b"\x89PNG\r\n\x1a\n",
    }.items():
        kept = await place.manager.attachments.keep(name, data)
        assert (kept.kind, kept.readable) == (AttachmentKind.OTHER, None), name
        assert await place.manager.attachments.content(kept) == data


async def test_an_empty_file_is_a_text_without_characters(place: Place) -> None:
    kept = await place.manager.attachments.keep("empty.txt", b"")
    assert (kept.kind, kept.characters) == (AttachmentKind.TEXT, 0)


@pytest.mark.parametrize(
    "what", ["missing", "broken link", "folder", "pipe", "large", "closed", "nul"]
)
async def test_what_cannot_be_attached_is_said_in_words(
    place: Place, tmp_path: Path, what: str
) -> None:
    path = tmp_path / "it"
    kind: type[FileError] = NotAFileError
    match what:
        case "missing":
            kind, words = FileMissingError, "There is no file"
        case "broken link":
            path.symlink_to(tmp_path / "gone")
            kind, words = FileMissingError, "a link to a file that is not there"
        case "folder":
            path.mkdir()
            words = "is a folder; only files can be attached"
        case "pipe":
            os.mkfifo(path)
            words = "a device or a pipe"
        case "large":
            with path.open("wb") as file:
                file.truncate(MAX_FILE + 1)
            kind, words = FileTooLargeError, "an attachment may have 20 MB"
        case "closed":
            path = Path("/proc/1/mem") if os.geteuid() == 0 else path
            if os.geteuid() == 0:
                pytest.skip("nothing is closed to root")
            path.write_bytes(b"x")
            path.chmod(0)
            kind, words = FileError, "You may not read"
        case _:
            path = tmp_path / "a\0b"
            kind, words = FileMissingError, "There is no file"
    with pytest.raises(kind, match=words):
        await place.manager.attachments.keep_file(path)
    assert (await place.manager.vault_size()).blobs == 0


async def test_a_link_to_a_file_is_that_file(place: Place, tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("real")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    kept = await place.manager.attachments.keep_file(tmp_path / "link.txt")
    assert (kept.name, await place.manager.attachments.content(kept)) == ("link.txt", b"real")


def test_a_file_that_grows_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.files.attachments.MAX_FILE", 10)
    (tmp_path / "a").write_bytes(b"x" * 11)
    with pytest.raises(FileTooLargeError):
        read_chosen(tmp_path / "a")


# -- pictures --------------------------------------------------------------------------------------


async def test_a_large_picture_is_kept_whole_and_sent_small(place: Place) -> None:
    data = a_picture(4_000, 1_000)
    kept = await place.manager.attachments.keep("wide.png", data)
    sent = await place.manager.attachments.readable(kept)
    assert sent is not None
    assert (kept.kind, kept.width, kept.height) == (AttachmentKind.PICTURE, 4_000, 1_000)
    assert Image.open(io.BytesIO(sent)).size == (MAX_EDGE, MAX_EDGE // 4)
    assert await place.manager.attachments.content(kept) == data


def test_kinds_that_models_do_not_take_become_png() -> None:
    picture = picture_in(a_picture(20, 10, "BMP"), "a")
    assert picture is not None
    assert picture.sent.startswith(b"\x89PNG")
    for kind in ("JPEG", "GIF", "WEBP"):
        data = a_picture(20, 10, kind)
        picture = picture_in(data, "a")
        assert picture is not None
        assert picture.sent == data, "small enough: as it is"


def test_a_picture_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.files.pictures._MAX_PIXELS", 100)
    with pytest.raises(NotTextError, match="too many"):
        picture_in(a_picture(20, 10), "a.png")


@given(st.data())
def test_damaged_pictures_raise_one_error_and_nothing_else(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP"]))
    whole = bytearray(a_picture(16, 16, kind))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    with suppress(NotTextError):
        picture_in(bytes(whole[:cut]), "a")


@given(st.binary(max_size=200))
def test_any_bytes_can_be_looked_at(data: bytes) -> None:
    assert picture_in(data, "a") is None or data[:4]


# -- the care of the vault -------------------------------------------------------------------------


async def test_attachments_are_no_orphans_sent_or_not(place: Place) -> None:
    attachments = place.manager.attachments
    sent = await attachments.keep("sent.txt", b"caf\xe9 sent")
    await attachments.keep("unsent.txt", b"unsent")
    await send(place, sent)
    report = await place.manager.verify()
    assert (report.problems, report.notes) == ((), ())


async def test_an_attachment_whose_bytes_are_gone_is_a_problem_that_names_it(place: Place) -> None:
    sent = await place.manager.attachments.keep("sent.txt", b"to be lost")
    await send(place, sent)
    place.manager._blobs.discard([sent.hash])
    (problem,) = (await place.manager.verify()).problems
    assert (problem.kind, problem.subject) == ("blob_missing", "sent.txt, an attachment")
    assert await place.manager.attachments.readable(sent) is None


async def test_pruning_keeps_what_messages_carry_and_drops_what_was_never_sent(
    place: Place,
) -> None:
    attachments = place.manager.attachments
    place.put({"a.md": b"attached version"})
    await place.workspace("t").edit("a.md", lambda _: b"newer")
    sent = await attachments.keep("a.md", b"attached version")  # the same bytes as version 1
    old = await attachments.keep("old.txt", b"never sent, long ago")
    draft = await attachments.keep("draft.txt", b"still being written, long since")
    await Drafts(place.database, Redactor(), place.clock).keep("c", "see this", [draft])
    await send(place, sent)
    place.clock.advance(8 * 24 * 3600)
    new = await attachments.keep("new.txt", b"in a message being written")

    ids = place.manager.care.files_at([])
    await place.manager.prune(PruneRule(ids), place.home / "old.zip")

    assert await attachments.content(sent) == b"attached version"
    assert await attachments.content(new) == b"in a message being written"
    assert await attachments.content(draft) == b"still being written, long since"
    with pytest.raises(FileError):
        await attachments.content(old)
    report = await place.manager.verify()
    assert (report.problems, report.notes) == ((), ())
