"""A few files in memory behind the skills' names: what came of a call, in the skills' own form."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.tool_calls import ToolStatus
from app.integrations.guided.steps import Ask, Outcome

AT = "2026-11-23T12:00:00.000000+00:00"


@dataclass
class FakeFiles:
    """Files with versions. With ``denied_by``, every change is refused, by whom it says."""

    contents: dict[str, str] = field(default_factory=dict)
    denied_by: str | None = None
    calls: list[Ask] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._history: dict[str, list[tuple[str, str | None]]] = {}

    def call(self, name: str, arguments: Mapping[str, object]) -> Outcome:
        """Do it, as the dispatcher would have the skill do it."""
        self.calls.append(Ask(name, arguments))
        action = name.removeprefix("files.")
        result: Outcome = getattr(self, f"_{action}")(Ask(name, arguments))
        return result

    def version(self, path: str, number: int) -> str | None:
        """The content of a version."""
        return self._history[path][number - 1][1]

    # -- reading -------------------------------------------------------------------------

    def _list(self, ask: Ask) -> Outcome:
        entries = [
            {"path": path, "is_dir": False, "size": len(content)}
            for path, content in sorted(self.contents.items())
        ]
        return _done(ask, "listed", entries=entries)

    def _read(self, ask: Ask) -> Outcome:
        path = str(ask.arguments["path"])
        if path not in self.contents:
            return _missing(ask, path)
        content = self.contents[path]
        return _done(
            ask, content, path=path, encoding="utf-8", total_lines=len(content.splitlines())
        )

    def _search(self, ask: Ask) -> Outcome:
        query = str(ask.arguments["query"]).casefold()
        matches = [
            {"path": path, "line": number, "text": line}
            for path, content in self.contents.items()
            for number, line in enumerate(content.splitlines(), start=1)
            if query in line.casefold()
        ]
        return _done(ask, f"{len(matches)} matches", matches=matches, truncated=False)

    def _versions(self, ask: Ask) -> Outcome:
        path = str(ask.arguments["path"])
        rows = [
            {"version": number, "operation": "skill_edit", "action": action, "at": AT, "by": "you"}
            for number, (action, _) in enumerate(self._history.get(path, []), start=1)
        ]
        return _done(ask, f"{len(rows)} versions", path=path, versions=rows)

    def _diff(self, ask: Ask) -> Outcome:
        path = str(ask.arguments["path"])
        last = len(self._history.get(path, []))
        if last < 2:
            return _failed(ask, "not_found", f"{path} has no two versions.", path=path)
        a, b = (int(str(ask.arguments.get(key, n))) for key, n in (("a", last - 1), ("b", last)))
        before, after = (
            (self.version(path, number) or "").splitlines(keepends=True) for number in (a, b)
        )
        diff = "".join(difflib.unified_diff(before, after, "a", "b"))
        return _done(ask, diff, path=path, a=a, b=b)

    # -- changing ------------------------------------------------------------------------

    def _edit(self, ask: Ask) -> Outcome:
        path = str(ask.arguments["path"])
        if path not in self.contents:
            return _missing(ask, path)
        if "content" in ask.arguments:
            return self._change(ask, path, str(ask.arguments["content"]), "edit")
        old, new = str(ask.arguments["old"]), str(ask.arguments["new"])
        count, expected = self.contents[path].count(old), ask.arguments["expected_count"]
        if count != expected:
            facts: dict[str, object] = {"path": path, "count": count, "expected": expected}
            facts["lines" if count else "near_lines"] = [
                number
                for number, line in enumerate(self.contents[path].splitlines(), start=1)
                if old.lower() in line.lower()
            ]
            return _failed(ask, "match_count", f"{count} places", **facts)
        return self._change(ask, path, self.contents[path].replace(old, new), "edit")

    def _create(self, ask: Ask) -> Outcome:
        path = str(ask.arguments["path"])
        if path in self.contents:
            return _failed(ask, "file_exists", f"{path} exists", path=path)
        return self._change(ask, path, str(ask.arguments["content"]), "create")

    def _append(self, ask: Ask) -> Outcome:
        path = str(ask.arguments["path"])
        text = self.contents[path] + str(ask.arguments["text"])
        return self._change(ask, path, text, "edit")

    def _remove(self, ask: Ask) -> Outcome:
        path = str(ask.arguments["path"])
        return (
            self._change(ask, path, None, "remove")
            if path in self.contents
            else _missing(ask, path)
        )

    def _move(self, ask: Ask) -> Outcome:
        path, target = str(ask.arguments["path"]), str(ask.arguments["target"])
        if self.denied_by is not None:
            return self._deny(ask)
        self.contents[target] = self.contents.pop(path)
        return _done(ask, "moved", path=target, version=2, operation="skill_edit")

    def _restore(self, ask: Ask) -> Outcome:
        path, number = str(ask.arguments["path"]), int(str(ask.arguments["version"]))
        if number > len(self._history.get(path, [])):
            return _failed(ask, "not_found", f"{path} has no version {number}.", path=path)
        return self._change(ask, path, self.version(path, number), "restore")

    def _undo(self, ask: Ask) -> Outcome:
        for path, versions in self._history.items():
            if len(versions) > 1:
                done = self._change(ask, path, versions[-2][1], "restore")
                return _done(ask, "undone", files=[path]) if done.ok else done
        return _failed(ask, "not_found", "There is nothing to undo in this conversation.")

    def _change(self, ask: Ask, path: str, content: str | None, action: str) -> Outcome:
        if self.denied_by is not None:
            return self._deny(ask)
        history = self._history.setdefault(path, [])
        if not history and path in self.contents:
            history.append(("seen", self.contents[path]))
        history.append((action, content))
        if content is None:
            del self.contents[path]
        else:
            self.contents[path] = content
        return _done(
            ask,
            f"Changed {path}: version {len(history)}.",
            path=path,
            version=len(history),
            operation="restore" if action == "restore" else "skill_edit",
        )

    def _deny(self, ask: Ask) -> Outcome:
        facts = {"type": "denied", "by": self.denied_by}
        return Outcome(ask.name, ask.arguments, ToolStatus.DENIED, "The person said no.", facts)


def _done(ask: Ask, text: str, **facts: object) -> Outcome:
    return Outcome(ask.name, ask.arguments, ToolStatus.OK, text, facts)


def _failed(ask: Ask, kind: str, text: str, **facts: object) -> Outcome:
    return Outcome(ask.name, ask.arguments, ToolStatus.ERROR, text, {"type": kind, **facts})


def _missing(ask: Ask, path: str) -> Outcome:
    return _failed(ask, "file_missing", f"There is no file {path}.", path=path)
