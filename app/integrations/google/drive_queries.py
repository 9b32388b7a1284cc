"""Writes what is looked for in the language that Drive searches by."""

from __future__ import annotations

from datetime import UTC

from app.files.drive_client import DriveQuery


def quoted(value: str) -> str:
    r"""A text as a literal: ``\`` and ``'`` are escaped, nothing else means anything."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def search_text(query: DriveQuery) -> str:
    """The ``q`` of a search; empty where anything is meant."""
    terms = []
    if query.words is not None:
        words = quoted(query.words)
        terms.append(f"(name contains {words} or fullText contains {words})")
    if query.name is not None:
        terms.append(f"name = {quoted(query.name)}")
    if query.folder is not None:
        terms.append(f"{quoted(query.folder)} in parents")
    if query.mime_type is not None:
        terms.append(f"mimeType = {quoted(query.mime_type)}")
    if query.modified_after is not None:
        after = query.modified_after.astimezone(UTC).isoformat(timespec="milliseconds")
        terms.append(f"modifiedTime > {quoted(after.replace('+00:00', 'Z'))}")
    if query.trashed is not None:
        terms.append(f"trashed = {'true' if query.trashed else 'false'}")
    if query.app_property is not None:
        key, value = map(quoted, query.app_property)
        terms.append(f"appProperties has {{ key={key} and value={value} }}")
    return " and ".join(terms)


def is_ranked(query: DriveQuery) -> bool:
    """Whether Drive gives the best matches first, and takes no other order (it refuses one)."""
    return query.words is not None
