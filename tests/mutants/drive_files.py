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
CRASH: Final = (f"{SCENARIOS}test_a_crash_before_or_after_any_request[edit]",)

DRIVE_FILE_MUTANTS: Final = (
    Mutant(
        "drive files: no copy in Drive before the change",
        STORE,
        "        if not isinstance(copy, str):\n            return\n",
        "        return\n",
        (f"{STORED}test_an_edit_copies_first_and_keeps_what_others_see_of_the_file",),
    ),
    Mutant(
        "drive files: a copy with an id that Drive chooses",
        "app/files/drive_archive.py",
        "made = self._client.copy(file.file_id, copy_id, file.name",
        "made = self._client.copy(file.file_id, None, file.name",
        (f"{STORED}test_the_answer_to_the_copy_is_lost_and_there_is_one",),
    ),
    Mutant(
        "drive files: what was copied is not compared with what was read",
        STORE,
        '        if made is not None and made.md5 != change.facts.get("md5"):\n',
        "        if False:\n",
        (f"{STORED}test_a_copy_of_other_bytes_is_no_archive",),
    ),
    Mutant(
        "drive files: neither the condition nor the look before the upload",
        STORE,
        "            if not self._is_as_noted(tag.file, change):\n                return change\n"
        "            if tag.file.head_revision",
        "            if tag.file.head_revision",
        COLLEAGUE,
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
        "        self._keep(new)\n        if file.trashed:\n            self._client.change",
        "        if file.trashed:\n            self._client.change",
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
        "app/files/drive_watching.py",
        "            raise  # the feed is read from here again\n",
        "            return 0\n",
        (
            (
                "tests/files/test_drive_watching.py::"
                "test_where_it_is_cut_off_it_goes_on_and_passes_nothing_over"
            ),
        ),
    ),
    Mutant(
        "documents: no copy before the edit",
        "app/files/document_store.py",
        '        if change.kind is not ChangeKind.MOVE and change.hash_after != change.facts["text"]:\n',
        "        if False:\n",
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
