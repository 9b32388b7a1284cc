"""The sample folder of the first run does what its README promises."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from app.integrations.guided.intents import Ambiguous, BadUsage, Unknown
from app.integrations.guided.parser import parse
from tests.skills.files.conftest import Desk

SAMPLE = Path(__file__).parents[3] / "resources" / "sample"
SUGGESTED = re.findall(r"^- (.+)$", (SAMPLE / "README.md").read_text(), re.MULTILINE)


def test_each_suggested_sentence_is_understood_offline() -> None:
    assert len(SUGGESTED) >= 8
    not_understood = [
        one for one in SUGGESTED if isinstance(parse(one), Unknown | Ambiguous | BadUsage)
    ]
    assert not_understood == []


def test_draft_stands_once_in_the_report() -> None:
    assert (SAMPLE / "report.md").read_text().count("draft") == 1


def test_the_folder_is_small() -> None:
    files = [path for path in SAMPLE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 20_000


async def test_every_file_of_it_can_be_read(desk: Desk) -> None:
    shutil.copytree(SAMPLE, desk.folder, dirs_exist_ok=True)
    for path in sorted(desk.folder.rglob("*")):
        if path.is_file():
            result = await desk.ok("files.read", path=str(path))
            assert result.content
