"""The words and icons a widget paints, with their colours, and how far each stands out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QPaintDevice,
    QPaintEngine,
    QPaintEngineState,
    QPainterPath,
    QPen,
    QPixmap,
    QTextItem,
    QTransform,
)
from PySide6.QtWidgets import QWidget

from app.ui.controls import Dot
from app.ui.tokens import contrast

LARGEST_ICON: Final = 48
"""Edge of what is an icon, and no picture to look at."""
_OPAQUE: Final = 200
LEGIBLE: Final = 3.0
"""What words need that cannot be used now."""
_METRIC = QPaintDevice.PaintDeviceMetric


class Words(NamedTuple):
    """Words as they were painted: where, in pixels of the widget, and in which colour."""

    text: str
    place: QRect
    colour: str


class Icon(NamedTuple):
    """A small picture of one colour as it was painted: where, and in which colour."""

    place: QRect
    colour: str


class _Listener(QPaintEngine):
    """Keeps words and icons, and paints nothing."""

    def __init__(self) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.words: list[Words] = []
        self.icons: list[Icon] = []
        self._pen = QPen()
        self._transform = QTransform()

    def begin(self, _device: QPaintDevice) -> bool:
        return True

    def end(self) -> bool:
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: QPaintEngineState) -> None:
        self._pen, self._transform = state.pen(), state.transform()

    def drawTextItem(self, at: QPointF, item: QTextItem) -> None:  # type: ignore[override]
        metrics = QFontMetricsF(item.font())
        start = self._transform.map(at)
        box = QRect(
            round(start.x()), round(start.y() - metrics.ascent()),
            max(round(item.width()), 1), round(metrics.height()),
        )  # fmt: skip
        if item.text().strip():
            self.words.append(Words(item.text(), box, self._pen.color().name()))

    def drawPixmap(  # type: ignore[override]
        self, at: QRectF, picture: QPixmap, _part: QRectF
    ) -> None:
        place = self._transform.mapRect(at).toAlignedRect()
        if max(place.width(), place.height()) > LARGEST_ICON:
            return
        colour = _only_colour(picture.toImage())
        if colour:
            self.icons.append(Icon(place, colour))

    # All else is of no interest, but Qt asks for it.
    def drawImage(self, *_: object) -> None: ...
    def drawTiledPixmap(self, *_: object) -> None: ...
    def drawPolygon(self, *_: object) -> None: ...
    def drawRects(self, *_: object) -> None: ...
    def drawLines(self, *_: object) -> None: ...
    def drawEllipse(self, *_: object) -> None: ...
    def drawPath(self, _path: QPainterPath) -> None: ...
    def drawPoints(self, *_: object) -> None: ...


class _Sheet(QPaintDevice):
    """As large as a widget, on a screen of 96 dots an inch."""

    def __init__(self, size: QSize) -> None:
        super().__init__()
        self.listener = _Listener()
        self._metrics = {
            _METRIC.PdmWidth: size.width(),
            _METRIC.PdmHeight: size.height(),
            _METRIC.PdmWidthMM: round(size.width() * 25.4 / 96),
            _METRIC.PdmHeightMM: round(size.height() * 25.4 / 96),
            _METRIC.PdmDepth: 32,
            _METRIC.PdmNumColors: 2**31 - 1,
            _METRIC.PdmDevicePixelRatio: 1,
            _METRIC.PdmDevicePixelRatioScaled: int(QPaintDevice.devicePixelRatioFScale()),
        }

    def paintEngine(self) -> QPaintEngine:
        return self.listener

    def metric(self, which: QPaintDevice.PaintDeviceMetric) -> int:
        return self._metrics.get(which, 96)


def painted_words(widget: QWidget) -> Sequence[Words]:
    """Everything ``widget`` and what is in it writes, as it stands there now."""
    sheet = _Sheet(widget.size())
    widget.render(sheet, QPoint())
    return sheet.listener.words


def painted_icons(widget: QWidget) -> Sequence[Icon]:
    """The icons of ``widget`` and of what is in it, signs of state among them, as they are now."""
    sheet = _Sheet(widget.size())
    widget.render(sheet, QPoint())
    dots = [
        Icon(QRect(dot.mapTo(widget, QPoint()), dot.size()), dot.colour.name())
        for dot in widget.findChildren(Dot)
        if dot.isVisible() and dot.window() is widget.window()
    ]
    return [*sheet.listener.icons, *dots]


def faint_icons(widget: QWidget, needed: float) -> list[str]:
    """Icons whose contrast with what they really stand on is below ``needed`` (WCAG 2, 1.4.11).

    What is switched off needs none.
    """
    picture = _picture(widget)
    found = []
    for icon in painted_icons(widget):
        on = _part_at(widget, icon.place.center())
        if on is None or not on.isEnabled():
            continue
        place = icon.place & _visible(on, widget)
        if place != icon.place or place.isEmpty():
            continue  # scrolled away in part
        ground = _edge(picture, place)
        ratio = contrast(icon.colour, ground)
        if ratio < needed and _is_seen(picture, place, icon.colour):
            what = f"icon of {type(on).__name__} {on.accessibleName()!r}"
            found.append(f"{what}: {icon.colour} on {ground} is {ratio:.1f}, needs {needed}")
    return found


def _only_colour(image: QImage) -> str:
    """The colour of a picture that has but one; empty for a photograph, and for nothing."""
    shades = Counter(
        QColor(pixel.rgb()).name()
        for x in range(image.width())
        for y in range(image.height())
        if (pixel := image.pixelColor(x, y)).alpha() > _OPAQUE
    )
    if not shades:
        return ""
    colour, count = shades.most_common(1)[0]
    return colour if count >= 0.7 * shades.total() else ""


def _edge(picture: QImage, place: QRect) -> str:
    """The colour around an icon: most of what is just outside of it."""
    around = place.adjusted(-1, -1, 1, 1) & picture.rect()
    colours = Counter(
        [picture.pixel(x, y) for x in range(around.left(), around.right() + 1)
         for y in (around.top(), around.bottom())]
        + [picture.pixel(x, y) for y in range(around.top(), around.bottom() + 1)
           for x in (around.left(), around.right())]
    )  # fmt: skip
    return QColor(colours.most_common(1)[0][0]).name()


def faint(widget: QWidget, needed: float) -> list[str]:
    """Words whose contrast with what they really stand on is below ``needed`` (WCAG 2).

    Words of what is switched off need ``LEGIBLE``.
    """
    picture = _picture(widget)
    found = []
    for words in painted_words(widget):
        on = _part_at(widget, words.place.center())
        if on is None:
            continue
        place = words.place & _visible(on, widget)
        if place.height() < words.place.height() - 2 or place.isEmpty():
            continue  # scrolled away in part
        ground = _ground(picture, place)
        ratio = contrast(words.colour, ground)
        wanted = needed if on.isEnabled() else min(needed, LEGIBLE)
        if ratio < wanted and _is_seen(picture, place, words.colour):
            what = f"{type(on).__name__} {words.text!r}"
            found.append(f"{what}: {words.colour} on {ground} is {ratio:.1f}, needs {wanted}")
    return found


def _picture(widget: QWidget) -> QImage:
    """What it shows, four bytes a pixel."""
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def _part_at(widget: QWidget, at: QPoint) -> QWidget | None:
    return (widget.childAt(at) or widget) if widget.rect().contains(at) else None


def _visible(part: QWidget, widget: QWidget) -> QRect:
    """The part of ``part`` that is not scrolled away, in pixels of ``widget``."""
    seen = part.visibleRegion().boundingRect()
    return seen.translated(part.mapTo(widget, QPoint())) if part is not widget else seen


def _ground(picture: QImage, place: QRect) -> str:
    """The colour that most of ``place`` has: letters cover less than what is around them."""
    step = 1 if place.width() < 60 else 2
    colours = Counter[int]()
    for y in range(place.top(), place.bottom() + 1, 2):
        colours.update(_row(picture, y)[place.left() : place.right() + 1 : step])
    return QColor(colours.most_common(1)[0][0]).name()


def _row(picture: QImage, y: int) -> memoryview[int]:
    """Its pixels from left to right; asking for each by itself takes twenty times as long."""
    width = picture.bytesPerLine() // 4
    return memoryview(picture.constBits()).cast("I")[y * width : y * width + picture.width()]


def _is_seen(picture: QImage, place: QRect, colour: str) -> bool:
    """Whether the colour is there at all: something else may stand over the words."""
    wanted = QColor(colour)
    colours = set[int]()
    for y in range(place.top(), place.bottom() + 1):
        colours.update(_row(picture, y)[place.left() : place.right() + 1])
    return any(_distance(QColor(one), wanted) < 40 for one in colours)


def _distance(one: QColor, other: QColor) -> int:
    return max(
        abs(one.red() - other.red()),
        abs(one.green() - other.green()),
        abs(one.blue() - other.blue()),
    )
