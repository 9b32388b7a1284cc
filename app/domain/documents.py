"""The text of Word, Excel, PowerPoint and PDF documents, through the libraries that know them.

Such a file comes from anywhere: what it unpacks to is measured before a parser sees it, the
text stops at a limit, and what a damaged one makes a parser raise is one typed error.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.domain.errors import FileError, FileTooLargeError, NotTextError

if TYPE_CHECKING:
    from docx.table import Table

MAX_CHARACTERS: Final = 2_000_000
"""Text of one document; more is left out, and the result says so."""

# A real document's parts, unpacked. XML is parsed as whole trees, which take some ten times
# their size in memory, but for the sheets of Excel, which are streamed.
_MAX_UNPACKED: Final = 256 * 1024 * 1024
_MAX_TREE: Final = 64 * 1024 * 1024
_MAX_PARTS: Final = 20_000

_ZIP: Final = b"PK\x03\x04"
_PDF: Final = b"%PDF-"
_MAIN_PARTS: Final = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
}
DOCUMENT_NAMES: Final = {
    "docx": "a Word document",
    "xlsx": "an Excel workbook",
    "pptx": "a PowerPoint presentation",
    "pdf": "a PDF document",
}
"""In words, by format."""


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The text of a document.

    Attributes:
        format: ``docx``, ``xlsx``, ``pptx`` or ``pdf``.
        text: paragraphs, rows (cells parted by tabs), slides and pages, in order.
        complete: whether that is all of it.
    """

    format: str
    text: str
    complete: bool


def document_format(data: bytes) -> str | None:
    """``docx``, ``xlsx``, ``pptx``, ``pdf``, or ``None`` for anything else."""
    if data.startswith(_PDF):
        return "pdf"
    if not data.startswith(_ZIP):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = set(archive.namelist())
    except _DAMAGE:
        return None
    return next((kind for part, kind in _MAIN_PARTS.items() if part in parts), None)


def document_text(
    data: bytes, kind: str, name: str, stop: threading.Event | None = None
) -> DocumentText:
    """The text of a document of format ``kind``; blocking, up to many seconds.

    ``stop`` ends it early from another thread. Raises ``NotTextError`` where the document is
    encrypted or damaged, ``FileTooLargeError`` where it unpacks to too much.
    """
    try:
        if kind != "pdf":
            _measure(data, kind, name)
        return _collect(kind, _READERS[kind](data, name), stop or threading.Event())
    except FileError:
        raise
    except _DAMAGE as error:
        raise NotTextError(
            f"{name} is {DOCUMENT_NAMES[kind]} that cannot be read: it is damaged, or of a rare "
            "kind.",
            details={
                "is": f"{DOCUMENT_NAMES[kind]}, damaged",
                "problem": type(error).__name__,
            },
        ) from error


# What the libraries raise on damaged input is whatever their code runs into; this is what fuzzing
# them showed, by common ancestor (lxml's and expat's parse errors are ``SyntaxError``).
_DAMAGE: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
)


def _measure(data: bytes, kind: str, name: str) -> None:
    """Refuse what unpacks to too much. A part can never unpack to more than it declares."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    tree = sum(part.file_size for part in parts if _is_tree(part.filename))
    if len(parts) > _MAX_PARTS or total > _MAX_UNPACKED or tree > _MAX_TREE:
        raise FileTooLargeError(
            f"{name} unpacks to {total // 1_000_000:,} MB in {len(parts):,} parts, which is more "
            f"than {DOCUMENT_NAMES[kind]} should.",
            details={"unpacked": total, "parts": len(parts)},
        )


def _is_tree(part: str) -> bool:
    return part.endswith((".xml", ".rels")) and not part.startswith("xl/worksheets/")


def _collect(kind: str, pieces: Iterable[str], stop: threading.Event) -> DocumentText:
    kept: list[str] = []
    size = 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece) + 1
        if size > MAX_CHARACTERS or stop.is_set():
            return DocumentText(kind, "\n".join(kept)[:MAX_CHARACTERS], complete=False)
    return DocumentText(kind, "\n".join(kept), complete=True)


def _docx(data: bytes, name: str) -> Iterator[str]:
    import docx
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError
    from docx.table import Table

    try:
        for block in docx.Document(io.BytesIO(data)).iter_inner_content():
            if isinstance(block, Table):
                yield from _table(block)
            else:
                yield block.text
    except (PythonDocxError, OpcError) as error:
        raise ValueError(str(error)) from error


def _table(table: Table) -> Iterator[str]:
    for row in table.rows:
        # A merged cell is handed out once for each place it covers.
        cells = {id(cell._tc): cell.text for cell in row.cells}  # noqa: SLF001
        yield "\t".join(text.replace("\n", " ") for text in cells.values())


def _xlsx(data: bytes, name: str) -> Iterator[str]:
    from openpyxl.utils.exceptions import CellCoordinatesException, InvalidFileException

    # What it does not know (a chart's extension, a date format) does not change the cells.
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    try:
        yield from _sheets(data)
    except (CellCoordinatesException, InvalidFileException) as error:
        raise ValueError(str(error)) from error


def _sheets(data: bytes) -> Iterator[str]:
    import openpyxl

    # Once for the values that were last worked out, once for the formulas that never were.
    values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    try:
        for sheet, source in zip(values.worksheets, formulas.worksheets, strict=True):
            yield f"[Sheet: {sheet.title}]"
            for one in (sheet, source):
                # Files lie about their size; a lie would make every row a million cells.
                one.reset_dimensions()
            rows = zip(
                sheet.iter_rows(values_only=True), source.iter_rows(values_only=True), strict=True
            )
            blank = False
            for row, formula_row in rows:
                cells = [
                    _cell(value if value is not None else formula)
                    for value, formula in zip(row, formula_row, strict=False)
                ]
                line = "\t".join(cells).rstrip("\t")
                if line or not blank:  # a sheet may have a million empty rows
                    yield line
                blank = not line
    finally:
        values.close()
        formulas.close()


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("\n", " ").replace("\t", " ")


def _pptx(data: bytes, name: str) -> Iterator[str]:
    import pptx
    from pptx.exc import PythonPptxError

    try:
        for number, slide in enumerate(pptx.Presentation(io.BytesIO(data)).slides, start=1):
            yield f"[Slide {number}]"
            yield from _shapes(slide.shapes)
            if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame):
                yield f"[Notes] {notes.text}"
    except PythonPptxError as error:
        raise ValueError(str(error)) from error


def _shapes(shapes: Any) -> Iterator[str]:
    for shape in shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                yield "\t".join(cell.text.replace("\n", " ") for cell in row.cells)
        elif hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)


def _pdf(data: bytes, name: str) -> Iterator[str]:
    import pypdf
    from pypdf.errors import DependencyError, PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise NotTextError(
                f"{name} is a PDF document that needs a password.",
                hint="Save a copy without a password and read that.",
                details={"is": "an encrypted PDF document"},
            )
        for number, page in enumerate(reader.pages, start=1):
            yield f"[Page {number}]"
            yield page.extract_text()
    except DependencyError as error:
        raise NotTextError(
            f"{name} is encrypted in a way that cannot be read here.",
            details={"is": "an encrypted PDF document"},
        ) from error
    except PyPdfError as error:
        raise ValueError(str(error)) from error


_READERS: Final = {"docx": _docx, "xlsx": _xlsx, "pptx": _pptx, "pdf": _pdf}
