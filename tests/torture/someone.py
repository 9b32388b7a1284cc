"""Someone else at the same files: ``python -m tests.torture.someone ROOT SEED``, until it is ended.

Every save has bytes of its own; ``theirs`` beside the folder has what was saved last under each
name. A save into a file that had been replaced while it was open is marked: no other program can
keep those bytes.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import time
from pathlib import Path

from tests.torture.worker import NAMES


def save_in_place(path: Path, content: bytes) -> bool:
    with path.open("wb", buffering=0) as file:
        file.write(content)
        return os.fstat(file.fileno()).st_nlink > 0


def save_by_rename(path: Path, content: bytes) -> bool:
    temporary = path.with_name(".editor.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)
    return True


def replace_by_link(path: Path, content: bytes) -> bool:
    temporary = path.with_name(".editor.tmp")
    temporary.write_bytes(content)
    path.unlink(missing_ok=True)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    return True


def remove(path: Path, content: bytes) -> bool:
    path.unlink(missing_ok=True)
    return True


def main(root: Path, seed: int) -> None:
    dice = random.Random(seed)
    with (root / "theirs").open("a") as ledger:
        number = 0
        while True:
            number += 1
            name = dice.choice(NAMES)
            content = f"theirs {os.getpid()} {number}\n".encode() * dice.choice((1, 50))
            act = dice.choice(
                (save_in_place, save_in_place, save_by_rename, replace_by_link, remove)
            )
            ledger.write(f"{name} begin\n")
            ledger.flush()
            try:
                kept = act(root / "docs" / name, content)
            except OSError:
                kept = False  # the folder is not there, or the name is
            digest = hashlib.sha256(content).hexdigest() if kept and act is not remove else "-"
            ledger.write(f"{name} {digest}\n")
            ledger.flush()
            time.sleep(dice.uniform(0.0, 0.02))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
