"""Where the person looks in Google Drive, and what Drive says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.drive import FOLDER_TYPE, DriveError, DriveFile, DrivePage, DriveSpot
from app.files.drive_asking import asked
from app.ui.tasks import WorkGroup

if TYPE_CHECKING:
    from app.ui.session import Session


class DriveLook(QObject):
    """A folder that is looked into, or words that are looked for, page by page.

    ``asking(first)`` when Drive is asked, from the beginning or for more; then one of
    ``tops_found(Sequence[DriveSpot])``, ``page_found(DrivePage)`` and ``failed(DriveError)``. Drive
    is asked in worker threads; the answer to a question that is no longer asked is dropped.
    """

    asking = Signal(bool)
    tops_found = Signal(object)
    page_found = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._drive = session.drive
        self._browser = session.desk.drive.browser
        self._work = WorkGroup(session.tasks)
        self._where: list[DriveSpot] = []
        self._many = False
        self._next: str | None = None
        self.words = ""
        """What is looked for; empty where a folder is looked into."""
        self.busy = False
        """Whether Drive is being asked."""

    @property
    def where(self) -> Sequence[DriveSpot]:
        """The folder that is looked into, with those above it; none where all begins."""
        return self._where

    @property
    def can_go_up(self) -> bool:
        """Whether anything is above, or before the search."""
        return bool(self.words) or len(self._where) > 1 or (self._many and bool(self._where))

    @property
    def folder(self) -> DriveFile | None:
        """The folder that is looked into, where it is one."""
        if self.words or not self._where or self._where[-1].folder_id is None:
            return None
        return DriveFile(self._where[-1].folder_id, self._where[-1].name, FOLDER_TYPE)

    def ask(self) -> None:
        """Ask for what is meant now, from its beginning."""
        self._next = None
        self._ask(None)

    def more(self) -> None:
        """Ask for the next page, where there is one."""
        if self._next is not None and not self.busy:
            self._ask(self._next)

    def go(self, goal: DriveSpot | DriveFile) -> None:
        """Look into a folder."""
        if isinstance(goal, DriveFile):
            # A hit is asked for with whichever account sees it.
            account = "" if self.words else self._where[-1].account
            goal = DriveSpot(account, goal.file_id, goal.name)
        if self.words:
            self.words = ""
            self._where = self._where[:1]
        self._where.append(goal)
        self._drive.note(goal)
        self.ask()

    def go_up(self) -> None:
        """Look into the folder above; out of a search, into where it began."""
        if not self.can_go_up:
            return
        if self.words:
            self.words = ""
        else:
            self._where.pop()
        self.ask()

    def stop(self) -> None:
        """Ask for nothing any more."""
        self._work.cancel()
        self.busy = False

    # -- inside ----------------------------------------------------------------------------------

    def _ask(self, page: str | None) -> None:
        self._work.cancel()
        self.busy = True
        self.asking.emit(page is None)
        self._work.start(self._read(page), name="look into Drive")

    async def _read(self, page: str | None) -> None:
        words = self.words
        try:
            if words:
                found = await asked(lambda: self._browser.search(words, page))
            elif self._where:
                spot = self._where[-1]
                found = await asked(lambda: self._browser.look_into(spot, page))
            else:
                self._begin(await asked(self._browser.tops))
                return
        except DriveError as error:
            self.busy = False
            self.failed.emit(error)
            return
        self._take(found)

    def _begin(self, tops: Sequence[DriveSpot]) -> None:
        for top in tops:
            self._drive.note(top)
        self._many = len(tops) > 1
        if not self._many and tops:
            self._where = [tops[0]]
            self._ask(None)
            return
        self.busy = False
        self.tops_found.emit(tops)

    def _take(self, page: DrivePage) -> None:
        self.busy = False
        self._next = page.next_page
        if page.next_page is not None and not page.files:
            self._ask(page.next_page)  # nothing of this account: another one follows
        else:
            self.page_found.emit(page)
