"""Channels in the window: connecting a bot, pairing, who is paired, health at a glance."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from app.assembly import Assembly
from app.domain.channels import ChannelState, Chat
from app.domain.events import Severity
from app.domain.messages import Channel
from app.ui.main_window import MainWindow
from app.ui.pairing_dialog import PairingDialog
from app.ui.qr_code import QUIET, QrCode
from app.ui.settings.channels_page import ChannelsPage
from app.ui.settings.dialog import SettingsDialog
from app.ui.theme import Theme
from tests.clocks import FixedClock
from tests.keyrings import WorkingKeyring
from tests.ui.channels_at_window import BOT, GOOD_TOKEN, StagedChannels, put_in
from tests.ui.conftest import settled
from tests.ui.driving import click, press, type_text, until

NAME = f"@{BOT.username}"
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def channels(desk: Assembly) -> StagedChannels:
    """Before the window: it listens from its first moment on."""
    return put_in(desk)


@pytest.fixture(autouse=True)
def keyring(monkeypatch: pytest.MonkeyPatch) -> WorkingKeyring:
    return WorkingKeyring(monkeypatch)


@pytest.fixture
def clock(desk: Assembly) -> FixedClock:
    """The window's time."""
    one = desk.clock = FixedClock()  # type: ignore[assignment]
    return one


@pytest.fixture
async def dialog(window: MainWindow) -> AsyncIterator[SettingsDialog]:
    window.show_settings("channels")
    assert window._settings is not None
    await settled(window)
    yield window._settings
    while window._settings is not None:
        window._settings.reject()
    await settled(window)


@pytest.fixture
def page(dialog: SettingsDialog) -> ChannelsPage:
    return dialog.channels


async def connect(page: ChannelsPage) -> None:
    type_text(page.token, GOOD_TOKEN)
    click(page.connect_button)
    await until(lambda: page.attempt.words.text().startswith("Connected"), "the bot")


async def paired(page: ChannelsPage, window: MainWindow) -> PairingDialog:
    """The dialog, with its code."""
    page.ensureWidgetVisible(page.telegram.pair_button)
    click(page.telegram.pair_button)
    one = page.telegram.dialog
    assert one is not None
    await until(lambda: one.code is not None and one.field.isVisible(), "the code")
    return one


def answer(page: QWidget, words: str) -> None:
    """Press a button of the question that is asked."""
    box = next(one for one in page.findChildren(QMessageBox) if one.isVisible())
    click(next(one for one in box.buttons() if one.text().replace("&", "") == words))


def seen(widget: QWidget) -> str:
    """Everything that is written in it."""
    labels = [one.text() for one in widget.findChildren(QWidget) if hasattr(one, "text")]
    return "\n".join(str(text) for text in labels)


# --- connecting -----------------------------------------------------------------------------------


async def test_a_bot_is_connected_after_telegram_answered(
    page: ChannelsPage, window: MainWindow, channels: StagedChannels, keyring: WorkingKeyring
) -> None:
    assert page.telegram.state.headline.text().startswith("Not connected.")
    assert not page.telegram.pair_button.isVisible()
    assert not page.disconnect_button.isVisible()
    assert window.status_line.channels == {}

    await connect(page)

    assert page.attempt.words.text() == f"Connected: {NAME} is your bot."
    assert page.telegram.state.headline.text() == f"Listening as {NAME}."
    assert page.telegram.state.dot.state == "ok"
    assert page.token.text() == ""
    assert keyring.kept == {"TELEGRAM_BOT_TOKEN": GOOD_TOKEN} or GOOD_TOKEN in str(keyring.kept)
    assert GOOD_TOKEN not in seen(page)
    assert QApplication.focusWidget() is page.telegram.pair_button, "the next step"


async def test_a_token_that_telegram_does_not_know_changes_nothing(
    page: ChannelsPage, desk: Assembly, dialog: SettingsDialog
) -> None:
    type_text(page.token, "123:mistyped")
    press(page.token, Qt.Key.Key_Return)
    await until(lambda: "does not know" in page.attempt.words.text(), "the refusal")

    assert "from @BotFather" in page.attempt.words.text()
    assert desk.settings.telegram_bot_token is None
    assert page.token.text() == "123:mistyped"
    assert page.connect_button.isEnabled()
    dialog.reject()
    assert "Connect has tried it" in dialog.notice.whole, "it is said before it is lost"
    dialog.reject()
    assert not dialog.isVisible()


