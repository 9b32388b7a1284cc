"""Tells Google that a sign-in is over: once, and what goes wrong is only said."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode, urlsplit

from app.domain.google_accounts import SignedOut
from app.integrations.google.credential_files import UserToken

_SECONDS: Final = 8.0
_BY_HAND: Final = "To end it at Google, too: myaccount.google.com/connections."


def revoked(email: str, token: UserToken | None) -> SignedOut:
    """Blocking. Google then ends every sign-in of this person with this client."""
    import httplib2

    if token is None:
        return SignedOut(email, f"Its token could not be read, so Google was not told. {_BY_HAND}")
    place = urlsplit(token.client.token_url)
    form = urlencode({"token": token.refresh_token.reveal()})
    http = httplib2.Http(timeout=_SECONDS)
    http.follow_redirects = False
    try:
        answer, _ = http.request(
            f"{place.scheme}://{place.netloc}/revoke",
            method="POST",
            body=form,
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
    except (OSError, httplib2.HttpLib2Error):
        return SignedOut(email, f"Google could not be reached to be told. {_BY_HAND}")
    finally:
        http.close()
    # 400 is how Google says that the token was not good any more.
    if answer.status in (200, 400):
        return SignedOut(email)
    return SignedOut(email, f"Google did not take it ({answer.status}). {_BY_HAND}")
