"""The small parts every page is built from; each asks for its name, so that none goes without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.ui.direction import leading
from app.ui.icons import icon
from app.ui.theme import Theme
from app.ui.translation import translate

_CHOICE_SIDES: Final = 40


class Button(QPushButton):
    """A push button.

    ``kind``: ``plain``, ``primary``, ``quiet``, ``act``, ``link``, ``status``, ``chip`` or
    ``suggestion``.

    ``text`` may carry a mnemonic (``&Stop``); ``name`` is what a screen reader says, the text
    itself when empty.
    """

    def __init__(self, text: str, *, kind: str = "plain", name: str = "", tip: str = "") -> None:
        super().__init__(text)
        self.setProperty("kind", kind)
        self.setAccessibleName(name or text.replace("&", ""))
        if tip:
            self.setToolTip(tip)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setIconSize(QSize(14, 10))
        if kind in ("chip", "suggestion"):
            self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def become(self, kind: str) -> None:
        """Change what the button is."""
        _become(self, kind)


class MenuButton(Button):
    """Opens a menu below itself. The menu is shown, never waited for."""

    def __init__(self, text: str, *, kind: str = "plain", name: str = "", tip: str = "") -> None:
        super().__init__(f"{text} ▾", kind=kind, name=name or text.replace("&", ""), tip=tip)
        self.menu_shown = QMenu(self)
        self.menu_shown.setToolTipsVisible(True)
        self.clicked.connect(self._open)

    def entry(self, text: str, tip: str, act: Callable[[], object]) -> QAction:
        """Add an entry that does ``act``."""
        action = self.menu_shown.addAction(text)
        action.setToolTip(tip)
        action.triggered.connect(lambda _checked=False: act())
        return action

    def _open(self) -> None:
        self.menu_shown.popup(self.mapToGlobal(self.rect().bottomLeft()))


class ChoiceButton(Button):
    """Shows what is chosen and leads to the other choices; looks like a closed list.

    ``what`` is chosen here: ``File``. A long choice loses its middle. The tool tip tells the
    ``shortcut``; ``listens``: whether the button takes it, or somebody around it.
    """

    def __init__(self, what: str, shortcut: str, *, listens: bool = True) -> None:
        super().__init__("", kind="choice", name=what)
        self._what = what
        self._keys = shortcut
        self._listens = listens
        self._whole = self._told = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def choice(self) -> str:
        """What is chosen."""
        return self._whole

    def tell(self, more: str) -> None:
        """What the tool tip says in place of the choice, where that does not name it whole."""
        self._told = more

    def show_choice(self, text: str) -> None:
        """Show what is chosen."""
        self._whole = text
        self.setAccessibleName(f"{self._what}: {text}")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten again."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = max(self.width() - _CHOICE_SIDES, 1)
        middle = Qt.TextElideMode.ElideMiddle
        shown = self.fontMetrics().elidedText(self._whole, middle, room)
        self.setText(shown.replace("&", "&&"))
        if self._listens:
            self.setShortcut(self._keys)  # a new text has taken the old one away
        self.setToolTip(
            translate("Keys", "{whole}\nChoose another ({keys})")
            .format(whole=self._told or self._whole, keys=self._keys)
            .strip()
        )


class IconButton(QToolButton):
    """A button that is only a picture; ``name`` says what it does, ``shortcut`` how to press it."""

    def __init__(self, theme: Theme, picture: str, name: str, shortcut: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._picture = picture
        self.setAccessibleName(name)
        self.setToolTip(f"{name} ({shortcut})" if shortcut else name)
        if shortcut:
            self.setShortcut(shortcut)
        self._edge = 16
        self.setAutoRaise(True)
        theme.changed.connect(self._tint)
        self._tint()

    def make_small(self) -> None:
        """Show a smaller picture."""
        self._edge = 12
        self._tint()

    def _tint(self) -> None:
        edge = self._theme.px(self._edge)
        self.setIconSize(QSize(edge, edge))
        self.setIcon(icon(self._picture, self._theme.tokens.muted, edge))


class Label(QLabel):
    """Plain text (never rich text: what is shown may come from outside).

    ``kind``: ``plain``, ``heading``, ``title``, ``muted``, ``small``, ``section``, ``trouble`` or
    ``attention``.
    """

    def __init__(self, text: str = "", *, kind: str = "plain", wrap: bool = False) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", kind)
        self.setWordWrap(wrap)
        self.setAlignment(leading() | Qt.AlignmentFlag.AlignVCenter)

    def become(self, kind: str) -> None:
        """Change what the label is."""
        _become(self, kind)


class ElidedLabel(Label):
    """One line that ends in … where there is no room; the whole text is its tool tip."""

    def __init__(self, text: str = "", *, kind: str = "plain") -> None:
        super().__init__(kind=kind)
        self._whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show ``text``, shortened to the room there is."""
        self._whole = text
        self.setAccessibleName(text)
        self._fit()
        self.updateGeometry()

    @property
    def whole(self) -> str:
        """The text without …."""
        return self._whole

    def sizeHint(self) -> QSize:
        """As wide as the whole text."""
        width = self.fontMetrics().horizontalAdvance(self._whole) + 4
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """No width of its own: what stands beside it is not cut for its sake."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten again."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(
            self._whole.replace("\n", " "), Qt.TextElideMode.ElideRight, max(self.width(), 1)
        )
        super().setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class Dot(QWidget):
    """A state as a shape and a colour: ``ok`` a disc, ``attention`` a ring, ``trouble`` a cross,
    ``idle`` a short line. The word beside it says the same.
    """

    def __init__(self, theme: Theme, state: str = "idle") -> None:
        super().__init__()
        self._theme = theme
        self._state = state
        theme.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        self.setFixedSize(self._theme.px(10), self._theme.px(10))
        self.update()

    @property
    def state(self) -> str:
        """What it shows."""
        return self._state

    @property
    def colour(self) -> QColor:
        """What it is drawn in."""
        return state_colour(self._state, self._theme)

    def show_state(self, state: str) -> None:
        """Show another state."""
        if state != self._state:
            self._state = state
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the shape."""
        painter = QPainter(self)
        draw_state(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._state, self._theme)
        painter.end()


