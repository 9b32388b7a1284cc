"""What people do in Google Chat, as the events of a Chat app (discovery: DeprecatedEvent)."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

ANNA: dict[str, Any] = {
    "name": "users/1001", "displayName": "Anna Arnold", "type": "HUMAN", "email": "anna@firm.test",
    "domainId": "d1",
}  # fmt: skip
APP: dict[str, Any] = {"name": "users/4711", "displayName": "Steward", "type": "BOT"}
DM: dict[str, Any] = {
    "name": "spaces/DM1", "type": "DM", "singleUserBotDm": True, "spaceType": "DIRECT_MESSAGE",
}  # fmt: skip
SPACE: dict[str, Any] = {
    "name": "spaces/TEAM", "type": "ROOM", "spaceType": "SPACE", "displayName": "The team",
}  # fmt: skip

_numbers = itertools.count(1)


def now() -> str:
    """The time, as Google writes it: with nanoseconds."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}789Z"


def said(
    text: str, *, space: dict[str, Any] = DM, user: dict[str, Any] = ANNA, at: str = "", **more: Any
) -> dict[str, Any]:
    """Somebody writes; in a space, to the app."""
    number = next(_numbers)
    at = at or now()
    message: dict[str, Any] = {
        "name": f"{space['name']}/messages/M{number}.M{number}",
        "sender": user,
        "createTime": at,
        "text": text,
        "argumentText": text,
        "space": space,
        "thread": {"name": f"{space['name']}/threads/T{number}"},
    }
    if space is SPACE:
        message["text"] = f"@Steward {text}"
        message["argumentText"] = f" {text}"
        message["annotations"] = [
            {"type": "USER_MENTION", "startIndex": 0, "length": 8,
             "userMention": {"user": APP, "type": "MENTION"}}
        ]  # fmt: skip
    event = {"type": "MESSAGE", "eventTime": at, "token": "a-secret-of-the-app"}
    return {**event, "space": space, "user": user, "message": {**message, **more}}


def pressed(
    message: dict[str, Any],
    label: str,
    *,
    space: dict[str, Any] = DM,
    user: dict[str, Any] = ANNA,
) -> dict[str, Any]:
    """Somebody presses a button that a message of the app shows now."""
    action = next(one for one in buttons(message) if one["text"] == label)["onClick"]["action"]
    parameters = action["parameters"]
    return {
        "type": "CARD_CLICKED",
        "eventTime": now(),
        "space": space,
        "user": user,
        "message": {**message, "sender": APP, "space": space},
        "action": {"actionMethodName": action["function"], "parameters": parameters},
        "common": {
            "userLocale": "en",
            "hostApp": "CHAT",
            "invokedFunction": action["function"],
            "parameters": {one["key"]: one["value"] for one in parameters},
        },
    }


def added(space: dict[str, Any] = DM, user: dict[str, Any] = ANNA) -> dict[str, Any]:
    """Somebody adds the app."""
    return {"type": "ADDED_TO_SPACE", "eventTime": now(), "space": space, "user": user}


def as_add_on(event: dict[str, Any]) -> dict[str, Any]:
    """The same event, as an app gets it that is a Workspace add-on (guide "Event objects")."""
    names = {
        "MESSAGE": "messagePayload",
        "ADDED_TO_SPACE": "addedToSpacePayload",
        "REMOVED_FROM_SPACE": "removedFromSpacePayload",
        "CARD_CLICKED": "buttonClickedPayload",
    }
    payload = {"space": event["space"]}
    if "message" in event:
        payload["message"] = event["message"]
    parameters = event.get("common", {}).get("parameters", {})
    return {
        "commonEventObject": {"hostApp": "CHAT", "parameters": parameters},
        "authorizationEventObject": {"systemIdToken": "a-secret-token"},
        "chat": {
            "user": event["user"],
            "eventTime": event["eventTime"],
            names[event["type"]]: payload,
        },
    }


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons of a message's cards."""
    return [
        button
        for card in message.get("cardsV2", [])
        for section in card["card"]["sections"]
        for widget in section["widgets"]
        for button in widget.get("buttonList", {}).get("buttons", [])
    ]
