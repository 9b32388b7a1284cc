"""Every change has an Undo that is bound to it; nothing is lost where it cannot be undone."""

from __future__ import annotations

import asyncio

import pytest

from app.channels import file_versions
from app.channels.changes import MOST_SINGLE
from app.domain.files import Origin
from app.domain.messages import Channel
from app.orchestrator.approvals import ApprovalMode
from tests.channels.conftest import Phone
from tests.standins.scripted_model import calls, says

EDIT = ("files.edit", {"path": "notes.md", "old": "draft", "new": "done"})


async def _changed(phone: Phone, *wanted: object) -> str:
    """Let a turn make changes without asking; the key of the message about them."""
    phone.mode = ApprovalMode.REVERSIBLE
    phone.model(calls(*(wanted or (EDIT,))), says("It is done."))  # type: ignore[arg-type]
    await phone.ask("Change it")
    await phone.adapter.until(lambda: phone.adapter.key("changes:"))
    return str(phone.adapter.key("changes:"))


def _text(phone: Phone, name: str = "notes.md") -> str:
    return (phone.folder / name).read_text()


async def test_undo_and_undo_of_the_undo_go_on_as_often_as_they_are_pressed(
    paired: Phone,
) -> None:
    await _changed(paired)
    for number in range(3, 8):
        back = number % 2
        label = "Undo" if back else "Undo the undo"
        assert await paired.press("changes:", label) == "Done."
        assert ("draft" if back else "done") in _text(paired)
        assert f"(version {number})" in paired.adapter.text("changes:")
    (file,) = await paired.assembly.versions.tracked()
    assert file.versions == 7


async def test_undo_is_for_who_asked_and_works_once(paired: Phone) -> None:
    key = await _changed(paired)
    button = paired.adapter.buttons(key)["Undo"].id
    await paired.pair("8")
    assert await paired.press_button(button, chat="8", user="8") == "This is for somebody else."
    assert await paired.press_button(button, chat="66", user="66") == ""
    assert "done" in _text(paired)
    assert await paired.press_button(button) == "Done."
    assert await paired.press_button(button) == "This was pressed already."
    assert "draft" in _text(paired)


async def test_an_undo_after_the_file_changed_elsewhere_says_so_and_loses_nothing(
    paired: Phone,
) -> None:
    key = await _changed(paired)
    (paired.folder / "notes.md").write_text("# Notes\n\nstatus: mine\n")
    assert await paired.press("changes:", "Undo") == "Not undone."
    assert "⚠ Not undone: Version 2 of" in paired.adapter.shown[key].text
    assert _text(paired) == "# Notes\n\nstatus: mine\n"
    (paired.folder / "notes.md").write_text("# Notes\n\nstatus: done\n")
    assert await paired.press("changes:", "Undo") == "Done."  # it was not used up by that
    assert "draft" in _text(paired)


async def test_a_change_elsewhere_in_the_file_stays_when_ours_is_undone(paired: Phone) -> None:
    await _changed(paired)
    lines = _text(paired).replace("# Notes", "# My notes")
    (paired.folder / "notes.md").write_text(lines)
    assert await paired.press("changes:", "Undo") == "Done."
    assert _text(paired) == "# My notes\n\nstatus: draft\n"


async def test_several_changes_are_one_message_each_with_its_button(paired: Phone) -> None:
    wanted = [EDIT, *(("files.create", {"path": f"{n}.md", "content": "x\n"}) for n in range(3))]
    key = await _changed(paired, *wanted)
    await paired.adapter.until(lambda: "4 changes" in paired.adapter.shown[key].text)
    labels = list(paired.adapter.buttons(key))
    assert sorted(labels[:4]) == [
        "Undo 0.md (1)", "Undo 1.md (1)", "Undo 2.md (1)", "Undo notes.md (2)",
    ]  # fmt: skip
    assert labels[4:] == ["Undo all", "Versions"]
    await paired.press("changes:", "Undo 1.md")
    assert not (paired.folder / "1.md").exists()
    assert "done" in _text(paired)
    text = paired.adapter.shown[key].text
    assert "- Undone: `1.md` is gone again (version 2)" in text
    assert "- Made `2.md` (version 1)" in text
    assert len([name for name in paired.adapter.shown if name.startswith("changes:")]) == 1


