"""From a request and what came of the calls so far to the next call, or to the answer. Pure.

A plan is a generator: it yields calls and is sent what came of them. It is run again from the
start at each step, so that nothing is remembered between two model calls.
"""

from __future__ import annotations

import posixpath
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Final

from app.integrations.guided import abstaining, prose, reading, refusals
from app.integrations.guided.commands import find_command
from app.integrations.guided.intents import (
    Ambiguous,
    AppendText,
    BadUsage,
    CompareVersions,
    CreateFile,
    EditFile,
    FindText,
    ListFiles,
    Parsed,
    ReadFile,
    RemoveFile,
    RenameFile,
    ReplaceText,
    RestoreVersion,
    ShowHelp,
    ShowVersions,
    UndoLast,
    UndoVersion,
    Unknown,
)
from app.integrations.guided.sentence import quoted_names_file
from app.integrations.guided.slash import in_drive, is_path
from app.integrations.guided.steps import Ask, Outcome, Reply

Plan = Generator[Ask, Outcome, Reply]


def next_step(request: Parsed, outcomes: Sequence[Outcome]) -> Ask | Reply:
    """The next call for ``request`` after ``outcomes``, or the answer.

    Outcomes that are not those of this plan (another model began the turn) end it with a
    summary of what they did.
    """
    plan = _plan(request)
    try:
        ask = next(plan)
        for outcome in outcomes:
            if not outcome.answers(ask):
                return summary(outcomes)
            ask = plan.send(outcome)
    except StopIteration as end:
        reply: Reply = end.value
        return reply
    finally:
        plan.close()
    return ask


def closing(request: Parsed, outcomes: Sequence[Outcome]) -> Reply:
    """The answer when nothing more may be called."""
    step = next_step(request, outcomes)
    return step if isinstance(step, Reply) else summary(outcomes)


def summary(outcomes: Sequence[Outcome]) -> Reply:
    """What was done in a turn that could not be finished."""
    return prose.unfinished(outcomes)


def _plan(request: Parsed) -> Plan:
    match request:
        case ListFiles():
            return _list(request)
        case ReadFile():
            return _read(request)
        case FindText():
            return _find(request)
        case CreateFile():
            return _create(request)
        case EditFile():
            return _edit(request)
        case AppendText():
            return _append(request)
        case ReplaceText():
            return _replace(request)
        case RenameFile():
            return _rename(request)
        case RemoveFile():
            return _remove(request)
        case ShowVersions():
            return _versions(request)
        case CompareVersions():
            return _compare(request)
        case UndoLast():
            return _undo(request)
        case UndoVersion():
            return _undo_version(request)
        case RestoreVersion():
            return _restore(request)
        case ShowHelp() | Ambiguous() | BadUsage() | Unknown():
            return _say(request)


def _say(request: ShowHelp | Ambiguous | BadUsage | Unknown) -> Plan:
    yield from ()
    match request:
        case ShowHelp(command):
            return prose.help_text(request, find_command(command) if command else None)
        case Ambiguous():
            return abstaining.unclear(request)
        case BadUsage():
            return abstaining.wrong_usage(request)
        case Unknown():
            return abstaining.not_understood(request)


def _list(request: ListFiles) -> Plan:
    outcome = yield Ask("files.list", {} if request.path is None else {"path": request.path})
    return reading.listed(request, outcome) if outcome.ok else refusals.not_done(request, outcome)


def _read(request: ReadFile) -> Plan:
    arguments: dict[str, object] = {"path": request.path}
    if request.line is not None:
        arguments["line"] = request.line
    outcome = yield Ask("files.read", arguments)
    if outcome.ok:
        return reading.read(request, outcome)
    if outcome.error_type == "not_a_file" and outcome.string("is") in (None, "folder"):
        # “What is in notes” names a folder as naturally as a file.
        folder = ListFiles(request.path)
        listing = yield Ask("files.list", {"path": request.path})
        if listing.ok:
            return reading.listed(folder, listing)
    elif outcome.error_type == "not_a_file":
        # What Drive has without bytes: the text of slides, or what a shortcut leads to.
        outcome = yield Ask("drive.read", arguments)
        if outcome.ok:
            return reading.read(request, outcome)
    return refusals.not_done(request, outcome)


def _find(request: FindText) -> Plan:
    arguments: dict[str, object] = {"query": request.text}
    if request.path is not None:
        arguments["path"] = request.path
    outcome = yield Ask("files.search", arguments)
    if outcome.error_type == "not_a_file" and request.path is not None and in_drive(request.path):
        # A folder of Drive is searched by Drive itself.
        within = request.path.partition("/")[0]
        outcome = yield Ask("drive.search", {"words": request.text, "folder": within})
        if outcome.ok:
            return reading.found_in_drive(request, outcome)
    return reading.found(request, outcome) if outcome.ok else refusals.not_done(request, outcome)


