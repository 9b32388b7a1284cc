"""A conversation as a document: readable, complete, and unable to do anything."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from app.domain.attachments import Attachment
from app.domain.messages import MessageStatus, Role
from app.domain.tool_calls import ToolCall, ToolStatus
from app.storage.conversations import Conversations
from app.storage.reading_copy import as_html, as_markdown
from tests.storage.conftest import SECRET, Say

HOSTILE = "<script>alert(1)</script> <img src=https://evil.example/a.png> </pre></details>"
ANSWER = (
    f"# Hello\n\n{HOSTILE}\n\n![a *cat*](https://evil.example/cat.png)\n\n"
    "[good](https://example.org) [bad](javascript:alert(1))\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
)


async def exported(conversations: Conversations, say: Say) -> dict[str, Any]:
    await conversations.create(conversation_id="c", title="A <b>bold</b> *title*")
    note = Attachment("<i>note</i>.txt", "text/plain", 2_000, "0" * 64)
    await say("c", Role.USER, f"one\n  two {HOSTILE} {SECRET}", attachments=(note,))
    call = ToolCall("1", "files.read", {"path": "<u>x</u>", "more": "````"})
    await say("c", Role.ASSISTANT, ANSWER, tool_calls=(call,))
    await say(
        "c", Role.TOOL, f"``` {HOSTILE}", tool_call_id="1", tool_name="files.read",
        tool_status=ToolStatus.OK,
    )  # fmt: skip
    await say("c", Role.ASSISTANT, "Half", status=MessageStatus.INTERRUPTED)
    return await conversations.export("c")


class Page(HTMLParser):
    """The tags and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not any(name.startswith("on") for name, _ in attrs)


async def test_a_page_loads_nothing_runs_nothing_and_hides_nothing(
    conversations: Conversations, say: Say
) -> None:
    text = as_html(await exported(conversations, say))
    page = Page(text)
    assert not page.tags & {"script", "img", "link", "iframe", "object", "b", "i", "u", "form"}
    assert page.addresses == ["https://example.org"]
    assert {"h1", "table", "details", "style"} <= page.tags
    assert "default-src 'none'" in text
    assert "@media print" in text
    assert SECRET not in text
    for said in (
        "one\n  two",
        "&lt;script&gt;",
        "[picture: a cat]",
        "· stopped",
        "note&lt;/i&gt;.txt (",
    ):
        assert said in text, said


async def test_markdown_says_everything_and_no_fence_is_broken(
    conversations: Conversations, say: Say
) -> None:
    text = as_markdown(await exported(conversations, say))
    assert text.startswith("# A \\<b\\>bold\\</b\\> \\*title\\*\n")
    assert ANSWER.strip("\n") in text
    assert "`````json\n" in text, "longer than what stands in the arguments"
    assert f"````\n``` {HOSTILE}\n````" in text
    assert "- Attached: \\<i\\>note\\</i\\>.txt" in text
    assert SECRET not in text
