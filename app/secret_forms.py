"""The forms in which a secret can stand in a text: as it is, and as common encodings write it.

Worked out once, when a secret becomes known, so that looking for it costs one search a form.
"""

from __future__ import annotations

import base64
import codecs
import json
import urllib.parse
from typing import Final

MIN_FORM_LENGTH: Final = 12
"""A shorter form would be found in texts that have nothing to do with the secret."""

_ALIGNMENTS: Final = 3  # base64 writes 3 bytes as 4 characters: a text can begin at any of them
_BASE32_ALIGNMENTS: Final = 5  # and base32 writes 5 bytes as 8
_URL_SAFE: Final = str.maketrans("+/", "-_")


def forms_of(value: str) -> tuple[str, ...]:
    """``value`` and its encoded forms, each once, the plain one first.

    These are base64 and its URL-safe kind at each alignment, base32, hexadecimal, decimal and
    octal numbers, percent-encoding (also twice), the escapes of JSON, HTML and C, ROT13, and the
    value backwards; of UTF-16, what base64 and hexadecimal make of it.
    """
    data = value.encode("utf-8", "surrogatepass")
    found = [
        *_base64_forms(data),
        *_base32_forms(data),
        *_hex_forms(data),
        *_escaped_forms(value),
        *_numbered_forms(value, data),
        value[::-1],
        codecs.encode(value, "rot13"),
    ]
    for wide in ("utf-16-le", "utf-16-be"):
        wide_data = value.encode(wide, "surrogatepass")
        found += [*_base64_forms(wide_data), wide_data.hex()]
    # The plain form is as long as the caller allows; a form that says the same is no other.
    long_enough = (form for form in found if len(form) >= MIN_FORM_LENGTH)
    return tuple(dict.fromkeys((value, *long_enough)))


def _base64_forms(data: bytes) -> list[str]:
    """The characters that ``data`` alone decides, whatever stands before and after it."""
    forms = []
    for before in range(_ALIGNMENTS):
        encoded = base64.b64encode(bytes(before) + data).decode()
        first = -(-before * 8 // 6)
        last = (before + len(data)) * 8 // 6
        forms.append(encoded[first:last])
    return [*forms, *(form.translate(_URL_SAFE) for form in forms)]


def _base32_forms(data: bytes) -> list[str]:
    forms = []
    for before in range(_BASE32_ALIGNMENTS):
        encoded = base64.b32encode(bytes(before) + data).decode()
        forms.append(encoded[-(-before * 8 // 5) : (before + len(data)) * 8 // 5])
    return forms


def _hex_forms(data: bytes) -> list[str]:
    lower = data.hex()
    spaced = [data.hex(separator) for separator in (" ", ":", "-", ",")]
    return [form for one in (lower, *spaced) for form in (one, one.upper())]


def _escaped_forms(value: str) -> list[str]:
    from html import escape

    forms = []
    for safe in ("", "/", "~()*!.'"):
        quoted = _percent_encoded(value, safe)
        forms += [quoted, _small_digits(quoted), quoted.replace("%20", "+")]
    everything = "".join(f"%{byte:02X}" for byte in value.encode("utf-8", "surrogatepass"))
    forms += [everything, everything.lower(), everything.replace("%", "%25")]
    forms += [json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]]
    forms += [json.dumps(value)[1:-1].replace("/", "\\/"), escape(value)]
    return forms


def _numbered_forms(value: str, data: bytes) -> list[str]:
    """Every letter as a number, as programs and documents write them."""
    units = [ord(letter) for letter in value]
    written = (
        "".join(f"\\x{byte:02x}" for byte in data),
        "".join(f"\\{byte:03o}" for byte in data),
        "".join(f"\\u{unit:04x}" for unit in units if unit < 0x10000),
        "".join(f"&#{unit};" for unit in units),
        "".join(f"&#x{unit:x};" for unit in units),
        *(between.join(f"0x{byte:02x}" for byte in data) for between in (", ", ",", " ")),
        *(between.join(str(byte) for byte in data) for between in (", ", ",", " ")),
    )
    return list(written)


def _percent_encoded(value: str, safe: str) -> str:
    return urllib.parse.quote(value, safe=safe, errors="surrogatepass")


def _small_digits(quoted: str) -> str:
    """The same with its hexadecimal digits in lower case, which is as valid."""
    head, *rest = quoted.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in rest)])
