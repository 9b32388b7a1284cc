"""The log: no secret however it gets there, whole lines from every process, where in a turn."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.log_file import SharedLogFile
from app.logs import log_place, start_logging, stop_logging
from app.redaction import Redactor, Secret

KEY = "sk-or-v1-0123456789abcdef"
HIDDEN = "[secret:OPENROUTER_API_KEY]"

logger = logging.getLogger("tests.logs")


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Path]:
    """A data directory with a log; what it says on the terminal is captured from the start."""
    handlers = start_logging(tmp_path, Redactor({"OPENROUTER_API_KEY": Secret(KEY)}))
    yield tmp_path
    stop_logging(handlers)


def logged(home: Path) -> list[dict[str, Any]]:
    text = (home / "logs" / "steward.log").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@dataclass
class Holder:
    """Something with a key in it."""

    key: str


class Stubborn:
    """Says its key when it is turned into text, and is nothing the redactor knows."""

    def __str__(self) -> str:
        return f"Stubborn {KEY}"


HIDING_PLACES = {
    "text": f"Bearer {KEY}",
    "bytes": KEY.encode(),
    "path": Path("/tmp") / KEY,
    "exception": ValueError(KEY),
    "set": {KEY},
    "dataclass": Holder(KEY),
    "class of a stranger": Stubborn(),
    "deep": {"a": [(Stubborn(), {KEY: ValueError(KEY)})]},
    "base64": "c2stb3ItdjEtMDEyMzQ1Njc4OWFiY2RlZg==",
}


@pytest.mark.parametrize("value", HIDING_PLACES.values(), ids=HIDING_PLACES)
def test_no_value_brings_a_secret_into_the_log(home: Path, value: object) -> None:
    logger.warning("something", extra={"value": value})
    (line,) = logged(home)
    assert HIDDEN in json.dumps(line)
    assert KEY not in json.dumps(line)


def test_a_message_a_traceback_and_a_stack_lose_the_secret(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        int(KEY)
    except ValueError:
        logger.exception("call with %s failed", KEY, stack_info=True)
    (line,) = logged(home)
    assert line["message"] == f"call with {HIDDEN} failed"
    assert "ValueError" in line["traceback"]
    assert "test_logs.py" in line["stack"]
    assert KEY not in json.dumps(line)
    assert capsys.readouterr().err == f"steward: call with {HIDDEN} failed\n"


def test_a_message_that_does_not_fit_its_values_is_not_told_with_them(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = logging.makeLogRecord({"msg": "%d files", "args": (KEY,), "levelno": logging.ERROR})
    for handler in logging.getLogger().handlers:
        if type(handler).__module__.startswith("app."):
            handler.handle(record)
    told = capsys.readouterr()
    assert "a line of the log could not be written" in told.err
    assert KEY not in told.err + told.out


def log_to(path: Path, told: list[str]) -> SharedLogFile:
    log = SharedLogFile(path, max_bytes=10_000, backups=1, lost=told.append)
    log.setFormatter(logging.Formatter("%(message)s"))
    return log


def log_line(log: SharedLogFile, words: str) -> None:
    log.handle(logging.makeLogRecord({"msg": words, "levelno": logging.INFO}))


def test_lines_that_are_lost_are_told_once_until_the_log_can_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    log = log_to(tmp_path / "steward.log", told)

    def no_room(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    for _ in range(2):
        with monkeypatch.context() as full:
            full.setattr(os, "write", no_room)
            for _ in range(100):
                log_line(log, "lost")
        log_line(log, "kept")
    log.close()

    assert told == [f"A line of the log could not be written to {tmp_path / 'steward.log'}."] * 2
    assert (tmp_path / "steward.log").read_text() == "kept\nkept\n"


def test_a_line_that_is_torn_by_a_full_disk_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    log = log_to(tmp_path / "steward.log", told)
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, line: write(file, line[:3]))
        log_line(log, "torn")
    log_line(log, "whole")
    log.close()
    assert (tmp_path / "steward.log").read_text() == "tor\nwhole\n"
    assert len(told) == 1


def test_neither_a_full_disk_nor_a_closed_terminal_reaches_whoever_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(io.StringIO):
        def write(self, _words: str) -> int:
            raise OSError(errno.EIO, "the terminal is gone")

    told: list[str] = []
    log = log_to(tmp_path / "steward.log", told)
    monkeypatch.setattr(sys, "stderr", Gone())
    monkeypatch.setattr(os, "write", Gone().write)
    log_line(log, "lost")
    log.close()
    assert len(told) == 1


def test_a_log_that_cannot_be_kept_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("in the way")
    told: list[str] = []
    stop_logging(start_logging(tmp_path, Redactor({}), lost=told.append))
    (words,) = told
    assert words.startswith("No log is kept: ")
    assert "no log is kept" in capsys.readouterr().err


def test_a_secret_itself_is_stars_in_json_and_in_the_log(home: Path) -> None:
    secret = Secret(KEY)
    assert json.dumps({"key": secret, "all": [secret]}) == '{"key": "***", "all": ["***"]}'
    logger.info("connected", extra={"key": secret, "words": f"{secret!r} {secret}"})
    (line,) = logged(home)
    assert (line["key"], line["words"]) == ("***", "*** ***")


def test_warnings_reach_the_terminal_and_lesser_things_only_the_file(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logger.info("quiet")
    logger.warning("look here")
    assert capsys.readouterr().err == "steward: look here\n"
    assert [line["message"] for line in logged(home)] == ["quiet", "look here"]


def test_a_line_that_speaks_to_the_terminal_is_shown_with_escapes(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "a.md\nsteward: all is well\r\x1b]0;title\x07\x9b2J\u2028\u202emd."
    logger.warning("%s is gone", name, extra={"path": name})
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith("steward: a.md\\nsteward: all is well\\r\\x1b]0;title\\x07")
    raw = (home / "logs" / "steward.log").read_text(encoding="utf-8")
    for text in (told, raw):
        assert not set(text) & set("\r\x1b\x07\x9b\u2028\u202e")
    assert logged(home)[0]["path"] == name, "nothing of it is lost"


async def test_a_line_says_which_conversation_turn_and_call_it_is_about(home: Path) -> None:
    async def call(number: str) -> None:
        log_place(call_id=number)
        await asyncio.to_thread(logger.info, "in a thread")

    async def turn() -> None:
        log_place(conversation_id="c", turn_id="t")
        await asyncio.gather(*(asyncio.create_task(call(n)) for n in "12"))
        logger.info("the turn itself")

    await asyncio.create_task(turn())
    logger.info("outside")
    lines = logged(home)
    assert {line.get("call_id") for line in lines[:2]} == {"1", "2"}
    assert {(line["conversation_id"], line["turn_id"]) for line in lines[:3]} == {("c", "t")}
    assert "call_id" not in lines[2]
    assert not {"conversation_id", "turn_id"} & set(lines[3])


def test_a_full_log_is_put_aside_and_so_many_older_ones_are_kept(tmp_path: Path) -> None:
    handler = SharedLogFile(tmp_path / "a.log", max_bytes=50, backups=2)
    for number in range(9):
        handler.handle(logging.makeLogRecord({"msg": f"{number} {'x' * 20}"}))
    handler.close()
    handler.handle(logging.makeLogRecord({"msg": "after the end"}))
    handler.close()
    kept = {path.name: path.read_text().splitlines() for path in tmp_path.glob("a.log*")}
    x = "x" * 20
    assert kept == {
        "a.log": [f"8 {x}", "after the end"],
        "a.log.1": [f"6 {x}", f"7 {x}"],
        "a.log.2": [f"4 {x}", f"5 {x}"],
    }


def test_a_line_goes_to_the_file_of_that_name_also_after_someone_else_has_put_it_aside(
    tmp_path: Path,
) -> None:
    mine, other = (SharedLogFile(tmp_path / "a.log", max_bytes=40, backups=1) for _ in range(2))
    for number in range(4):
        other.handle(logging.makeLogRecord({"msg": f"{number} {'x' * 30}"}))
    mine.handle(logging.makeLogRecord({"msg": "mine"}))
    assert (tmp_path / "a.log").read_text() == f"3 {'x' * 30}\nmine\n"
    mine.close()
    other.close()


WRITE = """
import logging, pathlib, sys
from app.log_file import SharedLogFile
handler = SharedLogFile(pathlib.Path(sys.argv[1]), max_bytes=2_000, backups=200)
for number in range(300):
    handler.handle(logging.makeLogRecord({"msg": f"{sys.argv[2]}-{number} " + "x" * 30}))
"""


def test_of_two_processes_that_rotate_one_log_neither_loses_a_line(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE, str(tmp_path / "a.log")]
    root = Path(__file__).parent.parent
    running = [subprocess.Popen([*command, name], cwd=root) for name in "ab"]
    assert [one.wait(30) for one in running] == [0, 0]
    files = [path for path in tmp_path.glob("a.log*") if path.stat().st_size]
    lines = [line for path in files for line in path.read_text().splitlines()]
    assert len(files) > 10
    assert sorted(line.split()[0] for line in lines) == sorted(
        f"{name}-{number}" for name in "ab" for number in range(300)
    )
    assert all(path.stat().st_size <= 2_000 + 100 for path in files)
