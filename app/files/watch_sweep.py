"""Compares watched folders with the history when watching begins; reads facts, no bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.files.watch_view import Facts, FolderView

_MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class WatchLimits:
    """Times in seconds, sizes in bytes.

    Attributes:
        settle: how long a file must be at rest before its change is recorded.
        longest: after this it is recorded also where it is never at rest.
        check: how often it is looked whether a folder was taken away or put back.
        poll: how often everything is looked at, where the system tells nothing.
        retry: how long to wait after a failure.
        most_files: a file without a history is given one while fewer in its folder have one.
        largest: a file without a history that is larger is not given one.
    """

    settle: float = 1.0
    longest: float = 30.0
    check: float = 5.0
    poll: float = 10.0
    retry: float = 10.0
    most_files: int = 10_000
    largest: int = 64 * _MB

    def takes(self, size: int, files: int) -> bool:
        """Whether a file of ``size`` is given a history, where ``files`` have one already."""
        return size <= self.largest and files < self.most_files


@dataclass(slots=True)
class Sweep:
    """What a sweep found.

    Attributes:
        changed: files with a history that are not as they were last seen.
        gone: files with a history that are not there.
        first: files to be given a history, those changed last first.
        left_out: how many are given none.
        files: how many have one, by root.
        doubts: for the person: what looks wrong, and was not taken for a change.
    """

    changed: list[str] = field(default_factory=list)
    gone: dict[str, Facts] = field(default_factory=dict)
    first: list[str] = field(default_factory=list)
    left_out: int = 0
    files: dict[str, int] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def summary(self, new: int) -> str:
        """That ``new`` files were recorded for the first time, and what was not; for the person."""
        files = "1 file has its" if new == 1 else f"{new:,} files have their"
        words = f"Watching your folders: {files} first version now."
        if self.left_out:
            words += (
                f" Left out, being too large or too many: {self.left_out:,}. "
                "Steward still keeps every version of what it changes itself."
            )
        return words


def sweep(
    view: FolderView, standing: Callable[[str], Mapping[str, str | None]], limits: WatchLimits
) -> Sweep:
    """Compare every root that is there with the files that stand in it by the history.

    Where not one of several files is left, the disk may be another: then none counts as gone.
    """
    found = Sweep()
    files = view.files()
    for root in view.roots:
        if view.root_of(f"{root}/") is None:
            continue
        known = standing(root)
        _compare(view, root, known, found)
        unknown = {
            path: facts
            for path, facts in files.items()
            if path not in known and view.root_of(path) == root
        }
        fitting = [path for path, facts in unknown.items() if facts.size <= limits.largest]
        fitting.sort(key=lambda path: unknown[path].changed_ns, reverse=True)
        first = fitting[: max(0, limits.most_files - len(known))]
        found.first += first
        found.left_out += len(unknown) - len(first)
        found.files[root] = len(known)
    return found


def _compare(view: FolderView, root: str, known: Mapping[str, str | None], found: Sweep) -> None:
    gone = {}
    for path, seen in known.items():
        facts = view.facts(path)
        if facts is None:
            gone[path] = Facts.read(seen)
        elif str(facts) != seen:
            found.changed.append(path)
    if len(gone) == len(known) > 1:
        found.doubts.append(
            f"None of the {len(known):,} files known in {root} is there. If its disk is away, "
            "connect it again. Nothing was recorded as removed, and every version is kept."
        )
    else:
        found.gone |= gone
