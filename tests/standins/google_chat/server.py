"""The stand-in's sockets and sign-in are those of Drive's stand-in; the methods are its own."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.standins.google_chat.faults import ChatFault
from tests.standins.google_chat.interface import check, method_of
from tests.standins.google_chat.state import ChatState
from tests.standins.google_drive.requests import DriveFault, Request, Response, as_json
from tests.standins.google_drive.router import Router
from tests.standins.google_drive.server import DriveServer
from tests.standins.google_drive.sign_in import SignIns
from tests.standins.google_drive.state import DriveState

SUBSCRIPTION = "projects/steward-of-mine/subscriptions/chat-events"
EMAIL = "robot@steward-of-mine.iam.gserviceaccount.com"
_CHAT = "https://www.googleapis.com/auth/chat.bot"
_PUBSUB = "https://www.googleapis.com/auth/pubsub"


class ChatRouter(Router):
    """The methods that a Chat app uses."""

    def __init__(self, sign_ins: SignIns, chat: ChatState) -> None:
        super().__init__(DriveState(), sign_ins)
        self._chat = chat
        self._tokens = sign_ins

    def answer(self, request: Request, keep: int | None = None) -> Response:
        try:
            if request.path == "/token":
                return self._tokens.renew(request)
            self._tokens.check(request)
            method, names = method_of(request)
            scope = _PUBSUB if method.service == "pubsub" else _CHAT
            if scope not in request.scope.split():
                words = "Request had insufficient authentication scopes."
                reason = "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
                raise ChatFault(403, "PERMISSION_DENIED", words, reason)
            check(method, request)
            return self._carried_out(method.id, names, request)
        except DriveFault as fault:
            return fault.response

    def _carried_out(self, method: str, names: dict[str, str], request: Request) -> Response:
        body, query = request.json, request.query
        match method:
            case "pubsub.projects.subscriptions.pull":
                self._require(names)
                received = self._chat.pull(body.get("maxMessages", 0))
                # Discovery: "For JSON, the response can be entirely empty".
                return as_json({"receivedMessages": received} if received else {})
            case "pubsub.projects.subscriptions.acknowledge":
                self._require(names)
                if not body.get("ackIds"):
                    raise ChatFault(400, "INVALID_ARGUMENT", "ackIds must not be empty.")
                self._chat.acknowledge(body["ackIds"])
                return as_json({})
            case "chat.spaces.messages.create":
                message_id, request_id = query.get("messageId", ""), query.get("requestId", "")
                made = self._chat.create(
                    names["parent"], body, message_id=message_id, request_id=request_id
                )
                return as_json(made)
            case "chat.spaces.messages.patch":
                return as_json(self._chat.patch(names["name"], body, query["updateMask"]))
            case "chat.spaces.messages.delete":
                self._chat.delete(names["name"])
                return as_json({})
            case "chat.media.download":
                return self._media(names["resourceName"], request)
            case _:
                raise ChatFault(501, "UNIMPLEMENTED", f"The stand-in has no {method}.")

    def _media(self, resource: str, request: Request) -> Response:
        content = self._chat.media.get(resource)
        if content is None or request.query.get("alt") != "media":
            raise ChatFault(404, "NOT_FOUND", "Media not found.")
        last = int(request.headers.get("range", "bytes=0-").partition("-")[2] or len(content))
        return Response(206, content[: last + 1], {"content-type": "application/octet-stream"})

    @staticmethod
    def _require(names: dict[str, str]) -> None:
        if names["subscription"] != SUBSCRIPTION:
            raise ChatFault(404, "NOT_FOUND", "Resource not found (resource=chat-events).")


class ChatServer(DriveServer):
    """Google Chat and Pub/Sub on loopback.

    Attributes:
        chat: what they hold.
    """

    def __init__(self) -> None:
        super().__init__()
        self.chat = ChatState()
        self.router = ChatRouter(self.sign_ins, self.chat)

    def handle(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[Response | None, bool]:
        # A pull waits outside of the lock under which all else is done.
        if target.partition("?")[0].endswith(":pull") and not _at_once(body):
            self.chat.wait_for_something()
        return super().handle(method, target, headers, body)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.chat.close()
        super().__exit__(kind, error, trace)

    def service_key(self, folder: Path) -> Path:
        """The file with the key of the Chat app's service account."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        private = rsa.generate_private_key(65537, 2048)
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
        public = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.sign_ins.consent.service_keys[EMAIL] = public.decode()
        content = {
            "type": "service_account",
            "client_email": EMAIL,
            "private_key": pem,
            "private_key_id": "1",
            "token_uri": f"{self.root_url}token",
        }
        path = folder / "service.json"
        path.write_text(json.dumps(content))
        return path

    def revoke_key(self) -> None:
        """The key is deleted in Google's console: no token comes of it any more."""
        self.sign_ins.consent.service_keys.clear()
        self.sign_ins.expire()


def _at_once(body: bytes) -> bool:
    found: Any = json.loads(body or b"{}")
    return bool(found.get("returnImmediately"))
