"""How one channel stands, in the line at the bottom; a click leads to its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent

from app.ui import channel_words as said_of
from app.ui.controls import Button, state_icon, state_icon_size
from app.ui.translation import translate

if TYPE_CHECKING:
    from app.domain.channels import ChannelHealth
    from app.ui.session import Session
    from app.ui.theme import Theme


class ChannelChip(Button):
    """A shape and two words; the rest is its tool tip, made when the pointer rests on it."""

    def __init__(self, theme: Theme, session: Session) -> None:
        super().__init__("", kind="status")
        self._theme = theme
        self._session = session
        self._health: ChannelHealth | None = None
        theme.changed.connect(self._draw)

    def show_health(self, health: ChannelHealth | None) -> None:
        """Show how it stands; ``None``: it is off, and nothing is shown."""
        self._health = health
        self.setVisible(health is not None)
        if health is not None:
            said = said_of.in_short(health)
            self.setText(said)
            self.setAccessibleName(said)
            self.setAccessibleDescription(self._told(health))
            self._draw()

    def event(self, event: QEvent) -> bool:
        """How long ago something was heard is said as it is now."""
        if event.type() == QEvent.Type.ToolTip and self._health is not None:
            self.setToolTip(self._told(self._health))
        return super().event(event)

    def _told(self, health: ChannelHealth) -> str:
        now = self._session.desk.clock.now()
        more = translate("Channels", "Opens the settings (Space)")
        return f"{said_of.in_full(health, now)}\n{more}"

    def _draw(self) -> None:
        if self._health is not None:
            self.setIconSize(state_icon_size(self._theme))
            self.setIcon(state_icon(said_of.dot_of(self._health), self._theme))
