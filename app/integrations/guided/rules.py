"""The sentences the guide understands, one row each; ``patterns.py`` says how to read a row.

A row for a change must be impossible to misread: exact text in quotes or one plain word, a file
by its full name. Sentences that come near are in ``NEARLY``: they offer, and do nothing.
"""

from __future__ import annotations

import posixpath
from typing import Final

from app.integrations.guided.intents import (
    Ambiguous,
    AppendText,
    CompareVersions,
    CreateFile,
    Doubt,
    EditFile,
    FindText,
    Intent,
    ListFiles,
    Occasion,
    ReadFile,
    RemoveFile,
    RenameFile,
    ReplaceText,
    RestoreVersion,
    ShowHelp,
    ShowVersions,
    UndoLast,
    UndoVersion,
)
from app.integrations.guided.patterns import Rule, Slots
from app.integrations.guided.sentence import has_ending
from app.integrations.guided.slash import in_drive

_IS: Final = "(?:['’]s| is)"  # noqa: RUF001
_SHOW: Final = "(?:show|show me|let me see|list|display|view|print)"
_PLACE: Final = "(?:the )?(?:folder )?<place>(?: folder)?"
_OUR_FILES: Final = "(?:(?:all|all of) )?(?:(?:the|my|your|these) )?files"
_HERE: Final = "(?: (?:here|there|in here|in (?:the|my|this) folder))?"
_FIND: Final = "(?:find|search|search for|look for)"
_NOUN: Final = "(?:(?:the )?(?:word|words|text|phrase|string) )?"
_EVERY: Final = "(?:all|every|each)(?: (?:(?:occurrences?|instances?|mentions?) )?of)?"
_EVERYWHERE: Final = "(?:everywhere|in all places|in every place|each time)"
_WITH_TEXT: Final = (
    "(?:with|containing|that says|that contains|which says|which contains)"
    "(?: (?:the )?(?:text|content|contents|words?|line))?<,>"
)
_CREATE_FILE: Final = (
    "(?:create(?: me)?(?: an?| the)?(?: new)?(?: text)?(?: file)?"
    "|make(?: me)?(?: an?| the)?(?: new)?(?: text)? file)(?: called| named)?"
)
_CREATE_EMPTY: Final = (
    "(?:create|make)(?: me)?(?: an| a new| the)? empty(?: text)?(?: file)?(?: called| named)?"
)
_BACK_TO: Final = "(?:restore|bring back|go back to|return to|recover|get back)"
_TURN_BACK: Final = "(?:restore|bring|reset|revert|roll back)"
_COMPARE: Final = (
    "(?:compare|diff|what changed between|what(?:['’]s| is) the difference between"  # noqa: RUF001
    "|what are the differences between"
    "|show(?: me)? (?:the )?(?:differences?|diff|changes) between)"
)
_CHANGES: Final = "(?:show(?: me)? )?(?:the )?(?:last |latest )?(?:changes|change|diff|difference)"
_VERSIONS: Final = "(?:versions|version history|history|(?:old|older|earlier|previous) versions)"
_SOME_VERSION: Final = "(?:an? )?(?:previous|last|latest|earlier|old|older|original|other)"


def _renamed(slots: Slots) -> Intent | Ambiguous:
    path, new = slots.path, slots["name"]
    if in_drive(new):
        return RenameFile(path, new)
    if has_ending(path) and not has_ending(new) and not new.endswith("/"):
        ending = posixpath.splitext(path)[1]
        return Ambiguous(Doubt.NEW_NAME, (RenameFile(path, new + ending), RenameFile(path, new)))
    return RenameFile(path, _into(new, path))


def _moved(slots: Slots) -> Intent | Ambiguous:
    path, target = slots.path, slots["target"]
    if in_drive(path) or in_drive(target):
        return RenameFile(path, target)
    if target.endswith("/"):
        return RenameFile(path, _into(target, path))
    if not has_ending(target):
        name = posixpath.basename(path)
        return Ambiguous(
            Doubt.NEW_NAME, (RenameFile(path, f"{target}/{name}"), RenameFile(path, target))
        )
    if "/" in path and "/" not in target:
        # Into the first folder, or the file's own? Both are natural.
        return Ambiguous(
            Doubt.NEW_NAME, (RenameFile(path, target), RenameFile(path, f"./{target}"))
        )
    return RenameFile(path, target)


