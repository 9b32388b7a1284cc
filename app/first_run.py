"""What a person finds at the first start: a small folder to try things on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from app.assembly import ROOT, Assembly
from app.domain.errors import StewardError

SAMPLE: Final = ROOT / "resources" / "sample"


def ensure_sample_folder(assembly: Assembly) -> Path | None:
    """On a first run with no folder granted: copy the sample files and grant them; blocking.

    Returns the folder, or ``None`` where the person already has folders, or where it cannot be
    made: that is a notice of this start, and no reason not to start.
    """
    if assembly.folders.folders:
        return None
    folder = assembly.settings.home / "Sample"
    try:
        if not folder.exists():
            shutil.copytree(SAMPLE, folder)
        assembly.grant_folder(folder)
    except (OSError, StewardError) as error:
        assembly.start_notices += (f"The sample folder could not be made: {error}",)
        return None
    return folder
