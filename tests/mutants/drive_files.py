"""What keeps files in Google Drive from being lost: the order, the copies, the looks."""

from __future__ import annotations

from typing import Final

from tests.mutants.catalogue import Mutant

SCENARIOS: Final = "tests/files/test_drive_scenarios.py::"
STORED: Final = "tests/files/test_drive_store.py::"
DOCUMENTS: Final = "tests/files/test_document_store.py::"
STORE: Final = "app/files/drive_store.py"
SETTLE: Final = "app/files/drive_settle.py"
COLLEAGUE: Final = (f"{SCENARIOS}test_a_colleague_at_any_request[saves-edit]",)
HOSTILE: Final = "tests/files/test_drive_hostile.py::"
WAITING: Final = "tests/files/test_drive_waiting.py::"
ACCOUNTS: Final = "tests/files/test_drive_accounts.py::"
DOCUMENT_SCENARIOS: Final = "tests/files/test_document_scenarios.py::"
WATCHING: Final = "app/files/drive_watching.py"
ARCHIVE: Final = "app/files/drive_archive.py"
CRASH: Final = (f"{SCENARIOS}test_a_crash_before_or_after_any_request[edit]",)
LOOK: Final = (
    "            if not self._is_as_noted(tag.file, change):\n                return change\n"
)
HEAD: Final = "            if tag.file.head_revision"