async def test_undo_all_takes_a_whole_turn_back(paired: Phone) -> None:
    made = ("files.create", {"path": "new.md", "content": "x\n"})
    key = await _changed(paired, EDIT, made)
    await paired.adapter.until(lambda: "2 changes" in paired.adapter.shown[key].text)
    assert await paired.press("changes:", "Undo all") == "Done."
    assert "draft" in _text(paired)
    assert not (paired.folder / "new.md").exists()
    assert paired.adapter.shown[key].text.count("Undone: ") == 2
    await paired.press("changes:", "Undo the undo notes.md")
    assert "done" in _text(paired)
    assert not (paired.folder / "new.md").exists()


async def test_a_flood_of_changes_has_ten_buttons_and_can_be_undone_as_a_whole(
    paired: Phone,
) -> None:
    wanted = [("files.create", {"path": f"{n}.md", "content": "x\n"}) for n in range(12)]
    key = await _changed(paired, *wanted)
    await paired.adapter.until(lambda: "12 changes" in paired.adapter.shown[key].text)
    assert len(paired.adapter.buttons(key)) == MOST_SINGLE + 2 == 10
    await paired.press("changes:", "Undo all")
    assert sorted(one.name for one in paired.folder.iterdir()) == ["notes.md"]


async def test_undo_works_after_a_restart_and_is_bound_to_its_version(paired: Phone) -> None:
    key = await _changed(paired)
    button = paired.adapter.buttons(key)["Undo"].id
    await paired.restart()
    assert await paired.press_button(button) == "Done."
    assert "draft" in _text(paired)
    assert paired.adapter.shown[key].text == "Undone: `notes.md` is as before (version 3)."


async def test_undo_of_a_file_that_was_renamed_since_goes_where_it_is(paired: Phone) -> None:
    await _changed(paired)
    files = paired.assembly.workspaces.bind(Origin(user="me", by="you"))
    await files.move("notes.md", "renamed.md")
    assert await paired.press("changes:", "Undo") == "Done."
    assert "draft" in _text(paired, "renamed.md")


async def test_the_undo_command_takes_the_newest_turn_of_the_chat_back(paired: Phone) -> None:
    key = await _changed(paired)
    files = paired.assembly.workspaces.bind(Origin(user="me", by="you", turn_id="t"))
    await files.create("elsewhere.md", b"x")  # of no conversation, and newer
    said = await paired.ask("/undo")
    assert "Undone:\n\n- `notes.md` is as before (version 3)" in said
    assert "draft" in _text(paired)
    assert (paired.folder / "elsewhere.md").exists()
    assert paired.adapter.shown[key].text == "Undone: `notes.md` is as before (version 3)."
    assert await paired.press("command:", "Undo the undo") == "Done."
    assert "done" in _text(paired)
    assert paired.adapter.shown[key].text == "Changed `notes.md` (version 4)."
    await paired.ask("/undo")
    assert "draft" in _text(paired)
    await paired.ask("/undo")
    assert "There is nothing to undo here." in paired.adapter.text("command:")


async def test_the_undo_command_with_a_version_takes_back_that_and_nothing_else(
    paired: Phone,
) -> None:
    key = await _changed(paired)
    (paired.folder / "other.md").write_text("old\n")
    await _changed(paired, ("files.edit", {"path": "other.md", "content": "new\n"}))

    said = await paired.ask("/undo notes.md")
    assert "name both" in said
    assert "done" in _text(paired)
    assert _text(paired, "other.md") == "new\n"
    said = await paired.ask('/undo "notes.md" 2')
    assert "Undone:\n\n- `notes.md` is as before (version 3)" in said
    assert "draft" in _text(paired)
    assert _text(paired, "other.md") == "new\n"
    assert paired.adapter.shown[key].text == "Undone: `notes.md` is as before (version 3)."
    assert "Undone" in await paired.ask("/undo other.md 2")
    assert _text(paired, "other.md") == "old\n"
    assert "⚠" in await paired.ask("/undo ../../etc/passwd 1")