async def test_without_a_token_nothing_is_asked(
    page: ChannelsPage, channels: StagedChannels
) -> None:
    click(page.connect_button)
    assert page.attempt.words.text() == "Paste the token first."
    assert "connect" not in channels.asked


async def test_a_try_can_be_cancelled(page: ChannelsPage, channels: StagedChannels) -> None:
    channels.slow = True
    type_text(page.token, GOOD_TOKEN)
    click(page.connect_button)
    await until(lambda: "Asking Telegram" in page.attempt.words.text(), "the try")
    assert QApplication.focusWidget() is page.attempt.cancel_button
    press(page.attempt.cancel_button, Qt.Key.Key_Space)

    await until(lambda: page.attempt.words.text().startswith("Cancelled"), "the end")
    assert page.connect_button.isEnabled()
    assert QApplication.focusWidget() is page.connect_button


async def test_closing_the_settings_ends_a_try(
    page: ChannelsPage, dialog: SettingsDialog, channels: StagedChannels, window: MainWindow
) -> None:
    channels.slow = True
    type_text(page.token, GOOD_TOKEN)
    click(page.connect_button)
    await until(lambda: page.attempt.running, "the try")
    dialog.reject()
    dialog.reject()
    await settled(window)  # nothing is left


async def test_disconnecting_is_asked_first(
    page: ChannelsPage, keyring: WorkingKeyring, channels: StagedChannels, dialog: SettingsDialog
) -> None:
    await connect(page)
    click(page.disconnect_button)
    answer(page, "Cancel")
    assert keyring.kept
    click(page.disconnect_button)
    answer(page, "Disconnect")

    await until(lambda: dialog.notice.whole == "Telegram is disconnected.", "the end")
    assert keyring.kept == {}
    assert page.telegram.state.headline.text().startswith("Not connected.")
    assert not page.disconnect_button.isVisible()


async def test_a_switch_stops_and_starts_it(
    page: ChannelsPage, desk: Assembly, channels: StagedChannels
) -> None:
    await connect(page)
    switch = page.rows["telegram_on"].control
    assert isinstance(switch, QWidget)
    page.ensureWidgetVisible(switch)
    press(switch, Qt.Key.Key_Space)
    await until(lambda: "refresh" in channels.asked, "the news")
    channels.tell(ChannelState.OFF)

    assert not desk.settings.telegram_on
    assert page.telegram.state.headline.text().startswith("Switched off")
    assert not page.telegram.pair_button.isEnabled()
    await connect(page)
    assert desk.settings.telegram_on, "who connects a bot wants it listened to"
    assert switch.isChecked()


async def test_the_secret_of_a_webhook_is_kept_and_never_shown(
    page: ChannelsPage, desk: Assembly, keyring: WorkingKeyring, channels: StagedChannels
) -> None:
    field = page.secret.field
    page.ensureWidgetVisible(field)
    type_text(field, "no good: spaces")
    press(field, Qt.Key.Key_Return)
    assert page.secret.problem.text().startswith("Not saved")
    field.clear()
    type_text(field, "a-Secret_of_4")
    press(field, Qt.Key.Key_Return)

    await until(lambda: page.secret.key.state.text().startswith("Kept"), "the keyring")
    assert desk.settings.webhook_secret is not None
    assert desk.settings.webhook_secret.reveal() == "a-Secret_of_4"
    assert "a-Secret_of_4" not in seen(page)
    assert "a-Secret_of_4" not in desk.hide_secrets("it is a-Secret_of_4")
    await until(lambda: "refresh" in channels.asked, "the news")
    page.ensureWidgetVisible(page.secret.key.remove)
    click(page.secret.key.remove)
    answer(page.secret.key, "Remove")
    await until(lambda: desk.settings.webhook_secret is None, "that it is gone")


# --- health ---------------------------------------------------------------------------------------


