"""The window's texts in other languages: `make translations` runs this after texts changed.

``extract`` finds every ``translate("Context", "Text")`` of the window and puts what is new into the
language's ``.ts``; what is gone is left out. A person translates there (Qt Linguist, or any
editor). ``release`` makes the ``.qm`` that the window loads. Both files are kept in git, without
line numbers, so that a change of code alone does not change them.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "resources" / "translations"
SOURCES: Final = ROOT / "app" / "ui"


def languages() -> list[str]:
    """Those that have a ``.ts``."""
    return sorted(path.stem.removeprefix("steward_") for path in FOLDER.glob("steward_*.ts"))


def ts_file(language: str) -> Path:
    """Where a language's texts are translated."""
    return FOLDER / f"steward_{language}.ts"


def qm_file(language: str) -> Path:
    """What the window loads."""
    return FOLDER / f"steward_{language}.qm"


def extract(language: str, into: Path) -> None:
    """Bring a ``.ts`` up to date with the window's code."""
    files = sorted(str(path.relative_to(ROOT)) for path in SOURCES.rglob("*.py"))
    options = ("-locations", "none", "-no-obsolete", "-sort-messages", "-warnings-are-errors")
    languages = ("-source-language", "en", "-target-language", language)
    _run("lupdate", *options, *languages, *files, "-ts", str(into))


def release(source: Path, into: Path) -> None:
    """Make the ``.qm`` of a ``.ts``."""
    _run("lrelease", "-silent", "-nounfinished", str(source), "-qm", str(into))


def unfinished(source: Path) -> list[str]:
    """The texts of a ``.ts`` that are not translated yet."""
    found = []
    for message in ET.parse(source).iter("message"):
        translation = message.find("translation")
        if translation is None or translation.get("type") or not translation.text:
            found.append(str(message.findtext("source")))
    return found


def _run(tool: str, *arguments: str) -> None:
    """Run one of Qt's own tools, which come with PySide6."""
    qt = importlib.util.find_spec("PySide6")
    if qt is None or not qt.submodule_search_locations:
        raise FileNotFoundError("PySide6 is not installed")
    program = Path(qt.submodule_search_locations[0]) / tool
    done = subprocess.run(
        [program.with_suffix(".exe") if sys.platform == "win32" else program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0 or "warning:" in done.stderr.casefold():
        raise ValueError(f"{tool} failed: {done.stdout}{done.stderr}")


def main() -> int:
    """All languages; says what is still to be translated."""
    names = sys.argv[1:] or languages()
    left = 0
    for language in names:
        extract(language, ts_file(language))
        release(ts_file(language), qm_file(language))
        for text in unfinished(ts_file(language)):
            print(f"{language}: not translated: {text}")
            left += 1
    print(f"{', '.join(names)}: {left or 'nothing'} left to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
