"""Finding messages: by words, by time, by conversation, in any combination.

Words are looked up in ``messages_fts`` and come newest first by row id: ranking by relevance
would read every hit (a second on a million messages).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.domain.messages import Role, SearchHit
from app.redaction import Redactor
from app.storage.branches import shown_path
from app.storage.connections import current
from app.storage.conversation_list import safe_title

MAX_TERMS: Final = 32
MAX_HITS: Final = 1000
WORDS: Final = "messages_fts"
NAMES: Final = "attachments_fts"
PREFIX_LENGTH: Final = 3
"""Characters from which the last word also finds longer words: it may be half typed."""

_BEGIN: Final = "\ufdd0"
_END: Final = "\ufdd1"
"""Around a hit: two of Unicode's noncharacters, which are for a program's own use. Where a text
has one all the same it is left out of the excerpt."""
_SNIPPET_WORDS: Final = 16
_SNIPPET_LENGTH: Final = _SNIPPET_WORDS * 8
_MARKS: Final = re.compile(f"([{_BEGIN}{_END}])")
_TERM: Final = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))(?P<star>\*?)')


@dataclass(frozen=True, slots=True)
class MessageQuery:
    """What to find; conditions left out do not restrict.

    Attributes:
        text: words that must all occur. ``"in quotes"`` stays together, ``-word`` must not
            occur, ``wor*`` finds longer words; everything else has no special meaning.
            Empty text finds nothing; ``None`` finds every message.
        since, until: oldest (included) and newest (excluded) time of a message.
        conversation_id: one conversation only.
        shown: of that one, only the branch that is shown.
        roles: only messages of these.
        limit: at most so many, up to ``MAX_HITS``.
    """

    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    conversation_id: str | None = None
    shown: bool = False
    roles: tuple[Role, ...] = ()
    limit: int = 20


def find(query: MessageQuery, redactor: Redactor) -> list[SearchHit]:
    """Matching messages, newest first, without secrets. To be called inside ``Database.read``.

    A message is also found by the names of its attachments.
    """
    if query.text is None:
        snippet = f"substr(messages.text, 1, {_SNIPPET_LENGTH})"
        return _hits(query, redactor, snippet=snippet)
    expression = fts_expression(query.text)
    if not expression:
        return []
    by_words, by_names = (
        _hits(
            query,
            redactor,
            snippet=f"snippet({index}, 0, '{_BEGIN}', '{_END}', '…', {_SNIPPET_WORDS})",
            index=index,
            expression=expression,
        )
        for index in (WORDS, NAMES)
    )
    known = {hit.message_id for hit in by_words}
    hits = [*by_words, *(hit for hit in by_names if hit.message_id not in known)]
    hits.sort(key=lambda hit: -hit.message_id)
    return hits[: _most(query)]


def _hits(
    query: MessageQuery,
    redactor: Redactor,
    *,
    snippet: str,
    index: str | None = None,
    expression: str = "",
) -> list[SearchHit]:
    """The messages that one index has, or all."""
    where, parameters = _conditions(query)
    source, key = "messages", "messages.id"
    if index is not None:
        source = f"{index} JOIN messages ON messages.id = {index}.rowid"
        where.insert(0, f"{index} MATCH ?")
        parameters.insert(0, expression)
        # The row id to sort by is the index's own, else SQLite would collect and sort every hit.
        key = f"{index}.rowid"
    # Only fixed pieces are put together here; every value is a parameter.
    sql = (
        f"SELECT messages.id, messages.conversation_id, conversations.title, messages.role, "  # noqa: S608
        f"{snippet}, messages.text, messages.created_at, "
        f"conversations.archived_at IS NOT NULL FROM {source} "
        "JOIN conversations ON conversations.id = messages.conversation_id "
        f"{'WHERE ' + ' AND '.join(where) if where else ''} ORDER BY {key} DESC LIMIT ?"
    )
    parameters.append(_most(query))
    rows = current.rows(sql, parameters)
    hits = []
    for message_id, conversation_id, title, role, words, text, created_at, archived in rows:
        excerpt, marks = _unmarked(words)
        safe = _safe_snippet(excerpt, text if index != NAMES else excerpt, redactor)
        hits.append(
            SearchHit(
                conversation_id=conversation_id,
                conversation_title=safe_title(title, redactor),
                message_id=message_id,
                role=Role(role),
                snippet=safe,
                created_at=datetime.fromisoformat(created_at),
                marks=marks if safe is excerpt else (),
                archived=bool(archived),
            )
        )
    return hits


def _unmarked(snippet: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """An excerpt in one line, and where its marks were."""
    parts: list[str] = []
    marks: list[tuple[int, int]] = []
    length, begun = 0, -1
    for piece in _MARKS.split(" ".join(snippet.split())):
        if piece == _BEGIN:
            begun = length
        elif piece == _END:
            if 0 <= begun < length:
                marks.append((begun, length))
            begun = -1
        else:
            parts.append(piece)
            length += len(piece)
    return "".join(parts), tuple(marks)


def _most(query: MessageQuery) -> int:
    return max(0, min(query.limit, MAX_HITS))


def _safe_snippet(snippet: str, text: str, redactor: Redactor) -> str:
    """``snippet``, or the safe beginning of a text in which something has to be hidden.

    In an excerpt a secret can be cut or marked up, and is not recognised any more.
    """
    safe = redactor.text(text)
    if safe is text:
        return snippet
    return safe if len(safe) <= _SNIPPET_LENGTH else f"{safe[:_SNIPPET_LENGTH]}…"


def fts_expression(text: str) -> str:
    """What a person typed as an FTS5 expression that is always valid; empty for no words."""
    wanted: list[str] = []
    unwanted: list[str] = []
    # A NUL would end the expression early, and half a character has no UTF-8 form.
    clean = text.replace("\0", " ").encode("utf-8", "replace").decode()
    found = list(_TERM.finditer(clean))[:MAX_TERMS]
    for place, term in enumerate(found, start=1):
        word, phrase = term["word"], term["phrase"]
        words = phrase if word is None else word.rstrip("*")
        letters = sum(character.isalnum() for character in words)
        if not letters:
            continue
        half_typed = place == len(found) and word is not None and letters >= PREFIX_LENGTH
        starred = bool(term["star"]) or (word is not None and word.endswith("*"))
        quoted = f'"{words}"' + ("*" if starred or (half_typed and not term["no"]) else "")
        (unwanted if term["no"] else wanted).append(quoted)
    if not wanted:
        return ""
    # Side by side means AND, but unlike AND passes over a term the tokenizer finds empty.
    return " NOT ".join([" ".join(wanted), *unwanted])


def words_in(text: str) -> tuple[str, ...]:
    """The words and phrases that a search for ``text`` wants, to be marked where they stand."""
    found = []
    for term in _TERM.finditer(text):
        words = term["phrase"] if term["word"] is None else term["word"].rstrip("*")
        if not term["no"] and any(character.isalnum() for character in words):
            found.append(words)
    return tuple(found[:MAX_TERMS])


def _conditions(query: MessageQuery) -> tuple[list[str], list[object]]:
    where: list[str] = []
    parameters: list[object] = []
    if query.since is not None:
        where.append("messages.created_at >= ?")
        parameters.append(_stored(query.since))
    if query.until is not None:
        where.append("messages.created_at < ?")
        parameters.append(_stored(query.until))
    if query.conversation_id is not None and query.shown:
        mine, values = shown_path(query.conversation_id).sql("messages.")
        where.append(mine)
        parameters.extend(values)
    elif query.conversation_id is not None:
        where.append("messages.conversation_id = ?")
        parameters.append(query.conversation_id)
    if query.roles:
        where.append(f"messages.role IN ({', '.join('?' * len(query.roles))})")
        parameters.extend(role.value for role in query.roles)
    return where, parameters


def _stored(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
