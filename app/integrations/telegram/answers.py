"""What an answer of the Bot API means: its result, or one of the port's errors.

Sources: core.telegram.org/bots/api#making-requests for the form; for what a 5xx says, the server's
own source (github.com/tdlib/telegram-bot-api, Client.cpp).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from app.channels.bot_api import (
    BotAmbiguousError,
    BotApiError,
    BotBusyError,
    BotConflictError,
    BotRequestError,
    BotTokenError,
    BotUnreachableError,
)

_WORDS: Final = 300
_CHECK_TOKEN: Final = "Copy the token from @BotFather again."  # noqa: S105 - no token
_NOT_TAKEN: Final = frozenset({400, 405, 411, 413, 414, 431})
"""Said by a server before the API, of this one request."""
_LONGEST_WAIT: Final = 24 * 3600.0
_USUAL_WAIT: Final = 5.0
_ABORTED: Final = ("restart", "aborted")
"""In a 500 of a server that ends: ``on_closed`` answers so to every request under way, also to a
message that was handed on already. Any other 5xx in the API's own form is said of a request that
failed (``fail_query_with_error``)."""


def result_of(
    status: int, body: bytes, headers: Mapping[str, str], *, safe: Callable[[str], str]
) -> Any:
    """The result of a call. Raises ``BotApiError`` and kin.

    ``safe`` takes the token out of a server's words: they may quote the address.
    """
    answer = _read(body)
    if answer is None:
        raise _without_form(status)
    if 200 <= status <= 299 and answer.get("ok") is True and "result" in answer:
        return answer["result"]
    code = answer.get("error_code")
    number = code if isinstance(code, int) and not isinstance(code, bool) else status
    words = answer.get("description")
    reason = safe(words)[:_WORDS] if isinstance(words, str) else f"error {number}"
    raise _refusal(number, reason, _wait(answer, headers))


def _read(body: bytes) -> Mapping[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("ok"), bool) else None


def _without_form(status: int) -> BotApiError:
    """An answer that is not the Bot API's: a proxy's, a gateway's, half of one."""
    if status in (401, 404):
        return BotTokenError(
            "There is no bot with this token, or no Bot API at this address.", hint=_CHECK_TOKEN
        )
    if status == 429:
        return BotBusyError("Telegram asks to wait.", _USUAL_WAIT)
    if status in _NOT_TAKEN:
        return BotRequestError(f"It was refused on the way (status {status}).", f"status {status}")
    if 300 <= status <= 499:
        # A redirect is not followed: the token goes to the host it is for.
        return BotUnreachableError(
            f"The address of the Bot API answers with status {status}, not as a Bot API does.",
            hint="Check telegram_api_url and the proxy.",
        )
    return BotAmbiguousError(f"Telegram gave an answer that cannot be read (status {status}).")


def _refusal(code: int, reason: str, wait: float) -> BotApiError:
    match code:
        case 401:
            return BotTokenError("Telegram does not take the bot's token.", hint=_CHECK_TOKEN)
        case 404 if "method" not in reason.lower():
            return BotTokenError("Telegram knows no bot with this token.", hint=_CHECK_TOKEN)
        case 409:
            return BotConflictError(reason)
        case 429:
            return BotBusyError(f"Telegram asks to wait {wait:.0f} s.", wait)
        case _ if code >= 500 and not any(word in reason.lower() for word in _ABORTED):
            return BotUnreachableError(f"Telegram has trouble of its own: {reason}")
        case _ if code >= 500:
            return BotAmbiguousError(f"Telegram gave a request up: {reason}")
        case _ if 400 <= code <= 499:
            return BotRequestError(f"Telegram does not take it: {reason}", reason)
        case _:
            return BotAmbiguousError(f"Telegram gave an answer that cannot be read: {reason}")


def _wait(answer: Mapping[str, Any], headers: Mapping[str, str]) -> float:
    """Seconds to wait (ResponseParameters, ``retry_after``)."""
    parameters = answer.get("parameters")
    given = parameters.get("retry_after") if isinstance(parameters, dict) else None
    for value in (given, headers.get("retry-after")):
        try:
            seconds = float(value)  # type: ignore[arg-type]  # it may be anything
        except (TypeError, ValueError, OverflowError):
            continue
        if seconds > 0:
            return min(seconds, _LONGEST_WAIT)
    return _USUAL_WAIT
