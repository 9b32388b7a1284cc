"""What keeps a file in Google Drive safe, each taken out, and the test that must notice."""

from __future__ import annotations

from typing import Final

from tests.mutants.catalogue import Mutant

TESTS: Final = "tests/integrations/google/"
REPLACING: Final = f"{TESTS}test_drive_replacing.py::"
MAKING: Final = f"{TESTS}test_drive_making.py::"
UPLOADS: Final = f"{TESTS}test_drive_uploads.py::"
DOWNLOADS: Final = f"{TESTS}test_drive_downloads.py::"
SIGN_IN: Final = f"{TESTS}test_drive_sign_in.py::"
GOOGLE: Final = "app/integrations/google/"

DRIVE_MUTANTS: Final = (
    Mutant(
        "drive: httplib2 sends a request again by itself",
        f"{GOOGLE}connections.py",
        "                connection_type=connection_type(urlsplit(uri).scheme),\n",
        "",
        (
            f"{REPLACING}test_bytes_are_sent_once_whatever_happens",
            f"{MAKING}test_a_copy_without_an_id_of_ours_is_asked_for_once",
        ),
    ),
    Mutant(
        "drive: a replacement without its condition",
        f"{GOOGLE}drive.py",
        '            request.headers["If-Match"] = etag\n',
        "",
        (f"{REPLACING}test_a_file_that_was_changed_meanwhile_stays",),
    ),
    Mutant(
        "drive: a long upload does not look again before its last piece",
        f"{GOOGLE}uploads.py",
        "            self._before_last()\n",
        "            pass\n",
        (f"{REPLACING}test_a_colleague_who_saves_during_a_long_upload_is_not_overwritten",),
    ),
    Mutant(
        "drive: what can be done only once is tried again",
        f"{GOOGLE}drive_session.py",
        "once() if deed is Deed.ONCE else repeated(once, attempts)",
        "repeated(once, attempts)",
        (f"{REPLACING}test_bytes_are_sent_once_whatever_happens",),
    ),
    Mutant(
        "drive: what is sent once goes over a connection that may be dead",
        f"{GOOGLE}drive_session.py",
        "borrow(fresh=deed is Deed.ONCE)",
        "borrow()",
        (f"{REPLACING}test_a_connection_that_died_while_idle_does_not_spoil_a_replacement",),
    ),
    Mutant(
        "drive: a replacement that Drive forgot is begun again",
        f"{GOOGLE}drive_uploads.py",
        "            raise forgotten(Deed.ONCE, unsure=lost.unsure) from None\n",
        "            self._send(sending, attempts, Deed.ONCE)\n",
        (f"{REPLACING}test_an_upload_forgotten_after_its_last_piece_may_have_happened",),
    ),
    Mutant(
        "drive: bytes that end early are taken for the end",
        f"{GOOGLE}uploads.py",
        "                if piece is None:\n                    raise changed_meanwhile()\n",
        "                if piece is None:\n                    break\n",
        (
            f"{UPLOADS}test_bytes_that_end_early_are_never_taken_for_the_end",
            f"{MAKING}test_bytes_that_change_while_they_are_read_are_not_sent",
        ),
    ),
    Mutant(
        "drive: a file made by a try whose answer was lost is told as another's",
        f"{GOOGLE}drive.py",
        "        if not attempts.unsure:\n",
        "        if True:\n",
        (f"{MAKING}test_a_file_whose_answer_was_lost_is_given",),
    ),
    Mutant(
        "drive: another's file is taken for the one that was made",
        f"{GOOGLE}drive.py",
        "        if not attempts.unsure:\n",
        "        if False:\n",
        (f"{MAKING}test_the_same_id_makes_one_file",),
    ),
    Mutant(
        "drive: bytes of another place are taken",
        f"{GOOGLE}downloads.py",
        "    if first != start or last - first + 1 != length or last >= total:\n",
        "    if False:\n",
        (f"{DOWNLOADS}test_other_bytes_than_were_asked_for_are_not_taken",),
    ),
    Mutant(
        "drive: a reader gets other bytes than the revision's",
        f"{GOOGLE}drive_reading.py",
        "        if self.get(file_id).head_revision != revision:\n            raise Drive",
        "        if False:\n            raise Drive",
        (f"{DOWNLOADS}test_a_reader_is_told_when_the_file_changes_meanwhile",),
    ),
    Mutant(
        "drive: the token goes to whoever Drive names",
        f"{GOOGLE}connections.py",
        "        if not self._may_see_the_token(uri):\n",
        "        if False:\n",
        (f"{TESTS}test_drive_exports.py::test_the_token_goes_to_google_only",),
    ),
    Mutant(
        "drive: each thread renews the token",
        f"{GOOGLE}access.py",
        "            if self._token is None or self._token == refused:\n",
        "            if True:\n",
        (f"{SIGN_IN}test_threads_whose_token_expired_get_one_new_one",),
    ),
    Mutant(
        "drive: a quotation mark ends a name",
        f"{GOOGLE}drive_queries.py",
        '.replace("\'", "\\\\\'")',
        "",
        (f"{TESTS}test_drive_search.py::test_a_name_is_only_a_name",),
    ),
    Mutant(
        "drive: a backslash ends a name",
        f"{GOOGLE}drive_queries.py",
        '.replace("\\\\", "\\\\\\\\")',
        "",
        (f"{TESTS}test_drive_search.py::test_any_text_means_itself_in_a_query",),
    ),
    Mutant(
        "drive: a move is repeated blindly",
        f"{GOOGLE}drive.py",
        "addParents=to_folder if to_folder not in places else None",
        "addParents=to_folder",
        (f"{TESTS}test_drive_changing.py::test_a_move_can_be_repeated",),
    ),
)
