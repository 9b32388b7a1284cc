"""What is attached to the message being written: a chip for each, above the words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.attachments import Attachment, AttachmentKind
from app.ui import words
from app.ui.controls import ElidedLabel, IconButton, Label
from app.ui.flow_layout import FlowLayout
from app.ui.icons import pixmap
from app.ui.theme import Theme
from app.ui.translation import translate

_THUMBNAIL: Final = 34
_WIDEST: Final = 220
_HIGHEST: Final = 158
"""Pixels: three lines of chips, the third one cut where there are more."""

Picture = Callable[[Attachment], QPixmap | None]


class AttachmentBar(QWidget):
    """Emits ``removed(Attachment)``, and ``left`` when the last chip with the focus is gone."""

    removed = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, picture: Picture) -> None:
        super().__init__()
        self._theme = theme
        self._picture = picture
        self.setAccessibleName(translate("Attachments", "Attachments"))
        self._chips: list[AttachmentChip] = []
        self._page = QVBoxLayout(self)
        self._page.setContentsMargins(0, 0, 0, 0)
        self._page.setSpacing(6)
        holder = QWidget()
        self._flow = FlowLayout(holder, spacing=8)
        self._view = QScrollArea()  # the words must keep their room, however many chips there are
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setWidgetResizable(True)
        self._view.setWidget(holder)
        grounds = ("QScrollArea", "QScrollArea > QWidget", "QScrollArea > QWidget > QWidget")
        theme.changed.connect(self._restyle)
        self._view.setStyleSheet(f"{', '.join(grounds)} {{ background: transparent; }}")
        self._note = Label(kind="small")
        self._problem = Label(kind="attention", wrap=True)
        for widget in (self._view, self._note, self._problem):
            self._page.addWidget(widget)
            widget.hide()
        self.hide()  # shown before it has a parent it would be a window

    @property
    def chips(self) -> Sequence[AttachmentChip]:
        """One for each attachment, in their order."""
        return self._chips

    @property
    def problem(self) -> str:
        """Why something was not attached, if it is said."""
        return self._problem.text()

    def show_attachments(self, attachments: Sequence[Attachment], pending: int) -> None:
        """Show these; ``pending`` more are being copied."""
        wanted = list(attachments)
        for chip in [one for one in self._chips if one.attachment not in wanted]:
            self._drop(chip)
        shown = [one.attachment for one in self._chips]
        for attachment in wanted:
            if attachment not in shown:
                self._add(attachment)
        self._view.setVisible(bool(self._chips))
        self._note.setText(translate("Attachments", "Copying …") if pending else "")
        self._note.setVisible(bool(pending))
        self._fit()

    def show_problem(self, text: str) -> None:
        """Say why something was not attached."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        self._fit()

    def repaint_pictures(self) -> None:
        """A picture was read."""
        for chip in self._chips:
            chip.update()

    def _restyle(self) -> None:
        for chip in self._chips:
            chip.fit()
        self._fit()

    def _fit(self) -> None:
        parts = (self._view, self._note, self._problem)
        self.setVisible(any(not one.isHidden() for one in parts))
        wanted = self._flow.heightForWidth(max(self.width(), self._theme.px(_WIDEST)))
        self._view.setFixedHeight(min(wanted, self._theme.px(_HIGHEST)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Chips go to another line."""
        super().resizeEvent(event)
        self._fit()

    def _add(self, attachment: Attachment) -> None:
        chip = AttachmentChip(self._theme, attachment, self._picture)
        chip.remove.clicked.connect(lambda: self.removed.emit(attachment))
        self._chips.append(chip)
        chip.remove.installEventFilter(self)
        self._flow.addWidget(chip)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The chip that the keyboard comes to is brought into view."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._view.ensureWidgetVisible(watched, 0, 8)
        return False

    def _drop(self, chip: AttachmentChip) -> None:
        at = self._chips.index(chip)
        focused = chip.remove.hasFocus()
        self._chips.remove(chip)
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        if not focused:
            return
        if self._chips:  # the keyboard goes on where it was
            self._chips[min(at, len(self._chips) - 1)].remove.setFocus()
        else:
            self.left.emit()


class AttachmentChip(QFrame):
    """One attachment: a small picture or a sign, its name, its size, and a way to take it out."""

    def __init__(self, theme: Theme, attachment: Attachment, picture: Picture) -> None:
        super().__init__()
        self.attachment = attachment
        self.setProperty("kind", "attachment")
        self.setAccessibleName(f"{attachment.name}, {words.attachment(attachment)}")
        self.setToolTip(attachment.name)
        sign = _Sign(theme, attachment, picture)
        name = self._name = ElidedLabel(attachment.name)
        detail = self._detail = Label(words.attachment(attachment), kind="small")
        if attachment.kind is AttachmentKind.OTHER:
            self.setToolTip(
                translate(
                    "Attachments", "{name}\nOnly its name and size are sent: it is no text."
                ).format(name=attachment.name)
            )
        self.remove = _RemoveButton(theme, attachment.name)
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(name)
        text.addWidget(detail)
        line = QHBoxLayout(self)
        line.setContentsMargins(6, 5, 4, 5)
        line.setSpacing(8)
        line.addWidget(sign)
        line.addLayout(text, 1)
        line.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignVCenter)
        self._theme = theme
        self.fit()

    def fit(self) -> None:
        """As wide as its words, up to a limit."""
        words_ = max(self._name.sizeHint().width(), self._detail.sizeHint().width())
        wanted = words_ + _THUMBNAIL + self._theme.px(56)
        self.setFixedWidth(min(self._theme.px(_WIDEST), wanted))


class _RemoveButton(IconButton):
    """Pressed by Delete and Backspace, too."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(
            theme, "close", translate("Attachments", "Remove {name}").format(name=name)
        )
        self.make_small()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the attachment out."""
        keys = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() in keys:
            self.click()
        else:
            super().keyPressEvent(event)


class _Sign(QWidget):
    """The picture itself, small, or the sign of a file."""

    def __init__(self, theme: Theme, attachment: Attachment, picture: Picture) -> None:
        super().__init__()
        self._theme = theme
        self._attachment = attachment
        self._picture = picture
        self.setFixedSize(_THUMBNAIL, _THUMBNAIL)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        draw_sign(painter, QRectF(self.rect()), self._picture(self._attachment), self._theme)
        painter.end()


def draw_sign(painter: QPainter, box: QRectF, picture: QPixmap | None, theme: Theme) -> None:
    """A picture that fills ``box``, its corners round; without one, the sign of a file."""
    path = QPainterPath()
    path.addRoundedRect(box, 6, 6)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("accent_soft"))
    painter.drawPath(path)
    if picture is not None:
        painter.setClipPath(path)
        scale = max(box.width() / picture.width(), box.height() / picture.height())
        part = QRectF(0, 0, box.width() / scale, box.height() / scale)
        part.moveCenter(QRectF(picture.rect()).center())
        painter.drawPixmap(box, picture, part)
    else:
        sign = pixmap("file", theme.tokens.accent, 16, 2)
        at = QRectF(0, 0, 16, 16)
        at.moveCenter(box.center())
        painter.drawPixmap(at, sign, QRectF(sign.rect()))
    painter.restore()
