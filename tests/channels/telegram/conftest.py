"""Telegram on loopback, and a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standins.telegram import Phone, TelegramServer


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as running:
        yield running


@pytest.fixture
def phone(telegram: TelegramServer) -> Phone:
    return telegram.phone(42, "Ada")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"
