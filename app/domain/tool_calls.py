"""Tool calls as a model asks for them, and the one result each gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ToolStatus(StrEnum):
    """How a tool call ended."""

    OK = "ok"
    ERROR = "error"
    DENIED = "denied"
    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call the model asked for.

    Attributes:
        id: unique in its conversation turn; the model's own id where that is unique.
        name: the skill's dotted name (``files.edit``) where known, else as the model wrote it.
        arguments: decoded arguments; empty when ``parse_error`` is set.
        parse_error: why the model's argument text is not a JSON object, else ``None``.
            Such a call is answered with a typed error and never executed.
        raw_arguments: the model's own text when it could not be decoded.
    """

    id: str
    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    parse_error: str | None = None
    raw_arguments: str = ""

    @property
    def canonical(self) -> str:
        """Name and arguments as one stable string: equal for calls that ask the same.

        ``2`` and ``2.0`` are the same number, as in JSON Schema. Arguments that could not be
        read are compared as the model wrote them.
        """
        if self.parse_error is not None:
            return f"{self.name} ! {self.raw_arguments}"
        plain = _same_numbers(self.arguments)
        return f"{self.name} {json.dumps(plain, sort_keys=True, ensure_ascii=False)}"


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a call came to; exactly one for each ``ToolCall.id``.

    Attributes:
        call_id, name: the call's.
        status: how it ended.
        content: text handed to the model and shown in the trace.
        duration_ms: wall time of the execution, without waiting for approval.
        metadata: typed facts (error ``type`` and ``details``, file names, versions).
    """

    call_id: str
    name: str
    status: ToolStatus
    content: str
    duration_ms: int = 0
    metadata: Mapping[str, object] = field(default_factory=dict)


def _same_numbers(value: object) -> object:
    """``value`` with every float that is a whole number as an integer."""
    if isinstance(value, Mapping):
        return {str(key): _same_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_same_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def wire_name(name: str) -> str:
    """The skill's name as the model's wire allows it: ``files.edit`` → ``files_edit``."""
    return name.replace(".", "_", 1)
