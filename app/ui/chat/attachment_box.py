"""An attachment in the transcript: a small picture with its name, or a sign, a name and a size."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QGuiApplication,
    QPainter,
    QPainterPath,
    QPixmap,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from app.domain.attachments import Attachment, AttachmentKind
from app.ui import words
from app.ui.chat.attachment_bar import draw_sign
from app.ui.chat.boxes import Box, Column
from app.ui.chat.render import plain_document
from app.ui.direction import isolated, mirrored_f
from app.ui.theme import Theme

ATTACHMENT_GAP: Final = 6.0
_PICTURE: Final = QSizeF(240, 180)
_SMALLEST_PICTURE: Final = 48.0
_CAPTION_GAP: Final = 4.0
_SIGN: Final = 32.0
_CHIP_PADDING: Final = (8.0, 8.0, 8.0)
_CHIP_INSET: Final = _SIGN + 8
_NARROWEST: Final = 150.0


def attachment_height(attachment: Attachment, line: float) -> float:
    """About how high it is, with the room above it."""
    if attachment.kind is AttachmentKind.PICTURE:
        return picture_size(attachment).height() + _CAPTION_GAP + line + ATTACHMENT_GAP
    return 2 * line * 0.85 + _CHIP_PADDING[1] + _CHIP_PADDING[2] + ATTACHMENT_GAP


def attachment_box(attachment: Attachment, theme: Theme, column: Column, *, first: bool) -> Box:
    """The piece of a row that shows it; its text can be selected."""
    gap = 0.0 if first else ATTACHMENT_GAP
    height = attachment_height(attachment, column.line) - ATTACHMENT_GAP
    width = column.width * 0.78
    if attachment.kind is AttachmentKind.PICTURE:
        size = picture_size(attachment)
        return Box(
            lambda: _caption(attachment, theme),
            height,
            gap=gap,
            width=width,
            padding=(0.0, size.height() + _CAPTION_GAP, 0.0),
            shrink=True,
            least=size.width(),
            attachment=attachment,
        )
    return Box(
        lambda: _described(attachment, theme),
        height,
        gap=gap,
        width=width,
        padding=_CHIP_PADDING,
        inset=_CHIP_INSET,
        shrink=True,
        least=_NARROWEST,
        attachment=attachment,
    )


def picture_size(attachment: Attachment) -> QSizeF:
    """The room a picture takes: known before it is read, so that nothing moves when it comes."""
    size = QSizeF(attachment.width, attachment.height)
    if size.width() > _PICTURE.width() or size.height() > _PICTURE.height():
        size.scale(_PICTURE, Qt.AspectRatioMode.KeepAspectRatio)
    return size.expandedTo(QSizeF(_SMALLEST_PICTURE, _SMALLEST_PICTURE))


def paint_attachment(
    painter: QPainter, attachment: Attachment, place: QRectF, picture: QPixmap | None, theme: Theme
) -> None:
    """Everything but the words."""
    if attachment.kind is AttachmentKind.PICTURE:
        size = picture_size(attachment)
        corner = QPointF(place.right() - size.width(), place.top())
        box = mirrored_f(place, QRectF(corner, size))
        _paint_picture(painter, box, picture, theme)
        return
    painter.setPen(theme.colour("strong_line"))
    painter.setBrush(theme.colour("raised"))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
    sign = QRectF(place.left() + _CHIP_PADDING[0], 0, _SIGN, _SIGN)
    sign.moveTop(place.center().y() - _SIGN / 2)
    draw_sign(painter, mirrored_f(place, sign), None, theme)


def _paint_picture(painter: QPainter, box: QRectF, picture: QPixmap | None, theme: Theme) -> None:
    path = QPainterPath()
    path.addRoundedRect(box, 8, 8)
    painter.fillPath(path, theme.colour("code"))
    if picture is not None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(path)
        room = QSizeF(picture.size())
        if room.width() > box.width() or room.height() > box.height():
            room.scale(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(QPointF(), room)
        place.moveCenter(box.center())
        painter.drawPixmap(place, picture, QRectF(picture.rect()))
        painter.restore()
    painter.setPen(theme.colour("strong_line"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def _caption(attachment: Attachment, theme: Theme) -> QTextDocument:
    text = f"{isolated(attachment.name)} · {words.size(attachment.size)}"
    document = plain_document(theme, text, colour="muted")
    document.setDefaultFont(theme.small_font)
    option = document.defaultTextOption()
    option.setTextDirection(QGuiApplication.layoutDirection())
    option.setAlignment(Qt.AlignmentFlag.AlignRight)
    document.setDefaultTextOption(option)
    return document


def _described(attachment: Attachment, theme: Theme) -> QTextDocument:
    document = plain_document(theme, attachment.name)
    small = QTextCharFormat()
    small.setForeground(theme.colour("muted"))
    small.setFontPointSize(theme.small_font.pointSizeF())
    cursor = QTextCursor(document)
    cursor.movePosition(QTextCursor.MoveOperation.End)
    cursor.insertText(f"\n{words.attachment(attachment)}", small)
    return document
