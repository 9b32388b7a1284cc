"""What goes into the packaged program, and what stays out: plain functions, no build tool.

``steward.spec`` asks these questions; ``tests/test_packaging.py`` checks the answers.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
BUILD: Final = ROOT / "build" / "package"

PACKAGES: Final = ("app", "skills")
"""Ours. Commands, integrations and skills are imported by name, so all modules are named."""

GOOGLE_DOCUMENTS: Final = frozenset(
    ["chat.v1", "docs.v1", "drive.v2", "drive.v3", "pubsub.v1", "sheets.v4"]
)
"""Google's descriptions of its services that we use; all of them together take 111 MB."""

LANGUAGES: Final = frozenset(["de"])
"""Languages besides English in which Qt's own buttons and dialogs speak."""

EXCLUDED: Final = (
    *("tkinter", "_tkinter", "turtle", "turtledemo", "idlelib", "lib2to3", "test", "pydoc_data"),
    *("ensurepip", "venv", "curses", "_curses", "_curses_panel", "dbm", "_dbm", "_gdbm", "nis"),
    *("PIL.ImageQt", "PIL.ImageTk", "PIL.ImageShow", "PIL._avif", "PIL.AvifImagePlugin"),
    *("setuptools", "pkg_resources", "pip", "wheel", "_distutils_hack", "distutils"),
    *("numpy", "pandas", "IPython", "matplotlib", "cv2", "rich", "trio", "uvloop"),
)
"""Never imported by us; some are offered by libraries for those who have them."""

_QT_PLUGINS: Final = {
    "iconengines": {"qsvgicon"},
    "imageformats": {"qgif", "qicns", "qico", "qjpeg", "qsvg", "qtiff", "qwebp"},
    "networkinformation": {"qglib", "qnetworkmanager", "qnetworklistmanager"},
    "platforminputcontexts": {
        "composeplatforminputcontextplugin",
        "ibusplatforminputcontextplugin",
    },
    "platforms": {"qcocoa", "qoffscreen", "qwayland", "qwindows", "qxcb"},
    "platformthemes": {"qgtk3", "qxdgdesktopportal"},
    "styles": {"qmacstyle", "qmodernwindowsstyle"},
    "tls": {"qopensslbackend", "qschannelbackend", "qsecuretransportbackend"},
    "wayland-decoration-client": {"*"},
    "wayland-graphics-integration-client": {"*"},
    "wayland-shell-integration": {"*"},
    "xcbglintegrations": {"*"},
}
"""Folder of Qt's plug-ins → those we keep. What is not named is left out."""

_QT_LIBRARIES: Final = re.compile(
    r"(?:lib)?Qt6?(?:Core|DBus|Gui|Network|OpenGL|Svg|Widgets|WaylandClient|XcbQpa|"
    r"WlShellIntegration|WaylandEglClientHwIntegration)(?:\W.*)?"
)
_WITH_DEBUG_SYMBOLS: Final = re.compile(r"libpython[^/]*|zstandard/[^/]+\.so")
_SHARED_LIBRARY: Final = re.compile(r"lib[^/]+\.so(?:\.\d+)*")
_SYSTEM_FOLDERS: Final = re.compile(r"(?:/usr)?/lib(?:32|64)?(?:/[a-z0-9_]+-linux-gnu[a-z0-9]*)?")
_VERSION: Final = re.compile(r"\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.dev\d+)?")
_PYTHON_FOLDERS_LEFT_OUT: Final = re.compile(
    r"(?:site|dist)-packages|__pycache__|tests?|idle_test|lib-dynload|config-.*|_?pydoc_data"
)


# -- what we are ------------------------------------------------------------------------------


def version() -> str:
    """Steward's version: pyproject.toml is where it is said."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = str(project["version"])
    if not _VERSION.fullmatch(text):
        raise ValueError(f"pyproject.toml names no version that a package can have: {text!r}")
    return text


def description() -> str:
    """One line about Steward, from pyproject.toml, without its full stop."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["description"]).rstrip(".")


