"""What a setting can be: how its value is read from a text, written as one, and what is allowed.

The terminal, the settings file and the window all read a typed value here, so that each refuses
the same ones in the same words. ``read`` raises ``ValueError``, whose text completes the sentence
"The setting cannot be used: …". ``write`` gives a text that ``read`` takes again.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from app.domain.notification_rules import NotificationRules
from app.origins import origin_of
from app.routing_setting import read_routing

_MOST_DOLLARS: Final = 1_000_000
_GROUPED: Final = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+")
"""Thousands, as ranges are shown. Not read in what may have a fraction: there 1,500 is unclear."""
_SUBSCRIPTION: Final = re.compile(r"projects/[^/\s]+/subscriptions/[^/\s]+")


class Kind(Protocol):
    """One kind of setting."""

    def read(self, value: object) -> object:
        """The value that ``value`` (a text, or what the settings file holds) stands for."""
        ...

    def write(self, value: object) -> str:
        """A value as a person types it."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; blank for none."""

    def read(self, value: object) -> str | None:
        """Without the blanks around it."""
        return str(value).strip() or None

    def write(self, value: object) -> str:
        """As it is."""
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Key(Line):
    """A secret: it goes to the keyring and is never written anywhere."""

    def write(self, value: object) -> str:
        """Nothing, whatever the value is."""
        return ""


@dataclass(frozen=True, slots=True)
class Address(Line):
    """A server's base URL, without a user or a password."""

    def read(self, value: object) -> str | None:
        """Without the slash at its end."""
        text = Line.read(self, value)
        if text is None:
            return None
        if not text.lower().startswith(("http://", "https://")):
            raise ValueError("use a URL that starts with http:// or https://")
        if "@" in text.partition("//")[2].partition("/")[0]:
            raise ValueError("a URL may hold no user or password; set llm_api_key instead")
        if origin_of(text) is None or not text.isprintable() or " " in text:
            raise ValueError("use a URL that names a server, for instance http://127.0.0.1:8080/v1")
        return text.rstrip("/")


@dataclass(frozen=True, slots=True)
class Subscription(Line):
    """A Pub/Sub subscription's full name."""

    def read(self, value: object) -> str | None:
        """As Google writes it (Pub/Sub, resource names)."""
        text = Line.read(self, value)
        if text is not None and _SUBSCRIPTION.fullmatch(text) is None:
            raise ValueError("use its full name: projects/PROJECT/subscriptions/NAME")
        return text


