"""Requests to Google that came to nothing, before anyone says what that means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_LONGEST_WORDS: Final = 300
_RATES: Final = frozenset(["rateLimitExceeded", "userRateLimitExceeded"])
_LONGEST_WAIT: Final = 86_400.0


class Refusal(Exception):  # noqa: N818 - not an error yet: many are tried again
    """An answer that says no.

    Attributes:
        status: of HTTP.
        reason: Google's name for it; empty where it gives none.
        words: Google's own explanation, cut off; comes from outside.
        retry_after: seconds Google asks to wait.
        headers: of the answer, names in lower case.
    """

    def __init__(
        self,
        status: int,
        *,
        reason: str = "",
        words: str = "",
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {reason}".strip())
        self.status = status
        self.reason = reason
        self.words = words
        self.retry_after = retry_after
        self.headers: Mapping[str, str] = headers or {}

    @property
    def is_rate(self) -> bool:
        """Whether there were too many requests: nothing was done."""
        return self.status == 429 or (self.status == 403 and self.reason in _RATES)

    @property
    def may_pass(self) -> bool:
        """Whether Google says that another try may work."""
        return self.is_rate or self.status >= 500

    @property
    def leaves_open(self) -> bool:
        """Whether the request may have been carried out all the same."""
        return self.status >= 500


class Unreached(Exception):  # noqa: N818
    """No answer, or none that makes sense: what was asked may have happened.

    Attributes:
        message: what happened, for a person; without addresses and secrets.
        may_pass: whether another try may work.
        leaves_open: whether the request may have been carried out all the same.
    """

    def __init__(self, message: str, *, may_pass: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.may_pass = may_pass
        self.leaves_open = True


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
    """Read an answer that says no; whatever its body is."""
    reason, words = _read(body)
    return Refusal(
        status,
        reason=reason,
        words=words,
        retry_after=_seconds(headers.get("retry-after")),
        headers=headers,
    )


def _read(body: bytes) -> tuple[str, str]:
    """Google's reason and words, from each of the shapes in which it says them."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return (_name(error), "")
    words = error.get("message")
    listed = [one for key in ("errors", "details") for one in _dicts(error.get(key))]
    reasons = [_name(one.get("reason")) for one in listed]
    reason = next((one for one in reasons if one), "") or _name(error.get("status"))
    return reason, words[:_LONGEST_WORDS] if isinstance(words, str) else ""


def _dicts(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _name(value: object) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _seconds(value: str | None) -> float | None:
    """What ``Retry-After`` says; a date in it is not heeded."""
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 9:
        return None
    return min(float(value), _LONGEST_WAIT)
