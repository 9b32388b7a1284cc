"""Google's pages for signing in: the person says yes or no, and a code becomes a token.

Guide *oauth2 for native apps* (developers.google.com/identity/protocols/oauth2/native-app) for the
code, *service-account* there for assertions.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from tests.standins.google_drive.requests import Request, Response, as_json
from tests.standins.google_drive.state import ME

ALL = "https://www.googleapis.com/auth/drive"
ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(slots=True)
class Grant:
    """What a person allowed a program to do."""

    user: str
    client: str
    secret: str
    scope: str = ALL
    revoked: bool = False


@dataclass(slots=True)
class Code:
    """What the browser carries back."""

    user: str
    client: str
    scope: str
    redirect_uri: str
    challenge: str
    used: bool = False


class Consent:
    """The person at the browser, and Google's side of it.

    Attributes:
        user: who is signed in in the browser.
        says_no: the person presses "Cancel".
        unticks: scopes whose boxes the person takes the tick from.
        lasting: whether a refresh token comes along.
        other_state: what is brought back in place of the state.
        answer: to the next exchanges in place of the right one.
        before_exchange: called when a code is to be exchanged.
        takes_revocations: else 503.
        codes: what was given to browsers.
        service_keys: public keys of service accounts, by e-mail.
    """

    def __init__(
        self, grants: dict[str, Grant], allow: Callable[[str, str, str], tuple[str, Grant]]
    ) -> None:
        self.user = ME
        self.says_no = False
        self.unticks: set[str] = set()
        self.lasting = True
        self.other_state: str | None = None
        self.answer: Response | None = None
        self.before_exchange: Callable[[], object] = lambda: None
        self.takes_revocations = True
        self.codes: dict[str, Code] = {}
        self.service_keys: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self._grants = grants
        self._allow = allow
        self._numbers = itertools.count(1)

    def answer_page(self, request: Request) -> Response:
        """The page that asks the person; they have decided already."""
        asked = request.query
        self.asked.append(asked)
        back, place = asked["redirect_uri"], urlsplit(asked["redirect_uri"])
        # Guide: "http://127.0.0.1:port or http://[::1]:port"; localhost is what libraries send.
        if place.scheme != "http" or place.hostname not in ("127.0.0.1", "::1", "localhost"):
            return as_json({"error": "redirect_uri_mismatch"}, status=400)
        # Guide: the challenge is "recommended", so that a client without one is let in.
        way = asked.get("code_challenge_method", "S256")
        if asked["response_type"] != "code" or way != "S256":
            return as_json({"error": "invalid_request"}, status=400)
        state = asked.get("state", "") if self.other_state is None else self.other_state
        if self.says_no:
            return _to(back, {"error": "access_denied", "state": state})
        kept = [one for one in asked["scope"].split() if one not in self.unticks]
        code = f"4/0A-code-{next(self._numbers)}-that-is-secret"
        client, challenge = asked["client_id"], asked.get("code_challenge", "")
        self.codes[code] = Code(self.user, client, " ".join(kept), back, challenge)
        return _to(back, {"state": state, "code": code, "scope": " ".join(kept)})

    def answer_revocation(self, request: Request) -> Response:
        """Guide: the token, and with it all that the person allowed this program."""
        if not self.takes_revocations:
            return as_json({"error": "backend"}, status=503)
        form = dict(parse_qsl(request.body.decode()))
        grant = self._grants.get(form.get("token", ""))
        if grant is None or grant.revoked:
            return as_json({"error": "invalid_token"}, status=400)
        for other in self._grants.values():
            if (other.user, other.client) == (grant.user, grant.client):
                other.revoked = True
        return as_json({})

    def exchange(
        self,
        request: Request,
        form: dict[str, str],
        token_for: Callable[[Grant], dict[str, object]],
    ) -> Response:
        """A code, or a service account's assertion, for tokens."""
        if form.get("grant_type") == ASSERTION:
            return self._for_service(form, token_for)
        if form.get("grant_type") != "authorization_code":
            return as_json({"error": "unsupported_grant_type"}, status=400)
        self.before_exchange()
        if self.answer is not None:
            return self.answer
        code = self.codes.get(form.get("code", ""))
        if code is None or code.used or form.get("redirect_uri") != code.redirect_uri:
            return as_json({"error": "invalid_grant"}, status=400)
        code.used = True
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if code.challenge and proved != code.challenge:
            return as_json({"error": "invalid_grant"}, status=400)
        if _client_of(request, form) != (code.client, f"GOCSPX-secret-of-{code.client}"):
            return as_json({"error": "invalid_client"}, status=401)
        token, grant = self._allow(code.user, code.client, code.scope)
        lasting = {"refresh_token": token} if self.lasting else {}
        return as_json({**token_for(grant), **lasting})

    def answer_any(self, request: Request) -> Response:
        """A page, or a revocation."""
        if request.path == "/revoke":
            return self.answer_revocation(request)
        return self.answer_page(request)

    def _for_service(
        self, form: dict[str, str], token_for: Callable[[Grant], dict[str, object]]
    ) -> Response:
        from google.auth import jwt

        issuer = json.loads(_decoded(form["assertion"].split(".")[1]))["iss"]
        try:
            claims = jwt.decode(form["assertion"], certs=self.service_keys[issuer])
        except (ValueError, KeyError):
            return as_json({"error": "invalid_grant"}, status=400)
        # Guide service-account: "a maximum of 1 hour after the issued time".
        lasts = claims["exp"] - claims["iat"]
        if claims["aud"] != "https://oauth2.googleapis.com/token" or lasts > 3600:
            return as_json({"error": "invalid_grant"}, status=400)
        return as_json(token_for(Grant(issuer, issuer, "", claims["scope"])))


def client_file(folder: Path, root_url: str, *, client: str = "steward.apps") -> Path:
    """An OAuth client file as Google's console gives it, for a desktop app."""
    path = folder / "client_secret.json"
    installed = {
        "client_id": client,
        "project_id": "steward-of-mine",
        "auth_uri": f"{root_url}o/oauth2/v2/auth",
        "token_uri": f"{root_url}token",
        "client_secret": f"GOCSPX-secret-of-{client}",
        "redirect_uris": ["http://localhost"],
    }
    path.write_text(json.dumps({"installed": installed}))
    return path


def _to(address: str, brought: dict[str, str]) -> Response:
    return Response(302, b"", {"location": f"{address}?{urlencode(brought)}"})


def _client_of(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """RFC 6749, 2.3.1: by the header, or in the form."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind == "Basic":
        name, _, secret = base64.b64decode(given).decode().partition(":")
        return unquote_plus(name), unquote_plus(secret)
    return form.get("client_id", ""), form.get("client_secret", "")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
