"""Standing permissions."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import NotFoundError, StorageError
from app.storage.approval_rules import ApprovalRules
from app.storage.conversations import Conversations
from app.storage.database import Database
from tests.storage.conftest import SteppingClock


@pytest.fixture
async def rules(
    database: Database, clock: SteppingClock, conversations: Conversations
) -> ApprovalRules:
    for name in ("here", "there"):
        await conversations.create(conversation_id=name)
    return ApprovalRules(database, clock)


async def test_nothing_is_allowed_until_the_person_says_so(rules: ApprovalRules) -> None:
    assert await rules.allowed("files.edit", "here") is None


async def test_a_rule_for_a_conversation_holds_there_only(rules: ApprovalRules) -> None:
    await rules.allow("files.edit", "here")

    assert await rules.allowed("files.edit", "here") == "conversation"
    assert await rules.allowed("files.edit", "there") is None
    assert await rules.allowed("files.create", "here") is None


async def test_a_rule_without_a_conversation_holds_always(rules: ApprovalRules) -> None:
    await rules.allow("files.edit", "here")
    await rules.allow("files.edit")

    assert await rules.allowed("files.edit", "here") == "always"
    assert await rules.allowed("files.edit", "there") == "always"
    assert await rules.allowed("files.edit", "not made yet") == "always"


async def test_allowing_twice_makes_one_rule(rules: ApprovalRules) -> None:
    for conversation in ("here", None, "here", None):
        await rules.allow("files.edit", conversation)

    assert [(one.skill, one.conversation_id) for one in await rules.list()] == [
        ("files.edit", None),
        ("files.edit", "here"),
    ]


async def test_a_rule_for_a_folder_covers_a_call_only_where_all_it_touches_is_in_it(
    rules: ApprovalRules, tmp_path: Path
) -> None:
    inside, outside = tmp_path / "in", tmp_path / "in-not"
    for folder in (inside / "deep", outside):
        folder.mkdir(parents=True)
    (inside / "link").symlink_to(outside)
    (tmp_path / "other-name").symlink_to(inside)
    await rules.allow("files.edit", folder=str(inside))

    async def allowed(*targets: Path) -> str | None:
        return await rules.allowed("files.edit", "here", [str(target) for target in targets])

    assert await allowed(inside / "a.md") == "folder"
    assert await allowed(inside / "a.md", inside / "deep" / "new.md") == "folder"
    assert await allowed(tmp_path / "other-name" / "a.md") == "folder"
    assert await allowed(inside / "a.md", outside / "b.md") is None
    assert await allowed(inside / "link" / "b.md") is None
    assert await allowed(inside / ".." / "b.md") is None
    assert await allowed(inside) is None
    assert await allowed() is None
    assert await rules.allowed("files.create", "here", [str(inside / "a.md")]) is None
    (rule,) = await rules.list()
    assert rule.folder == str(inside)
    await rules.allow("files.edit", folder=str(inside))
    assert len(await rules.list()) == 1


async def test_a_folder_that_became_a_link_before_its_rule_was_kept_widens_nothing(
    rules: ApprovalRules, tmp_path: Path
) -> None:
    shown = tmp_path / "in"
    shown.symlink_to(tmp_path)
    await rules.allow("files.edit", folder=str(shown))
    assert [one.folder for one in await rules.list()] == [str(shown)]
    for target in (tmp_path / "a.md", shown / "a.md"):
        assert await rules.allowed("files.edit", "here", [str(target)]) is None


async def test_a_rule_can_be_taken_back(rules: ApprovalRules) -> None:
    await rules.allow("files.edit", "here")
    (rule,) = await rules.list()

    await rules.revoke(rule.id)

    assert await rules.allowed("files.edit", "here") is None
    with pytest.raises(NotFoundError):
        await rules.revoke(rule.id)


async def test_a_rule_needs_a_conversation_that_exists(rules: ApprovalRules) -> None:
    with pytest.raises(StorageError):
        await rules.allow("files.edit", "nowhere")
