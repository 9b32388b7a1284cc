"""SKILL.md: a folder's manual in the open Agent Skills format (agentskills.io), read leniently.

What other writers get slightly wrong (a name that is not the folder's, an unquoted colon, a key
of their own) is a warning; only a manual that says nothing cannot be read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from app.domain.errors import InvalidSkillError

logger = logging.getLogger(__name__)

FILE_NAME: Final = "SKILL.md"

_MAX_BYTES: Final = 256 * 1024
_MAX_NAME: Final = 64
_MAX_DESCRIPTION: Final = 1024
_KEYS: Final = frozenset(
    ["name", "description", "license", "compatibility", "metadata", "allowed-tools"]
)
_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# A value with ": " in it must be quoted in YAML; many manuals in the wild do not.
_UNQUOTED: Final = re.compile(r"^([A-Za-z][\w-]*):[ \t]+([^\s\"'|>\[{&*!#].*:[ \t].*)$", re.M)


@dataclass(frozen=True, slots=True)
class SkillManual:
    """What a SKILL.md says.

    Attributes:
        name: its own name, or the folder's where it gives none.
        description: what the skills do and when to use them; for a model's catalogue.
        body: the manual itself, Markdown.
        path: the file.
        license, compatibility: as written, may be empty.
        metadata: further facts, text to text.
        allowed_tools: tools the manual says it needs. Information only: never a permission.
        warnings: what is not as the format wants it, one sentence each.
    """

    name: str
    description: str
    body: str
    path: Path
    license: str = ""
    compatibility: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    allowed_tools: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class ManualFile:
    """A manual that is read when it is first asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def manual(self) -> SkillManual:
        """The manual. Raises ``InvalidSkillError``; logs its warnings."""
        manual = read_manual(self.path)
        for warning in manual.warnings:
            logger.warning("skill manual", extra={"path": str(self.path), "problem": warning})
        return manual


def read_manual(path: Path) -> SkillManual:
    """Read and parse a SKILL.md; blocking. Raises ``InvalidSkillError``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidSkillError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(data) > _MAX_BYTES:
        raise _invalid(path, "is larger than 256 KiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid(path, "is not UTF-8") from error
    return parse_manual(text, path)


def parse_manual(text: str, path: Path) -> SkillManual:
    """Parse the text of a SKILL.md that stands at ``path``. Raises ``InvalidSkillError``."""
    header, body = _split(text, path)
    fields = _load(header, path)
    folder = path.parent.name
    warnings = [f"the key {key!r} is not known" for key in sorted(set(fields) - _KEYS)]
    description = _text(fields.get("description"))
    if not description:
        raise _invalid(path, "has no description")
    if len(description) > _MAX_DESCRIPTION:
        warnings.append(f"the description has more than {_MAX_DESCRIPTION} characters")
    name = _text(fields.get("name")) or folder
    if name != folder:
        warnings.append(f"the name {name!r} is not the folder's name, {folder!r}")
    if len(name) > _MAX_NAME or not _NAME.fullmatch(name):
        warnings.append(f"the name {name!r} is not 1 to 64 of a-z, 0-9 and single hyphens")
    return SkillManual(
        name=name,
        description=description,
        body=body.strip(),
        path=path,
        license=_text(fields.get("license")),
        compatibility=_text(fields.get("compatibility")),
        metadata=_facts(fields.get("metadata")),
        allowed_tools=_words(fields.get("allowed-tools")),
        warnings=tuple(warnings),
    )


def _split(text: str, path: Path) -> tuple[str, str]:
    """Frontmatter and body. Only a line that is exactly ``---`` opens and closes it."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0].rstrip() != "---":
        raise _invalid(path, "does not begin with a line ---")
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
    raise _invalid(path, "has no second line ---")


def _load(header: str, path: Path) -> Mapping[str, object]:
    import yaml

    try:
        loaded = yaml.safe_load(header)
    except (yaml.YAMLError, ValueError, RecursionError):
        quoted = _UNQUOTED.sub(lambda m: f"{m[1]}: '{m[2].replace(chr(39), chr(39) * 2)}'", header)
        try:
            loaded = yaml.safe_load(quoted)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise _invalid(path, f"has a header that is not YAML: {_first_line(error)}") from error
    if not isinstance(loaded, dict):
        raise _invalid(path, "has a header that is not a list of keys and values")
    return {str(key): value for key, value in loaded.items()}


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _facts(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(key): text for key, one in value.items() if (text := _text(one))}


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(text for one in value if (text := _text(one)))
    return tuple(_text(value).split())


def _invalid(path: Path, problem: str) -> InvalidSkillError:
    return InvalidSkillError(
        f"{path} {problem}.",
        hint="A SKILL.md begins with --- , name: and description: , and --- again.",
        details={"path": str(path)},
    )


def _first_line(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0]
