"""Writes THIRD-PARTY-NOTICES.txt: whose work is in the package, and under which licence."""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from recipe import ROOT

BUILD_TOOLS: Final = frozenset(
    ["altgraph", "macholib", "packaging", "pefile", "pip", "pyinstaller-hooks-contrib"]
    + ["pywin32-ctypes", "setuptools", "steward", "wheel"]
)
"""In the environment the package is built in, and not in the package."""

QT: Final = """\
Qt, PySide6 and Shiboken are used under the GNU Lesser General Public License, version 3
(/usr/share/common-licenses/LGPL-3 on Debian; https://www.gnu.org/licenses/lgpl-3.0.html). They are
separate files in the folder PySide6 and can be replaced by versions of your own. Their source code:
https://download.qt.io. Qt holds works of others; they are listed at
https://doc.qt.io/qt-6/licenses-used-in-qt.html.
"""
BOOTLOADER: Final = """\
The small program that starts Steward is PyInstaller's. Its licence (GPL 2 or later) has an
exception for programs that are built with it: they may have any licence.
"""
_LICENCE_FILE: Final = re.compile(r"(?:LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*", re.IGNORECASE)
_RULE: Final = "=" * 80


def bundled() -> list[Distribution]:
    """The packages of this environment that go into the program, by name."""
    found = {
        _normal(name): one
        for one in distributions()
        if (name := one.metadata["Name"]) and _normal(name) not in BUILD_TOOLS
    }
    return [found[name] for name in sorted(found)]


def notices(packages: Iterable[Distribution]) -> str:
    """The whole text."""
    parts = ["Steward is built with the work of others. Thank you.\n", *_python()]
    for one in packages:
        name = one.metadata["Name"]
        head = f"{name} {one.version}\nLicence: {licence(one)}\n"
        texts = [text.strip() + "\n" for text in _licence_texts(one)]
        if _normal(name) in ("pyside6-essentials", "shiboken6"):
            texts.insert(0, QT)
        if _normal(name) == "pyinstaller":
            texts.insert(0, BOOTLOADER)
        parts.append("\n".join([head, *texts]))
    return f"\n{_RULE}\n".join(parts)


def licence(one: Distribution) -> str:
    """What a package says of its licence, in a few words."""

    def said(field: str) -> list[str]:
        return [str(text) for text in one.metadata.get_all(field) or []]

    if expression := said("License-Expression"):
        return expression[0]
    classifiers = [text for text in said("Classifier") if text.startswith("License ::")]
    named = [text.rpartition(" :: ")[2] for text in classifiers]
    words = "\n".join(said("License")).strip().splitlines()
    return ", ".join(named) or (words[0] if words else "see below")


def _licence_texts(one: Distribution) -> Iterator[str]:
    for file in sorted(one.files or [], key=str):
        inside = ".dist-info" in str(file.parts[0]) if file.parts else False
        if inside and _LICENCE_FILE.fullmatch(file.name):
            yield Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")


def _python() -> list[str]:
    version = sys.version.split()[0]
    places = [
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        Path(f"/usr/share/doc/python{sys.version_info[0]}.{sys.version_info[1]}/copyright"),
    ]
    texts = [place.read_text(encoding="utf-8") for place in places if place.is_file()]
    own = texts[0] if texts else "The text: https://docs.python.org/3/license.html\n"
    return [f"Python {version}\nLicence: PSF-2.0\n\n{own}"]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def write(path: Path) -> None:
    """Write the notices of this environment."""
    own = (ROOT / "LICENSE").read_text(encoding="utf-8")
    path.write_text(f"{own}\n{_RULE}\n{notices(bundled())}", encoding="utf-8")
