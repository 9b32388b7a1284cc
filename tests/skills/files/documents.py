"""Small office documents and PDFs, made by the libraries that people's programs use, or by hand."""

from __future__ import annotations

import io


def docx_file() -> bytes:
    """Two paragraphs, a table with a merged row, a paragraph."""
    import docx

    document = docx.Document()
    document.add_paragraph("Dear Ana")
    document.add_paragraph("the sums:")
    table = document.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "cakes", "84"
    table.cell(1, 0).merge(table.cell(1, 1)).text = "together"
    document.add_paragraph("Yours")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx_file() -> bytes:
    """Two sheets; a formula that no program has worked out yet."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sums"
    sheet["A1"], sheet["B1"], sheet["B2"] = "cakes", 84, "=B1*3"
    book.create_sheet("Empty")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pptx_file() -> bytes:
    """One slide with a title, a body and notes."""
    import pptx

    talk = pptx.Presentation()
    slide = talk.slides.add_slide(talk.slide_layouts[1])
    assert slide.shapes.title is not None
    slide.shapes.title.text = "Spring fair"
    slide.placeholders[1].text = "It rained"
    notes = slide.notes_slide.notes_text_frame
    assert notes is not None
    notes.text = "smile"
    out = io.BytesIO()
    talk.save(out)
    return out.getvalue()


def pdf_file(words: str) -> bytes:
    """One page with one line."""
    stream = f"BT /F1 18 Tf 20 100 Td ({words}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 7\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)
    )


def encrypted_pdf() -> bytes:
    """A PDF that opens with a password only."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(pdf_file("secret"))))
    writer.encrypt("a password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