def _into(target: str, path: str) -> str:
    return target + posixpath.basename(path) if target.endswith("/") else target


def _replaced(slots: Slots) -> Intent:
    return ReplaceText(slots.path, slots["old"], slots["new"])


def _replaced_everywhere(slots: Slots) -> Intent:
    return ReplaceText(slots.path, slots["old"], slots["new"], everywhere=True)


def _created(slots: Slots) -> Intent:
    return CreateFile(slots.path, slots["text"])


def _appended(slots: Slots) -> Intent:
    return AppendText(slots.path, slots["text"])


def _restored(slots: Slots) -> Intent:
    return RestoreVersion(slots.path, slots.number("n"))


def _undone(slots: Slots) -> Intent:
    return UndoVersion(slots.path, slots.number("n"))


def _compared(slots: Slots) -> Intent:
    return CompareVersions(slots.path, slots.number("a"), slots.number("b"))


def _offer(doubt: Doubt, *readings: Intent) -> Ambiguous:
    return Ambiguous(doubt, readings)


def _exactly(slots: Slots, reading: Intent, *names: str) -> Ambiguous:
    """Offer the literal reading of unquoted words, where they can be one text."""
    one = all(slots.is_one_thing(name) for name in names or ("many",))
    return _offer(Doubt.EXACT_TEXT, *([reading] if one else []))


def _to_quote(slots: Slots) -> Ambiguous:
    reading = ReplaceText(slots.path, slots["many"], slots["others"])
    return _exactly(slots, reading, "many", "others")


READING: Final[tuple[Rule, ...]] = (
    Rule(f"{_SHOW} {_OUR_FILES}{_HERE}", lambda s: ListFiles()),
    Rule(
        "(?:what|which) files (?:are (?:there|here|in (?:the|my|this) folder)|do (?:i|you) have"
        "|(?:do|can) you see)",
        lambda s: ListFiles(),
    ),
    Rule(f"what{_IS} in (?:this|the|my) folder", lambda s: ListFiles()),
    Rule("files", lambda s: ListFiles()),
    Rule(f"{_SHOW} {_OUR_FILES} in {_PLACE}", lambda s: ListFiles(s.place)),
    Rule(f"(?:what|which) files are (?:there )?in {_PLACE}", lambda s: ListFiles(s.place)),
    Rule(f"what{_IS} in (?:the )?folder <place>", lambda s: ListFiles(s.place)),
    Rule(f"what{_IS} in the <place> folder", lambda s: ListFiles(s.place)),
    Rule("(?:read|show|show me|let me see|display|view|print) <path>", lambda s: ReadFile(s.path)),
    Rule(f"what{_IS} in <path>", lambda s: ReadFile(s.path)),
    Rule(f"what{_IS} in <place>", lambda s: ReadFile(s["place"])),
    Rule(
        f"(?:what{_IS}|read|{_SHOW}) (?:what{_IS} in|the (?:content|contents|text) of) <path>",
        lambda s: ReadFile(s.path),
    ),
    Rule(f"what{_IS} the (?:content|contents|text) of <path>", lambda s: ReadFile(s.path)),
    Rule("what does <path> (?:say|contain)", lambda s: ReadFile(s.path)),
    Rule("(?:read|show|show me) <path> from line <n>", lambda s: ReadFile(s.path, s.number("n"))),
    Rule(f"{_FIND} {_NOUN}<sought>", lambda s: FindText(s["sought"])),
    Rule(f"{_FIND} {_NOUN}<sought> in {_OUR_FILES}", lambda s: FindText(s["sought"])),
    Rule(
        f"{_FIND} {_NOUN}<sought> in (?:the )?(?:file |folder )?<place>(?: folder)?",
        lambda s: FindText(s["sought"], s.place),
    ),
    Rule(f"search {_PLACE} for {_NOUN}<sought>", lambda s: FindText(s["sought"], s.place)),
    Rule(
        f"(?:(?:find|list|show|show me|which)(?: the| all)? files|which file)"
        f" (?:containing|contains?|that contains?|mention|mentions|with) {_NOUN}<sought>",
        lambda s: FindText(s["sought"]),
    ),
    Rule(
        f"(?:{_SHOW} )?(?:all )?(?:the )?{_VERSIONS} (?:of|for) <spot>",
        lambda s: ShowVersions(s.path),
    ),
    Rule(
        "(?:what|which|how many) versions of <path> (?:are there|exist|do (?:you|i|we) have)",
        lambda s: ShowVersions(s.path),
    ),
    Rule(
        "(?:what|which|how many) versions (?:does <path> have|are there of <spot>)",
        lambda s: ShowVersions(s.path),
    ),
    Rule(
        f"{_COMPARE} (?:versions? )?<a> (?:and|with|to) (?:version )?<b> (?:of|in) <spot>",
        _compared,
    ),
    Rule(
        "(?:compare|diff) <path> versions? <a> (?:and|with|to) (?:version )?<b>",
        _compared,
    ),
    Rule(
        f"{_COMPARE} version <a> of <path> (?:and|with|to) version <b>",
        _compared,
    ),
    Rule("what(?: has)? changed in <path>", lambda s: CompareVersions(s.path)),
    Rule(f"(?:diff|{_CHANGES} (?:of|in|to|for)) <path>", lambda s: CompareVersions(s.path)),
)

