"""Matches one regular expression against texts from stdin, in a process that can be killed.

Run as a script with nothing but the standard library. One JSON object a line in, one line out:
first ``{"pattern", "match_case", "most"}`` → ``[]`` or ``{"error"}``, then ``{"text"}`` →
``[[number of the line, where in it], …]``, ``most`` of them at most.
"""

from __future__ import annotations

import json
import re
import sys


def main() -> None:
    """Answer until stdin ends."""
    options = json.loads(sys.stdin.buffer.readline())
    try:
        pattern = re.compile(options["pattern"], 0 if options["match_case"] else re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        _answer({"error": str(error)})
        return
    _answer([])
    for question in sys.stdin.buffer:
        found = []
        for number, line in enumerate(json.loads(question)["text"].split("\n"), start=1):
            if match := pattern.search(line):
                found.append([number, match.start()])
                if len(found) == options["most"]:
                    break
        _answer(found)


def _answer(value: object) -> None:
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
