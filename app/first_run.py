"""What a person may try things on at the first start: a small folder of sample files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from app.domain.errors import FileError

SAMPLE: Final = Path(__file__).resolve().parent.parent / "resources" / "sample"


def make_sample_folder(home: Path) -> Path:
    """The sample folder in the data directory; what is there already stays. Blocking.

    Raises ``FileError`` where it cannot be made.
    """
    folder = home / "Sample"
    try:
        if not folder.exists():
            shutil.copytree(SAMPLE, folder)
    except OSError as error:
        raise FileError(
            f"The sample folder could not be made: {error.strerror or error}.",
            hint="Choose a folder of your own instead.",
        ) from error
    return folder
