"""Checking the vault, and ending what a crash left open: progress, then the report in words."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import StewardError
from app.ui import words
from app.ui.controls import Button, Dot, Label
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.ui.ports import Checked, Noted, Recovery

_FRAME_MS: Final = 50
_MOST_LINES: Final = 500


class VaultDialog(QDialog):
    """Shown with ``open()``. Escape and Cancel stop a check at once; nothing was changed by it."""

    def __init__(self, theme: Theme, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._task: asyncio.Task[None] | None = None
        self._progress = (0, 0, "")  # written by the worker, read by the timer
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(theme.px(560), theme.px(380))
        self._dot = Dot(theme)
        self.headline = Label(kind="heading", wrap=True)
        self.detail = Label(kind="muted", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(translate("Vault", "Progress"))
        self.report = QPlainTextEdit()
        self.report.setProperty("kind", "input")
        self.report.setReadOnly(True)
        self.report.setAccessibleName(translate("Vault", "What was found"))
        self.report.setTabChangesFocus(True)
        self.report.hide()
        self.button = Button(translate("Vault", "&Cancel"))
        self.button.clicked.connect(self.reject)
        heading = QHBoxLayout()
        heading.setSpacing(10)
        heading.addWidget(self._dot)
        heading.addWidget(self.headline, 1)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(self.button)
        page = QVBoxLayout(self)
        page.setContentsMargins(18, 16, 18, 14)
        page.setSpacing(10)
        page.addLayout(heading)
        page.addWidget(self.detail)
        page.addWidget(self.bar)
        page.addWidget(self.report, 1)
        page.addStretch(0)
        page.addLayout(below)
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._show_progress)

    @property
    def running(self) -> bool:
        """Whether something is under way."""
        return self._task is not None and not self._task.done()

    def check(self) -> None:
        """Check every version that is kept."""
        self.setWindowTitle(translate("Vault", "Check the vault"))
        self.headline.setText(translate("Vault", "Checking the vault …"))
        self.detail.setText(
            translate(
                "Vault",
                "Every kept version is read and compared with its fingerprint. "
                "You can go on working meanwhile; nothing is changed by it.",
            )
        )
        self._start(self._check(), "verify")

    def recover(self) -> None:
        """End what a crash left open."""
        self.setWindowTitle(translate("Vault", "Recover"))
        self.headline.setText(translate("Vault", "Looking for unfinished changes …"))
        self.detail.setText(
            translate("Vault", "A change that was cut off is completed, or taken back whole.")
        )
        self._start(self._recover(), "recover")

    def done(self, result: int) -> None:
        """Stop what runs, then close."""
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
        super().done(result)

    # -- inside --------------------------------------------------------------------------------

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        # It runs to and fro until it is known how much there is; where nothing should, it waits.
        self.bar.setRange(0, 1 if self._theme.reduced_motion else 0)
        self._timer.start()
        self._task = self._session.tasks.run(work, name=name)

    def _note_progress(self, done: int, total: int, what: str) -> None:
        self._progress = (done, total, what)

    def _show_progress(self) -> None:
        done, total, what = self._progress
        if total:
            self.bar.setRange(0, total)
            self.bar.setValue(done)
            part = _part(what)
            self.headline.setText(
                translate("Vault", "Checking {part} … {done} of {total}").format(
                    part=part, done=f"{done:,}", total=f"{total:,}"
                )
            )

    async def _check(self) -> None:
        try:
            report = await self._session.desk.versions.verify(self._note_progress)
        except StewardError as error:
            self._end("trouble", error.message, error.hint)
            return
        self._show_checked(report)

    def _show_checked(self, report: Checked) -> None:
        what = translate("Vault", "{versions} of {files}, {contents} of {size} were read.").format(
            versions=words.count(report.versions, "version"),
            files=words.count(report.files, "file"),
            contents=words.count(report.blobs, "content"),
            size=words.size(report.vault_bytes),
        )
        if report.pruned:
            what += translate("Vault", " {count} had been pruned into archives.").format(
                count=words.count(report.pruned, "version")
            )
        problems = [_line(one) for one in report.problems]
        notes = [_line(one) for one in report.notes]
        parts = []
        if problems:
            parts += [translate("Vault", "Problems"), *problems, ""]
        if notes:
            parts += [translate("Vault", "Worth knowing"), *notes]
        if report.ok:
            self._end("ok", translate("Vault", "Everything is as it should be."), what, parts)
        else:
            found = words.count(len(problems), "problem")
            self._end(
                "trouble", translate("Vault", "{found} found.").format(found=found), what, parts
            )

    async def _recover(self) -> None:
        try:
            report = await self._session.desk.versions.recover()
        except StewardError as error:
            self._end("trouble", error.message, error.hint)
            return
        self._show_recovered(report)

    def _show_recovered(self, report: Recovery) -> None:
        lines = [str(one) for one in report.operations]
        if report.missing_vault is not None:
            self._end("trouble", report.missing_vault.message, report.missing_vault.hint, lines)
        elif lines:
            ended = words.count(len(lines), "change")
            self._end(
                "ok",
                translate("Vault", "{ended} had been cut off.").format(ended=ended),
                translate("Vault", "What became of each:"),
                lines,
            )
            self._session.files_changed.emit()
        else:
            self._end(
                "ok",
                translate("Vault", "Nothing was left unfinished."),
                translate("Vault", "Every change is whole."),
            )

    def _end(self, state: str, headline: str, detail: str, lines: Sequence[str] = ()) -> None:
        self._timer.stop()
        self.bar.hide()
        self._dot.show_state(state)
        self.headline.setText(headline)
        self.detail.setText(detail)
        shown = [*lines[:_MOST_LINES]]
        if len(lines) > _MOST_LINES:
            more = translate(
                "Vault", "… and {number} more lines; `steward files verify` prints all."
            )
            shown.append(more.format(number=words.number(len(lines) - _MOST_LINES)))
        self.report.setPlainText("\n".join(shown).strip())
        self.report.setVisible(bool(lines))
        self.button.setText(translate("Vault", "&Close"))
        self.button.setAccessibleName(translate("Vault", "Close"))
        self.button.setFocus()


def _line(one: Noted) -> str:
    return f"• {one.subject}: {one.message}" if one.subject else f"• {one.message}"


def _part(name: str) -> str:
    """What is being read, in words."""
    match name:
        case "files":
            return translate("Vault", "the history of files")
        case "blobs":
            return translate("Vault", "the kept contents")
        case _:
            return name
