"""What is to be said, as messages of Google Chat: its own markup, and a card with the buttons.

Source: guide format-messages, ``MARKUP_SYNTAX_CHAT``. That markup has no escapes: what looks like a
mark may be one, but a text can never call somebody (``<users/all>``) or make a link of its own.

An app cannot send files: "Requires user authentication" (media.upload). So a difference is shown as
text, and of anything else it is said that it stays on the computer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.channels.chat_api import BUTTON, PRESS
from app.channels.markdown_runs import clean, read_markdown
from app.channels.rich_text import Mark, MarkKind, Run, plain
from app.channels.splitting import Room, split
from app.domain.attachments import clean_name, size_in_words
from app.domain.channels import Button, Document, Outgoing, Part
from app.domain.unseen import UNSEEN

MOST_TEXTS: Final = 6
PLACEHOLDER: Final = "…"

_UNITS: Final = 4000
_BYTES: Final = 24_000
_MOST_PARSED: Final = 60_000
_MOST_SHOWN: Final = 12_000
"""Characters of a file that are shown as text."""
_LABEL: Final = 64
_NOTHING_SEEN: Final = re.compile(rf"[\s{UNSEEN}\u2800]*")
_ANGLE: Final = re.compile(r"<(?=[^\s<>]*[:/|])")
_MARKS: Final = {MarkKind.BOLD: "*", MarkKind.ITALIC: "_", MarkKind.STRIKE: "~"}
_HINT: Final = "Or answer with the words of a button."


def render(message: Outgoing) -> list[Part]:
    """The messages for Google Chat, one at least. Never raises; from any thread.

    A part's body has ``text`` in Google Chat's markup, ``plain``, ``buttons`` and ``quiet``.
    """
    text = clean(message.text)
    runs = [] if _is_blank(text) else read_markdown(text[:_MOST_PARSED])
    if message.document is not None:
        runs = [*runs, Run("\n\n"), *_shown(message.document)]
    pages, complete = split(runs, _ROOM, MOST_TEXTS)
    pages = [page for page in pages if not _is_blank(plain(page))]
    if pages and (not complete or len(text) > _MOST_PARSED):
        end = "… it goes on." if message.growing else "… the rest is in Steward's window."
        pages[-1] = [*pages[-1], Run("\n\n"), Run(end, (Mark(MarkKind.ITALIC),))]
    pages = pages or [[Run(PLACEHOLDER)]]
    return [
        Part(
            {
                "text": as_chat(page),
                "plain": plain(page),
                "buttons": _buttons(message.buttons) if number == len(pages) - 1 else [],
                "quiet": message.quiet or number > 0,
            }
        )
        for number, page in enumerate(pages)
    ]


def as_message(body: Mapping[str, object]) -> dict[str, object]:
    """A part's body as ``Message``."""
    rows = body.get("buttons")
    return {
        "text": str(body.get("text", PLACEHOLDER)),
        "markupSyntax": "MARKUP_SYNTAX_CHAT",  # new apps have Markdown, unless they say so
        "cardsV2": _cards(rows if isinstance(rows, list) else []),
    }


def as_chat(runs: Iterable[Run]) -> str:
    """Google Chat's markup. A mark it cannot show is left out; no character of the text is."""
    out = ""
    for run in runs:
        kinds = {mark.kind: mark.value for mark in reversed(run.marks)}
        text = _ANGLE.sub("<\u200b", run.text)
        if MarkKind.PRE in kinds:
            out += "```\n" + text.replace("```", "``\u200b`") + "\n```"
            continue
        words = text.strip()
        if MarkKind.CODE in kinds and "`" not in text and "\n" not in text and words:
            words = f"`{words}`"
        elif words and "\n" not in words:
            for kind in (kind for kind in kinds if kind in _MARKS):
                words = f"{_MARKS[kind]}{words}{_MARKS[kind]}"
            if (address := kinds.get(MarkKind.LINK)) is not None:
                words = _link(address, words, text.strip())
        start = len(text) - len(text.lstrip())
        text = text[:start] + words + text[start + len(text.strip()) :]
        if MarkKind.QUOTE in kinds:
            text = text.replace("\n", "\n> ")
            if not out or out.endswith("\n"):
                text = f"> {text}"
        out += text
    return out


def _link(address: str, words: str, label: str) -> str:
    if label == address:
        return address
    if any(one in address for one in "<>| \n") or any(one in label for one in "<>|"):
        return f"{words} ({address})"
    return f"<{address}|{words}>"


def _shown(document: Document) -> list[Run]:
    """A file as text, where it is one."""
    name = clean_name(clean(document.name))
    try:
        text = clean(document.data.decode()).strip("\n")
    except UnicodeDecodeError:
        text = ""
    if not text.strip():
        size = size_in_words(len(document.data))
        return [Run(f"{name} ({size}) is on the computer: Google Chat takes no files of an app.")]
    shown = text[:_MOST_SHOWN]
    rest = "" if shown == text else " (its beginning; the rest is in Steward's window)"
    return [Run(f"{name}{rest}:\n\n"), Run(shown, (Mark(MarkKind.PRE),))]


# -- buttons ---------------------------------------------------------------------------------------


def _buttons(rows: Sequence[Sequence[Button]]) -> list[list[dict[str, str]]]:
    return [[{"text": _label(one), "id": one.id} for one in row] for row in rows if row]


def _label(button: Button) -> str:
    label = " ".join(clean(button.label).split())
    if _is_blank(label):
        return PLACEHOLDER
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1].rstrip()}…"


def _cards(rows: Sequence[Sequence[Mapping[str, str]]]) -> list[dict[str, object]]:
    if not rows:
        return []
    widgets: list[dict[str, object]] = [
        {"buttonList": {"buttons": [_button(one) for one in row]}} for row in rows
    ]
    widgets.append({"textParagraph": {"text": f"<i>{_HINT}</i>"}})
    return [{"cardId": "buttons", "card": {"sections": [{"widgets": widgets}]}}]


def _button(button: Mapping[str, str]) -> dict[str, object]:
    parameters = [{"key": BUTTON, "value": button["id"]}]
    action = {"function": PRESS, "parameters": parameters}
    return {"text": button["text"], "onClick": {"action": action}}


def _is_blank(text: str) -> bool:
    return _NOTHING_SEEN.fullmatch(text) is not None


def _cost(letter: str) -> int:
    # A line of a quote begins with a mark; an angle may be given a character that is not seen.
    if letter in "\n<`":
        return 4
    return len(letter.encode("utf-8", "replace"))


def _mark_cost(mark: Mark) -> int:
    return 8 + len(mark.value.encode("utf-8", "replace"))


_ROOM: Final = Room(_UNITS, _BYTES, _cost, _mark_cost)