DRIVE_FILE_MUTANTS: Final = (
    Mutant(
        "drive files: no copy in Drive before the change",
        STORE,
        "        if not isinstance(copy, str):\n            return\n",
        "        return\n",
        CRASH,
    ),
    Mutant(
        "drive files: a copy with an id that Drive chooses",
        "app/files/drive_archive.py",
        "made = self._client.copy(file.file_id, copy_id, file.name",
        "made = self._client.copy(file.file_id, None, file.name",
        (f"{SCENARIOS}test_a_failure_of_any_request[edit]",),
    ),
    Mutant(
        "drive files: what was copied is not compared with what was read",
        STORE,
        '        if made is not None and made.md5 != change.facts.get("md5"):\n',
        "        if False:\n",
        (f"{STORED}test_a_copy_of_other_bytes_is_no_archive",),
    ),
    Mutant(
        "drive files: no look before the upload",
        STORE,
        LOOK + HEAD,
        HEAD,
        COLLEAGUE,
    ),
    Mutant(
        "drive files: neither the condition nor the look before the upload",
        STORE,
        LOOK + HEAD,
        HEAD,
        COLLEAGUE,
        elsewhere=(
            "app/integrations/google/drive.py",
            '            request.headers["If-Match"] = etag\n',
            "            pass\n",
        ),
    ),
    Mutant(
        "drive files: nothing in the vault before the change",
        "app/files/change_runner.py",
        "                self._archiver.keep_both(request, making.worked, making.work)\n",
        "",
        CRASH,
    ),
    Mutant(
        "drive files: what stands there is noted without a comparison",
        STORE,
        "        if standing and change.hash_before != (file",
        "        if False and (file",
        COLLEAGUE,
    ),
    Mutant(
        "drive files: after a lost answer it is sent again without a look",
        SETTLE,
        "        if ours == 0:\n",
        "        if False:\n",
        (f"{SCENARIOS}test_a_failure_of_any_request[edit]",),
    ),
    Mutant(
        "drive files: a colleague's bytes are not archived",
        SETTLE,
        "            self._keep(new)\n            return GONE if file.trashed else CHANGED\n",
        "            return GONE if file.trashed else CHANGED\n",
        (f"{STORED}test_what_a_colleague_saved_meanwhile_is_a_conflict_and_stays",),
    ),
    Mutant(
        "drive files: what was saved before it went to the trash stays there",
        SETTLE,
        "        self._keep(new)\n        if file.trashed:\n            out_of_trash",
        "        if file.trashed:\n            out_of_trash",
        (f"{STORED}test_what_was_saved_as_it_went_to_the_trash_comes_out_again",),
    ),
    Mutant(
        "drive files: a crash after the upload is taken for none",
        SETTLE,
        "        ours = next((at for at, one in enumerate(new) if self._is_ours(one)), None)\n",
        "        ours = None\n",
        CRASH,
    ),
    Mutant(
        "drive files: a new file is not told from another's",
        SETTLE,
        "DONE if file.app_properties.get(OPERATION) == self._change.op_id else EXISTS\n",
        "EXISTS\n",
        (f"{SCENARIOS}test_a_crash_before_or_after_any_request[create]",),
    ),
    Mutant(
        "drive files: the feed is said to be read before it is",
        WATCHING,
        "                raise  # the feed is read from here again\n",
        "                return 0\n",
        (
            (
                "tests/files/test_drive_watching.py::"
                "test_where_it_is_cut_off_it_goes_on_and_passes_nothing_over"
            ),
        ),
    ),
    Mutant(
        "drive files: others wait while bytes go up",
        "app/files/gate.py",
        "        return (self.drive if is_drive(locator) else self.vault).held(gate)\n",
        "        return self.vault.held(gate)\n",
        (f"{WAITING}test_a_file_here_is_changed_while_drive_is_slow[upload]",),
    ),
    Mutant(
        "drive files: the vault is written to without its lock",
        "app/files/gate.py",
        "        return self.vault.held(gate) if is_drive(locator) else nullcontext()\n",
        "        return nullcontext()\n",
        (f"{WAITING}test_the_vault_is_written_to_under_its_lock",),
    ),
    Mutant(
        "drive files: recovery ends what a living process is about",
        "app/files/recovery.py",
        "        with locks.drive.held(gate, patience=0.0):\n",
        "        if gate is not None:\n",
        (f"{WAITING}test_another_process_leaves_a_change_that_is_under_way_alone",),
    ),
    Mutant(
        "drive files: Cancel is not heard while a file comes down",
        "app/files/drive_client.py",
        "    current_gate().check()\n",
        "",
        (f"{WAITING}test_cancel_is_heard_while_a_file_comes_down",),
    ),
    Mutant(
        "drive files: Cancel is not heard while new bytes go up",
        STORE,
        "                        upload,\n                        check=current_gate().go_on,\n",
        "                        upload,\n",
        (f"{WAITING}test_cancel_ends_an_upload_that_is_not_whole[replace]",),
    ),
    Mutant(
        "drive files: Cancel is not heard while a new file goes up",
        STORE,
        "{OPERATION: change.op_id},\n                    check=current_gate().go_on,\n",
        "{OPERATION: change.op_id},\n",
        (f"{WAITING}test_cancel_ends_an_upload_that_is_not_whole[create]",),
    ),
    Mutant(
        "drive files: a copy anywhere is taken for the archive",
        ARCHIVE,
        "DriveQuery(app_property=(SOURCE, file_id), folder=folder)",
        "DriveQuery(app_property=(SOURCE, file_id))",
        (f"{HOSTILE}test_a_copy_somewhere_else_is_no_archive",),
    ),
    Mutant(
        "drive files: copies go into an archive in the trash",
        ARCHIVE,
        "        if not made.trashed:\n            return made\n",
        "        return made\n",
        (f"{HOSTILE}test_copies_do_not_go_into_an_archive_folder_in_the_trash",),
    ),
    Mutant(
        "documents: a copy that someone wrote in is taken for the archive",
        ARCHIVE,
        " == state and says(copy.file_id) == text:",
        " == state:",
        (f"{HOSTILE}test_a_copy_of_a_document_that_someone_wrote_in_is_no_archive",),
    ),
    Mutant(
        "documents: a copy with other looks is taken for the archive",
        ARCHIVE,
        '    return f"{text} {at}"\n',
        "    return text\n",
        (f"{HOSTILE}test_a_document_with_other_looks_is_copied_again",),
    ),
    Mutant(
        "documents: what was copied is not compared with what was read",
        ARCHIVE,
        "        return made if says(made.file_id) == text else None\n",
        "        return made\n",
        (f"{HOSTILE}test_a_document_that_changes_as_it_is_copied_is_left_alone",),
    ),
    Mutant(
        "drive files: a colleague's name is overwritten",
        STORE,
        "        if not self._is_placed_as_noted(file, change):\n            return\n",
        "",
        (f"{HOSTILE}test_a_colleagues_new_name_is_not_overwritten",),
    ),
    Mutant(
        "drive files: out of a folder in the trash means nowhere",
        SETTLE,
        "    file = client.change(file_id, trashed=False)\n    if file.trashed:\n",
        "    client.change(file_id, trashed=False)\n    if False:\n",
        (f"{HOSTILE}test_a_file_whose_folder_is_in_the_trash_comes_back_where_it_is_seen",),
    ),
    Mutant(
        "drive files: what was overwritten all the same stays so",
        SETTLE,
        "            put_back(new[ours - 1])\n",
        "            pass\n",
        (f"{HOSTILE}test_what_drive_overwrote_all_the_same_goes_back_on_top",),
    ),
    Mutant(
        "drive files: the same bytes saved again are a conflict",
        SETTLE,
        "        return [one for one in new if one.md5 is None or one.md5 != same]\n",
        "        return new\n",
        (f"{HOSTILE}test_what_was_saved_as_it_was_goes_to_the_trash_all_the_same",),
    ),
    Mutant(
        "drive files: old revisions are taken for new",
        SETTLE,
        "            before = set(known) if isinstance(known, list) else set()\n",
        "            before = set()\n",
        (f"{HOSTILE}test_revisions_that_drive_purged_are_not_taken_for_new",),
    ),
    Mutant(
        "drive files: bytes are taken as they arrive",
        "app/files/drive_reader.py",
        "        return self.size == file.size and file.md5 in (None, self.md5.hexdigest())\n",
        "        return True\n",
        (f"{HOSTILE}test_bytes_that_arrive_otherwise_than_drive_says_are_not_taken",),
    ),
    Mutant(
        "drive files: what was in the trash is not kept before it is replaced",
        STORE,
        "        self._secure_trashed(client, change, archive)\n",
        "",
        (f"{HOSTILE}test_what_was_saved_in_the_trash_is_kept_before_it_is_replaced",),
    ),
    Mutant(
        "drive files: what the upload is known by is not written down first",
        STORE,
        "        archive.amend(change)\n",
        "",
        CRASH,
    ),
    Mutant(
        "drive files: another account takes a file for gone",
        STORE,
        "        if isinstance(account, str) and not self._drives.is_signed_in(account):\n",
        "        if False:\n",
        (f"{ACCOUNTS}test_an_account_that_is_signed_out_is_not_taken_for_files_that_are_gone",),
    ),
    Mutant(
        "drive files: an account that lost a file is asked for it for ever",
        "app/integrations/google/accounts.py",
        "            known = self._files.pop(file_id, None)\n",
        "            known = None\n",
        (f"{ACCOUNTS}test_a_file_that_one_account_lost_is_still_seen_by_the_other",),
    ),
    Mutant(
        "drive files: what could not be noted just now is passed over",
        WATCHING,
        "            if _passes(error):\n",
        "            if False:\n",
        (f"{HOSTILE}test_what_cannot_be_noted_just_now_is_not_passed_over",),
    ),
    Mutant(
        "drive files: a feed that is lost is never found again",
        WATCHING,
        '                if error.details.get("status") not in _UNKNOWN_PLACE:\n',
        "                if True:\n",
        (f"{HOSTILE}test_a_feed_that_drive_does_not_know_any_more_is_begun_anew[gone]",),
    ),
    Mutant(
        "drive files: what was left open waits for the next start",
        WATCHING,
        "        await self._versions.recover_drive()\n",
        "",
        (f"{HOSTILE}test_what_was_left_open_is_ended_as_soon_as_drive_is_back",),
    ),
    Mutant(
        "documents: what a colleague typed goes to the trash with it",
        "app/files/document_store.py",
        "        if change.kind is ChangeKind.REMOVE and file.trashed:\n",
        "        if False:\n",
        (f"{DOCUMENT_SCENARIOS}test_a_colleague_types_before_any_request[doc-remove]",),
    ),
    Mutant(
        "documents: what was written in the trash is not kept before it is replaced",
        "app/files/document_store.py",
        "                archive.secure(looked.hash, iter([looked.content]))\n",
        "",
        (
            (
                f"{DOCUMENT_SCENARIOS}"
                "test_what_a_colleague_typed_in_the_trash_is_kept_before_it_comes_back"
            ),
        ),
    ),
    Mutant(
        "documents: a colleague's text is not archived",
        "app/files/document_store.py",
        "            archive.foreign(iter([looked.content]))\n",
        "            pass\n",
        (f"{DOCUMENTS}test_a_colleague_types_meanwhile_and_nothing_of_theirs_is_lost",),
    ),
    Mutant(
        "documents: a sheet is written in a way that is read otherwise",
        "app/files/sheets_text.py",
        "    if written(wanted) != after:\n",
        "    if False:\n",
        ((f"{HOSTILE}test_a_text_that_is_written_otherwise_is_refused_before_anything_is_done"),),
    ),
    Mutant(
        "drive files: an undo is refused after a mere new name",
        "app/files/undo.py",
        "        if not only_renamed or newest.hash",
        "        if True or newest.hash",
        (f"{HOSTILE}test_an_undo_after_a_colleagues_new_name_that_was_noted",),
    ),
    Mutant(
        "documents: no copy before the edit",
        "app/files/document_store.py",
        "        if change.kind is not ChangeKind.MOVE and change.hash_after",
        "        if False and change.hash_after",
        (f"{DOCUMENTS}test_a_document_is_edited_in_place_and_goes_back",),
    ),
    Mutant(
        "documents: an edit that does not depend on the revision",
        "app/integrations/google/documents.py",
        '"writeControl": {"requiredRevisionId": revision}',
        '"writeControl": {}',
        (f"{DOCUMENTS}test_a_colleague_types_meanwhile_and_nothing_of_theirs_is_lost",),
    ),
    Mutant(
        "documents: what is no text may go",
        "app/files/document_store.py",
        "            view.require_possible(view.look(client, file.file_id), after)\n",
        "",
        (f"{DOCUMENTS}test_what_is_no_text_is_never_lost",),
    ),
)
