"""What the terminal shows: answers on stdout, everything else on stderr, data never executed.

Text from models, files and the outside is data: control characters in it are made visible. A
reader that left, or a full disk behind stdout, ends the writing and not the program.
"""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import re
import sys
from collections.abc import AsyncIterable, Callable, Mapping
from datetime import UTC, datetime
from typing import Final, Literal, TextIO

from app.cli.counting import counted
from app.cli.remedies import explained
from app.domain.errors import StewardError
from app.domain.events import ErrorEvent, Event

Colour = Literal["red", "green", "yellow", "cyan", "dim", "bold"]

_CODES: Final[Mapping[Colour, str]] = {
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
    "dim": "2",
    "bold": "1",
}
# Control characters of both sets, line separators, marks that turn text round, half characters.
_UNSAFE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSAFE_IN_A_LINE: Final = re.compile(f"[\t\n]|{_UNSAFE.pattern}")


def visible(text: str) -> str:
    """``text`` with nothing in it that a terminal would obey; line breaks and tabs stay."""
    return _UNSAFE.sub(_shown, text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    """The same on one line."""
    return _UNSAFE_IN_A_LINE.sub(_shown, text)


def shortened(text: str, width: int = 120) -> str:
    """``text`` on one line of at most ``width`` characters."""
    line = visible_line(text)
    return line if len(line) <= width else f"{line[: width - 1]}…"


def as_json(data: object, *, indent: int | None = None) -> str:
    """JSON that is also safe to show: what a terminal would obey is written as an escape."""
    try:
        text = json.dumps(data, ensure_ascii=False, indent=indent, default=str, allow_nan=False)
    except ValueError:  # a model wrote NaN, which is no JSON
        finite = json.loads(json.dumps(data, default=str), parse_constant=str)
        text = json.dumps(finite, ensure_ascii=False, indent=indent)
    if indent is not None:
        return _UNSAFE.sub(_escaped, text)
    return _UNSAFE_IN_A_LINE.sub(_escaped, text)


def in_utc(moment: datetime) -> str:
    """A time for programs: UTC, RFC 3339."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local(moment: datetime) -> str:
    """A time for people: on their clock."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def size_in_words(size: int) -> str:
    """A number of bytes for people."""
    if size < 10_000:
        return counted(size, "byte")
    amount, unit = size / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:,.1f} {unit}"


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] in "\t\n\r":
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}[found[0]]
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _escaped(found: re.Match[str]) -> str:
    return found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}"


