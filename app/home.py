"""Where Steward's data is kept: asked before anything else is imported, so it imports little."""

from __future__ import annotations

import os
from pathlib import Path


def default_home() -> Path:
    """``STEWARD_HOME``, else the platform's user data directory."""
    if home := os.environ.get("STEWARD_HOME"):
        return Path(home).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("steward", appauthor=False))