def _create(request: CreateFile) -> Plan:
    outcome = yield Ask("files.create", {"path": request.path, "content": request.content})
    if not outcome.ok:
        return refusals.not_done(request, outcome)
    return prose.changed(request, outcome, request.path, "Created")


def _edit(request: EditFile) -> Plan:
    outcome = yield Ask("files.edit", {"path": request.path, "content": request.content})
    if not outcome.ok:
        return refusals.not_done(request, outcome)
    return prose.changed(request, outcome, request.path, "Rewrote")


def _append(request: AppendText) -> Plan:
    outcome = yield Ask("files.append", {"path": request.path, "text": request.text})
    if not outcome.ok:
        return refusals.not_done(request, outcome)
    return prose.changed(request, outcome, request.path, "Added the text at the end of")


def _replace(request: ReplaceText) -> Plan:
    if request.old == request.new:
        return refusals.nothing_to_replace(request)
    outcome = yield _replacement(request, 1)
    places = outcome.integer("count") if outcome.error_type == "match_count" else 1
    if request.everywhere and places is not None and places > 1:
        # Counted without asking anyone: an edit that cannot be made is not put to the person.
        outcome = yield _replacement(request, places)
    if outcome.error_type == "file_missing":
        for meant in _other_orders(request):
            if _is_file((yield Ask("files.read", {"path": meant.path, "limit": 1}))):
                return abstaining.wrong_order(request, meant)
    if not outcome.ok:
        return refusals.not_done(request, outcome)
    did = f"Replaced {places} places in" if places is not None and places > 1 else "Changed"
    return prose.changed(request, outcome, request.path, did)


def _other_orders(request: ReplaceText) -> list[ReplaceText]:
    """What may be meant where the path is written first or second, and is not the last."""
    path, old, new = request.path, request.old, request.new
    orders = [replace(request, path=old, old=new, new=path), replace(request, path=new, new=path)]
    # A path that looks like one stands in its right place: then only what looks so too is tried.
    return [
        order
        for order in orders
        if is_path(order.path) and (quoted_names_file(order.path) or not quoted_names_file(path))
    ]


def _is_file(looked_at: Outcome) -> bool:
    return looked_at.ok or looked_at.error_type in {"not_text", "file_too_large"}


def _replacement(request: ReplaceText, count: int) -> Ask:
    return Ask(
        "files.edit",
        {
            "path": request.path,
            "old": request.old,
            "new": request.new,
            "expected_count": count,
        },
    )


def _rename(request: RenameFile) -> Plan:
    target = _target(request)
    outcome = yield Ask("files.move", {"path": request.path, "target": target})
    if not outcome.ok:
        return refusals.not_done(request, outcome)
    return prose.renamed(request, outcome, target)


def _target(request: RenameFile) -> str:
    """Where the file goes: a bare name stays in its folder, a name with a slash is a path."""
    if in_drive(request.path):
        return request.new.rstrip("/")  # a file of Drive has no path: it keeps its name by itself
    folder, name = posixpath.split(request.path)
    if "/" not in request.new:
        return posixpath.join(folder, request.new)
    return posixpath.join(request.new, name) if request.new.endswith("/") else request.new


def _remove(request: RemoveFile) -> Plan:
    outcome = yield Ask("files.remove", {"path": request.path})
    return prose.removed(request, outcome) if outcome.ok else refusals.not_done(request, outcome)


def _versions(request: ShowVersions) -> Plan:
    outcome = yield Ask("files.versions", {"path": request.path})
    return reading.versions(request, outcome) if outcome.ok else refusals.not_done(request, outcome)


def _compare(request: CompareVersions) -> Plan:
    arguments: dict[str, object] = {"path": request.path}
    if request.before is not None and request.after is not None:
        arguments |= {"a": request.before, "b": request.after}
    outcome = yield Ask("files.diff", arguments)
    return reading.compared(request, outcome) if outcome.ok else refusals.not_done(request, outcome)


def _undo(request: UndoLast) -> Plan:
    outcome = yield Ask("files.undo")
    return prose.undone(outcome) if outcome.ok else refusals.not_done(request, outcome)


def _undo_version(request: UndoVersion) -> Plan:
    outcome = yield Ask("files.undo", {"path": request.path, "version": request.version})
    return (
        prose.undone_singly(request, outcome) if outcome.ok else refusals.not_done(request, outcome)
    )


def _restore(request: RestoreVersion) -> Plan:
    outcome = yield Ask("files.restore", {"path": request.path, "version": request.version})
    return prose.restored(request, outcome) if outcome.ok else refusals.not_done(request, outcome)


MAX_CALLS: Final = 3
"""No plan makes more calls than this."""
