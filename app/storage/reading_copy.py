"""A conversation as a document for people: Markdown, or one HTML page that needs nothing else.

Made from what ``Conversations.export`` gives, so that no known secret is in it; of several
branches the one that is shown. What was said is
data: in the page it is escaped, nothing is loaded from anywhere and nothing runs.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from app.domain.attachments import size_in_words
from app.storage.exchange import shown_messages

UNTITLED: Final = "Conversation"
_SPEAKERS: Final = {"user": "You", "assistant": "Steward"}
_ENDS: Final = {"interrupted": "stopped", "failed": "failed", "streaming": "not finished"}
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~&])")

_STYLE: Final = """
:root { color-scheme: light dark; --text: #1d1d1b; --muted: #62615c; --line: #e3e2de;
  --ground: #ffffff; --soft: #f6f6f4; --accent: #0b6e5f; }
@media (prefers-color-scheme: dark) { :root { --text: #ececea; --muted: #a9aaa6; --line: #2f3331;
  --ground: #1d1f1e; --soft: #242726; --accent: #4fc3ae; } }
body { margin: 0 auto; max-width: 46rem; padding: 2rem 1.25rem 4rem; background: var(--ground);
  color: var(--text); font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
.when, .facts { color: var(--muted); font-size: .85rem; font-weight: 400; }
article { border-top: 1px solid var(--line); margin-top: 1.25rem; padding-top: 1rem; }
article > h2 { font-size: 1rem; margin: 0 0 .5rem; }
article.assistant > h2 .who { color: var(--accent); }
pre, code { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: var(--soft); border-radius: 8px; padding: .75rem; white-space: pre-wrap; }
blockquote { border-left: 3px solid var(--line); margin: .75rem 0; padding-left: 1rem; }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: .3rem .6rem; }
details { margin: .5rem 0; } summary { color: var(--muted); cursor: pointer; }
a { color: var(--accent); }
@media print { :root { color-scheme: light; --text: #000; --muted: #444; --line: #bbb;
  --ground: #fff; --soft: #f3f3f3; --accent: #000; } body { max-width: none; padding: 0; }
  article > h2 { break-after: avoid; } pre, tr { break-inside: avoid; } }
"""


def as_markdown(exported: Mapping[str, Any]) -> str:
    """The conversation as Markdown: what was said stands as it was written."""
    title = exported["title"] or UNTITLED
    parts = [f"# {_plain(title)}", _when(exported["created_at"])]
    for message in shown_messages(exported):
        parts.extend(_markdown_of(message))
    return "\n\n".join(parts) + "\n"


def as_html(exported: Mapping[str, Any]) -> str:
    """The conversation as one page, to be read in any browser, or printed."""
    title = html.escape(exported["title"] or UNTITLED)
    body = "\n".join(_html_of(message) for message in shown_messages(exported))
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
    return (
        '<!doctype html>\n<html lang="en" dir="auto">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<h1>{title}</h1>\n<p class="when">{_when(exported["created_at"])}</p>\n'
        f"{body}\n</body>\n</html>\n"
    )


# -- Markdown --------------------------------------------------------------------------------------


def _markdown_of(message: Mapping[str, Any]) -> Iterator[str]:
    if message["role"] == "tool":
        yield f"**{_result_title(message)}**"
        yield _fenced(message["text"])
        return
    yield f"## {_SPEAKERS[message['role']]} · {_when(message['created_at'])}{_end(message)}"
    if message["text"].strip():
        yield message["text"].strip("\n")
    if message["attachments"]:
        yield "\n".join(f"- {_plain(line)}" for line in _attachments(message))
    for call in message["tool_calls"]:
        yield f"**Called {call['name']}**"
        yield _fenced(_arguments(call), "json")


def _fenced(text: str, language: str = "") -> str:
    """A code block that nothing in ``text`` can end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    body = text.rstrip("\n")
    return f"{fence}{language}\n{body}\n{fence}"


def _plain(text: str) -> str:
    """``text`` without a meaning in Markdown."""
    return _SPECIAL.sub(r"\\\1", text)


# -- HTML ------------------------------------------------------------------------------------------


def _html_of(message: Mapping[str, Any]) -> str:
    role = message["role"]
    if role == "tool":
        return _folded(_result_title(message), message["text"])
    who = f'<span class="who">{_SPEAKERS[role]}</span>'
    when = f'<span class="when">{_when(message["created_at"])}{_end(message)}</span>'
    # Steward writes Markdown; what a person typed is shown as they typed it.
    text = _rendered(message["text"]) if role == "assistant" else _typed(message["text"])
    attached = "".join(f"<li>{html.escape(line)}</li>" for line in _attachments(message))
    calls = "".join(
        _folded(f"Called {call['name']}", _arguments(call)) for call in message["tool_calls"]
    )
    facts = f'<ul class="facts">{attached}</ul>' if attached else ""
    return f'<article class="{role}" dir="auto"><h2>{who} {when}</h2>{text}{facts}{calls}</article>'


def _typed(text: str) -> str:
    if not text.strip():
        return ""
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'


def _folded(title: str, text: str) -> str:
    return (
        f"<details><summary>{html.escape(title)}</summary><pre>{html.escape(text)}</pre></details>"
    )


def _rendered(text: str) -> str:
    """Markdown as HTML: raw HTML stays text, and of a picture only its words and address."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})

    def picture(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
        token = tokens[index]
        words = self.renderInlineAsText(token.children or [], options, env)
        return html.escape(f"[picture: {words}] ({token.attrGet('src')})")

    parser.add_render_rule("image", picture)
    return str(parser.render(text))


# -- words -----------------------------------------------------------------------------------------


def _when(moment: str) -> str:
    at = datetime.fromisoformat(moment).astimezone()
    return f"{at.day} {at:%B %Y, %H:%M}"


def _end(message: Mapping[str, Any]) -> str:
    end = _ENDS.get(message["status"])
    return f" · {end}" if end else ""


def _result_title(message: Mapping[str, Any]) -> str:
    return f"Result of {message['tool_name'] or 'a call'}: {message['tool_status'] or 'unknown'}"


def _arguments(call: Mapping[str, Any]) -> str:
    if call.get("parse_error"):
        return str(call.get("raw_arguments", ""))
    return json.dumps(call.get("arguments", {}), ensure_ascii=False, indent=2)


def _attachments(message: Mapping[str, Any]) -> list[str]:
    return [
        f"Attached: {one['name']} ({size_in_words(one['size'])})" for one in message["attachments"]
    ]
