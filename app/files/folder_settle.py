"""What an operation in a folder came to, read off from what stands there.

The same tables serve a living operation and the recovery after a crash. They are entered only in
state ``REPLACING``: the swap file was whole and synced before, so a swap file that does not hold
the new bytes holds what the file's name stood for. Bytes of others are archived before a name of
ours that holds them is let go; each table may be entered again after a failure at any line.
"""

from __future__ import annotations

from typing import Final

from app.domain.files import OperationState
from app.files.spot import Seen, Spot
from app.files.store import Archive, Change, Outcome

_DONE: Final = Outcome(OperationState.DONE)
_ABORTED: Final = Outcome(OperationState.ABORTED)
_CHANGED: Final = Outcome(OperationState.CONFLICT, "changed")
_GONE: Final = Outcome(OperationState.CONFLICT, "gone")
_EXISTS: Final = Outcome(OperationState.ABORTED, "exists")

_ROUNDS: Final = 4
"""Each exchange back may find that someone saved once more; nobody saves that often."""


def settle_exchange(
    place: Spot, ours: tuple[int, int] | None, change: Change, archive: Archive
) -> bool:
    """The usual end of an exchange that was just made; ``False`` where it is not so simple.

    What came out is read whole; what went in is the file ``ours``, known to be whole. One sync
    makes both the exchange and the end of the swap name durable: a power cut before it leaves
    the file as before or as after, and its old bytes are in the vault.
    """
    taken = place.see(place.swap)
    if taken.hash != change.hash_before or ours is None or place.identity(place.name) != ours:
        return False
    _let_go(place, place.swap, taken, archive)
    place.sync()
    return True


def settle_replace(place: Spot, change: Change, archive: Archive) -> Outcome:
    """The file was to be exchanged with the swap file."""
    given_back: str | None = None
    for _ in range(_ROUNDS):
        _mend_renames(place, change, archive)
        now, swap = place.see(place.name), place.see(place.swap)
        if swap.is_nothing or swap.hash == change.hash_after:
            return _not_exchanged_or_finished(place, now, swap, change, archive)
        if swap.hash == change.hash_before:
            _let_go(place, place.swap, swap, archive)
            if now.hash == change.hash_after:
                place.sync()
                return _DONE
            _keep(place, now, archive)
            return _GONE if now.is_nothing else _CHANGED
        # Someone saved in the instant before the exchange: what they saved goes back.
        if swap.is_file:
            archive.foreign(place.chunks(place.swap))
        if now.hash == change.hash_after:
            given_back = swap.hash
            place.exchange_with_swap()
            place.sync()
        elif swap.is_file and now.hash is not None and now.hash == given_back:
            given_back = None  # what came out this time was saved later: it stays in place
            place.exchange_with_swap()
            place.sync()
        elif now.is_nothing:
            place.put(place.swap)
            place.sync()
            return _CHANGED
        elif swap.is_file:
            _keep(place, now, archive)
            _let_go(place, place.swap, swap, archive)
            return _CHANGED
        else:
            break
    return Outcome(OperationState.FAILED, f"left {place.swap} beside the file")


def _not_exchanged_or_finished(
    place: Spot, now: Seen, swap: Seen, change: Change, archive: Archive
) -> Outcome:
    """The swap file is gone, or holds our own bytes, which the vault has too."""
    _keep_unknown(place, now, change, archive)
    if not swap.is_nothing:
        place.drop(place.swap)
    if now.hash == change.hash_after:
        place.sync()
        return _DONE
    if now.hash == change.hash_before:
        return _ABORTED
    return _GONE if now.is_nothing else _CHANGED


def _mend_renames(place: Spot, change: Change, archive: Archive) -> None:
    """Where there is no exchange: finish or take back its renames, cut off between two."""
    aside = place.see(place.aside)
    if aside.is_nothing:
        return
    now, swap = place.see(place.name), place.see(place.swap)
    if swap.is_file and swap.identity == now.identity:
        _drop_second_name(place, place.swap, place)  # placed by a link
        swap = place.see(place.swap)
    if swap.is_nothing:
        place.aside_becomes_swap()
    elif now.is_nothing:
        place.put(place.aside)
        place.sync()
    elif aside.is_file:
        if aside.hash != change.hash_before:
            archive.foreign(place.chunks(place.aside))
        _let_go(place, place.aside, aside, archive)


def settle_create(place: Spot, change: Change, archive: Archive) -> Outcome:
    """The swap file was to get a name that nothing stood under."""
    now, swap = place.see(place.name), place.see(place.swap)
    if not swap.is_nothing:
        if swap.identity == now.identity:
            _drop_second_name(place, place.swap, place)
        else:
            place.drop(place.swap)
            return _ABORTED if now.is_nothing else _EXISTS
    if now.hash == change.hash_after:
        place.sync()
        return _DONE
    if now.is_nothing:
        return _ABORTED
    _keep(place, now, archive)
    return _CHANGED