WRITING: Final[tuple[Rule, ...]] = (
    Rule(f"replace {_NOUN}<old> (?:with|by) {_NOUN}<new> in <spot>", _replaced),
    Rule(f"in <spot><,> replace {_NOUN}<old> (?:with|by) {_NOUN}<new>", _replaced),
    Rule(f"change {_NOUN}<old:q> (?:to|into) {_NOUN}<new:q> in <spot>", _replaced),
    Rule(f"in <spot><,> change {_NOUN}<old:q> (?:to|into) {_NOUN}<new:q>", _replaced),
    Rule(f"replace {_EVERY} <old:q> (?:with|by) <new> in <spot>", _replaced_everywhere),
    Rule(f"in <spot><,> replace {_EVERY} <old:q> (?:with|by) <new>", _replaced_everywhere),
    Rule(f"replace <old:q> (?:with|by) <new:q> {_EVERYWHERE} in <spot>", _replaced_everywhere),
    Rule(f"replace <old:q> (?:with|by) <new:q> in <spot> {_EVERYWHERE}", _replaced_everywhere),
    Rule(f"change {_EVERY} <old:q> (?:to|into) <new:q> in <spot>", _replaced_everywhere),
    Rule(f"{_CREATE_FILE} <path>", lambda s: CreateFile(s.path)),
    Rule(f"{_CREATE_EMPTY} <path>", lambda s: CreateFile(s.path)),
    Rule(f"{_CREATE_FILE} <path><,> {_WITH_TEXT} <text:q>", _created),
    Rule("write <text:q> (?:to|into) a new file(?: called| named)?<,> <path>", _created),
    Rule("append (?:(?:the )?(?:text|line|words?) )?<text:q> to (?:the end of )?<spot>", _appended),
    Rule("add <text:q> (?:to|at) the (?:end|bottom) of <spot>", _appended),
    Rule("rename <path> (?:to|into|as) <name>", _renamed),
    Rule("move <path> (?:to|into) <target>", _moved),
    Rule("(?:remove|delete) <path>", lambda s: RemoveFile(s.path)),
    Rule(f"{_BACK_TO} (?:the )?version <n> of <spot>", _restored),
    Rule(f"{_TURN_BACK} <path> (?:back )?to (?:the )?version <n>", _restored),
    Rule(f"{_BACK_TO} the first version of <spot>", lambda s: RestoreVersion(s.path, 1)),
    Rule("undo(?: (?:that|this|it))?", lambda s: UndoLast()),
    Rule("take (?:that|this|it) back", lambda s: UndoLast()),
    Rule("(?:undo|take back) (?:only )?(?:the )?version <n> of <spot>", _undone),
    Rule("undo (?:the|your) last (?:change|changes|answer)", lambda s: UndoLast()),
)