async def test_each_state_is_told_in_words_with_what_to_do(
    page: ChannelsPage, channels: StagedChannels, window: MainWindow, clock: FixedClock
) -> None:
    await connect(page)
    state = page.telegram.state
    told = {
        ChannelState.STARTING: ("Connecting to Telegram …", "", "connecting", "idle"),
        ChannelState.STANDBY: ("Another Steward", "takes over", "on standby", "ok"),
        ChannelState.CONFLICT: ("Somebody else", "@BotFather", "used elsewhere", "trouble"),
        ChannelState.REFUSED: ("Telegram refuses", "@BotFather", "refused", "trouble"),
        ChannelState.OFFLINE: ("Telegram cannot", "Nothing is lost", "not reached", "attention"),
        ChannelState.STOPPED: ("It stopped", "off and on", "stopped", "trouble"),
    }
    for which, (headline, advice, short, dot) in told.items():
        channels.tell(which, error="What happened.")
        chip = window.status_line.channels["telegram"]
        assert state.headline.text().startswith(headline)
        assert advice in state.advice.text()
        assert state.trouble.text() == "What happened."
        assert state.dot.state == dot
        assert chip.text() == f"Telegram: {short}"
        assert chip.isVisible()
        assert chip.accessibleName() == chip.text()
    channels.tell(
        ChannelState.OFFLINE, hint="Do this.", retry_at=clock.now() + timedelta(12 / 86400)
    )
    assert state.advice.text() == "Do this."
    assert state.retry.text() == "Tries again in 12 s."


async def test_its_age_is_kept_fresh_while_it_is_seen(
    page: ChannelsPage, channels: StagedChannels, clock: FixedClock, dialog: SettingsDialog
) -> None:
    await connect(page)
    channels.tell(ChannelState.LISTENING, heard_at=clock.now(), update_at=clock.now())
    times = page.telegram.state.times
    assert times.text() == "Heard from Telegram 0 s ago · newest message 0 s ago"
    page._second.setInterval(5)
    clock.advance(75)
    await until(lambda: "1 min ago · newest message 1 min ago" in times.text(), "the time")
    assert "1 March 2026" in times.toolTip()
    dialog.show_page("drive")
    assert not page._second.isActive(), "nobody reads it"


async def test_the_queues_and_what_is_unsure_are_told_and_sent_again(
    page: ChannelsPage, channels: StagedChannels, window: MainWindow
) -> None:
    await connect(page)
    channels.tell(ChannelState.LISTENING, waiting_in=1, waiting_out=2, unsure=1)
    state = page.telegram.state
    assert state.queues.text() == "To be done: 1 message · To be sent: 2 messages"
    assert "1 message may not have arrived" in state.unsure.text()
    assert window.status_line.channels["telegram"].text() == "Telegram: 1 message unsure"
    click(state.again_button)

    await until(lambda: "send again telegram" in channels.asked, "the wish")
    await until(lambda: not state.again_button.isVisible(), "that it is done")


async def test_the_line_at_the_bottom_leads_to_the_page(
    window: MainWindow, channels: StagedChannels, clock: FixedClock
) -> None:
    assert "nothing leaves this computer" in window.status_line.text
    channels.tell(ChannelState.LISTENING, name=NAME, heard_at=clock.now())
    chip = window.status_line.channels["telegram"]
    assert window.status_line.text.endswith("but what is said over Telegram")
    clock.advance(7)
    place = QPoint(4, 4)
    QApplication.sendEvent(chip, QHelpEvent(QEvent.Type.ToolTip, place, chip.mapToGlobal(place)))
    assert f"Listening as {NAME}." in chip.toolTip()
    assert "7 s ago" in chip.toolTip()
    click(chip)
    assert window._settings is not None
    assert window._settings.page == "channels"
    assert window._settings.channels.isVisible()
    window._settings.reject()

    channels.tell(ChannelState.OFF)
    assert not chip.isVisible()
    assert window.status_line.text.endswith("nothing leaves this computer")
    await settled(window)


async def test_both_channels_stand_beside_each_other(
    window: MainWindow, channels: StagedChannels
) -> None:
    channels.tell(ChannelState.LISTENING)
    channels.tell(ChannelState.REFUSED, Channel.GOOGLE_CHAT)
    shown = [chip.text() for chip in window.status_line.channels.values()]
    assert sorted(shown) == ["Google Chat: refused", "Telegram: listening"]
    assert "Telegram, Google Chat" in window.status_line.text


def test_a_channel_that_is_off_costs_nothing() -> None:
    code = (
        "import sys, app.ui.main_window, app.ui.session\n"
        "late = ('segno', 'app.ui.pairing_dialog', 'app.ui.settings.channels_page',\n"
        "        'app.ui.channel_chip')\n"
        "print([one for one in late if one in sys.modules])\n"
        "import app.ui.settings.dialog\n"
        "print('segno' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=50
    )
    assert done.stdout.splitlines() == ["[]", "False"]


