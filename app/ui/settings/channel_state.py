"""How one channel stands, in the settings: its state, its times and queues, and what to do."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.channels import ChannelHealth
from app.ui import channel_words as said_of
from app.ui.controls import Button, Dot, Label
from app.ui.theme import Theme
from app.ui.translation import translate


class ChannelStateView(QWidget):
    """``send_again`` when the person wants what may not have arrived to be sent once more."""

    send_again = Signal()

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.dot = Dot(theme)
        self.headline = Label(wrap=True)
        self.trouble = Label(kind="trouble", wrap=True)
        self.advice = Label(kind="small", wrap=True)
        self.retry = Label(kind="small", wrap=True)
        self.times = Label(kind="small", wrap=True)
        self.queues = Label(kind="small", wrap=True)
        self.unsure = Label(kind="attention", wrap=True)
        self.again_button = Button(
            translate("Channels", "Send again"),
            name=translate(
                "Channels", "Send again what may not have arrived over {service}"
            ).format(service=name),
            tip=translate("Channels", "It may arrive twice (Space)"),
        )
        self.again_button.clicked.connect(self.send_again)
        told = QVBoxLayout()
        told.setSpacing(4)
        for label in (self.headline, self.trouble, self.advice, self.retry, self.times):
            told.addWidget(label)
        told.addWidget(self.queues)
        told.addWidget(self.unsure)
        line = QHBoxLayout()
        line.addWidget(self.again_button)
        line.addStretch(1)
        told.addLayout(line)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, 4, 0, 4)
        page.setSpacing(12)
        at_the_headline = QVBoxLayout()
        at_the_headline.setContentsMargins(0, 5, 0, 0)
        at_the_headline.addWidget(self.dot)
        page.addLayout(at_the_headline)
        page.setAlignment(at_the_headline, Qt.AlignmentFlag.AlignTop)
        page.addLayout(told, 1)

    def show_health(self, health: ChannelHealth, now: datetime, off: str = "") -> None:
        """Show how it stands; ``off`` says why it is off, where it is."""
        is_off = said_of.dot_of(health) == "idle" and bool(off)
        self.dot.show_state(said_of.dot_of(health))
        self.headline.setText(off if is_off else said_of.headline(health))
        _say(self.trouble, "" if is_off else health.error)
        _say(self.advice, health.hint if is_off else said_of.advice(health))
        _say(self.queues, said_of.queues(health))
        _say(self.unsure, said_of.unsure(health))
        self.trouble.become("attention" if said_of.dot_of(health) != "trouble" else "trouble")
        self.again_button.setVisible(bool(health.unsure))
        self.times.setToolTip(said_of.exact_times(health))
        self.show_time(health, now, off)

    def show_time(self, health: ChannelHealth, now: datetime, off: str = "") -> None:
        """Only what changes as time goes by."""
        _say(self.times, said_of.times(health, now))
        _say(self.retry, "" if off else said_of.next_try(health, now))


def _say(label: Label, text: str) -> None:
    if label.text() != text:
        label.setText(text)
    label.setVisible(bool(text))
