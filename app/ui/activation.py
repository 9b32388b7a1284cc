"""Brings a window before the person, with the desktop's leave where it gives one."""

from __future__ import annotations

import os
from typing import Final

from PySide6.QtWidgets import QWidget

_LEAVE: Final = "XDG_ACTIVATION_TOKEN"


def activate(window: QWidget, token: str = "") -> None:
    """Show ``window`` and give it the focus. Under Wayland only ``token`` makes that happen."""
    if window.isMinimized():
        window.showNormal()
    window.show()
    window.raise_()
    if token:
        os.environ[_LEAVE] = token  # where Qt looks for it
    window.activateWindow()
    if token:
        os.environ.pop(_LEAVE, None)
