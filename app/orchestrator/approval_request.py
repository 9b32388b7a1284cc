"""What is asked and what can be answered: modes, decisions, requests and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from app.domain.approvals import ApprovalRecord, DecisionWord, bound_hash
from app.domain.skills import Preview


class ApprovalMode(StrEnum):
    """How a turn's writes are decided."""

    ASK = "ask"
    """Ask the person, unless a rule allows it."""
    REVERSIBLE = "reversible"
    """Allow what can be taken back: changes of files, each archived first. Ask for the rest."""
    ALWAYS = "always"
    """Allow all: the person said so for this run."""
    NEVER = "never"
    """Refuse all."""
    UNATTENDED = "unattended"
    """As ``ASK``, but nobody is there: what no rule allows is refused."""
    REVERSIBLE_UNATTENDED = "reversible_unattended"
    """As ``REVERSIBLE``, but nobody is there to be asked for the rest."""

    @property
    def nobody_there(self) -> ApprovalMode:
        """This mode where nobody can be asked."""
        return _NOBODY_THERE.get(self, self)


_NOBODY_THERE: Final[Mapping[ApprovalMode, ApprovalMode]] = {
    ApprovalMode.ASK: ApprovalMode.UNATTENDED,
    ApprovalMode.REVERSIBLE: ApprovalMode.REVERSIBLE_UNATTENDED,
}


class Decision(StrEnum):
    """What the person chose."""

    ALLOW_ONCE = "allow_once"
    ALLOW_CONVERSATION = "allow_conversation"
    ALLOW_FOLDER = "allow_folder"
    ALLOW_ALWAYS = "allow_always"
    DENY = "deny"


class Rules(Protocol):
    """Rules the person set earlier (kept by ``storage.approval_rules``)."""

    async def allow(
        self, skill: str, conversation_id: str | None = None, *, folder: str | None = None
    ) -> None:
        """Remember: always, in one conversation, or in one folder."""
        ...

    async def allowed(
        self, skill: str, conversation_id: str, targets: Iterable[str] = ()
    ) -> str | None:
        """``"always"``, ``"conversation"``, ``"folder"`` or ``None``."""
        ...


class DecisionLog(Protocol):
    """Where decisions are kept (by ``storage.approvals``)."""

    def asked(self, record: ApprovalRecord) -> None:
        """Note a question, without waiting."""
        ...

    async def decided(self, record: ApprovalRecord) -> None:
        """Note its end. Raises ``StewardError`` where it cannot be kept."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A call that wants to change something.

    Attributes:
        preview: what it would do; the decision is bound to its ``targets``.
        reversible: whether it only changes files, each archived first.
        folder: the folder all targets are in, for a rule; ``None`` where there is none.
        note: what the person should know about this request.
        check: raises ``StewardError`` for arguments that the person wrote and the skill refuses.
    """

    skill: str
    call_id: str
    execution_id: str
    arguments: Mapping[str, object]
    preview: Preview
    conversation_id: str
    turn_id: str
    mode: ApprovalMode
    reversible: bool
    folder: str | None
    note: str
    check: Callable[[Mapping[str, object]], None]

    @property
    def bound(self) -> str:
        """What the decision is bound to, as one hash."""
        return bound_hash(self.skill, self.arguments, self.preview.targets)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a request: whether it may run, and who said so.

    ``arguments``: the person wants these instead. Then nothing is allowed yet.
    """

    allowed: bool
    by: str
    expired: bool = False
    arguments: Mapping[str, object] | None = None

    @property
    def word(self) -> DecisionWord:
        """How it is told and kept."""
        if self.arguments is not None:
            return DecisionWord.EDITED
        if self.expired:
            return DecisionWord.EXPIRED
        return DecisionWord.ALLOWED if self.allowed else DecisionWord.DENIED