class Output:
    """Both streams of one command.

    Args:
        json_lines: stdout carries one JSON object a line and nothing else.
        stdout, stderr: the streams; ``None`` where a program was started without one.

    Attributes:
        failed: why stdout can no longer be written, or ``None``.
        on_failure: called once when that happens.
        hide_secrets: puts placeholders into what went wrong, for a person may have typed a key.
    """

    def __init__(
        self,
        *,
        json_lines: bool = False,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.json_lines = json_lines
        self.failed: OSError | None = None
        self.on_failure: Callable[[], object] | None = None
        self.hide_secrets: Callable[[str], str] = str
        self._stdout: TextIO | None = stdout if stdout is not None else sys.stdout
        self._stderr: TextIO | None = stderr if stderr is not None else sys.stderr
        self._mid_line = False

    # -- stdout ----------------------------------------------------------------------------

    @property
    def to_terminal(self) -> bool:
        """Whether stdout is a terminal."""
        return _is_terminal(self._stdout)

    @property
    def reader_left(self) -> bool:
        """Whether stdout failed because whoever read it is gone: no fault, and not reported."""
        return self.failed is not None and self.failed.errno == errno.EPIPE

    def event(self, event: Event) -> None:
        """One event in the contract's form."""
        self.record(event.to_json())

    def record(self, data: Mapping[str, object]) -> None:
        """One JSON object as one line."""
        self._write(as_json(data).encode() + b"\n")

    def document(self, data: object) -> None:
        """One JSON value over several lines."""
        self._write(as_json(data, indent=2).encode() + b"\n")

    def text(self, text: str) -> None:
        """Part of a longer text; the line may go on."""
        if text:
            self._write(self._encoded(visible(text)))
            self._mid_line = not text.endswith("\n")

    def line(self, text: str = "", colour: Colour | None = None) -> None:
        """A line of text."""
        self.end_line()
        shown = _painted(visible(text), colour, self._stdout)
        self._write(self._encoded(shown) + b"\n")

    def end_line(self) -> None:
        """Begin a new line unless one begins here already."""
        if self._mid_line:
            self._mid_line = False
            self._write(b"\n")

    def exact(self, content: bytes) -> None:
        """These very bytes. A terminal is shown them as text, with control characters visible."""
        if self.to_terminal:
            self.text(content.decode("utf-8", "backslashreplace"))
            self.end_line()
        else:
            self._write(content)

    async def exact_pieces(self, pieces: AsyncIterable[bytes]) -> None:
        """``exact`` for bytes that come in pieces."""
        if not self.to_terminal:
            async for piece in pieces:
                self._write(piece)
            return
        utf8 = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        decoder = io.IncrementalNewlineDecoder(utf8, translate=False)  # keeps CR LF together
        async for piece in pieces:
            self.text(decoder.decode(piece))
        self.text(decoder.decode(b"", final=True))
        self.end_line()

    def whole_diff(self, diff: str) -> None:
        """A unified diff as the answer: coloured on a terminal, else as it is."""
        if self.to_terminal:
            for line in diff_lines(diff):
                self.line(line, diff_colour(line))
        else:  # perhaps for `patch`: nothing in it is rewritten
            self.exact(diff.encode("utf-8", "surrogateescape"))

    # -- stderr ----------------------------------------------------------------------------

    def note(self, text: str, colour: Colour | None = None) -> None:
        """A line beside the answer, on stderr."""
        self.end_line()
        self.prompt(text, colour)
        self.prompt("\n")

    def prompt(self, text: str, colour: Colour | None = None) -> None:
        """Words on stderr without a line's end."""
        if self._stderr is None:
            return
        try:
            self._stderr.write(_painted(visible(text), colour, self._stderr))
            self._stderr.flush()
        except (OSError, ValueError):
            self._stderr = None  # nobody reads it; nothing else can be told

    def passing(self, text: str) -> None:
        """A line on a terminal's stderr that the next one replaces; ``""`` takes it away."""
        if self._stderr is None or not _is_terminal(self._stderr):
            return
        try:
            self._stderr.write(f"\r\x1b[K{shortened(text, 79)}")
            self._stderr.flush()
        except (OSError, ValueError):
            self._stderr = None

    def diff(self, diff: str) -> None:
        """A unified diff on stderr."""
        for line in diff_lines(diff):
            self.note(line, diff_colour(line))

    def error(self, error: StewardError) -> None:
        """An expected failure: for the person on stderr, for a program as an event too."""
        self.problem(explained(error))
        if self.json_lines:
            self.error_event(error.kind, str(error), error.settings)

    def error_event(self, kind: str, message: str, settings: tuple[str, ...] = ()) -> None:
        """An ``error`` event that belongs to no turn."""
        message = self.hide_secrets(message)
        self.event(ErrorEvent(at=datetime.now(UTC), kind=kind, message=message, settings=settings))

    def problem(self, message: str) -> None:
        """What went wrong, in words."""
        self.note(f"steward: {self.hide_secrets(message)}", "red")

    # -- inside ----------------------------------------------------------------------------

    def _encoded(self, text: str) -> bytes:
        return text.encode(getattr(self._stdout, "encoding", None) or "utf-8", "backslashreplace")

    def _write(self, content: bytes) -> None:
        if self.failed is not None or self._stdout is None:
            return
        try:
            self._stdout.buffer.write(content)
            self._stdout.flush()
        except OSError as error:
            self.failed = error
            _silence(self._stdout)
            if not self.reader_left:
                self.problem(f"The output cannot be written: {error.strerror or error}.")
            if self.on_failure is not None:
                self.on_failure()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _painted(text: str, colour: Colour | None, stream: TextIO | None) -> str:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if colour is None or plain or not _is_terminal(stream):
        return text
    return f"\x1b[{_CODES[colour]}m{text}\x1b[0m"


def diff_lines(diff: str) -> list[str]:
    """Lines of a unified diff: only LF ends one, so that no content passes for a line."""
    return diff.removesuffix("\n").split("\n") if diff else []


def diff_colour(line: str) -> Colour | None:
    """The colour of one line of a unified diff."""
    if line.startswith(("---", "+++")):
        return "bold"
    colours: dict[str, Colour] = {"+": "green", "-": "red", "@": "cyan"}
    return colours.get(line[:1])


def _silence(stream: TextIO) -> None:
    # What is left in the buffer would fail again, loudly, when Python ends.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