async def test_the_undo_command_in_a_chat_without_a_conversation_undoes_nothing(
    paired: Phone,
) -> None:
    files = paired.assembly.workspaces.bind(Origin(user="me", by="you", turn_id="t"))
    await files.create("elsewhere.md", b"x")
    assert "changed nothing yet" in await paired.ask("/undo")
    assert (paired.folder / "elsewhere.md").exists()


async def test_what_the_window_changes_is_not_announced_on_the_phone(paired: Phone) -> None:
    paired.model(calls(EDIT), says("Done."))
    engine = await paired.assembly.engines.get(None)
    await engine.run_turn("edit", channel=Channel.WINDOW, mode=ApprovalMode.REVERSIBLE)
    assert "done" in _text(paired)
    assert paired.adapter.key("changes:") is None


async def test_what_stood_when_a_turn_was_stopped_can_be_undone(paired: Phone) -> None:
    paired.mode = ApprovalMode.REVERSIBLE
    gate = asyncio.Event()
    model = paired.model(calls(EDIT), gate)
    await paired.say("Change it, then talk")
    await model.streaming.wait()
    await paired.say("/stop")
    await paired.adapter.until(lambda: paired.adapter.text("answer:").endswith("Stopped."))
    await paired.until_done()
    assert await paired.press("changes:", "Undo") == "Done."
    assert "draft" in _text(paired)


async def test_versions_lists_restores_and_sends(paired: Phone) -> None:
    await _changed(paired)
    said = await paired.ask("/versions")
    assert "- `notes.md`: 2 versions" in said
    assert "this conversation" in said
    await paired.press("command:", "notes.md")
    listing = str(paired.adapter.key("versions:"))
    assert list(paired.adapter.buttons(listing)) == ["Get 2", "Restore 1", "Get 1"]
    assert await paired.press(listing, "Get 1") == "Here it is."
    sent = paired.adapter.shown[str(paired.adapter.key("sent:"))]
    assert sent.document is not None
    assert (sent.document.name, sent.document.data) == ("notes.md", b"# Notes\n\nstatus: draft\n")
    assert await paired.press(listing, "Get 1") == "Here it is."  # as often as one likes
    assert await paired.press(listing, "Restore 1") == "Restored."
    assert "draft" in _text(paired)
    assert "as in version 1 again (now version 3)" in paired.adapter.shown[listing].text
    assert await paired.press(listing, "Undo") == "Undone."
    assert "done" in _text(paired)


async def test_a_version_that_is_too_large_to_be_sent_is_told_of(
    paired: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_versions, "MOST_BYTES", 10)
    await _changed(paired)
    await paired.ask("/versions notes.md")
    assert await paired.press("command:", "Get 1") == "That did not work."
    assert "50 MB can be sent." in paired.adapter.text("failed:")


async def test_versions_of_a_file_are_found_by_a_part_of_its_name(paired: Phone) -> None:
    await _changed(paired)
    for name in ("notes.md", "otes"):
        assert "Versions of `notes.md`" in await paired.ask(f"/versions {name}")
    assert "No file has “nothing-like-it”" in await paired.ask("/versions nothing-like-it")


async def test_versions_of_a_folder_that_was_taken_back_are_not_shown(paired: Phone) -> None:
    key = await _changed(paired)
    paired.assembly.grants.revoke(paired.folder)
    assert "No file has versions yet." in await paired.ask("/versions")
    assert await paired.press("changes:", "Undo") == "Not undone."
    assert "done" in _text(paired)
    assert "⚠ Not undone" in paired.adapter.shown[key].text
