"""Starting at login: the entry is the setting, here and in the desktop's own settings."""

from __future__ import annotations

import configparser
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from app.autostart import Autostart, own_command
from app.domain.errors import ConfigurationError

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other systems have ways of their own"
)


@pytest.fixture
def entry(tmp_path: Path) -> Autostart:
    return Autostart({"XDG_CONFIG_HOME": str(tmp_path / "config")})


def fields(entry: Autostart) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(entry.path, encoding="utf-8")
    return dict(parser["Desktop Entry"])


def test_off_until_switched_on_and_off_again(entry: Autostart) -> None:
    assert not entry.is_on

    entry.switch(True)
    assert entry.is_on
    assert entry.path.name == "steward.desktop"
    assert [path.name for path in entry.path.parent.iterdir()] == ["steward.desktop"]

    entry.switch(False)
    assert not entry.is_on
    assert not entry.path.exists()
    entry.switch(False)


def test_the_entry_starts_this_program_and_shows_in_the_desktops_settings(entry: Autostart) -> None:
    entry.switch(True)

    read = fields(entry)
    assert read["Type"] == "Application"
    assert shlex.split(read["Exec"]) == [own_command()]


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled = false"])
def test_what_the_desktop_switched_off_is_off(entry: Autostart, line: str) -> None:
    entry.switch(True)
    text = entry.path.read_text().replace("X-GNOME-Autostart-enabled=true", line)
    entry.path.write_text(text)

    assert not entry.is_on

    entry.switch(True)
    assert entry.is_on


def test_a_program_in_a_folder_with_odd_letters_is_quoted(
    entry: Autostart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / 'My $Programs "100%"' / "steward"
    program.parent.mkdir()
    program.touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))

    entry.switch(True)

    # First the rules of any string in the file, then those of Exec: as a desktop reads it.
    command = fields(entry)["Exec"].replace("\\\\", "\\").replace("%%", "%")
    said = subprocess.run(["sh", "-c", f"printf %s {command}"], capture_output=True, text=True)
    assert said.stdout == str(program)


def test_an_installed_program_is_named_by_its_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/usr/bin/steward stays where it is when the package moves the program behind it."""
    program = tmp_path / "lib" / "steward"
    program.parent.mkdir()
    program.touch(mode=0o755)
    link = tmp_path / "bin" / "steward"
    link.parent.mkdir()
    link.symlink_to(program)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("PATH", str(link.parent))

    assert own_command() == str(link)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "autostart").write_text("a file in the way")

    with pytest.raises(ConfigurationError, match="cannot be changed"):
        Autostart({"XDG_CONFIG_HOME": str(tmp_path)}).switch(True)


def test_the_command_switches_it(tmp_path: Path) -> None:
    def steward(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "app", "autostart", *arguments],
            env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=50,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert steward() == "off"
    assert steward("on") == "on"
    assert steward("--json") == '{"autostart": true}'
    assert steward("off") == "off"