@dataclass(frozen=True, slots=True)
class Passage:
    """Text of any length, kept as it was written."""

    def read(self, value: object) -> str:
        """As it is."""
        return str(value)

    def write(self, value: object) -> str:
        """As it is."""
        return str(value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of ``allowed``; blank stands for ``blank``."""

    allowed: tuple[str, ...]
    blank: str | None = None

    def read(self, value: object) -> str | None:
        """The choice."""
        text = str(value).strip()
        if text and text not in self.allowed:
            raise ValueError(f"use one of {', '.join(self.allowed)}")
        return text or self.blank

    def write(self, value: object) -> str:
        """Its name."""
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from ``low`` to ``high``, also written ``1,000``; with ``optional`` none."""

    low: int
    high: int
    optional: bool = False

    def read(self, value: object) -> int | None:
        """The number."""
        text = str(value).strip()
        if self.optional and _is_none(text):
            return None
        if _GROUPED.fullmatch(text):
            text = text.replace(",", "")
        # The length first: Python refuses to read thousands of digits, in words of its own.
        if not text.isdecimal() or len(text) > 20 or not self.low <= int(text) <= self.high:
            none = ", or none" if self.optional else ""
            raise ValueError(f"use a whole number from {self.low} to {self.high}{none}")
        return int(text)

    def write(self, value: object) -> str:
        """Its digits."""
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Seconds:
    """A time in seconds, from ``low`` to ``high``."""

    low: float
    high: float

    def read(self, value: object) -> float:
        """The number of seconds."""
        number = _number(str(value))
        if not self.low <= number <= self.high:  # also refuses NaN
            raise ValueError(f"use seconds from {self.low:g} to {self.high:g}")
        return number

    def write(self, value: object) -> str:
        """Without a fraction that is zero."""
        return f"{value:.15g}"


@dataclass(frozen=True, slots=True)
class Dollars:
    """An amount of US dollars, or none."""

    def read(self, value: object) -> float | None:
        """The amount."""
        text = str(value).strip()
        if _is_none(text):
            return None
        number = _number(text.removeprefix("$"))
        if not 0 < number <= _MOST_DOLLARS:  # also refuses NaN
            raise ValueError("use US dollars above 0, for instance 0.50, or none")
        return number

    def write(self, value: object) -> str:
        """Without the sign."""
        return "" if value is None else f"{value:.15g}"


@dataclass(frozen=True, slots=True)
class Switch:
    """On or off."""

    def read(self, value: object) -> bool:
        """Whether it is on."""
        text = str(value).strip().casefold()
        if text in ("1", "true", "yes", "on"):
            return True
        if text in ("0", "false", "no", "off"):
            return False
        raise ValueError("use on or off")

    def write(self, value: object) -> str:
        """In words."""
        return "on" if value else "off"


@dataclass(frozen=True, slots=True)
class Folders:
    """Folders, absolute, separated as in ``PATH``."""

    def read(self, value: object) -> tuple[Path, ...]:
        """The folders; links in their paths stay."""
        parts = value if isinstance(value, list | tuple) else str(value).split(os.pathsep)
        return tuple(_folder(str(part)) for part in parts if str(part).strip())

    def write(self, value: object) -> str:
        """Separated as they are read."""
        return os.pathsep.join(map(str, _several(value)))


@dataclass(frozen=True, slots=True)
class ExistingFile:
    """The path of a file that is read when it is needed, absolute; blank for none."""

    def read(self, value: object) -> Path | None:
        """The path; whether there is such a file is seen when it is read."""
        text = str(value).strip()
        if not text.isprintable():
            raise ValueError("use the path of a file")
        return _folder(text) if text else None

    def write(self, value: object) -> str:
        """The path."""
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Names:
    """Up to ``most`` names of ``what``, with commas or blanks between them."""

    what: str
    most: int

    def read(self, value: object) -> tuple[str, ...]:
        """Each name once, in order."""
        parts = value if isinstance(value, list | tuple) else [value]
        found = dict.fromkeys(n for part in parts for n in str(part).replace(",", " ").split())
        if len(found) > self.most or not all(name.isprintable() for name in found):
            raise ValueError(f"use up to {self.most} names of {self.what}")
        return tuple(found)

    def write(self, value: object) -> str:
        """With commas between them."""
        return ", ".join(map(str, _several(value)))


@dataclass(frozen=True, slots=True)
class Routing:
    """OpenRouter's choice of providers (see ``app.routing_setting``)."""

    def read(self, value: object) -> dict[str, object]:
        """The object."""
        return read_routing(value)

    def write(self, value: object) -> str:
        """As JSON."""
        return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) and value else ""


@dataclass(frozen=True, slots=True)
class NotificationPlaces:
    """Where notifications go (see ``app.domain.notification_rules``)."""

    def read(self, value: object) -> str:
        """The rules, written as short as they can be."""
        return str(NotificationRules.read(str(value)))

    def write(self, value: object) -> str:
        """As it is."""
        return str(value)


def _folder(text: str) -> Path:
    if "\0" in text:
        raise ValueError("a folder's name has no NUL in it")
    try:
        return Path(os.path.abspath(Path(text).expanduser()))  # noqa: PTH100 - keeps links
    except RuntimeError:
        raise ValueError(f"{text} names the folder of nobody here") from None


def _number(text: str) -> float:
    try:
        return float(text.strip())
    except ValueError:
        return math.nan


def _is_none(text: str) -> bool:
    return text.casefold() in ("", "none")


def _several(value: object) -> Iterable[object]:
    return value if isinstance(value, tuple | list) else ()
