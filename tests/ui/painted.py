"""The words a widget paints, with their colours, and how far each stands out from its ground."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QSize
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QPaintDevice,
    QPaintEngine,
    QPaintEngineState,
    QPainterPath,
    QPen,
    QTextItem,
    QTransform,
)
from PySide6.QtWidgets import QWidget

from app.ui.tokens import contrast

LEGIBLE: Final = 3.0
"""What words need that cannot be used now."""
_METRIC = QPaintDevice.PaintDeviceMetric


class Words(NamedTuple):
    """Words as they were painted: where, in pixels of the widget, and in which colour."""

    text: str
    place: QRect
    colour: str


class _Listener(QPaintEngine):
    """Keeps the words, and paints nothing."""

    def __init__(self) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.words: list[Words] = []
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

    # What is no text is of no interest, but Qt asks for it.
    def drawPixmap(self, *_: object) -> None: ...
    def drawImage(self, *_: object) -> None: ...
    def drawTiledPixmap(self, *_: object) -> None: ...
    def drawPolygon(self, *_: object) -> None: ...
    def drawRects(self, *_: object) -> None: ...
    def drawLines(self, *_: object) -> None: ...
    def drawPoints(self, *_: object) -> None: ...
    def drawEllipse(self, *_: object) -> None: ...
    def drawPath(self, _path: QPainterPath) -> None: ...


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


def faint(widget: QWidget, needed: float) -> list[str]:
    """Words whose contrast with what they really stand on is below ``needed`` (WCAG 2).

    Words of what is switched off need ``LEGIBLE``.
    """
    picture = widget.grab().toImage()
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


def _part_at(widget: QWidget, at: QPoint) -> QWidget | None:
    return (widget.childAt(at) or widget) if widget.rect().contains(at) else None


def _visible(part: QWidget, widget: QWidget) -> QRect:
    """The part of ``part`` that is not scrolled away, in pixels of ``widget``."""
    seen = part.visibleRegion().boundingRect()
    return seen.translated(part.mapTo(widget, QPoint())) if part is not widget else seen


def _ground(picture: QImage, place: QRect) -> str:
    """The colour that most of ``place`` has: letters cover less than what is around them."""
    step = 1 if place.width() < 60 else 2
    colours = Counter(
        picture.pixel(x, y)
        for x in range(place.left(), place.right() + 1, step)
        for y in range(place.top(), place.bottom() + 1, 2)
    )
    return QColor(colours.most_common(1)[0][0]).name()


def _is_seen(picture: QImage, place: QRect, colour: str) -> bool:
    """Whether the colour is there at all: something else may stand over the words."""
    wanted = QColor(colour)
    return any(
        _distance(QColor(picture.pixel(x, y)), wanted) < 40
        for x in range(place.left(), place.right() + 1)
        for y in range(place.top(), place.bottom() + 1)
    )


def _distance(one: QColor, other: QColor) -> int:
    return max(
        abs(one.red() - other.red()),
        abs(one.green() - other.green()),
        abs(one.blue() - other.blue()),
    )
