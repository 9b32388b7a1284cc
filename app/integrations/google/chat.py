"""Google Chat behind the port ``ChatApi``: a Chat app, with the service account of its project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from app.channels.chat_api import ChatRequestError, ChatUnreachableError
from app.domain.errors import ConfigurationError
from app.integrations.google.account_book import Hide
from app.integrations.google.chat_session import GUIDE, SCOPES, ChatSession
from app.integrations.google.credential_files import read_service_key
from app.integrations.google.pubsub import ChatEvents
from app.integrations.google.service_account import ServiceAccess
from app.integrations.google.services import GOOGLE
from app.redaction import Secret

_SUBSCRIPTION: Final = re.compile(r"projects/[^/\s]+/subscriptions/[^/\s]+")
_SILENT: Final = "NOTIFICATION_TYPE_SILENT"
_TOO_LARGE: Final = 413
_NO_SUCH_BYTES: Final = 416
_THE_MESSAGE: Final = "the message, or its space"


class GoogleChatClient(ChatEvents):
    """The ``ChatApi``. Safe from several threads."""

    def create(
        self,
        space: str,
        message: Mapping[str, object],
        *,
        message_id: str,
        request_id: str,
        quiet: bool = False,
    ) -> str:
        """See ``ChatApi.create``."""
        options = {"createMessageNotificationOptions_notificationType": _SILENT} if quiet else {}
        request = self._messages.create(
            parent=space,
            body=dict(message),
            messageId=message_id,
            requestId=request_id,
            **options,
        )
        made = self._session.ask(request, what=_THE_MESSAGE)
        name = made.get("name") if isinstance(made, dict) else None
        if not isinstance(name, str) or not name.startswith(f"{space}/messages/"):
            raise ChatUnreachableError("Google gave an answer that makes no sense.")
        return name

    def update(self, name: str, message: Mapping[str, object]) -> None:
        """See ``ChatApi.update``."""
        request = self._messages.patch(name=name, updateMask="text,cardsV2", body=dict(message))
        self._session.ask(request, what=_THE_MESSAGE)

    def delete(self, name: str) -> None:
        """See ``ChatApi.delete``."""
        self._session.ask(self._messages.delete(name=name), what=_THE_MESSAGE)

    def download(self, resource: str, most: int) -> bytes:
        """See ``ChatApi.download``."""
        what = "the file"
        request = self._session.services.chat.media().download_media(resourceName=resource)
        headers = {**request.headers, "range": f"bytes=0-{most}", "accept-encoding": "identity"}
        try:
            with self._session.connection(what=what) as connection:
                _, content = connection.request(request.uri, "GET", headers=headers)
        except ChatRequestError as error:
            if error.status == _NO_SUCH_BYTES:  # it is empty
                return b""
            raise
        if len(content) > most:
            raise ChatRequestError(f"The file is larger than {most:,} bytes.", _TOO_LARGE)
        return content

    def close(self) -> None:
        """See ``ChatApi.close``."""
        self._session.close()

    @property
    def _messages(self) -> Any:
        return self._session.services.chat.spaces().messages()


def connect(
    subscription: str, key_file: Path | None, api_url: str | None, hide: Hide
) -> GoogleChatClient:
    """A Chat app; asks nobody. Raises ``ConfigurationError``.

    Args:
        subscription: where its events are pulled from.
        key_file: the key of its service account.
        api_url: where Google's interfaces are; ``None``: at Google.
        hide: is told the key before it is used.
    """
    if not _SUBSCRIPTION.fullmatch(subscription):
        raise ConfigurationError(
            "The Pub/Sub subscription for Google Chat is not named as Google names it.",
            hint=f"Set STEWARD_GOOGLE_CHAT_SUBSCRIPTION to projects/…/subscriptions/…. {GUIDE}",
        )
    if key_file is None:
        raise ConfigurationError(
            "Google Chat needs the key of a service account, and none is set.",
            hint=f"Set GOOGLE_APPLICATION_CREDENTIALS to its JSON file. {GUIDE}",
        )
    key = read_service_key(key_file)
    hide("GOOGLE_SERVICE_KEY", Secret(str(key.info.get("private_key"))))
    root_url = f"{(api_url or GOOGLE).rstrip('/')}/"
    access = ServiceAccess(key, SCOPES)
    return GoogleChatClient(ChatSession(access, root_url=root_url), subscription)
