"""The power goes at every step of a put and of a discard, and nothing that was kept is lost."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from app.files import packs
from app.files.blobs import BlobStore, hash_of
from app.files.fs_ops import FsOps
from tests.files.power_disk import State
from tests.files.power_loss import Moment, PowerFs
from tests.files.test_blob_packs import a_bit_of_all, of_a_history
from tests.files.vault_bytes import stored


@pytest.fixture
def root(quick_path: Path) -> Path:
    (quick_path / "before").mkdir()
    (quick_path / "after").mkdir()
    return quick_path


@pytest.fixture(autouse=True)
def small_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "FULL", 2000)


def disks(fs: PowerFs, root: Path) -> Iterator[tuple[Moment, Path]]:
    """Disks that a power cut may leave, one after the other, and when that was.

    A few of each moment: no index is ever synced, so there are very many.
    """
    dice = Random(12)
    built: set[tuple[State, int]] = set()
    after = PowerFs(root / "after", torn_names=True)
    for moment in fs.moments:
        states = list(itertools.islice(moment.disk.states(), 200))
        for state in [states[0], states[-1], *dice.sample(states, min(4, len(states)))]:
            if (state, moment.commits) not in built:
                built.add((state, moment.commits))
                after.build(state)
                yield moment, root / "after" / "vault"
    assert len(built) > len(fs.moments) / 2


def watched(root: Path, act: Callable[[PowerFs], object]) -> PowerFs:
    fs = PowerFs(root / "before", torn_names=True)
    fs.recording = True
    act(fs)
    fs.recording = False
    return fs


def test_what_was_put_is_there_after_a_power_cut(root: Path) -> None:
    contents = a_bit_of_all()[1:]

    def act(fs: PowerFs) -> None:
        blobs = BlobStore(root / "before" / "vault", fs)
        for number, content in enumerate(contents):
            blobs.put([content], like=hash_of(contents[number - 1]))
            fs.commits = number + 1

    for moment, vault in disks(watched(root, act), root):
        found = stored(vault)
        kept = {hash_of(content) for content in contents[: moment.commits]}
        assert kept <= found.keys(), (moment.step, moment.number)


def test_what_a_second_process_found_is_there_after_a_power_cut(root: Path) -> None:
    """The first one died before it had synced; the second relies on what it left."""
    contents = a_bit_of_all()[:6]

    def act(fs: PowerFs) -> None:
        real, fs.sync = fs.sync, lambda handle: None  # type: ignore[method-assign]
        for content in contents:
            BlobStore(root / "before" / "vault", fs).put([content])
        fs.sync = real  # type: ignore[method-assign]
        fs.moments.clear()
        blobs = BlobStore(root / "before" / "vault", fs)
        for number, content in enumerate(contents):
            blobs.put([content])
            fs.commits = number + 1
            fs.moment("put")

    fs = watched(root, act)
    fs.moments = [moment for moment in fs.moments if moment.step == "put"][-1:]
    for moment, vault in disks(fs, root):
        assert stored(vault).keys() == {hash_of(one) for one in contents[: moment.commits]}


def test_what_was_not_discarded_is_there_after_a_power_cut(root: Path) -> None:
    contents, doomed = of_a_history(root / "before" / "vault")
    safe = contents.keys() - set(doomed)

    fs = watched(root, lambda fs: BlobStore(root / "before" / "vault", fs).discard(doomed))

    finished = stored(root / "before" / "vault")
    for moment, vault in disks(fs, root):
        found = stored(vault)
        assert safe <= found.keys(), (moment.step, moment.number)
        again = BlobStore(vault, FsOps())
        assert found.keys() == set(again.all()), "nothing is left half"
        again.drop_parts()
        again.discard(doomed)
        assert stored(vault) == finished
