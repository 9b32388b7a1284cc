"""Decisions about calls as they are kept: what was shown, who decided, and when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath


class DecisionWord(StrEnum):
    """What came of a request (column ``approvals.decision``)."""

    ALLOWED = "allowed"
    DENIED = "denied"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class ApprovalRecord:
    """One request for approval and its end.

    Attributes:
        id: names the request; ``call_id`` the tool call it is for.
        arguments, targets, summary, diff: what was shown, and what the decision is bound to.
        arguments_hash: of exactly these, see ``bound_hash``.
        decision: ``None`` while nobody has decided.
        by: the face, the rule or the mode that decided.
        asked_at, decided_at: UTC.
    """

    id: str
    conversation_id: str | None
    turn_id: str | None
    execution_id: str | None
    call_id: str
    skill: str
    arguments: Mapping[str, object]
    arguments_hash: str
    targets: Mapping[str, str | None]
    summary: str
    diff: str
    asked_at: datetime
    decision: DecisionWord | None = None
    by: str | None = None
    decided_at: datetime | None = None


def bound_hash(
    skill: str, arguments: Mapping[str, object], targets: Mapping[str, str | None]
) -> str:
    """SHA-256 hex of what an approval is bound to: the skill, its arguments, and the bytes."""
    canonical = json.dumps(
        [skill, arguments, dict(targets)], sort_keys=True, ensure_ascii=True, default=str
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def common_folder(targets: Iterable[str], granted: Iterable[str]) -> str | None:
    """The innermost folder that holds all ``targets`` and is in one granted folder, or is one.

    ``None`` where there is none: a rule must not reach further than the person's folders.
    """
    holders = [set(PurePath(target).parents) for target in targets]
    shared = set.intersection(*holders) if holders else set()
    roots = {PurePath(folder) for folder in granted}
    inside = [one for one in shared if one in roots or roots & set(one.parents)]
    return str(max(inside, key=lambda one: len(one.parts))) if inside else None
