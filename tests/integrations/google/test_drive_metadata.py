"""What Drive says comes from outside: whatever it is, it is read or refused, never believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.drive import DriveFile
from app.integrations.google.drive_metadata import (
    NoSenseError,
    account_of,
    change_of,
    count,
    file_of,
    moment,
    revision_of,
    tagged_file_of,
    text,
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=6)
    | st.sampled_from(["2026-03-01T09:00:00.000Z", "12", "PRIVATE", "root", "\ud800"])
)
NAMES = st.sampled_from(
    [
        *("id", "name", "title", "mimeType", "parents", "size", "fileSize", "md5Checksum"),
        *("sha256Checksum", "headRevisionId", "version", "modifiedTime", "modifiedDate"),
        *("lastModifyingUser", "displayName", "emailAddress", "trashed", "labels", "driveId"),
        *("shortcutDetails", "targetId", "capabilities", "canEdit", "canTrash", "canCopy"),
        *("canModifyContent", "webViewLink", "alternateLink", "appProperties", "properties"),
        *("key", "value", "visibility", "etag", "keepForever", "fileId", "file", "removed", "time"),
        *("user", "storageQuota", "limit", "usage"),
    ]
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=12),
    max_leaves=30,
)


def is_well_formed(file: DriveFile) -> None:
    texts = [file.file_id, file.name, file.mime_type, file.modified_by, file.link, *file.parents]
    texts += [file.md5 or "", file.sha256 or "", file.head_revision or "", file.drive_id or ""]
    texts += [file.shortcut_to or "", *file.app_properties, *file.app_properties.values()]
    for one in texts:
        assert isinstance(one, str)
        one.encode("utf-8")
    assert file.file_id
    for number in (file.size, file.version):
        assert number is None or 0 <= number < 2**63
    assert file.modified_at is None or file.modified_at.tzinfo is UTC
    assert {type(one) for one in (file.trashed, file.can_edit, file.can_copy)} == {bool}


@given(said=ANYTHING)
def test_anything_is_read_or_refused(said: Any) -> None:
    for read in (file_of, tagged_file_of, revision_of, account_of, change_of):
        try:
            found: Any = read(said)
        except NoSenseError:
            continue
        if isinstance(found, tuple):
            found = found[1]
        if isinstance(found, DriveFile):
            is_well_formed(found)


@given(said=st.dictionaries(NAMES, ANYTHING, max_size=20), file_id=st.text("abc", min_size=1))
def test_an_id_is_enough_for_a_file(said: dict[str, Any], file_id: str) -> None:
    file = file_of({**said, "id": file_id})
    is_well_formed(file)
    etag, tagged = tagged_file_of({**said, "id": file_id, "etag": '"1"'})
    is_well_formed(tagged)

    assert file.file_id == tagged.file_id == file_id
    assert etag == '"1"'


def test_what_is_not_said_is_left_to_drive_to_refuse() -> None:
    file = file_of({"id": "1"})

    assert (file.can_edit, file.can_trash, file.can_copy, file.trashed) == (True, True, True, False)
    assert (file.size, file.md5, file.modified_at, file.version) == (None, None, None, 0)


@pytest.mark.parametrize("etag", [None, 5, "", "a\r\nx: y", "ä", '"a"\x7f'])
def test_an_etag_that_could_not_be_sent_is_refused(etag: object) -> None:
    with pytest.raises(NoSenseError):
        tagged_file_of({"id": "1", "etag": etag})


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("12", 12),
        (12, 12),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", None),
        ("-1", None),
        ("²", None),
        (True, None),
        (1.5, None),
        ("", None),
        ("1" * 5_000, None),
    ],
)
def test_numbers_are_texts_of_digits(value: object, meant: int | None) -> None:
    assert count(value) == meant


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("2026-03-01T09:00:00.250Z", datetime(2026, 3, 1, 9, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-03-01T10:00:00+01:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01T09:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (5, None),
    ],
)
def test_times_are_in_utc(value: object, meant: datetime | None) -> None:
    assert moment(value) == meant


def test_a_half_of_a_letter_is_replaced() -> None:
    assert text(json.loads('"a\\ud800b"')) == "a?b"
