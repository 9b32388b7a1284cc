"""Where notifications go: rules in the person's words, by severity and source. Pure.

A rule is ``SEVERITY=SINKS`` or ``SEVERITY/SOURCE=SINKS``, rules are separated by ``;``. A severity
is ``info``, ``warning``, ``error`` or ``any``; sinks are names separated by commas, or ``none``:
``info=log; error=window,tray,log; any/folders=none``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from app.domain.events import Severity
from app.domain.messages import Channel

SINKS: Final = ("window", "tray", "telegram", "log")
"""Names of the places a notification can go to."""

_ANY: Final = "any"
_NONE: Final = "none"
_DEFAULT: Final[Mapping[Severity, frozenset[str]]] = {
    Severity.INFO: frozenset({"window", "log"}),
    Severity.WARNING: frozenset({"window", "log"}),
    Severity.ERROR: frozenset({"window", "tray", "telegram", "log"}),
}
_FAR_AWAY: Final = frozenset({Channel.TELEGRAM.value, Channel.GOOGLE_CHAT.value})
"""Sources that reach beyond this computer: that one went deaf or is back, or that somebody was
paired, the person is to know also while they do not look at the window.
"""

_Pattern = tuple[str, str]


@dataclass(frozen=True, slots=True)
class NotificationRules:
    """What was set, over the defaults. The most precise rule wins, then the last one."""

    rules: Mapping[_Pattern, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> NotificationRules:
        """Read rules as written. Raises ``ValueError`` with words for a person."""
        rules: dict[_Pattern, frozenset[str]] = {}
        for part in text.replace("\n", ";").split(";"):
            if not part.strip():
                continue
            pattern, is_rule, sinks = part.partition("=")
            severity, _, source = (piece.strip() for piece in pattern.partition("/"))
            severity = severity.casefold()
            if not is_rule or severity not in {_ANY, *Severity}:
                raise ValueError(
                    f"{part.strip()!r} is no rule; write for instance error=window,tray,log "
                    "or any/watch=none"
                )
            rules[severity, source.casefold()] = _sinks(sinks)
        return cls(rules)

    def __str__(self) -> str:
        return "; ".join(
            f"{severity}{'/' if source else ''}{source}="
            + (",".join(name for name in SINKS if name in sinks) or _NONE)
            for (severity, source), sinks in self.rules.items()
        )

    def sinks(self, severity: Severity, source: str = "") -> frozenset[str]:
        """Names of the places that something goes to."""
        source = source.casefold()
        for pattern in ((severity.value, source), (_ANY, source), (severity.value, ""), (_ANY, "")):
            if pattern in self.rules:
                return self.rules[pattern]
        return _DEFAULT[severity] | ({"tray"} if source in _FAR_AWAY else frozenset())

    def with_rule(self, severity: Severity, sinks: frozenset[str]) -> NotificationRules:
        """These rules with another one for a severity, whatever the source."""
        return NotificationRules({**self.rules, (severity.value, ""): sinks})

    @property
    def of_sources(self) -> NotificationRules:
        """Only the rules that name a source."""
        return NotificationRules({key: value for key, value in self.rules.items() if key[1]})

    def with_sources_of(self, other: NotificationRules) -> NotificationRules:
        """These rules with the rules for sources replaced by those of ``other``."""
        kept = {key: value for key, value in self.rules.items() if not key[1]}
        return NotificationRules({**kept, **other.of_sources.rules})


def _sinks(text: str) -> frozenset[str]:
    names = {name.strip().casefold() for name in text.split(",") if name.strip()}
    if names == {_NONE}:
        return frozenset()
    unknown = sorted(names - set(SINKS))
    if unknown or not names:
        what = f"{unknown[0]!r} is no place" if unknown else "a rule names places"
        raise ValueError(f"{what}; use {', '.join(SINKS)} or none")
    return frozenset(names)
