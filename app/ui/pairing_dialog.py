"""Pairing a phone: a code to be sent from it, or a QR code that does so; closes when it came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import (
    QBoxLayout,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import StewardError
from app.domain.events import Notification
from app.ui import words
from app.ui.channel_words import service
from app.ui.controls import Button, Label
from app.ui.qr_code import QrCode
from app.ui.tasks import WorkGroup
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.domain.channels import PairedPerson, PairingCode
    from app.domain.messages import Channel
    from app.ui.session import Session
    from app.ui.theme import Theme

_SECOND_MS: Final = 1_000
_LOOK_EVERY: Final = 2
"""Seconds. Where ``steward serve`` listens, this process is told of nobody: it has to look."""
_WIDTH, _HEIGHT = 620, 330
_SIDES: Final = 60
"""Room at the sides, and between the two."""
_WORDS: Final = 230
"""Where less is left for the words beside it, the QR code stands below them."""


class PairingDialog(QDialog):
    """Shown with ``open()``. ``paired(PairedPerson)`` when somebody sent the code; it then closes.

    A code that has expired gives way to a new one. Nothing is asked of the service.
    """

    paired = Signal(object)

    def __init__(self, theme: Theme, session: Session, channel: Channel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._channel = channel
        self._work = WorkGroup(session.tasks)
        self._before: frozenset[object] | None = None
        self._ticks = 0
        self._asking = False
        self.code: PairingCode | None = None
        name = service(channel)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = translate("Channels", "Pair a phone over {service}").format(service=name)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.heading = Label(translate("Channels", "Making a code …"), kind="heading", wrap=True)
        self.qr = QrCode(
            translate("Channels", "QR code: opens the chat with the code on your phone")
        )
        self.steps = [Label(wrap=True) for _ in range(3)]
        self.field = QLineEdit()
        self.field.setReadOnly(True)
        self.field.setProperty("kind", "code")
        self.field.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.field.setAccessibleName(translate("Channels", "Pairing code"))
        self.left = Label(kind="small", wrap=True)
        self.said = Label(kind="small", wrap=True)
        self.problem = Label(kind="trouble", wrap=True)
        self.copy_link = Button(
            translate("Channels", "Copy &link"),
            tip=translate("Channels", "It opens the chat with the code, on any device with it"),
        )
        self.copy_code = Button(translate("Channels", "Copy c&ode"))
        self.again_button = Button(translate("Channels", "&Try again"), kind="primary")
        self.close_button = Button(translate("Channels", "&Close"))
        self.copy_link.clicked.connect(self._copy_link)
        self.copy_code.clicked.connect(self._copy_code)
        self.again_button.clicked.connect(self._ask)
        self.close_button.clicked.connect(self.reject)
        self._second = QTimer(self)
        self._second.setInterval(_SECOND_MS)
        self._second.timeout.connect(self._tick)
        self._build()
        session.channels.people_changed.connect(self._look)
        session.happened.connect(self._take)
        theme.changed.connect(self._fit)
        self._show()
        self._fit()

    def _build(self) -> None:
        told = QVBoxLayout()
        told.setSpacing(10)
        for step in self.steps:
            told.addWidget(step)
        told.addWidget(self.field)
        told.addWidget(self.left)
        told.addWidget(self.said)
        told.addWidget(self.problem)
        told.addStretch(1)
        ground = QWidget()
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight, ground)
        self._sides.setContentsMargins(0, 0, 0, 0)
        self._sides.setSpacing(20)
        self._sides.addWidget(self.qr, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._sides.addLayout(told, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setAccessibleName(translate("Channels", "How to pair"))
        scroll.setWidget(ground)
        below = QHBoxLayout()
        below.setSpacing(8)
        for button in (self.copy_link, self.copy_code, self.again_button):
            below.addWidget(button)
        below.addStretch(1)
        below.addWidget(self.close_button)
        page = QVBoxLayout(self)
        page.setContentsMargins(18, 16, 18, 14)
        page.setSpacing(12)
        page.addWidget(self.heading)
        page.addWidget(scroll, 1)
        page.addLayout(below)

    def open(self) -> None:
        """Show it, and ask for a code."""
        super().open()
        self._session.channels.read_people()
        self._ask()
        self._second.start()

    def done(self, result: int) -> None:
        """Close it; the code stays good until it expires."""
        self._second.stop()
        self._work.cancel()
        super().done(result)

    # -- the code ------------------------------------------------------------------------------

    def _ask(self) -> None:
        if not self._asking:
            self._asking = True
            self._work.start(self._new_code(), name="make a pairing code")

    async def _new_code(self) -> None:
        channels = self._session.desk.channels
        problem = ""
        try:
            if self._before is None:  # who is there already did not come by this code
                self._before = _marks(await channels.people.people(self._channel))
            self.code = await channels.new_code(self._channel)
        except StewardError as error:
            problem = str(error)
            self.code = None
        finally:
            self._asking = False
        self.problem.setText(problem)
        self._show()
        self._fit()
        if self.code is not None:
            self.field.setFocus()
            self.field.deselect()

    def _show(self) -> None:
        code = self.code
        link = code.link if code is not None else ""
        name = self._session.channels.health(self._channel).name
        self.problem.setVisible(bool(self.problem.text()))
        self.said.setText("")
        self.said.hide()
        self.again_button.setVisible(bool(self.problem.text()))
        for widget in (self.field, self.left, self.copy_code):
            widget.setVisible(code is not None)
        self.copy_link.setVisible(bool(link))
        self.qr.setVisible(bool(link))
        for step, said in zip(self.steps, self._steps(name, link), strict=True):
            step.setText(said if code is not None else "")
            step.setVisible(bool(step.text()))
        if self.problem.text():
            self.heading.setText(translate("Channels", "There is no code"))
        if code is None:
            return
        self.heading.setText(
            translate("Channels", "Send this code to {name} from the phone").format(
                name=name or service(self._channel)
            )
        )
        self.field.setText(code.code)
        # Letter by letter, as it has to be typed.
        self.field.setAccessibleDescription(" ".join(code.code))
        if link:
            self.qr.show_text(link)
        self._show_time()

    def _steps(self, name: str, link: str) -> Sequence[str]:
        at = name or translate("Channels", "your bot")
        if link:
            return (
                translate(
                    "Channels",
                    "1. Point the phone's camera at the picture, or open the link on the phone.",
                ),
                translate("Channels", "2. {service} opens {name}: press Start.").format(
                    service=service(self._channel), name=at
                ),
                translate("Channels", "Or write to {name} yourself: /start and this code.").format(
                    name=at
                ),
            )
        return (
            translate(
                "Channels", "1. On the phone, open the chat with {name} in {service}."
            ).format(service=service(self._channel), name=at),
            translate("Channels", "2. Write: /start and this code."),
            "",
        )

    def _show_time(self) -> None:
        if self.code is None:
            return
        seconds = (self.code.expires_at - self._session.desk.clock.now()).total_seconds()
        self.left.setText(
            translate("Channels", "Pairs one phone, once. Good for {time}.").format(
                time=words.countdown(seconds)
            )
        )

    # -- as time goes by -----------------------------------------------------------------------

    def _tick(self) -> None:
        self._ticks += 1
        if self._ticks % _LOOK_EVERY == 0:
            self._session.channels.read_people()
        code = self.code
        if code is not None and code.expires_at <= self._session.desk.clock.now():
            self._ask()
        else:
            self._show_time()

    def _take(self, event: object) -> None:
        """Where somebody guesses, all codes are withdrawn: this one pairs nobody any more."""
        if (
            isinstance(event, Notification)
            and event.source == self._channel.value
            and event.error_type == "codes_withdrawn"
            and self.code is not None
        ):
            self.code = None
            self.problem.setText(event.message)
            self._show()

    def _look(self) -> None:
        """Somebody was paired, or no longer is."""
        if self._before is None:
            return
        for person in self._session.channels.people_of(self._channel):
            if _mark(person) not in self._before:
                self.paired.emit(person)
                self.accept()
                return

    # -- how it looks --------------------------------------------------------------------------

    def _fit(self) -> None:
        font = QFont(self._theme.code_font)
        font.setPointSizeF(self._theme.font.pointSizeF() * 1.8)
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 110)
        self.field.setFont(font)
        parent = self.parentWidget()
        room = parent.window().size() if parent is not None else QSize(_WIDTH, _WIDTH)
        width = min(self._theme.px(_WIDTH), max(room.width() - 32, 380))
        beside = width - self.qr.sizeHint().width() - _SIDES >= self._theme.px(_WORDS)
        self._sides.setDirection(
            QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.BottomToTop
        )
        self.resize(width, min(self._theme.px(_HEIGHT), max(room.height() - 32, 300)))

    def _copy_link(self) -> None:
        if self.code is not None:
            QGuiApplication.clipboard().setText(self.code.link)
            self._say_copied(translate("Channels", "The link is copied."))

    def _copy_code(self) -> None:
        if self.code is not None:
            QGuiApplication.clipboard().setText(self.code.code)
            self._say_copied(translate("Channels", "The code is copied."))

    def _say_copied(self, said: str) -> None:
        self.said.setText(said)
        self.said.show()


def _mark(person: PairedPerson) -> object:
    """Who pairs once more is paired anew."""
    return person.user_id, person.paired_at


def _marks(people: Sequence[PairedPerson]) -> frozenset[object]:
    return frozenset(_mark(one) for one in people)
