"""What our own skills do, in the person's language; any other skill is shown as it says itself.

A preview says in English what a skill would do. Here the sentences of our skills are known: one is
read as its template, and said again in the window's language. What fits none, or more than one
way, stays as it is: a card that asks must not say anything else than what is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from app.domain.events import Approval
from app.ui.file_names import without_ids
from app.ui.translation import translate

_CUT: Final = " (only the beginning of the difference is shown)"
_AMBIGUOUS: Final = {"files.move": " to ", "files.undo": " and "}
"""Words between two names that a name may hold itself."""
_WORDS: Final = re.compile(r"[_\s.-]+|(?<=[a-z0-9])(?=[A-Z])")


def skill_label(name: str) -> str:
    """A skill in a line of the transcript or the trace; its name where we have no words for it."""
    match name:
        case "files.append":
            return translate("Skills", "files.append", "a verb: add to a file")
        case "files.create":
            return translate("Skills", "files.create", "a verb: create a file")
        case "files.diff":
            return translate("Skills", "files.diff", "a verb: compare two versions")
        case "files.edit":
            return translate("Skills", "files.edit", "a verb: change a file")
        case "files.list":
            return translate("Skills", "files.list", "a verb: list files")
        case "files.move":
            return translate("Skills", "files.move", "a verb: move a file")
        case "files.read":
            return translate("Skills", "files.read", "a verb: read a file")
        case "files.remove":
            return translate("Skills", "files.remove", "a verb: remove a file")
        case "files.restore":
            return translate("Skills", "files.restore", "a verb: restore a version")
        case "files.search":
            return translate("Skills", "files.search", "a verb: search in files")
        case "files.undo":
            return translate("Skills", "files.undo", "a verb: take changes back")
        case "files.versions":
            return translate("Skills", "files.versions", "a verb: list the versions of a file")
        case "results.read":
            return translate("Skills", "results.read", "a verb: go on reading a result")
        case _:
            return name


def asked(approval: Approval) -> str:
    """What an approval is about."""
    return summary_words(approval.name, approval.summary)


def summary_words(name: str, summary: str) -> str:
    """What the skill called ``name`` said of a call before it ran."""
    whole = summary.removesuffix(_CUT)
    said = without_ids(_said_again(name, whole))
    if whole != summary:
        said += " " + translate("Skills", "(only the beginning of the difference is shown)")
    return said


def _said_again(name: str, summary: str) -> str:
    between = _AMBIGUOUS.get(name)
    for template, words in _summaries(name).items():
        if between is not None and summary.count(between) > template.count(between):
            continue
        found = re.fullmatch(_pattern(template), summary)
        if found is not None:
            return words.format(**found.groupdict())
    return summary


def _pattern(template: str) -> str:
    parts = re.split(r"\{(\w+)\}", template)
    text = [re.escape(part) for part in parts[::2]]
    names = [rf"(?P<{one}>\d+)" if one == "number" else rf"(?P<{one}>.+)" for one in parts[1::2]]
    return "".join(one for pair in zip(text, [*names, ""], strict=True) for one in pair)


def _summaries(name: str) -> Mapping[str, str]:
    """The sentences of a skill's previews as templates, and in the window's language."""
    match name:
        case "files.append":
            return {"Add to the end of {path}": translate("Skills", "Add to the end of {path}")}
        case "files.create":
            return {"Create {path}": translate("Skills", "Create {path}")}
        case "files.edit":
            return {"Change {path}": translate("Skills", "Change {path}")}
        case "files.move":
            return {"Move {path} to {target}": translate("Skills", "Move {path} to {target}")}
        case "files.remove":
            return {"Remove {path}": translate("Skills", "Remove {path}")}
        case "files.restore":
            return {
                "Restore version {number} of {path}": translate(
                    "Skills", "Restore version {number} of {path}"
                )
            }
        case "files.undo":
            return {
                "Undo what version {number} of {path} did": translate(
                    "Skills", "Undo what version {number} of {path} did"
                ),
                "Undo the changes of {path}": translate("Skills", "Undo the changes of {path}"),
            }
        case _:
            return {}


def argument_label(name: str) -> str:
    """An argument of a call as the label of its field."""
    match name:
        case "path":
            return translate("Arguments", "File")
        case "old":
            return translate("Arguments", "Text to replace")
        case "new":
            return translate("Arguments", "New text")
        case "expected_count":
            return translate("Arguments", "Number of places")
        case "content":
            return translate("Arguments", "Whole content")
        case "text":
            return translate("Arguments", "Text")
        case "target":
            return translate("Arguments", "New place")
        case "version":
            return translate("Arguments", "Version")
        case "turn":
            return translate("Arguments", "Turn")
        case _:
            words = " ".join(part for part in _WORDS.split(name) if part)
            return words[:1].upper() + words[1:].lower() if not words.isupper() else words