def build_time() -> int:
    """Seconds since 1970 that every file of the package carries: two builds are then the same.

    ``SOURCE_DATE_EPOCH`` where it is set, else the time of the last commit, else 2020-01-01.
    """
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    try:
        said = subprocess.run(
            ["git", "log", "-1", "--format=%ct"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(said.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return 1_577_836_800


# -- Python's modules -------------------------------------------------------------------------


def own_modules(root: Path = ROOT) -> list[str]:
    """Every module of ours by its dotted name."""
    return sorted(name for package in PACKAGES for name in _modules_below(root / package, package))


def plug_ins() -> list[str]:
    """Modules that libraries look up by name at run time."""
    names = ("SecretService", "chainer", "fail", "kwallet", "libsecret", "macOS", "null", "Windows")
    return [f"keyring.backends.{name}" for name in names]


def standard_modules() -> list[str]:
    """Python's whole library: a person's own skill may import what Steward does not."""
    folder = Path(sysconfig.get_path("stdlib"))
    built_in = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    names = {
        name
        for top in sorted(built_in)
        for name in (*_modules_below(folder / top, top), top)
        if not _is_excluded(name)
    }
    # The names of the library on other systems: asking for these only makes noise.
    elsewhere = {"msilib", "winreg", "winsound", "msvcrt", "nt", "ntpath"}
    return sorted(names - elsewhere)


def _is_excluded(name: str) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in EXCLUDED)


def _modules_below(folder: Path, package: str) -> Iterator[str]:
    if not (folder / "__init__.py").is_file():
        return
    yield package
    for entry in sorted(folder.iterdir()):
        if _PYTHON_FOLDERS_LEFT_OUT.fullmatch(entry.name):
            continue
        if entry.is_dir():
            yield from _modules_below(entry, f"{package}.{entry.name}")
        elif entry.suffix == ".py" and entry.stem not in ("__init__", "__main__"):
            yield f"{package}.{entry.stem}"


# -- files ------------------------------------------------------------------------------------


def data_files(root: Path = ROOT) -> list[tuple[str, str]]:
    """Files that are not modules, each with the folder it lies in, as in a clone.

    ``resources`` whole, but for what only translators read; of our packages what is not Python
    (migrations, manuals of skills).
    """
    found = [
        path
        for path in (root / "resources").rglob("*")
        if path.is_file() and (path.parent.name != "translations" or path.suffix == ".qm")
    ]
    for package in PACKAGES:
        found += [
            path
            for path in (root / package).rglob("*")
            if path.is_file() and path.suffix not in (".py", ".pyc", ".pyi")
        ]
    return [
        (str(path), str(path.parent.relative_to(root)))
        for path in sorted(found)
        if "__pycache__" not in path.parts and not path.name.startswith(".")
    ]


def keeps_data(place: str) -> bool:
    """Whether a file that a library brings goes in; ``place`` is where it would lie."""
    path = PurePosixPath(place.replace("\\", "/"))
    parts = path.parts
    if path.name.startswith("libQt6"):  # a link to a library
        return _keeps_of_qt(path)
    if "discovery_cache" in parts:
        return path.suffix != ".json" or path.stem in GOOGLE_DOCUMENTS
    if "translations" in parts and path.suffix == ".qm":
        kind, _, language = path.stem.partition("_")
        return "PySide6" not in parts or (kind == "qtbase" and language in LANGUAGES)
    if path.name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "WHEEL"):
        return False
    return parts[0] not in ("docutils", "pytz")


def keeps_binary(place: str, source: str) -> bool:
    """Whether a library goes in.

    On Linux what the system's packages provide stays with the system: it is mended there, and
    fits the other libraries there. Python itself goes in: it is the one we were tested with.
    """
    path = PurePosixPath(place.replace("\\", "/"))
    if "PySide6" in path.parts or path.name.startswith("libQt6"):
        return _keeps_of_qt(path)
    folder, name = os.path.split(source)
    if name.startswith("libpython"):
        return True
    of_the_system = _SYSTEM_FOLDERS.fullmatch(folder) and _SHARED_LIBRARY.fullmatch(name)
    return not of_the_system


def _keeps_of_qt(path: PurePosixPath) -> bool:
    if "qml" in path.parts:
        return False
    if "plugins" in path.parts:
        kept = _QT_PLUGINS.get(path.parent.name, set())
        name = path.name.split(".")[0].removeprefix("lib")
        return any(_fits(name, pattern) for pattern in kept)
    if path.name.startswith(("libQt6", "Qt6")):
        return bool(_QT_LIBRARIES.fullmatch(path.name))
    return True


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or pattern == "*"


def carries_debug_symbols(place: str) -> bool:
    """Whether a library comes with symbols that only a debugger reads, and that may be taken off.

    Not so for those whose loader paths were written into them after they were linked.
    """
    return bool(_WITH_DEBUG_SYMBOLS.fullmatch(place))


def unwanted_scripts(system: str = sys.platform) -> frozenset[str]:
    """Start-up code of the build tool that we do without, since it imports too much too early.

    ``entry.py`` does for multiprocessing what is needed, when it is. On Linux Qt's own wheel knows
    where its plug-ins are; the build tool would import Qt for each command in the terminal.
    """
    everywhere = {"pyi_rth_multiprocessing"}
    return frozenset(everywhere | ({"pyi_rth_pyside6"} if system == "linux" else set()))
