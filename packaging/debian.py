"""Makes the .deb from the built program: where each file lies, what it depends on, who it is."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import icons
from recipe import ROOT, build_time, description, version

LINUX: Final = ROOT / "packaging" / "linux"
PROGRAM: Final = Path("usr/lib/steward")
DOCUMENTS: Final = Path("usr/share/doc/steward")

OPTIONAL_PLUGINS: Final = ("libqgtk3.so",)
"""Used by Qt where their libraries are there, and passed over where they are not."""

_DESCRIPTION: Final = """\
 Ask in your own words, in a window or in a terminal. Steward reads and changes
 files in the folders you grant it, through a language model of your choice or
 with built-in offline commands. Each change is shown before it is made, and
 every version of a file is kept and can be brought back.
"""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What Debian's packages must provide, in the form of a control file."""

    depends: str
    recommends: str


def control(needs: Dependencies, architecture: str, installed_kilobytes: int) -> str:
    """The control file."""
    recommends = ", ".join(filter(None, [needs.recommends, "fonts-dejavu-core | fonts-noto-core"]))
    return (
        "Package: steward\n"
        f"Version: {debian_version(version())}\n"
        f"Architecture: {architecture}\n"
        "Maintainer: Steward contributors <steward@localhost.localdomain>\n"
        f"Installed-Size: {installed_kilobytes}\n"
        f"Depends: {needs.depends}\n"
        f"Recommends: {recommends}\n"
        "Suggests: gnome-keyring | kwalletmanager\n"
        "Section: utils\n"
        "Priority: optional\n"
        f"Description: {_synopsis(description())}\n"
        f"{_DESCRIPTION}"
    )


def _synopsis(sentence: str) -> str:
    """A phrase that could follow "it is": no article, small at the start."""
    return sentence.removeprefix("A ").removeprefix("An ")


def debian_version(python_version: str) -> str:
    """``1.0rc1`` as ``1.0~rc1``: for Debian, too, it comes before 1.0."""
    for mark in (".dev", "a", "b", "rc"):
        python_version = python_version.replace(mark, f"~{mark.lstrip('.')}", 1)
    return python_version


def lay_out(program: Path, root: Path, *, notices: str, manual: str) -> None:
    """Put every file where a Debian system wants it, below ``root``."""
    shutil.copytree(program, root / PROGRAM, symlinks=True)
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/steward").symlink_to("../lib/steward/steward")
    _text(root / "usr/share/applications/steward.desktop", _file("steward.desktop"))
    _text(root / "usr/share/metainfo/steward.metainfo.xml", metainfo())
    _text(root / "usr/lib/systemd/user/steward.service", _file("steward.service"))
    themes = root / "usr/share/icons/hicolor"
    _copy(icons.SOURCE, themes / "scalable/apps/steward.svg")
    with tempfile.TemporaryDirectory() as scratch:
        for size, picture in zip(icons.SIZES, icons.draw(Path(scratch)), strict=True):
            _copy(picture, themes / f"{size}x{size}/apps/steward.png")
    _packed(root / "usr/share/man/man1/steward.1.gz", manual)
    _text(root / DOCUMENTS / "copyright", _file("copyright"))
    _packed(root / DOCUMENTS / "THIRD-PARTY-NOTICES.txt.gz", notices)
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    _packed(root / DOCUMENTS / "changelog.gz", changes)
    _text(root / "usr/share/lintian/overrides/steward", _file("lintian-overrides"))


def metainfo() -> str:
    """What software centres show, with today's version."""
    date = time.strftime("%Y-%m-%d", time.gmtime(build_time()))
    return _file("steward.metainfo.xml").replace("@VERSION@", version()).replace("@DATE@", date)


def find_dependencies(root: Path) -> Dependencies:
    """Ask Debian's own tool which packages hold the libraries that ours are linked with."""
    files = [path for path in sorted((root / PROGRAM).rglob("*")) if _is_elf(path)]
    optional = [path for path in files if path.name in OPTIONAL_PLUGINS]
    folders = sorted({str(path.parent) for path in files})
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "debian").mkdir()
        (Path(scratch) / "debian/control").write_text(
            "Source: steward\n\nPackage: steward\nArchitecture: any\n"
        )
        said = subprocess.run(
            [
                *("dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0"),
                *(f"-l{folder}" for folder in folders),
                *("-dDepends", *(f"-e{path}" for path in files if path not in optional)),
                *("-dRecommends", *(f"-e{path}" for path in optional)),
            ],
            cwd=scratch,
            capture_output=True,
            text=True,
            check=False,
        )
    if said.returncode != 0:
        raise SystemExit(f"steward: dpkg-shlibdeps failed:\n{said.stderr}")
    found = dict(line.partition("=")[::2] for line in said.stdout.splitlines())
    return Dependencies(found["shlibs:Depends"], found.get("shlibs:Recommends", ""))


def make(root: Path, folder: Path) -> Path:
    """The .deb of what lies below ``root``; equal bytes for equal files."""
    architecture = _said_by("dpkg", "--print-architecture")
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    size = sum(path.stat().st_size for path in files) // 1024
    (root / "DEBIAN").mkdir()
    text = control(find_dependencies(root), architecture, size)
    _text(root / "DEBIAN/control", text)
    _text(root / "DEBIAN/md5sums", "".join(_sums(root)))
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        os.utime(path, (build_time(), build_time()), follow_symlinks=False)
    package = folder / f"steward_{debian_version(version())}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", str(root), str(package)],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(build_time())},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return package


def _sums(root: Path) -> Iterator[str]:
    import hashlib

    for path in sorted((root / "usr").rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
            yield f"{digest.hexdigest()}  {path.relative_to(root)}\n"


def _is_elf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _said_by(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _file(name: str) -> str:
    return (LINUX / name).read_text(encoding="utf-8")


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _copy(source: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)


def _packed(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