async def test_the_page_is_made_when_it_is_first_seen(window: MainWindow) -> None:
    window.show_settings("model")
    dialog = window._settings
    assert dialog is not None
    assert dialog.channels.rows == {}
    dialog.show_setting("stale_minutes")
    assert dialog.rows["stale_minutes"].isVisible()
    dialog.reject()
    await settled(window)


# --- pairing --------------------------------------------------------------------------------------


async def test_a_code_is_shown_and_gone_when_somebody_has_sent_it(
    page: ChannelsPage, window: MainWindow, channels: StagedChannels, dialog: SettingsDialog
) -> None:
    await connect(page)
    one = await paired(page, window)
    assert one.code is not None
    assert one.field.text() == channels.codes[-1]
    assert one.field.accessibleDescription() == " ".join(channels.codes[-1])
    assert NAME in one.heading.text()
    assert one.qr.isVisible()
    assert QApplication.focusWidget() is one.field
    await channels.pair("Ada")
    channels.tell(ChannelState.LISTENING, name=NAME)

    await until(lambda: page.telegram.dialog is None, "the end of the dialog")
    assert dialog.notice.whole == "Ada is paired, and can write to Steward now."
    assert [row.heading.text() for row in page.telegram.people.people] == ["Ada"]
    assert not page.telegram.people.nobody.isVisible()


async def test_a_notification_that_somebody_was_paired_is_enough(
    page: ChannelsPage, window: MainWindow, channels: StagedChannels, desk: Assembly
) -> None:
    await connect(page)
    one = await paired(page, window)
    one._second.stop()  # it does not look by itself
    await channels.pair("Ada")
    desk.router.notify(Severity.INFO, "telegram", "Ada is paired.", error_type="paired")

    await until(lambda: page.telegram.dialog is None, "the end of the dialog")


async def test_where_another_process_listens_it_is_seen_as_well(
    page: ChannelsPage, window: MainWindow, channels: StagedChannels
) -> None:
    await connect(page)
    channels.tell(ChannelState.STANDBY, name=NAME)
    one = await paired(page, window)
    one._second.setInterval(5)
    await channels.pair("Ada")

    await until(lambda: page.telegram.dialog is None, "the end of the dialog")


async def test_who_was_paired_before_does_not_end_it(
    page: ChannelsPage, window: MainWindow, channels: StagedChannels
) -> None:
    await connect(page)
    await channels.new_code(Channel.TELEGRAM)
    await channels.pair("Grace", "42")
    one = await paired(page, window)
    channels.tell(ChannelState.LISTENING, name=NAME)
    await until(lambda: len(page.telegram.people.people) == 1, "who is there")
    assert one.isVisible()
    await channels.pair("Grace", "42")  # her phone is new: she pairs once more
    channels.tell(ChannelState.LISTENING, name=NAME)
    await until(lambda: page.telegram.dialog is None, "the end of the dialog")


async def test_a_code_that_expired_gives_way_to_a_new_one(
    page: ChannelsPage, window: MainWindow, channels: StagedChannels, clock: FixedClock
) -> None:
    await connect(page)
    one = await paired(page, window)
    assert one.left.text() == "Pairs one phone, once. Good for 60:00."
    first = one.field.text()
    one._second.setInterval(5)
    clock.advance(1798)
    await until(lambda: "30:02" in one.left.text(), "the time")
    clock.advance(1802)

    await until(lambda: one.field.text() != first, "another code")
    assert one.field.text() == channels.codes[-1]
    assert one.isVisible()


async def test_the_code_and_the_link_are_copied(
    page: ChannelsPage, window: MainWindow, channels: StagedChannels
) -> None:
    await connect(page)
    one = await paired(page, window)
    click(one.copy_link)
    clipboard = QApplication.clipboard()
    assert clipboard.text() == f"https://t.me/{BOT.username}?start={channels.codes[-1]}"
    assert one.said.text() == "The link is copied."
    click(one.copy_code)
    assert clipboard.text() == channels.codes[-1]
    clipboard.clear()
    one.field.setFocus()
    press(one.field, Qt.Key.Key_A, CONTROL)
    press(one.field, Qt.Key.Key_C, CONTROL)
    assert clipboard.text() == channels.codes[-1], "it can be selected"
    press(one, Qt.Key.Key_Escape)
    await until(lambda: page.telegram.dialog is None, "the end of the dialog")


