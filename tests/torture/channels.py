"""A thousand messages from phones while Steward is killed thirty times: first only the bridge, with
a desk that notes what it gets, then all of ``steward serve``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from app.clock import SystemClock
from app.domain.channels import Chat, Sender
from app.domain.messages import Channel
from app.redaction import Redactor
from app.storage.channel_people import ChannelPeople
from app.storage.database import Database
from tests.channels.telegram.kills import ROOT, Kills
from tests.standins.telegram import TelegramServer

MESSAGES: Final = 1000
KILLS: Final = 30
PHONES: Final = 25
"""So many, because Telegram takes one message a second in each chat."""


class ServeKills(Kills):
    """``steward serve`` with no model: each message becomes a turn of the offline guide."""

    moments = ("getUpdates", "sendMessage", "sendMessage", "editMessageText", "sendChatAction")

    async def pair(self) -> None:
        """Let it listen to all phones."""
        clock = SystemClock()
        database = Database(self.home / "steward.db")
        database.open()
        try:
            people = ChannelPeople(database, Redactor(), clock)
            for phone in self.phones:
                code = await people.new_code(Channel.TELEGRAM)
                chat = Chat(Channel.TELEGRAM, str(phone.chat))
                assert await people.pair(chat, Sender(str(phone.user), "Ada"), code.code)
        finally:
            database.close()

    def run(self) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "STEWARD_HOME": str(self.home),
            "STEWARD_PROVIDER": "guided",
            "TELEGRAM_BOT_TOKEN": self.server.token,
            "STEWARD_TELEGRAM_API_URL": self.server.url,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "app", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
        )

    def check(self, texts: set[str]) -> None:
        told, wrong = self.summary, self.summary.violations
        said = Counter(
            text for (text,) in self.query("SELECT text FROM messages WHERE role = 'user'")
        )
        told.handled = len(said)
        wrong += [f"lost: {text}" for text in texts - set(said)]
        wrong += [f"{n} turns of: {text}" for text, n in said.items() if n > 1]
        rows = Counter(state for (state,) in self.query("SELECT state FROM channel_outbox"))
        told.unsure = rows["unknown"]
        told.shown = sum(len(phone.replies()) for phone in self.phones)
        ((told.asked,),) = self.query("SELECT count(*) FROM channel_inbox WHERE state = 'held'")
        if not rows["sent"] <= told.shown <= rows["sent"] + rows["unknown"]:
            wrong.append(f"{told.shown} messages on the phones, in the outbox {dict(rows)}")
        if told.shown < len(texts) - told.unsure:
            wrong.append(f"{len(texts)} messages have only {told.shown} answers")


async def channels(folder: Path, seed: int) -> list[str]:
    """Both; what went wrong."""
    with TelegramServer() as server:
        bridge = Kills(server, folder / "bridge", seed)
        print(f"channels, the bridge, seed {seed}: {bridge.play(MESSAGES, KILLS)}", flush=True)
    with TelegramServer() as server:
        serve = ServeKills(server, folder / "serve", seed, PHONES)
        await serve.pair()
        print(f"channels, steward serve, seed {seed}: {serve.play(MESSAGES, KILLS)}", flush=True)
    return bridge.summary.violations + serve.summary.violations
