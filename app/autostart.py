"""Whether Steward starts when the person logs in: an XDG autostart entry of their own.

The entry itself is the setting. Desktops show it, and switch it off, in their own settings too;
nothing is remembered anywhere else. Linux and its kin only: other systems have ways of their own.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.domain.errors import ConfigurationError

_NAME: Final = "steward.desktop"
_OFF: Final = frozenset(["hidden=true", "x-gnome-autostart-enabled=false"])
_RESERVED: Final = " \t\n\"'\\><~|&;$*?#()`"
_ENTRY: Final = """\
[Desktop Entry]
Type=Application
Name=Steward
Comment=Start Steward when you log in
Exec={command}
Icon=steward
Terminal=false
X-GNOME-Autostart-enabled=true
"""


class Autostart:
    """The autostart entry of one person; blocking, a few small files."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        configured = environment.get("XDG_CONFIG_HOME", "")
        # The standard says that a relative one counts as none.
        config = Path(configured) if Path(configured).is_absolute() else Path.home() / ".config"
        self.path: Final = config / "autostart" / _NAME

    @property
    def is_offered(self) -> bool:
        """Whether this system starts programs by such an entry."""
        return sys.platform.startswith(("linux", "freebsd"))

    @property
    def is_on(self) -> bool:
        """Whether Steward starts at the next login. What cannot be read counts as off."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return False
        return not any(line.replace(" ", "").lower() in _OFF for line in lines)

    def switch(self, on: bool) -> None:
        """Start at login from now on, or no more. Raises ``ConfigurationError``."""
        if not self.is_offered:
            raise ConfigurationError(
                "Steward cannot set this on your system.",
                hint="Add Steward to the programs that start when you log in, in its settings.",
            )
        try:
            if on:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._write(_ENTRY.format(command=_quoted(own_command())))
            else:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"{self.path} cannot be changed: {error.strerror or error}.",
                hint="Give yourself permission to write there.",
            ) from error

    def _write(self, text: str) -> None:
        scratch = self.path.with_name(f".{_NAME}.{os.getpid()}")
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(self.path)


def own_command() -> str:
    """The file that starts this Steward: still the same after an update of the package."""
    # An installed program is called by a link that stays; the file behind it is the package's.
    called = shutil.which("steward")
    if called and Path(called).resolve() == Path(sys.executable).resolve():
        return called
    if getattr(sys, "frozen", False):
        return sys.executable
    return str(Path(sys.executable).with_name("steward"))


def _quoted(path: str) -> str:
    """As the ``Exec`` of a desktop entry wants it: quoted, then escaped as any of its strings."""
    if any(letter in _RESERVED for letter in path):
        for letter in '\\"`$':
            path = path.replace(letter, f"\\{letter}")
        path = f'"{path}"'.replace("\\", "\\\\")
    return path.replace("%", "%%")
