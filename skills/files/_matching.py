"""Finds the lines of a text that match: plain words here, a pattern in a process of its own.

Python's ``re`` cannot be stopped and holds every thread while it runs, and some patterns run for
years on a short line. A model writes these patterns, so they run where they can be killed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

from app.domain.errors import InvalidArgumentsError, SkillError

Line = tuple[int, str]
"""Number, from 1, and a part of the line with the match in it."""

MOST_LINES: Final = 1_000
"""Lines that are reported of one text."""

PATTERN_SECONDS: Final = 5.0
"""What a pattern may take for one text."""

_WORKER: Final = Path(__file__).with_name("_pattern_worker.py")
_MATCHED_HERE: Final = 256 * 1024
_MAX_ANSWER: Final = 4 * 1024 * 1024
_EXCERPT: Final = 300


class Matcher(Protocol):
    """Finds matching lines."""

    async def lines(self, text: str) -> Sequence[Line]:
        """The lines of ``text`` that match, in order, ``MOST_LINES`` at most."""
        ...


class PlainMatcher:
    """Looks for words as they stand, capitals alike unless ``match_case``."""

    def __init__(self, query: str, *, match_case: bool) -> None:
        self._match_case = match_case
        self._query = self._folded(query.replace("\r\n", "\n"))

    async def lines(self, text: str) -> Sequence[Line]:
        """Large texts are searched in a thread."""
        if len(text) <= _MATCHED_HERE:
            return self._find(text)
        return await asyncio.to_thread(self._find, text)

    def _folded(self, text: str) -> str:
        return text if self._match_case else text.casefold()

    def _find(self, text: str) -> list[Line]:
        folded = self._folded(text)
        at = folded.find(self._query)
        if at < 0:
            return []
        originals = text.split("\n")
        found: list[Line] = []
        number, seen = 1, 0
        while at >= 0 and len(found) < MOST_LINES:
            # Folding can change a line's length, but never the number of lines.
            number += folded.count("\n", seen, at)
            line_start = folded.rfind("\n", 0, at) + 1
            found.append((number, excerpt(originals[number - 1], at - line_start)))
            line_end = folded.find("\n", at)
            if line_end < 0:
                break
            seen, at = at, folded.find(self._query, line_end + 1)
        return found


def excerpt(line: str, at: int) -> str:
    """The line, or what stands around position ``at`` of a very long one."""
    line = line.rstrip("\r")
    if len(line) <= _EXCERPT:
        return line
    start = max(0, min(at - _EXCERPT // 3, len(line) - _EXCERPT))
    end = start + _EXCERPT
    return f"{'…' if start else ''}{line[start:end]}{'…' if end < len(line) else ''}"


@asynccontextmanager
async def pattern_matcher(pattern: str, *, match_case: bool) -> AsyncIterator[Matcher]:
    """A matcher for a regular expression, line by line; its process ends with the block.

    Raises ``InvalidArgumentsError`` where it is none, ``SkillError`` where it takes too long.
    """
    # A packaged Steward has no Python besides itself, and takes Python's options.
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-S", str(_WORKER)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_MAX_ANSWER,
    )
    try:
        matcher = _PatternMatcher(process)
        answer = await matcher.ask(
            {"pattern": pattern, "match_case": match_case, "most": MOST_LINES}
        )
        if isinstance(answer, dict):
            raise InvalidArgumentsError(
                f"query is not a regular expression: {answer['error']}.",
                hint="Correct it, or leave out regex to look for it as it stands.",
                details={"problems": [{"argument": "query", "rule": "regex"}]},
            )
        yield matcher
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        # Else the pipe's end is reported as never closed.
        if process.stdin is not None:
            process.stdin.close()


class _PatternMatcher:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def lines(self, text: str) -> Sequence[Line]:
        """Ask the process."""
        found = await self.ask({"text": text})
        assert isinstance(found, list)
        lines = text.split("\n")
        return [(number, excerpt(lines[number - 1], at)) for number, at in found]

    async def ask(self, question: dict[str, object]) -> list[tuple[int, int]] | dict[str, str]:
        """One question, one answer, each a line of JSON."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            async with asyncio.timeout(PATTERN_SECONDS):
                await self._process.stdin.drain()
                line = await self._process.stdout.readline()
        except TimeoutError as error:
            raise SkillError(
                "The pattern takes too long.",
                hint="Make it simpler: no repetition inside a repetition.",
            ) from error
        except (ConnectionError, ValueError) as error:
            raise SkillError("The search for a pattern broke off.") from error
        if not line:
            raise SkillError("The search for a pattern broke off.")
        answer: list[tuple[int, int]] | dict[str, str] = json.loads(line)
        return answer