HELPING: Final[tuple[Rule, ...]] = (
    Rule("help(?: me)?", lambda s: ShowHelp()),
    Rule("what can (?:you|i) (?:do|say|type|ask)(?: here| offline)?", lambda s: ShowHelp()),
    Rule("how do(?:es)? (?:i use )?(?:this|you|steward)(?: work)?", lambda s: ShowHelp()),
    Rule(f"(?:{_SHOW} )?(?:all )?(?:the )?commands", lambda s: ShowHelp()),
    Rule("(?:what|which) (?:are the commands|commands are there)", lambda s: ShowHelp()),
    Rule(
        "(?:hi|hello|hey|good (?:morning|afternoon|evening|day))(?: there| steward)?",
        lambda s: ShowHelp(occasion=Occasion.GREETING),
    ),
    Rule(
        "(?:thanks|thank you)(?: very much| so much| a lot)?(?: steward)?",
        lambda s: ShowHelp(occasion=Occasion.THANKS),
    ),
)

NEARLY: Final[tuple[Rule, ...]] = (
    Rule("replace <many+> (?:with|by) <others+> in <spot>", _to_quote),
    Rule("change <many+> (?:to|into) <others+> in <spot>", _to_quote),
    Rule(
        "(?:replace|change) <anything> (?:with|by|to|into) <more>",
        lambda s: _offer(Doubt.WHICH_FILE),
    ),
    Rule(
        f"(?:remove|delete) {_NOUN}<text:q> from <spot>",
        lambda s: _offer(Doubt.TEXT_TO_REMOVE, ReplaceText(s.path, s["text"], "")),
    ),
    Rule(
        f"{_CREATE_FILE} <path> {_WITH_TEXT} <many+>",
        lambda s: (
            _offer(Doubt.EXACT_TEXT, CreateFile(s.path, s["many"]))
            if s.is_one_thing("many")
            else _offer(Doubt.EXACT_TEXT)
        ),
    ),
    Rule(
        "append <many+> to (?:the end of )?<spot>",
        lambda s: (
            _offer(Doubt.EXACT_TEXT, AppendText(s.path, s["many"]))
            if s.is_one_thing("many")
            else _offer(Doubt.EXACT_TEXT)
        ),
    ),
    Rule(
        "(?:add|put|insert) <text:q> (?:to|in|into) <spot>",
        lambda s: _offer(Doubt.WHERE_TO_PUT, AppendText(s.path, s["text"])),
    ),
    Rule(
        "(?:write|save) <text:q> (?:to|in|into|as) <spot>",
        lambda s: _offer(
            Doubt.WHERE_TO_PUT,
            AppendText(s.path, s["text"]),
            EditFile(s.path, s["text"]),
            CreateFile(s.path, s["text"]),
        ),
    ),
    Rule(
        "(?:restore|recover|revert|roll back|bring back|get back) <path>",
        lambda s: _offer(Doubt.WHICH_VERSION, ShowVersions(s.path)),
    ),
    Rule(
        f"(?:{_BACK_TO}|revert to) (?:the )?{_SOME_VERSION} version of <spot>",
        lambda s: _offer(Doubt.WHICH_VERSION, ShowVersions(s.path)),
    ),
    Rule(
        f"{_TURN_BACK} <path> (?:back )?to (?:the )?{_SOME_VERSION} version",
        lambda s: _offer(Doubt.WHICH_VERSION, ShowVersions(s.path)),
    ),
    Rule(
        f"(?:read|{_SHOW}) version <n> of <spot>",
        lambda s: _offer(Doubt.ONE_VERSION, ShowVersions(s.path), CompareVersions(s.path)),
    ),
    Rule(f"{_BACK_TO} (?:the )?version <n>", lambda s: _offer(Doubt.WHICH_FILE)),
    Rule(
        f"(?:{_SHOW} )?(?:me )?(?:all )?(?:the )?{_VERSIONS}",
        lambda s: _offer(Doubt.WHICH_FILE),
    ),
    Rule(
        "(?:read|show|show me|remove|delete|restore) (?:it|this|that|(?:the |this |that )file)",
        lambda s: _offer(Doubt.WHICH_FILE),
    ),
)
