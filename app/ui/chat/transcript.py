"""The transcript: a view that lays out and paints only what is seen, and never jumps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from app.domain.attachments import Attachment
from app.ui.chat.arrangement import Arrangement
from app.ui.chat.code_copy import CodeCopy
from app.ui.chat.conversation import ConversationModel
from app.ui.chat.highlight import Highlighter
from app.ui.chat.large_texts import LargeTexts
from app.ui.chat.paint import RowPainter
from app.ui.chat.pointing import Pointing
from app.ui.chat.rows import WIDGET_ROWS, Row, UserRow
from app.ui.chat.selection import Selection, selected_markdown, selected_text
from app.ui.chat.sight import Seen, in_sight, moved
from app.ui.chat.transcript_menu import MenuPlace, transcript_menu
from app.ui.controls import Button
from app.ui.theme import Theme
from app.ui.translation import translate

_MARGIN = 16
"""Pixels between what is brought into view and the edge of the view."""


class Transcript(QAbstractScrollArea):
    """Shows a ``ConversationModel``.

    Rows that a widget stands in get it from ``make_widget``. Where things stand is decided by
    ``Arrangement``; this class is the widget around it.
    """

    link_clicked = Signal(str)
    call_clicked = Signal(str, str)
    undo_wanted = Signal()
    earlier_wanted = Signal()
    """The beginning of what is read is in view, or nearly so."""
    beginning_wanted = Signal()
    """The person wants to see the beginning of all."""
    widget_shown = Signal(QWidget)
    widgets_moved = Signal()
    """Where widgets stand in rows, they may have come, gone or moved."""
    attachment_clicked = Signal(object)
    attachment_folder_wanted = Signal(object)
    edit_wanted = Signal(str)
    """The message of a turn should be edited and sent again."""
    again_wanted = Signal(str)
    """A turn should be answered once more."""
    focus_left = Signal()
    """A widget in a row was taken away while it had the focus."""

    def __init__(
        self,
        theme: Theme,
        make_widget: Callable[[Row], QWidget | None],
        picture: Callable[[Attachment], QPixmap | None] = lambda _: None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._make_widget = make_widget
        self._widgets: dict[int, QWidget] = {}
        self._settling = False
        self._had_widgets = False
        highlighter = Highlighter(self)
        highlighter.ready.connect(self._recolour)
        large = LargeTexts(self)
        large.ready.connect(self._blocks_known)
        self.arrangement = Arrangement(theme, highlighter, large, self._widget_height)
        self.selection = Selection(self.arrangement.index_of)
        self._painter = RowPainter(theme, self.selection, picture)
        self._pointing = Pointing(self.arrangement, self.selection)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(translate("Transcript", "Transcript"))
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().setSingleStep(40)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._code_copy = CodeCopy(self.viewport())
        self._latest = Button(
            translate("Transcript", "Jump to the latest"),
            name=translate("Transcript", "Jump to the latest message"),
        )
        self._latest.setParent(self.viewport())
        self._latest.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._latest.hide()
        self._latest.clicked.connect(self.jump_to_end)
        theme.changed.connect(self._restyle)

    # -- the model -------------------------------------------------------------------------

    @property
    def model(self) -> ConversationModel | None:
        """What is shown."""
        return self.arrangement.model

    def show_model(self, model: ConversationModel | None) -> None:
        """Show another conversation, from its end."""
        if (old := self.arrangement.model) is not None:
            old.rows_inserted.disconnect(self._inserted)
            old.rows_removed.disconnect(self._removed)
            old.row_changed.disconnect(self._changed)
            old.reset.disconnect(self._reset)
        self.arrangement.model = model
        if model is not None:
            model.rows_inserted.connect(self._inserted)
            model.rows_removed.connect(self._removed)
            model.row_changed.connect(self._changed)
            model.reset.connect(self._reset)
        self._reset()

    @property
    def rendered_blocks(self) -> int:
        """How many Markdown blocks were drawn into documents so far."""
        return self.arrangement.rendered

    def widget_at(self, index: int) -> QWidget | None:
        """The widget that stands in a row, if one does."""
        return self._widgets.get(self.arrangement.key(index))

    def widgets(self) -> list[QWidget]:
        """The widgets that stand in rows, from the top."""
        places = {self.arrangement.index_of(key): one for key, one in self._widgets.items()}
        return [places[index] for index in sorted(places) if index >= 0]

    def bring_into_view(self, widget: QWidget) -> None:
        """Scroll until a row's widget is seen: its end, where it is higher than the view."""
        for key, one in self._widgets.items():
            index = self.arrangement.index_of(key)
            if one is widget and index >= 0:
                below = self.arrangement.rect(index).bottom() - self.viewport().height()
                self.arrangement.scroll_to(self.arrangement.top + below + _MARGIN)
                self._settle()
                return

    def jump_to_end(self) -> None:
        """Show the newest rows, and follow what comes."""
        self.arrangement.following = True
        self._settle()

    def show_row(self, index: int) -> None:
        """Scroll so that a row stands at the top."""
        if 0 <= index < len(self.arrangement.heights):
            self.arrangement.following = False
            self.arrangement.scroll_to(self.arrangement.heights.top(index))
            self._settle()

    def mark_words(self, marked: tuple[str, ...]) -> None:
        """Mark these words wherever they stand; none takes the marks away."""
        self._painter.marked = marked
        self.viewport().update()

    def selected_text(self) -> str:
        """What is selected, as plain text."""
        return selected_text(self.selection, self.arrangement.layout)

    def _reset(self) -> None:
        for widget in self._widgets.values():
            self._put_away(widget)
        self._widgets.clear()
        self.selection.clear()
        for index, row in enumerate(self.arrangement.rows):
            if isinstance(row, WIDGET_ROWS):
                self._add_widget(index, row)
        self.arrangement.reset()
        self._settle()

    def _inserted(self, first: int, count: int) -> None:
        for index in range(first, first + count):
            row = self.arrangement.rows[index]
            if isinstance(row, WIDGET_ROWS):
                self._add_widget(index, row)
            if isinstance(row, UserRow) and not row.turn_id:
                self.arrangement.following = True  # the person has just sent it
        self.arrangement.inserted(first, count)
        self._settle()

    def _removed(self, first: int, count: int) -> None:
        self.arrangement.removed(first, count)
        gone = [key for key in self._widgets if self.arrangement.index_of(key) < 0]
        for key in gone:
            self._put_away(self._widgets.pop(key))
        self._settle()

    def _changed(self, index: int) -> None:
        before = in_sight(self.arrangement)
        self.arrangement.changed(index)
        self._settle(before)

    # -- widgets in rows -----------------------------------------------------------------------

    def _add_widget(self, index: int, row: Row) -> None:
        widget = self._make_widget(row)
        if widget is not None:
            widget.setParent(self.viewport())
            widget.setCursor(Qt.CursorShape.ArrowCursor)
            self._widgets[self.arrangement.key(index)] = widget
            widget.installEventFilter(self)
            widget.show()
            self.widget_shown.emit(widget)

    def _put_away(self, widget: QWidget) -> None:
        widget.removeEventFilter(self)
        focused = QApplication.focusWidget()
        had_focus = focused is not None and (focused is widget or widget.isAncestorOf(focused))
        widget.hide()
        widget.deleteLater()
        if had_focus:
            self.focus_left.emit()

    def _widget_height(self, key: int, width: int) -> float | None:
        widget = self._widgets.get(key)
        if widget is None:
            return None
        layout = widget.layout()
        if layout is not None and layout.hasHeightForWidth():
            return float(layout.totalHeightForWidth(width))
        return float(widget.sizeHint().height())

    def _place_widgets(self) -> None:
        for key, widget in self._widgets.items():
            index = self.arrangement.index_of(key)
            if index < 0:
                continue
            gap = self.arrangement.layout(index).gap
            place = self.arrangement.rect(index).adjusted(0, gap, 0, 0).toRect()
            if widget.geometry() != place:
                widget.setGeometry(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A widget in a row asks for another height."""
        if event.type() == QEvent.Type.LayoutRequest and not self._settling:
            for key, widget in self._widgets.items():
                if widget is watched and self.arrangement.index_of(key) >= 0:
                    self.arrangement.forget(key)
                    self._settle()
                    break
        return False

    # -- the scroll position ---------------------------------------------------------------------

    def _settle(self, before: Sequence[Seen] = ()) -> None:
        """Put everything in its place; ``before``: what was in view, if it may only have moved."""
        if self._settling:
            return
        self._settling = True
        try:
            self.arrangement.settle()
            bar = self.verticalScrollBar()
            bar.setPageStep(self.viewport().height())
            bar.setRange(0, self.arrangement.most)
            bar.setValue(round(self.arrangement.top))
            self._place_widgets()
        finally:
            self._settling = False
        if self.arrangement.near_beginning:
            self.earlier_wanted.emit()
        self._latest.setVisible(not self.arrangement.following)
        if self._latest.isVisible():
            hint, view = self._latest.sizeHint(), self.viewport().rect()
            left = (view.width() - hint.width()) // 2
            self._latest.setGeometry(
                left, view.height() - hint.height() - 12, hint.width(), hint.height()
            )
            self._latest.raise_()
        if self._widgets or self._had_widgets:
            self._had_widgets = bool(self._widgets)
            self.widgets_moved.emit()
        self._repaint(before)

    def _repaint(self, before: Sequence[Seen]) -> None:
        view = self.viewport()
        alone = not (self._widgets or self._latest.isVisible() or self._code_copy.isVisible())
        found = moved(before, in_sight(self.arrangement), view.height()) if alone else None
        if found is None:
            view.update()
            return
        if found.by:
            view.scroll(0, found.by, view.rect())
        view.update(0, found.dirty, view.width(), view.height() - found.dirty)

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Nothing: what the bar's new value means for the view is settled by us."""

    def _scrolled(self, value: int) -> None:
        self._code_copy.hide()
        if not self._settling:
            self.arrangement.scroll_to(value)
            self._settle()

    def _restyle(self) -> None:
        self.arrangement.restyle()
        self._settle()

    def _blocks_known(self, text: str) -> None:
        self.arrangement.blocks_known(text)
        self._settle()

    def _recolour(self) -> None:
        self.arrangement.recolour_code()
        self._settle()

    # -- Qt's events -------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again for the new width; what was being read stays in view."""
        super().resizeEvent(event)
        # The scroll bar's room counts: the column must not move when the bar appears.
        viewport = self.viewport()
        self.arrangement.resize(self.width(), viewport.height(), viewport.x())
        self._settle()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows in view."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        clip = QRectF(event.rect())
        painter.fillRect(clip, self._theme.colour("panel"))
        arrangement = self.arrangement
        index = arrangement.row_at(clip.top())
        while 0 <= index < len(arrangement.heights):
            place = arrangement.rect(index)
            if place.top() > clip.bottom():
                break
            layout = arrangement.known(index)
            if layout is not None:
                row = arrangement.rows[index]
                self._painter.paint(painter, index, row, layout, place.topLeft(), clip)
            index += 1
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll, copy, select all, undo; Enter opens or folds the lowest folding row in view."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._select_all()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif event.key() == Qt.Key.Key_Home:
            self.verticalScrollBar().setValue(0)
            self.beginning_wanted.emit()
        elif event.key() == Qt.Key.Key_End:
            self.jump_to_end()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._toggle(self._pointing.last_fold())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to select."""
        if event.button() == Qt.MouseButton.LeftButton:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._pointing.press(event.position(), extend=extend)
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select, or show what is under the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._pointing.drag(event.position())
            self._scroll_towards(event.position())
            self.viewport().update()
            return
        link = self._pointing.link(event.position())
        folds = self._pointing.fold(event.position()) >= 0
        opens = (self._pointing.call(event.position()), self._pointing.attachment(event.position()))
        hand = bool(link) or folds or any(one is not None for one in opens)
        shape = Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.IBeamCursor
        self.viewport().setCursor(shape)
        self.viewport().setToolTip(link)
        self._offer_code(event.position())

    def _offer_code(self, point: QPointF) -> None:
        found = self._pointing.code(point)
        if found is None:
            self._code_copy.hide()
        else:
            self._code_copy.offer(found[1], found[0])

    def _scroll_towards(self, point: QPointF) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if point.y() < 0:
            bar.setValue(bar.value() - 20)
        elif point.y() > height:
            bar.setValue(bar.value() + 20)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that selected nothing opens what was clicked."""
        if event.button() != Qt.MouseButton.LeftButton or not self._pointing.released_as_click(
            event.position()
        ):
            return
        if link := self._pointing.link(event.position()):
            self.link_clicked.emit(link)
        elif (attachment := self._pointing.attachment(event.position())) is not None:
            self.attachment_clicked.emit(attachment)
        elif (row := self._pointing.call(event.position())) is not None:
            self.call_clicked.emit(row.call_id, row.turn_id)
        else:
            self._toggle(self._pointing.fold(event.position()))

    def _toggle(self, index: int) -> None:
        if index >= 0 and self.model is not None:
            self.arrangement.following = False  # what is opened is read from its beginning
            self.model.toggle(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        self._pointing.select_word(event.position())
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be copied and opened there."""
        point = QPointF(event.pos())
        index = self.arrangement.row_at(point.y())
        found = self._pointing.code(point)
        place = MenuPlace(
            row=self.arrangement.rows[index] if index >= 0 else None,
            code=found[1] if found is not None else "",
            selected=self.selected_text,
            selected_markdown=lambda: selected_markdown(self.selection, self.arrangement.layout),
            is_selected=not self.selection.is_empty,
        )
        menu = transcript_menu(
            self,
            place,
            select_all=self._select_all,
            open_attachment=self.attachment_clicked.emit,
            show_attachment=self.attachment_folder_wanted.emit,
            edit=self.edit_wanted.emit,
            again=self.again_wanted.emit,
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _select_all(self) -> None:
        self._pointing.select_all()
        self.viewport().update()

    def _copy(self) -> None:
        if text := self.selected_text():
            QGuiApplication.clipboard().setText(text)