async def test_without_the_bots_name_there_is_no_link_and_it_is_done_by_hand(
    page: ChannelsPage, window: MainWindow, channels: StagedChannels
) -> None:
    await connect(page)
    channels.tell(ChannelState.OFFLINE)
    one = await paired(page, window)
    assert not one.qr.isVisible()
    assert not one.copy_link.isVisible()
    assert "/start" in one.steps[1].text()


async def test_codes_that_were_withdrawn_are_said_to_be(
    page: ChannelsPage, window: MainWindow, channels: StagedChannels, desk: Assembly
) -> None:
    await connect(page)
    one = await paired(page, window)
    first = one.field.text()
    desk.router.notify(
        Severity.WARNING, "telegram", "Somebody tried codes.", error_type="codes_withdrawn"
    )
    await until(lambda: one.problem.text() == "Somebody tried codes.", "the words")
    assert not one.field.isVisible()
    assert not one.qr.isVisible()
    click(one.again_button)
    await until(lambda: one.field.isVisible() and one.field.text() != first, "another code")
    assert not one.problem.isVisible()


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_a_qr_code_is_dark_on_white_and_sharp(
    application: QApplication, theme: Theme, look: str, ratio: float
) -> None:
    theme.adopt(theme.look._replace(theme=look))
    code = QrCode("a code")
    code.show_text(f"https://t.me/{BOT.username}?start=ABCDEFGH")
    code.resize(code.sizeHint())
    image = QImage(code.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(theme.colour("background"))
    code.render(image)

    size = len(code.modules) + 2 * QUIET
    colours = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    ground = theme.colour("background").rgb()
    assert colours - {ground} == {QColor("black").rgb(), QColor("white").rgb()}, "nothing between"
    columns = [x for x in range(image.width()) if image.pixel(x, image.height() // 2) != ground]
    rows = [y for y in range(image.height()) if image.pixel(image.width() // 2, y) != ground]
    edge = len(columns) // size
    assert len(columns) == len(rows) == edge * size, "each module is as large as the others"
    read = [
        [
            image.pixel(columns[0] + edge * x + edge // 2, rows[0] + edge * y + edge // 2)
            == QColor("black").rgb()
            for x in range(size)
        ]
        for y in range(size)
    ]
    inner = [row[QUIET:-QUIET] for row in read[QUIET:-QUIET]]
    assert inner == code.modules
    assert sum(map(sum, read)) == sum(map(sum, inner)), "nothing dark in the margin"
    code.deleteLater()


# --- people and groups ----------------------------------------------------------------------------


async def two_people(channels: StagedChannels) -> None:
    for name, user in (("Ada", "1"), ("Grace", "2")):
        await channels.new_code(Channel.TELEGRAM)
        await channels.pair(name, user)
    channels.tell(ChannelState.LISTENING, name=NAME)


async def test_a_pairing_is_revoked_when_it_was_asked(
    page: ChannelsPage, channels: StagedChannels, dialog: SettingsDialog
) -> None:
    await connect(page)
    await two_people(channels)
    people = page.telegram.people
    await until(lambda: len(people.people) == 2, "who is paired")
    page.ensureWidgetVisible(people.people[0].button)
    click(people.people[0].button)
    answer(people.people[0], "Cancel")
    assert len(await channels.people.people()) == 2
    click(people.people[0].button)
    box = people.people[0].findChildren(QMessageBox)[-1]
    assert box.text() == "Listen to Ada no more?"
    click(next(one for one in box.buttons() if "Revoke" in one.text()))

    await until(lambda: [row.heading.text() for row in people.people] == ["Grace"], "the end")
    assert dialog.notice.whole == "Ada is paired no more."


async def test_a_group_is_allowed_with_a_switch(
    page: ChannelsPage, channels: StagedChannels, dialog: SettingsDialog
) -> None:
    await connect(page)
    group = Chat(Channel.TELEGRAM, "-5", private=False, title="Household")
    await channels.people.note(group)
    channels.tell(ChannelState.LISTENING, name=NAME)
    people = page.telegram.people
    await until(lambda: people.groups, "the group")
    assert not people.groups[0].switch.isChecked()
    page.ensureWidgetVisible(people.groups[0].switch)
    press(people.groups[0].switch, Qt.Key.Key_Space)

    await until(lambda: dialog.notice.whole == "“Household” is allowed.", "the word")
    assert await channels.people.is_allowed(group)
    await until(people.groups[0].switch.isChecked, "the switch")
