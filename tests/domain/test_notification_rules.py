"""Rules for notifications, as a person writes them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.events import Severity
from app.domain.notification_rules import SINKS, NotificationRules

_sinks = st.sets(st.sampled_from(SINKS)).map(lambda names: ",".join(sorted(names)) or "none")
_severity = st.sampled_from(["any", *Severity])
_rule = st.builds(
    lambda severity, source, sinks: f"{severity}{source}={sinks}",
    _severity,
    st.sampled_from(["", "/watch", "/files.read"]),
    _sinks,
)


def test_without_rules_only_an_error_comes_to_the_tray() -> None:
    rules = NotificationRules()
    assert rules.sinks(Severity.ERROR) == {"window", "tray", "telegram", "log"}
    assert rules.sinks(Severity.WARNING) == rules.sinks(Severity.INFO) == {"window", "log"}


def test_what_is_about_a_channel_comes_to_the_tray_unless_a_rule_says_otherwise() -> None:
    rules = NotificationRules()
    assert rules.sinks(Severity.INFO, "telegram") == {"window", "tray", "log"}
    assert rules.sinks(Severity.WARNING, "google_chat") == {"window", "tray", "log"}
    assert rules.sinks(Severity.INFO, "watch") == {"window", "log"}
    for written in ("info=log", "any/telegram=log", "any=log"):
        assert NotificationRules.read(written).sinks(Severity.INFO, "telegram") == {"log"}


def test_the_most_precise_rule_wins() -> None:
    rules = NotificationRules.read("any=log; error=tray; any/watch=none; error/watch=window")
    assert rules.sinks(Severity.INFO, "files") == {"log"}
    assert rules.sinks(Severity.ERROR, "files") == {"tray"}
    assert rules.sinks(Severity.INFO, "Watch") == set()
    assert rules.sinks(Severity.ERROR, "watch") == {"window"}


def test_of_two_rules_for_the_same_the_last_one_holds() -> None:
    assert NotificationRules.read("info=tray;info=log").sinks(Severity.INFO) == {"log"}


@given(st.lists(_rule, max_size=5).map("; ".join))
def test_what_is_written_down_is_read_again(text: str) -> None:
    rules = NotificationRules.read(text)
    assert NotificationRules.read(str(rules)) == rules


@given(st.text(max_size=40))
def test_nonsense_is_refused_in_words_and_nothing_else(text: str) -> None:
    with contextlib.suppress(ValueError):
        NotificationRules.read(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("loud=window", "'loud=window' is no rule"),
        ("info", "'info' is no rule"),
        ("info=pager", "'pager' is no place; use window, tray, telegram, log or none"),
        ("info=", "a rule names places"),
    ],
)
def test_a_mistake_is_explained(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace(".", r"\.")):
        NotificationRules.read(text)


def test_a_severity_and_the_sources_can_be_set_apart() -> None:
    rules = NotificationRules.read("info=log; any/watch=none")
    changed = rules.with_rule(Severity.INFO, frozenset({"tray"})).with_sources_of(
        NotificationRules.read("error/model=log; info=window")
    )
    assert str(changed) == "info=tray; error/model=log"
    assert str(changed.of_sources) == "error/model=log"
