"""What holds for every command: help, usage, exit codes, no Qt, no traceback, quiet pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import app
from app.cli import main
from app.cli.run import exit_code
from app.domain.errors import (
    ConfigurationError,
    FileMissingError,
    ModelCredentialsError,
    ModelError,
    StewardError,
    UsageError,
)
from tests.cli.conftest import FINALISE, Steward

COMMANDS = ("ask", "chat", "files", "conversations", "skills", "config", "doctor")

WITHOUT_QT = """
import sys

class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "shiboken6", "qasync"}:
            raise ImportError(f"the terminal imports {name}")

sys.meta_path.insert(0, NoQt())
from app.__main__ import main
sys.exit(main())
"""

WITH_A_MISTAKE = """
import sys
import app.cli, app.__main__

def broken(arguments):
    raise KeyError("sk-or-key-0123456789")

app.cli.main = broken
sys.exit(app.__main__.main())
"""


def test_the_help_names_every_command(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["--help"]) == 0
    text = capfdbinary.readouterr().out.decode()
    for command in COMMANDS:
        assert f"  {command} " in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(
    command: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main([command, "--help"]) == 0
    text = capfdbinary.readouterr().out.decode()
    assert text.startswith(f"Usage: steward {command} ")


def test_the_version_is_the_program_s(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["--version"]) == 0
    assert app.__version__ in capfdbinary.readouterr().out.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["ask"],
        ["ask", "  "],
        ["ask", "hi", "--approve", "sometimes"],
        ["ask", "hi", "--folder", "/nowhere/at/all"],
        ["files"],
        ["files", "nonsense"],
        ["files", "show", "report.md"],
        ["files", "show", "report.md@0"],
        ["files", "restore", "report.md", "one"],
        ["files", "restore", "report.md", "99999999999999999999"],
        ["skills", "show"],
        ["config", "set", "no_such_setting", "1"],
        ["config", "set", "max_iterations", "1000"],
        ["conversations", "list", "--limit", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2_and_says_why(
    arguments: list[str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(arguments) == 2
    told = capfdbinary.readouterr()
    assert told.out == b""
    assert told.err.strip()


def test_with_json_wrong_usage_is_an_event_too(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert main(["files", "restore", "report.md", "one", "--json"]) == 2
    assert b'"type": "error"' in capfdbinary.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (ConfigurationError("x"), 3),
        (ModelCredentialsError("x"), 3),
        (ModelError("x"), 1),
        (FileMissingError("x"), 1),
        (StewardError("x"), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_exit_codes_say_what_kind_of_failure_it_was(error: StewardError, code: int) -> None:
    assert exit_code(error) == code


def test_the_help_imports_nothing_that_is_slow() -> None:
    heavy = "{'peewee', 'httpx', 'jsonschema', 'keyring', 'app.assembly'}"
    program = (
        "import sys, app.cli; app.cli.main(['--help']); "
        f"sys.exit(str({heavy} & set(sys.modules)) if {heavy} & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_whole_turn_and_the_history_need_no_qt(steward: Steward) -> None:
    steward.command = [sys.executable, "-c", WITHOUT_QT]
    steward.process("ask", FINALISE, "--approve", "always")
    assert len(steward.process("files", "versions", "report.md", "--json").objects) == 2
    steward.process("skills", "list")


def test_the_installed_command_and_the_module_have_one_door() -> None:
    from importlib.metadata import entry_points

    (script,) = entry_points(group="console_scripts", name="steward")
    assert script.value == "app.__main__:main"


def test_a_reader_that_leaves_is_no_error(steward: Steward) -> None:
    for number in range(40):
        (steward.folder / f"{number}-{'x' * 200}.txt").write_text("x")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*steward.command, "files", "list"],
        env=steward.environment(),
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=40,
    )
    os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 0


def test_a_full_disk_behind_stdout_is_told(steward: Steward) -> None:
    if not Path("/dev/full").exists():
        return  # only Linux has it
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*steward.command, "files", "list"],
            env=steward.environment(),
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=40,
        )
    assert b"cannot be written" in done.stderr
    assert b"Exception" not in done.stderr
    assert done.returncode == 1


def test_a_mistake_of_ours_is_one_line_and_a_log_entry(steward: Steward) -> None:
    steward.command = [sys.executable, "-c", WITH_A_MISTAKE]
    done = steward.process("anything", code=1, OPENROUTER_API_KEY="sk-or-key-0123456789")
    (line,) = done.err.splitlines()
    assert "mistake in Steward" in line
    log = (steward.home / "logs" / "steward.log").read_text()
    assert "KeyError" in log
    assert "in broken" in log
    assert "sk-or-key-0123456789" not in log + done.err


def test_a_data_directory_that_cannot_be_made_is_not_configured(
    steward: Steward, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = steward("ask", "hi", "--json", code=3, STEWARD_HOME=str(tmp_path / "file" / "home"))
    assert "settings" in done.err
    assert [event["kind"] for event in done.of("error")] == ["configuration"]
