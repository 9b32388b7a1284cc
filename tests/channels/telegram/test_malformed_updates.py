"""Whatever Telegram's answer holds, what has an id is kept, and nothing else happens."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.channels.telegram_polling import Stores, id_of
from app.clock import SystemClock
from app.domain.messages import Channel
from app.redaction import Redactor
from app.storage.channel_inbox import ChannelInboxes
from app.storage.database import Database

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=12)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
IDS = st.integers(0, 2**31) | st.integers() | JSON
UPDATES = st.lists(
    JSON | st.fixed_dictionaries({"update_id": IDS}, optional={"message": JSON, "new": JSON}),
    max_size=12,
)


def as_received(updates: list[Any]) -> list[Any]:
    """What a client makes of the service's bytes."""
    decoded = json.loads(json.dumps(updates))
    assert isinstance(decoded, list)
    return decoded


def test_what_has_an_id_is_kept_once_and_the_rest_passed_over(tmp_path: Path) -> None:
    bots = itertools.count(1)
    database = Database(tmp_path / "steward.db")
    database.open()
    try:
        given(UPDATES)(lambda updates: check(database, str(next(bots)), updates))()
    finally:
        database.close()


def check(database: Database, bot: str, updates: list[Any]) -> None:
    received = as_received(updates)

    async def keep() -> None:
        inbox = ChannelInboxes(database, Redactor(), SystemClock())
        stores = Stores(inbox, Channel.TELEGRAM, bot)
        ids = {number for one in received if (number := id_of(one)) is not None}
        new, bad = await stores.keep(received)
        assert new == len(ids)
        assert bad == sum(id_of(one) is None for one in received)
        again, _ = await stores.keep(received)
        assert again == 0
        kept = [item.update for item in await inbox.open(Channel.TELEGRAM)]
        assert [one for one in kept if one.startswith(f"{bot}:")] == [
            f"{bot}:{number}" for number in sorted(ids)
        ]
        if ids:
            cursor = await inbox.cursor(Channel.TELEGRAM)
            assert cursor is not None
            assert cursor[0] == f"{bot}:{max(ids) + 1}"

    asyncio.run(keep())
