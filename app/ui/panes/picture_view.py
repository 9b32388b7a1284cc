"""A picture before and after a version: beside each other where there is room, else in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import words
from app.ui.controls import Label
from app.ui.pictures import Unpacked
from app.ui.theme import Theme
from app.ui.translation import translate

LARGEST: Final = (1_600, 1_600)
"""Pixels of what is kept of a picture to be shown."""
_TALLEST: Final = 260
_CHECK: Final = 8


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: which version, how many bytes, and what was unpacked of it."""

    title: str
    octets: int
    picture: Unpacked | None

    @property
    def words(self) -> str:
        """Which version, how many pixels, of what kind and how long."""
        size = words.size(self.octets)
        if self.picture is None:
            what = translate("Versions", "no picture that can be shown")
            return f"{self.title} · {what} · {size}"
        measure = f"{self.picture.width:,} × {self.picture.height:,}"  # noqa: RUF001
        said = f"{self.title} · {measure} {self.picture.kind} · {size}"
        if not self.picture.pixels:
            said += " · " + translate("Versions", "damaged, or too large to be shown")
        return said


class PictureView(QWidget):
    """Shows one or two pictures with their size; nothing is ever scaled up."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._sides: list[_Half] = [_Half(theme), _Half(theme)]
        self._across = QHBoxLayout(self)
        self._across.setContentsMargins(14, 10, 14, 10)
        self._across.setSpacing(12)
        for half in self._sides:
            self._across.addWidget(half, 1)
        self.show_sides(())

    @property
    def captions(self) -> list[str]:
        """What is said of each."""
        return [half.caption.text() for half in self._sides if not half.isHidden()]

    def show_sides(self, sides: tuple[Side, ...]) -> None:
        """Show these, before and after."""
        for number, half in enumerate(self._sides):
            half.setVisible(number < len(sides))
            if number < len(sides):
                half.show_side(sides[number])

    def stack(self, below: bool) -> None:
        """One below the other, or beside each other."""
        way = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        self._across.setDirection(way)


class _Half(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._picture = _Picture(theme)
        self.caption = Label(kind="small", wrap=True)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(4)
        page.addWidget(self.caption)
        page.addWidget(self._picture, 1)

    def show_side(self, side: Side) -> None:
        self.caption.setText(side.words)
        self._picture.show_picture(side.picture, side.words)


class _Picture(QWidget):
    """Fits into its room; what is seen through shows as squares."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._pixmap: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(60, 60)
        theme.changed.connect(self.update)

    def show_picture(self, picture: Unpacked | None, said: str) -> None:
        self.setAccessibleName(said)
        self._pixmap = None
        if picture is not None and picture.pixels:
            width, height = picture.small
            form = QImage.Format.Format_RGBA8888
            image = QImage(picture.pixels, width, height, 4 * width, form)
            self._pixmap = QPixmap.fromImage(image)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As large as the picture, in bounds."""
        if self._pixmap is None:
            return QSize(60, 60)
        size = self._pixmap.size()
        return size.boundedTo(size.scaled(600, _TALLEST, Qt.AspectRatioMode.KeepAspectRatio))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The picture, or an empty frame."""
        painter = QPainter(self)
        room = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self._pixmap is None:
            painter.setPen(self._theme.colour("strong_line"))
            painter.drawRoundedRect(room, 4, 4)
            painter.end()
            return
        size = self._pixmap.size()
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0.5, 0.5, size.width(), size.height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipRect(place)
        self._squares(painter, place)
        painter.drawPixmap(place.toRect(), self._pixmap)
        painter.setClipping(False)
        painter.setPen(self._theme.colour("line"))
        painter.drawRect(place)
        painter.end()

    def _squares(self, painter: QPainter, place: QRectF) -> None:
        painter.fillRect(place, self._theme.colour("panel"))
        for row in range(int(place.height()) // _CHECK + 1):
            for column in range(row % 2, int(place.width()) // _CHECK + 1, 2):
                square = QRectF(column * _CHECK, row * _CHECK, _CHECK, _CHECK)
                painter.fillRect(square, self._theme.colour("hover"))
