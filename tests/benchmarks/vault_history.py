"""A thousand one-line edits of a 1 MB text: what the vault takes, and how fast a version is back.

Measured beside what ``git gc`` makes of the same history in the same run: apparent size (sum of
the lengths of all files) and allocated size (what they take on the disk).
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import IO, Final

from app.files.blobs import BlobStore
from app.files.fs_ops import FsOps

EDITS: Final = 1000
SIZE: Final = 1024 * 1024
GOAL_RATIO: Final = 3.0
GOAL_READ_MS: Final = 50.0
SMALL_FILES: Final = 1000


def measure(runs: int) -> dict[str, object]:
    """Sizes, ratios and times. ``runs``: how often each version is read."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        return {"edits": _edits(root, runs), "small_files": _small_files(root)}


def _edits(root: Path, runs: int) -> dict[str, object]:
    blobs = BlobStore(root / "edits", FsOps())
    put_ms, digests = [], []
    like: str | None = None
    for version in history():
        started = time.perf_counter()
        like = blobs.put([version], like=like).hash
        put_ms.append((time.perf_counter() - started) * 1000)
        digests.append(like)
    reader = BlobStore(root / "edits", FsOps())
    reader.read(digests[0])
    read_ms = []
    for digest in digests:
        times = []
        for _ in range(min(runs, 5)):
            started = time.perf_counter()
            reader.read(digest)
            times.append((time.perf_counter() - started) * 1000)
        read_ms.append(min(times))
    started = time.perf_counter()
    size = BlobStore(root / "edits", FsOps()).size()
    size_ms = (time.perf_counter() - started) * 1000
    report = _against_git(root / "edits", root / "edits.git", ((b"text.md", v) for v in history()))
    return {
        "versions": size.blobs,
        "content_bytes": size.content_bytes,
        **report,
        "put_median_ms": round(statistics.median(put_ms), 2),
        "read_median_ms": round(statistics.median(read_ms), 2),
        "read_worst_ms": round(max(read_ms), 2),
        "size_ms": round(size_ms, 2),
        "read_goal_ms": GOAL_READ_MS,
        "read_met": max(read_ms) <= GOAL_READ_MS,
    }


def _small_files(root: Path) -> dict[str, object]:
    """A thousand files of 100 bytes: what counts is what each costs on top of its bytes."""
    dice = Random(11)
    files = [(b"%04d.md" % n, _words(dice, 100)[:100]) for n in range(SMALL_FILES)]
    blobs = BlobStore(root / "small", FsOps())
    for _, content in files:
        blobs.put([content])
    return _against_git(root / "small", root / "small.git", iter(files))


def history() -> Iterator[bytes]:
    """The text and its versions, the same in every run: words of a language, not noise."""
    dice = Random(10)
    lines = []
    size = 0
    while size < SIZE:
        line = _words(dice, 70)
        lines.append(line)
        size += len(line) + 1
    yield b"\n".join(lines)
    for _ in range(EDITS):
        lines[dice.randrange(len(lines))] = _words(dice, 70)
        yield b"\n".join(lines)


def _words(dice: Random, size: int) -> bytes:
    """Words with the frequencies of a language: the n-th is n times rarer than the first."""
    line = b""
    while len(line) < size:
        line += b" " * bool(line) + _LEXICON[int(len(_LEXICON) ** dice.random()) - 1]
    return line


def _lexicon() -> list[bytes]:
    dice = Random(9)
    starts, vowels = ("", "b", "c", "d", "l", "m", "n", "p", "r", "s", "st", "t", "tr"), "aeeiou"
    return [
        "".join(
            dice.choice(starts) + dice.choice(vowels) for _ in range(1 + min(3, n // 100) or 1)
        ).encode()
        + dice.choice([b"", b"n", b"s", b"r"])
        for n in range(8000)
    ]


_LEXICON: Final = _lexicon()


def _against_git(vault: Path, git: Path, files: Iterator[tuple[bytes, bytes]]) -> dict[str, object]:
    _git_history(git, files)
    ours, theirs = _usage(vault), _usage(git)
    ratios = {kind: round(ours[kind] / theirs[kind], 3) for kind in ours}
    return {
        "vault_bytes": ours,
        "git_bytes": theirs,
        "ratio_to_git": ratios,
        "goal": GOAL_RATIO,
        "met": all(ratio <= GOAL_RATIO for ratio in ratios.values()),
    }


def _git_history(git: Path, files: Iterator[tuple[bytes, bytes]]) -> None:
    """One commit for each file or version, then what ``git gc`` makes of them.

    ``fast-import`` leaves a pack whose deltas ``gc`` would only take over. They are made anew
    first, as they are for commits made one by one, which costs git a third of the size.
    """
    program = shutil.which("git")
    assert program is not None, "this benchmark needs git"
    subprocess.run([program, "init", "--quiet", "--bare", str(git)], check=True)
    command = [program, "-C", str(git), "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for number, (name, content) in enumerate(files):
            _commit(process.stdin, number, name, content)
    assert process.returncode == 0
    for arguments in (["repack", "-a", "-d", "-f", "-q"], ["gc", "--quiet"]):
        subprocess.run([program, "-C", str(git), *arguments], check=True)
    shutil.move(git / "hooks", git.with_suffix(".hooks"))  # samples, no part of a history


def _commit(stream: IO[bytes], number: int, name: bytes, content: bytes) -> None:
    stream.write(b"commit refs/heads/main\n")
    stream.write(b"committer Me <me@example.org> %d +0000\n" % (1_700_000_000 + number))
    stream.write(b"data 4\nedit\nM 100644 inline %s\n" % name)
    stream.write(b"data %d\n%s\n" % (len(content), content))


def _usage(folder: Path) -> dict[str, int]:
    paths = [folder, *folder.rglob("*")]
    return {
        "apparent": sum(path.stat().st_size for path in paths if path.is_file()),
        "allocated": sum(path.stat().st_blocks * 512 for path in paths),
    }
