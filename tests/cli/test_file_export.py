"""``steward files export`` and ``prune`` from the terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.cli.conftest import AFTER, BEFORE, FINALISE, Steward


@pytest.fixture
def changed(steward: Steward) -> Steward:
    steward("ask", FINALISE, "--approve", "always")
    steward("ask", "replace 'final' with 'printed' in report.md", "--approve", "always")
    return steward


def history(archive: Path) -> list[dict[str, object]]:
    with ZipFile(archive) as zipped:
        return [json.loads(line) for line in zipped.read("history.jsonl").splitlines()]


def test_an_export_has_every_version_and_is_never_written_over(changed: Steward) -> None:
    done = changed("files", "export", "out.zip")
    archive = changed.folder / "out.zip"
    assert "Written and read back" in done.out
    assert str(archive) in done.out
    rows = history(archive)
    assert [row["version"] for row in rows] == [1, 2, 3]
    with ZipFile(archive) as zipped:
        assert zipped.read(str(rows[0]["content"])).decode() == BEFORE
    assert "already" in changed("files", "export", "out.zip", code=1).err
    (row,) = changed("files", "export", "b.zip", "--path", "report.md", "--json").objects
    assert (row["files"], row["versions"], row["damaged"]) == (1, 3, [])
    path = str(changed.folder / "report.md")
    changed("files", "export", "c.zip", "--path", path, STEWARD_FOLDERS="")
    assert "nothing.md" in changed("files", "export", "d.zip", "--path", "nothing.md", code=1).err
    changed("files", "export", code=2)


# Exports as the command does, and waits for its end while the archive is being written.
EXPORT = """
import asyncio, sys, threading
from pathlib import Path
from app.assembly import Assembly

def wait(done, total, what):
    print("writing", flush=True)
    threading.Event().wait()

async def main():
    assembly = await Assembly.open()
    await assembly.versions.export(Path(sys.argv[1]), (), wait)

asyncio.run(main())
"""


@pytest.mark.parametrize("as_json", [False, True])
def test_recover_clears_what_a_killed_export_left_and_says_so(
    changed: Steward, as_json: bool
) -> None:
    there = set(changed.folder.iterdir())
    export = subprocess.Popen(
        [sys.executable, "-c", EXPORT, str(changed.folder / "out.zip")],
        cwd=Path(__file__).parents[2],
        env=changed.environment(),
        stdout=subprocess.PIPE,
    )
    assert export.stdout is not None
    assert export.stdout.readline() == b"writing\n"
    (part,) = set(changed.folder.iterdir()) - there
    export.kill()
    export.communicate()
    assert part.exists()

    done = changed("files", "recover", *(["--json"] if as_json else []))

    assert set(changed.folder.iterdir()) == there
    if as_json:
        (row,) = done.objects
        assert (row["file"], row["found"], row["became"]) == (str(part), "partial", "removed")
    else:
        assert f"{part}: cleared away" in done.out


def test_nothing_is_pruned_without_yes_and_a_rule(changed: Steward) -> None:
    done = changed("files", "prune", "--keep", "1", code=2)
    assert "2 old versions of 1 file would go: 48 bytes," in done.out
    assert "--yes" in done.err
    plan = changed("files", "prune", "--path", "report.md", "--json", code=2).of("plan")
    assert (plan[0]["versions"], plan[0]["content_bytes"]) == (2, len(BEFORE + AFTER))
    assert "--keep" in changed("files", "prune", "--yes", code=2).err
    changed("files", "prune", "--keep", "0", "--yes", code=2)
    changed("files", "prune", "--before", "yesterday", "--yes", code=2)
    changed("files", "prune", "--before", "0001-01-01", "--yes", code=2)
    assert "nothing to prune" in changed("files", "prune", "--keep", "9", "--yes", code=1).err
    assert changed("files", "show", "report.md@1").out == BEFORE


def test_pruned_versions_are_in_the_archive_and_their_history_stays(changed: Steward) -> None:
    archive = changed.folder / "old.zip"
    (row,) = changed("files", "prune", "old.zip", "--keep", "2", "--yes", "--json").objects
    assert (row["pruned"], row["archive"]) == (1, str(archive))
    assert len(changed("files", "versions", "report.md", "--json").objects) == 3
    refused = changed("files", "show", "report.md@1", code=1)
    assert "pruned" in refused.err
    assert str(archive) in refused.err
    assert str(archive) in changed("files", "restore", "report.md", "1", code=1).err
    assert changed("files", "show", "report.md@2").out == AFTER
    done = changed("files", "verify")
    assert done.out.startswith("All is well")
    assert "(1 pruned)" in done.out
    shown = changed("files", "prune", "--before", "2999-01-01", "--yes").out
    assert "Pruned: 1 version;" in shown
    assert len(list((changed.home / "exports").iterdir())) == 1


def test_what_was_pruned_comes_back_from_its_archive(changed: Steward) -> None:
    changed("files", "prune", "old.zip", "--keep", "1", "--yes")
    (row,) = changed("files", "import", "old.zip", "--json").objects
    assert (row["versions"], row["contents"]) == (2, 2)
    assert changed("files", "show", "report.md@1").out == BEFORE
    changed("files", "restore", "report.md", "1")
    assert (changed.folder / "report.md").read_text() == BEFORE
    assert "pruned" not in changed("files", "verify").out
    assert "Nothing was missing" in changed("files", "import", "old.zip").out
    (changed.folder / "no.zip").write_text("no archive")
    assert "no archive" in changed("files", "import", "no.zip", code=1).err


def test_a_pruned_version_is_marked_in_the_history(changed: Steward) -> None:
    changed("files", "prune", "old.zip", "--keep", "1", "--yes")
    rows = changed("files", "versions", "report.md", "--json").objects
    assert rows[0]["pruned"] == str(changed.folder / "old.zip")
    assert rows[-1]["pruned"] is None
    assert "(pruned)" in changed("files", "versions", "report.md").out.splitlines()[0]
    nothing = changed("files", "prune", "--keep", "1", code=1)
    assert "There is nothing to prune." in nothing.err
