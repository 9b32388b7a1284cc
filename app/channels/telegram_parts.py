"""What is to be said, as messages of Telegram: text with its buttons first, files after it.

Text messages keep their place while a text grows; files come when it no longer does, so that a
message that was sent as text never has to become a file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.channels.bot_api import UPLOAD_BYTES
from app.channels.code_files import code_file_name
from app.channels.markdown_runs import clean, read_markdown
from app.channels.rich_text import CodeBlock, Mark, MarkKind, Run, plain, units
from app.channels.telegram_html import as_html, split_for_telegram
from app.domain.attachments import clean_name, size_in_words
from app.domain.channels import ANEW, BUTTON_BYTES, Button, Document, Outgoing, Part
from app.domain.unseen import UNSEEN

MOST_TEXTS: Final = 4
"""Messages of text for one answer; a longer one goes as a file, too."""
LONG_CODE: Final = 3000
"""A block of code of more UTF-16 units goes as a file."""
MOST_CODES: Final = 3
"""Files of code for one answer; with more, all of it goes as one file."""
ANSWER: Final = "answer.md"
PLACEHOLDER: Final = "…"

_PREVIEW_LINES: Final = 12
_PREVIEW_LENGTH: Final = 600
_MOST_PARSED: Final = 40_000
"""Characters. What is behind them would be in no message anyway."""
_LABEL: Final = 64
_MOST_BUTTONS: Final = 100
_ROW: Final = 8
_NOTHING_SEEN: Final = re.compile(rf"[\s{UNSEEN}\u2800]*")
_NOTE: Final = (Mark(MarkKind.ITALIC),)


def render(message: Outgoing) -> list[Part]:
    """The messages for Telegram, one at least. Never raises; from any thread.

    A long answer takes a tenth of a second: not on a loop that draws a window.
    A part's body has ``html`` and ``plain`` (the same words without tags, where the HTML is not
    taken), ``buttons`` and ``quiet``; that of a file has its ``name``, too, and no words; that of a
    text has ``ANEW`` where it is sent as a new message when the old one is gone.
    """
    text = clean(message.text)
    files: list[Document] = []
    pages: list[list[Run]] = []
    if not _is_blank(text):
        pages, files = _pages(text, growing=message.growing)
    if message.document is not None:
        pages, files = _with_document(pages, files, message.document)
    if not pages and not files:
        pages = [[Run(PLACEHOLDER)]]
    buttons = _keyboard(message.buttons)
    parts: list[Part] = []
    for page in pages:
        last = len(parts) == len(pages) - 1
        quiet = message.quiet or bool(parts)
        body = _body(page, buttons if last else [], quiet=quiet)
        anew = message.anew or bool(body["buttons"])
        parts.append(Part({**body, ANEW: True} if anew else body))
    for file in files:
        first = not parts
        body = _body([], buttons if first else [], quiet=message.quiet or not first)
        parts.append(Part({**body, "name": clean_name(clean(file.name))}, file.data))
    return parts


def _body(
    page: Sequence[Run], buttons: list[list[dict[str, str]]], *, quiet: bool
) -> dict[str, object]:
    return {"html": as_html(page), "plain": plain(page), "buttons": buttons, "quiet": quiet}


def _is_blank(text: str) -> bool:
    return _NOTHING_SEEN.fullmatch(text) is not None


# -- text ------------------------------------------------------------------------------------------


def _pages(text: str, *, growing: bool) -> tuple[list[list[Run]], list[Document]]:
    """The messages of text, and the files it comes with."""
    whole = len(text) <= _MOST_PARSED
    if whole:
        codes = _LongCode(growing)
        pages, complete = split_for_telegram(read_markdown(text, codes.shorten), MOST_TEXTS)
        if complete and len(codes.files) <= MOST_CODES:
            return _seen(pages), [] if growing else codes.files
    codes = _LongCode(growing, ANSWER)
    pages, _ = split_for_telegram(read_markdown(text[:_MOST_PARSED], codes.shorten), MOST_TEXTS)
    pages = _seen(pages)
    if growing:
        return _with_note(pages, "… it goes on."), []
    note = f"… all of it is in {ANSWER}."
    return _with_note(pages, note), [Document(ANSWER, text.encode())]


def _seen(pages: list[list[Run]]) -> list[list[Run]]:
    return [page for page in pages if not _is_blank(plain(page))]


def _with_note(pages: list[list[Run]], note: str) -> list[list[Run]]:
    last = [*pages[-1], Run("\n\n")] if pages else []
    return [*pages[:-1], [*last, Run(note, _NOTE)]]


@dataclass(slots=True)
class _LongCode:
    """Puts long blocks of code aside as files; ``within``: they are all in this one."""

    growing: bool
    within: str = ""
    files: list[Document] = field(default_factory=list)

    def shorten(self, block: CodeBlock) -> tuple[str, str] | None:
        if units(block.code) <= LONG_CODE:
            return None
        name = code_file_name(block.language, len(self.files))
        self.files.append(Document(name, block.code.encode() + b"\n"))
        lines = block.code.split("\n")
        preview = "\n".join(lines[:_PREVIEW_LINES])[:_PREVIEW_LENGTH]
        count = f"{len(lines):,} lines" if len(lines) > 1 else "1 line"
        if self.growing:
            return preview, f"… {count} until now."
        return preview, f"… {count} in {self.within or name}."


def _with_document(
    pages: list[list[Run]], files: list[Document], document: Document
) -> tuple[list[list[Run]], list[Document]]:
    """A file that Telegram would not take is a sentence."""
    size = len(document.data)
    if 0 < size <= UPLOAD_BYTES:
        return pages, [*files, document]
    name = clean_name(clean(document.name))
    why = f"is too large to be sent ({size_in_words(size)})" if size else "is empty"
    return [*pages, [Run(f"{name} {why}.")]], files


# -- buttons ---------------------------------------------------------------------------------------


def _keyboard(rows: Sequence[Sequence[Button]]) -> list[list[dict[str, str]]]:
    """Rows of what the API takes: a button with an id that it would refuse is left out."""
    keyboard: list[list[dict[str, str]]] = []
    left = _MOST_BUTTONS
    for row in rows:
        good = [one for one in row if 0 < len(one.id.encode("utf-8", "replace")) <= BUTTON_BYTES]
        for start in range(0, len(good), _ROW):
            some = good[start : start + _ROW][:left]
            left -= len(some)
            if some:
                keyboard.append([{"text": _label(one), "callback_data": one.id} for one in some])
    return keyboard


def _label(button: Button) -> str:
    label = " ".join(clean(button.label).split())
    if _is_blank(label):
        return PLACEHOLDER
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1].rstrip()}…"
