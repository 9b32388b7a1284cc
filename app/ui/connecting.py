"""Connects a model in the person's name: a live call first, then it is kept, then it is said.

Nothing is kept of a try that fails, and what answered before goes on answering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.domain.errors import ModelCredentialsError, StewardError
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.redaction import Secret
    from app.ui.attempt import Attempt
    from app.ui.session import Session

OPENROUTER: Final = "openrouter"
SERVER: Final = "openai-compatible"
GUIDED: Final = "guided"


async def connect(
    session: Session,
    provider: str,
    *,
    base_url: str | None = None,
    key: Secret | None = None,
    model: str | None = None,
) -> str:
    """Connect ``provider`` after it has answered; what the person is told then.

    ``model`` is the one to answer; ``None``: the one that was chosen, where it is the same service
    again, else the service's own. Raises ``StewardError`` with everything as it was.
    """
    desk = session.desk
    kept = await desk.model.connect(
        provider,
        base_url=base_url,
        api_key=key,
        model=model or _chosen_before(session, provider, base_url),
    )
    session.provider_changed.emit()
    if provider == GUIDED:
        return translate("Connect", "Connected to no model: offline commands answer from now on.")
    words = translate("Connect", "Connected: {label} answers from now on.").format(
        label=desk.llm.label
    )
    if not kept:
        words += " " + translate(
            "Connect", "No keyring works here, so the key holds until you close Steward."
        )
    return words


async def sign_in(session: Session, attempt: Attempt) -> str:
    """Sign in with OpenRouter in the browser, shown by ``attempt``; what the person is told then.

    Raises ``StewardError`` with everything as it was.
    """
    async with session.desk.model.sign_in() as waiting:
        if session.open_address(waiting.address):
            doing = translate("Connect", "Waiting for your browser")
        else:
            doing = translate(
                "Connect", "No browser opened: copy the address into one. Waiting for it"
            )
        attempt.now(doing, limit=waiting.seconds, address=waiting.address)
        key = await waiting.key()
    attempt.now(translate("Connect", "Trying the key"))
    return await connect(session, OPENROUTER, key=key)


def explained(error: StewardError) -> str:
    """What went wrong and what to do, for someone at the window."""
    if isinstance(error, ModelCredentialsError):
        hint = translate(
            "Connect", "Check that the whole key was copied, or make a new one, and try again."
        )
        return f"{error.message} {hint}"
    return str(error)


def _chosen_before(session: Session, provider: str, base_url: str | None) -> str | None:
    desk = session.desk
    same = provider == desk.llm.provider
    here = provider != SERVER or base_url == desk.settings.llm_base_url
    return desk.settings.model if same and here else None
