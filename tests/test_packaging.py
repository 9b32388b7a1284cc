"""The package's recipe: what goes in, what stays out, and how the packaged program starts."""

from __future__ import annotations

import configparser
import importlib
import inspect
import json
import os
import plistlib
import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest

from app.cli.run import GRACE_SECONDS, INTERRUPTED, NOT_CONFIGURED, WRONG_USAGE

ROOT = Path(__file__).parent.parent
PACKAGING = ROOT / "packaging"
LINUX = PACKAGING / "linux"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> object:
    """A function that imports a module of the recipe."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    names = ("debian", "icons", "manual_page", "notices", "recipe")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module


@pytest.fixture
def recipe(module: object) -> ModuleType:
    assert callable(module)
    found = module("recipe")
    assert isinstance(found, ModuleType)
    return found


@pytest.fixture
def debian(module: object) -> ModuleType:
    assert callable(module)
    found = module("debian")
    assert isinstance(found, ModuleType)
    return found


def test_every_module_is_named_because_commands_and_skills_are_imported_by_name(
    recipe: ModuleType,
) -> None:
    named = set(recipe.own_modules())

    assert {"app.cli.ask", "app.cli.doctor", "app.main", "app.assembly"} <= named
    assert {"skills.files", "skills.files.edit", "skills.files._pattern_worker"} <= named
    table = (ROOT / "app" / "cli" / "commands.py").read_text(encoding="utf-8")
    assert set(re.findall(r'"(app\.cli\.\w+):', table)) <= named


def test_files_beside_the_code_lie_where_the_code_looks_for_them(recipe: ModuleType) -> None:
    places = {f"{folder}/{Path(file).name}" for file, folder in recipe.data_files()}

    assert "app/storage/migrations/0001_initial.sql" in places
    assert "resources/icons/steward.svg" in places
    assert "resources/translations/steward_de.qm" in places
    assert "resources/translations/steward_de.ts" not in places
    assert "resources/sample/report.md" in places
    assert "skills/files/SKILL.md" in places
    assert not [place for place in places if place.endswith((".py", ".pyc"))]


def test_the_whole_standard_library_is_there_for_a_persons_own_skills(recipe: ModuleType) -> None:
    names = set(recipe.standard_modules())

    assert {"csv", "statistics", "email.mime.text", "xml.etree.ElementTree"} <= names
    assert not [name for name in names if name.split(".")[0] in ("tkinter", "test", "idlelib")]


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ("googleapiclient/discovery_cache/documents/drive.v3.json", True),
        ("googleapiclient/discovery_cache/documents/sheets.v4.json", True),
        ("googleapiclient/discovery_cache/documents/youtube.v3.json", False),
        ("googleapiclient/discovery_cache/documents/drive.v2.json", True),
        ("googleapiclient/discovery_cache/documents/driveactivity.v2.json", False),
        ("PySide6/Qt/translations/qtbase_de.qm", True),
        ("PySide6/Qt/translations/qtbase_fr.qm", False),
        ("PySide6/Qt/translations/linguist_de.qm", False),
        ("resources/translations/steward_de.qm", True),
        ("certifi/cacert.pem", True),
        ("keyring-25.7.0.dist-info/entry_points.txt", True),
        ("keyring-25.7.0.dist-info/RECORD", False),
    ],
)
def test_which_data_of_libraries_goes_in(recipe: ModuleType, place: str, kept: bool) -> None:
    assert recipe.keeps_data(place) is kept


@pytest.mark.parametrize(
    ("place", "source", "kept"),
    [
        ("libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.3", False),
        ("libX11.so.6", "/lib/x86_64-linux-gnu/libX11.so.6", False),
        ("libpython3.11.so.1.0", "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0", True),
        ("lib-dynload/_ssl.so", "/usr/lib/python3.11/lib-dynload/_ssl.so", True),
        ("libssl.dylib", "/opt/python/lib/libssl.dylib", True),
        ("PySide6/Qt/lib/libQt6Widgets.so.6", "/venv/libQt6Widgets.so.6", True),
        ("PySide6/Qt/lib/libQt6Quick.so.6", "/venv/libQt6Quick.so.6", False),
        ("libQt6EglFSDeviceIntegration.so.6", "PySide6/Qt/lib/x.so", False),
        ("PySide6\\plugins\\platforms\\qwindows.dll", "C:\\qwindows.dll", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "/venv/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", "/venv/libqvnc.so", False),
        ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", "/venv/libqsqlite.so", False),
        ("PySide6/QtCore.abi3.so", "/venv/QtCore.abi3.so", True),
    ],
)
def test_which_libraries_go_in(recipe: ModuleType, place: str, source: str, kept: bool) -> None:
    assert recipe.keeps_binary(place, source) is kept


def test_a_command_in_the_terminal_starts_without_qt(recipe: ModuleType) -> None:
    assert "pyi_rth_pyside6" in recipe.unwanted_scripts("linux")


def test_the_version_is_the_projects_and_the_programs(recipe: ModuleType) -> None:
    import app

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert recipe.version() == project["version"] == app.__version__


def test_the_build_time_is_what_the_caller_says(
    recipe: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")

    assert recipe.build_time() == 1_700_000_000


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.2.0", "1.2.0"), ("1.0rc1", "1.0~rc1"), ("1.0b2", "1.0~b2"), ("1.0.dev3", "1.0~dev3")],
)
def test_debian_sorts_a_pre_release_before_the_release(
    debian: ModuleType, version: str, expected: str
) -> None:
    assert debian.debian_version(version) == expected


def test_the_control_file_has_what_debian_asks_for(debian: ModuleType) -> None:
    needs = debian.Dependencies("libc6 (>= 2.36), libegl1", "")
    text = debian.control(needs, "amd64", 4711)

    read = dict(re.findall(r"^([A-Z][\w-]+): (.+)$", text, re.MULTILINE))
    assert read["Package"] == "steward"
    assert read["Depends"] == "libc6 (>= 2.36), libegl1"
    assert read["Installed-Size"] == "4711"
    assert not read["Description"].endswith(".")
    assert len(read["Description"]) <= 80


def test_the_desktop_entry_belongs_to_the_window() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(LINUX / "steward.desktop", encoding="utf-8")
    entry = parser["Desktop Entry"]

    # A window is matched to its entry by this name; without it there is no icon under Wayland.
    assert 'setDesktopFileName("steward")' in (ROOT / "app" / "main.py").read_text(encoding="utf-8")
    assert entry["Type"] == "Application"
    assert (entry["Exec"], entry["Icon"], entry["Terminal"]) == ("steward", "steward", "false")
    assert entry["Categories"].endswith(";")


def test_the_unit_serves_until_it_is_told_to_end(debian: ModuleType) -> None:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(LINUX / "steward.service", encoding="utf-8")
    service = parser["Service"]

    assert service["ExecStart"] == "/usr/bin/steward serve"
    assert service["SuccessExitStatus"] == str(INTERRUPTED)
    assert service["RestartPreventExitStatus"].split() == [str(WRONG_USAGE), str(NOT_CONFIGURED)]
    assert int(service["TimeoutStopSec"]) > GRACE_SECONDS
    assert "steward.service" in inspect.getsource(debian.lay_out)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "steward.service"
    text = (LINUX / "steward.service").read_text(encoding="utf-8")
    unit.write_text(text.replace("/usr/bin/steward", sys.executable))  # it must be there
    done = subprocess.run(
        ["systemd-analyze", "--user", "--man=no", "verify", str(unit)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert str(unit) not in done.stderr


def test_launchd_runs_the_same_command() -> None:
    with (PACKAGING / "macos" / "local.steward.serve.plist").open("rb") as file:
        job = plistlib.load(file)

    assert job["Label"] == "local.steward.serve"
    assert job["ProgramArguments"][1:] == ["serve"]
    assert job["ExitTimeOut"] > GRACE_SECONDS
    assert oct(job["Umask"]) == "0o77"


def test_what_software_centres_read_names_the_entry_and_the_version(debian: ModuleType) -> None:
    tree = ET.fromstring(debian.metainfo())

    assert tree.findtext("launchable") == "steward.desktop"
    release = tree.find("releases/release")
    assert release is not None
    assert re.fullmatch(r"\d+\.\d+\.\d+", release.attrib["version"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", release.attrib["date"])


def test_icons_are_drawn_in_each_size_and_the_same_each_time(
    module: object, tmp_path: Path, qapp: object
) -> None:
    assert callable(module)
    icons = module("icons")

    first = icons.draw(tmp_path / "a")
    second = icons.draw(tmp_path / "b")

    assert [path.name for path in first] == [f"steward-{size}.png" for size in icons.SIZES]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_notices_name_a_package_its_licence_and_its_text(module: object) -> None:
    assert callable(module)
    notices = module("notices")
    packages = {one.metadata["Name"].lower(): one for one in notices.bundled()}

    text = notices.notices([packages["httpx"], packages["pyside6_essentials"]])

    assert re.search(r"^httpx \S+\nLicence: BSD", text, re.MULTILINE)
    assert "Redistribution and use in source and binary forms" in text
    assert "Lesser General Public License" in text
    assert re.search(r"^Python 3\.\d+", text, re.MULTILINE)
    assert "pip" not in packages


def test_the_manual_page_has_every_command(module: object) -> None:
    assert callable(module)
    page = module("manual_page").manual_page()

    assert page.startswith(".TH STEWARD 1 ")
    for command in ("steward ask", "steward files restore", "steward doctor"):
        assert f".SS {command}" in page
    assert not re.search(r"^'(?!\\)", page, re.MULTILINE)


# -- how the packaged program starts ----------------------------------------------------------


def entry(*arguments: str, send: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PACKAGING / "entry.py"), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        input=send,
        capture_output=True,
        text=True,
        timeout=50,
    )


def test_it_is_steward() -> None:
    done = entry("--version")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("steward, version ")


def test_it_is_the_python_of_a_skills_worker() -> None:
    worker = ROOT / "skills" / "files" / "_pattern_worker.py"
    questions = [{"pattern": "dra.t", "match_case": True, "most": 9}, {"text": "one\na draft"}]
    done = entry("-I", "-S", str(worker), send="".join(json.dumps(q) + "\n" for q in questions))

    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [[], [[2, 2]]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-I", "-c", "import sys; print(sys.argv)", "a"), "['-c', 'a']"),
        (("-X", "utf8", "-c", "print(__name__)"), "__main__"),
        (("-m", "calendar", "2024", "2"), "February 2024"),
    ],
)
def test_it_takes_pythons_own_options(arguments: tuple[str, ...], said: str) -> None:
    done = entry(*arguments)

    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_without_anything_to_run_it_says_so() -> None:
    done = entry("-I")

    assert done.returncode == 1
    assert "no interactive Python" in done.stderr


def test_programs_that_it_opens_get_the_persons_own_environment() -> None:
    """Else a browser would load our libraries, and a Qt program our plug-ins."""
    code = "import os; print(os.environ['LD_LIBRARY_PATH'], os.environ.get('QT_PLUGIN_PATH'))"
    done = entry("-c", code, LD_LIBRARY_PATH_ORIG="/theirs", QT_PLUGIN_PATH="/ours")

    assert done.stdout.split() == ["/theirs", "None"]
