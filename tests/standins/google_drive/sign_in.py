"""Google's token endpoint: a refresh token for an access token (guide oauth2 for native apps)."""

from __future__ import annotations

import itertools
from urllib.parse import parse_qsl

from tests.standins.google_drive.consent import Consent, Grant
from tests.standins.google_drive.requests import DriveFault, Request, Response, as_json


class SignIns:
    """Grants by refresh token, and the access tokens that came of them."""

    def __init__(self) -> None:
        self.grants: dict[str, Grant] = {}
        self.renewals = 0
        self.lasts = 3599
        self.tokens_begin = "ya29.access-token"
        self._tokens: dict[str, Grant] = {}
        self._numbers = itertools.count(1)
        self.consent = Consent(self.grants, self.allow)

    def allow(self, user: str, client: str, scope: str) -> tuple[str, Grant]:
        """A person signs in; gives the refresh token."""
        number = next(self._numbers)
        grant = Grant(user, client, f"GOCSPX-secret-of-{client}", scope)
        token = f"1//refresh-token-{number}-of-{client}"
        self.grants[token] = grant
        return token, grant

    def expire(self) -> None:
        """Every access token that was given expires now."""
        self._tokens.clear()

    def renew(self, request: Request) -> Response:
        """RFC 6749, section 6 and 5.2; ``invalid_grant`` where the grant is over."""
        form = dict(parse_qsl(request.body.decode()))
        if form.get("grant_type") != "refresh_token":
            return self.consent.exchange(request, form, self._token_for)
        grant = self.grants.get(form.get("refresh_token", ""))
        if grant is None or grant.revoked:
            words = "Token has been expired or revoked."
            return as_json({"error": "invalid_grant", "error_description": words}, status=400)
        if (form.get("client_id"), form.get("client_secret")) != (grant.client, grant.secret):
            words = "The OAuth client was not found."
            return as_json({"error": "invalid_client", "error_description": words}, status=401)
        self.renewals += 1
        return as_json(self._token_for(grant))

    def _token_for(self, grant: Grant) -> dict[str, object]:
        token = f"{self.tokens_begin}-{next(self._numbers)}"
        self._tokens[token] = grant
        given = {"access_token": token, "expires_in": self.lasts, "scope": grant.scope}
        return {**given, "token_type": "Bearer"}

    def check(self, request: Request) -> None:
        """Whose request it is; 401 ``authError`` (guide handle-errors) without a good token."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        grant = self._tokens.get(token) if kind == "Bearer" else None
        if grant is None or grant.revoked:
            challenge = {"www-authenticate": 'Bearer realm="https://accounts.google.com/"'}
            raise DriveFault(401, "authError", "Invalid Credentials", challenge)
        request.user, request.client, request.scope = grant.user, grant.client, grant.scope
