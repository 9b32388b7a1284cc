"""How much of attachments a request carries: the newest first, and never more than its share."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.domain.attachments import Attachment, AttachmentKind
from app.domain.messages import ConversationMessage, Role
from app.orchestrator.history import giving
from app.orchestrator.tokens import attachment_tokens

AT = datetime(2030, 1, 1, tzinfo=UTC)
NAMED = attachment_tokens(Attachment("a", "text/plain", 1, "a" * 64))


def a_text(characters: int, octets: int | None = None) -> Attachment:
    size = characters if octets is None else octets
    return Attachment("a.txt", "text/plain", size, "a" * 64, "b" * 64, size, characters)


def a_picture(edge: int) -> Attachment:
    return Attachment("a.png", "image/png", 9, "a" * 64, "b" * 64, 9, width=edge, height=edge)


ANY = st.one_of(
    st.integers(0, 300_000).map(a_text),
    st.integers(1, 100_000).map(lambda n: a_text(n, 3 * n)),
    st.integers(1, 8_000).map(a_picture),
    st.just(Attachment("a.bin", "application/x", 5, "a" * 64)),
)


def said(*attached: Attachment) -> ConversationMessage:
    return ConversationMessage("c", "t", Role.USER, "look", AT, attachments=attached)


@given(
    st.lists(st.lists(ANY, max_size=5), max_size=6),
    st.integers(2_000, 60_000),
    st.integers(1_000, 60_000),
)
def test_no_more_is_given_than_there_is_room_for(
    messages: list[list[Attachment]], page: int, tokens: int
) -> None:
    rows = giving([said(*some) for some in messages], page, tokens)

    all_of_them = [one for row in rows for one in row.attachments]
    named = NAMED * len(all_of_them)
    assert sum(map(attachment_tokens, all_of_them)) <= max(tokens, named) + named
    for one in all_of_them:
        assert 0 <= one.given <= (1 if one.kind is AttachmentKind.PICTURE else page + 400)
    again = giving(rows, page, tokens)
    assert again == rows, "the same every time, so that a provider's cached prefix holds"


def test_the_newest_are_given_first() -> None:
    old, new = giving([said(a_text(4_000)), said(a_text(4_000))], 60_000, 1_500)
    assert (old.attachments[0].given, new.attachments[0].given) == (0, 4_000)


def test_files_of_one_message_share_what_there_is() -> None:
    (row,) = giving([said(a_text(40_000), a_text(40_000), a_text(400))], 60_000, 4_000)
    first, second, third = (one.given for one in row.attachments)
    assert third == 400
    assert 7_000 < first <= 8_000
    assert abs(first - second) < 500


def test_a_picture_is_given_whole_or_not_at_all() -> None:
    (row,) = giving([said(a_picture(1_568), a_picture(1_568))], 60_000, 4_000)
    assert [one.given for one in row.attachments] == [0, 1]