def _become(widget: QWidget, kind: str) -> None:
    if widget.property("kind") != kind:
        widget.setProperty("kind", kind)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def state_colour(state: str, theme: Theme) -> QColor:
    """The colour of a state."""
    token = {"ok": "ok", "attention": "attention", "trouble": "trouble"}.get(state, "muted")
    return theme.colour(token)


def draw_state(painter: QPainter, box: QRectF, state: str, theme: Theme) -> None:
    """Draw a state's shape into ``box``."""
    colour = state_colour(state, theme)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = 1.8 * max(box.width() / 8, 1.0)
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    match state:
        case "ok":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(box)
        case "attention":
            painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
        case "trouble":
            cross = box.adjusted(1, 1, -1, -1)
            painter.drawLine(cross.topLeft(), cross.bottomRight())
            painter.drawLine(cross.topRight(), cross.bottomLeft())
        case _:
            middle = box.center().y()
            left, right = QPointF(box.left() + 1, middle), QPointF(box.right() - 1, middle)
            painter.drawLine(left, right)
    painter.restore()


def state_icon(state: str, theme: Theme) -> QIcon:
    """A state's shape as a button's picture (``state_icon_size``), with room before the text."""
    drawn = QIcon()
    size, by = state_icon_size(theme), max(theme.scale, 1.0)
    for scale in (1, 2):
        picture = QPixmap(size * scale)
        picture.setDevicePixelRatio(scale)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        draw_state(painter, QRectF(by, by, 8 * by, 8 * by), state, theme)
        painter.end()
        drawn.addPixmap(picture)
    return drawn


def state_icon_size(theme: Theme) -> QSize:
    """How large such a picture is."""
    return QSize(theme.px(14), theme.px(10))


def offer_to_clear(field: QLineEdit) -> None:
    """Put a button into ``field`` that empties it. Qt gives it no name, so it gets one here."""
    field.setClearButtonEnabled(True)
    for button in field.findChildren(QToolButton):
        button.setAccessibleName(translate("Keys", "Clear"))
        button.setToolTip(translate("Keys", "Clear"))


def rule(*, vertical: bool = False) -> QFrame:
    """A hairline."""
    line = QFrame()
    line.setProperty("kind", "line")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def spacer() -> QWidget:
    """Takes the room that is left."""
    empty = QWidget()
    empty.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return empty
