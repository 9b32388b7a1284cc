"""Takes note of what someone else did to a file: archives its bytes and adds a version.

It never touches the file. Blocking; runs in a worker thread.
"""

from __future__ import annotations

from app.domain.errors import NotAFileError
from app.files.blobs import BlobStore
from app.files.change_runner import ChangeRunner
from app.files.failures import explaining
from app.files.gate import Gate, StoreLock
from app.files.request import MAX_BYTES, Ended
from app.files.store import FileStore
from app.storage.file_history import FileHistory
from app.storage.file_journal import FileJournal


class Noter:
    """Compares files of one store with their history."""

    def __init__(
        self,
        *,
        store: FileStore,
        blobs: BlobStore,
        journal: FileJournal,
        history: FileHistory,
        runner: ChangeRunner,
        lock: StoreLock,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._journal = journal
        self._history = history
        self._runner = runner
        self._lock = lock

    def run(self, locator: str, gate: Gate, *, first_seen: bool) -> Ended:
        """Add a version where the file is not as its history says, unless ``gate`` is stopped.

        Args:
            locator: the file.
            gate: passed before anything is kept.
            first_seen: whether a file without a history is given one.
        """
        self._runner.keep_out_of_vault(locator)
        with explaining(locator):
            # Most of what a watcher hears of is our own doing: that needs no lock.
            if self._is_as_known(locator, first_seen=first_seen):
                return Ended()
            with self._lock.held(gate):
                self._runner.settle_at([locator])
                if self._is_as_known(locator, first_seen=first_seen):
                    return Ended()
                gate.go()
                digest, size = self._archived(locator)
                noted = self._journal.noted(self._store.name, locator, digest, size)
        return Ended() if noted is None else Ended((noted,))

    def _is_as_known(self, locator: str, *, first_seen: bool) -> bool:
        record = self._history.find(self._store.name, locator)
        if record is None and not first_seen:
            return True
        last = self._history.newest(record.file_id) if record is not None else None
        try:
            now = self._store.probe(locator)
        except NotAFileError:
            now = None  # a folder or a link: the file is not there
        return now == (last.hash_after if last is not None else None)

    def _archived(self, locator: str) -> tuple[str | None, int | None]:
        """What stands there, in the vault: hash and size, ``None`` where nothing stands."""
        try:
            pulled = self._store.pull(locator, limit=MAX_BYTES, take=self._blobs.put)
        except (FileNotFoundError, NotAFileError):
            return None, None
        if pulled.content is not None:
            self._blobs.put([pulled.content])
        return pulled.hash, pulled.size