def settle_remove(place: Spot, change: Change, archive: Archive) -> Outcome:
    """The file was to be taken out, to the swap name, and let go there."""
    now, taken = place.see(place.name), place.see(place.swap)
    if taken.is_nothing:
        if now.is_nothing:
            place.sync()
            return _DONE
        _keep_unknown(place, now, change, archive)
        return _ABORTED if now.hash == change.hash_before else _CHANGED
    if taken.hash == change.hash_before:
        _let_go(place, place.swap, taken, archive)
        place.sync()
        return _DONE
    if taken.is_file:
        archive.foreign(place.chunks(place.swap))
    if now.is_nothing:
        place.put(place.swap)
    elif taken.is_file and taken.identity == now.identity:
        _drop_second_name(place, place.swap, place)
    elif taken.is_file:
        _let_go(place, place.swap, taken, archive)
    else:
        return Outcome(OperationState.FAILED, f"left {place.swap} beside the file")
    place.sync()
    return _CHANGED


def settle_move(place: Spot, target: Spot, change: Change, archive: Archive) -> Outcome:
    """The file was to get another name, in this or another folder."""
    across = change.facts.get("across") is True
    copy_was_placed = across and target.see(target.swap).is_nothing
    if across and not copy_was_placed:
        target.drop(target.swap)
    aside = place.see(place.aside)
    if not aside.is_nothing:
        return _settle_aside(place, target, aside, change, archive, across=across)
    old, new = place.see(place.name), target.see(target.name)
    if old.is_nothing:
        if new.is_nothing:
            return _ABORTED
        target.sync()
        place.sync()
        return _DONE
    if new.identity is not None and list(new.identity) == change.facts.get("file"):
        target.sync()
        return _DONE  # moved, and someone made a new file in the old place
    if new.is_nothing:
        _keep_unknown(place, old, change, archive)
        return _ABORTED if old.hash == change.hash_before else _CHANGED
    if copy_was_placed and new.hash == change.hash_before:
        if old.hash == change.hash_before:
            target.sync()  # whoever placed the copy may have died before its name was on disk
            place.put_aside()
            place.sync()
            return settle_move(place, target, change, archive)
        _keep(place, old, archive)
        _take_copy_back(target, change, archive)
        return _CHANGED
    return _EXISTS


def _settle_aside(
    place: Spot, target: Spot, aside: Seen, change: Change, archive: Archive, *, across: bool
) -> Outcome:
    """The file has been taken out of its place: it arrives, or goes back."""
    old, new = place.see(place.name), target.see(target.name)
    if new.identity is not None and new.identity == aside.identity:
        _drop_second_name(place, place.aside, target)  # moved by a link
        place.sync()
        return _DONE
    if old.identity is not None and old.identity == aside.identity:
        _drop_second_name(place, place.aside, place)  # put back by a link
        return _ABORTED if new.is_nothing else _EXISTS
    if across and new.hash == change.hash_before:
        if aside.hash == change.hash_before:
            _let_go(place, place.aside, aside, archive)
            place.sync()
            return _DONE
        _take_copy_back(target, change, archive)
    changed = aside.hash != change.hash_before
    if changed and aside.is_file:
        archive.foreign(place.chunks(place.aside))
    if old.is_nothing:
        place.put(place.aside)
    elif aside.is_file:
        _keep(place, old, archive)
        _let_go(place, place.aside, aside, archive)
        changed = True
    else:
        return Outcome(OperationState.FAILED, f"left {place.aside} beside the file")
    place.sync()
    if changed:
        return _CHANGED
    return _ABORTED if new.is_nothing else _EXISTS


def _take_copy_back(target: Spot, change: Change, archive: Archive) -> None:
    """The copy in the new place is ours and no longer wanted, unless someone changed it."""
    target.put_aside_as_swap()
    copy = target.see(target.swap)
    if copy.hash == change.hash_before:
        _let_go(target, target.swap, copy, archive)
    else:
        target.put(target.swap)
    target.sync()


def _drop_second_name(place: Spot, ours: str, first: Spot) -> None:
    """Unlink a name of ours of a file that has its own name, ``first``, on disk too by then."""
    first.sync()
    place.drop(ours)


def _keep_unknown(place: Spot, now: Seen, change: Change, archive: Archive) -> None:
    if now.hash not in (change.hash_before, change.hash_after):
        _keep(place, now, archive)


def _keep(place: Spot, now: Seen, archive: Archive) -> None:
    """Bytes that stand in the file's place and are not ours."""
    if now.is_file:
        archive.foreign(place.chunks(place.name))


def _let_go(place: Spot, ours: str, seen: Seen, archive: Archive) -> None:
    """Unlink a name of ours that holds the person's bytes; the vault has them, for certain."""
    assert seen.hash is not None
    archive.secure(seen.hash, place.chunks(ours))
    # Making sure takes long for a large file, and someone may still have it open to write.
    place.require_untouched(ours, seen)
    place.drop(ours)
