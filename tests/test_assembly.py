"""The composition root: what is broken in one place does not keep the rest from starting."""

from __future__ import annotations

from pathlib import Path

from app.assembly import Assembly, ensure_sample_folder
from app.domain.events import Event, Notification


async def test_a_broken_skill_of_the_person_costs_their_skills_and_nothing_else(
    steward_home: Path,
) -> None:
    broken = steward_home / "skills" / "mine"
    broken.mkdir(parents=True)
    (broken / "SKILL.md").write_text("---\nname: mine\ndescription: Mine.\n---\n")
    (broken / "oops.py").write_text("this is not Python")
    assembly = await Assembly.open()
    try:
        assert assembly.registry.get("files.read").domain == "files"
        heard: list[Event] = []
        assembly.bus.subscribe(heard.append)
        assembly.announce()
        (told,) = heard
        assert isinstance(told, Notification)
        assert "oops.py" in told.message
    finally:
        await assembly.close()


async def test_the_first_run_gets_a_sample_folder_and_later_ones_keep_what_was_done_to_it(
    steward_home: Path,
) -> None:
    for run in ("first", "second"):
        assembly = await Assembly.open()
        try:
            folder = ensure_sample_folder(assembly)
            assert (folder is None) == (run == "second")
            (granted,) = assembly.folders.folders
            assert granted == steward_home / "Sample"
            assert "draft" in (granted / "report.md").read_text()
        finally:
            await assembly.close()


async def test_a_granted_folder_and_a_setting_hold_in_the_next_run(
    steward_home: Path, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    assembly = await Assembly.open()
    try:
        assembly.grant_folder(tmp_path / "docs")
        assembly.change_setting("instructions", "Be brief.")
        assembly.trust_instructions(tmp_path / "docs")
        (tmp_path / "docs" / "AGENTS.md").write_text("Use metric units.")
        prompt = await assembly.system_prompt()
        assert "Be brief." in prompt
        assert "Use metric units." in prompt
    finally:
        await assembly.close()
    again = await Assembly.open()
    try:
        assert again.folders.folders == (tmp_path / "docs",)
        assert "Be brief." in await again.system_prompt()
        again.revoke_folder(tmp_path / "docs")
        assert again.settings.folders == ()
    finally:
        await again.close()
