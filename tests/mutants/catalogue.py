"""Every line that keeps a file safe or a model's answer true, taken out or turned round, and the
test that must notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

POWER: Final = ("tests/files/test_power_loss.py::test_the_power_goes_at_any_step_of_any_change",)
POWER_ELSEWHERE: Final = (
    (
        "tests/files/test_power_loss.py::"
        "test_it_goes_on_a_file_system_that_promises_less[without exchange]"
    ),
)
POWER_WITHOUT_UNNAMED: Final = (
    (
        "tests/files/test_power_loss.py::"
        "test_it_goes_on_a_file_system_that_promises_less[without files that have no name]"
    ),
)
POWER_IN_RECOVERY: Final = (
    "tests/files/test_power_loss.py::test_it_goes_while_a_new_process_recovers",
)
POWER_IN_ANOTHER_TRY: Final = (
    "tests/files/test_power_loss.py::test_it_goes_while_a_new_process_does_what_another_died_at",
)
CRASH: Final = (
    (
        "tests/files/test_crashes.py::test_a_crash_at_any_step_loses_nothing"
        "[first edit, with exchange]"
    ),
)
CRASH_IN_SIGHT: Final = (
    (
        "tests/files/test_crashes.py::test_a_crash_at_any_step_loses_nothing"
        "[first edit, without files that have no name]"
    ),
)
ORDER: Final = (
    (
        "tests/files/test_invariants.py::test_the_vault_and_the_journal_come_before_the_act"
        "[first edit]"
    ),
)
SAVES: Final = (
    (
        "tests/files/test_conflicts.py::test_a_save_before_any_step_of_an_edit_is_never_lost"
        "[exchange-by rename]"
    ),
    (
        "tests/files/test_conflicts.py::test_a_save_before_any_step_of_an_edit_is_never_lost"
        "[exchange-in place]"
    ),
)
SAVES_REMOVAL: Final = (
    "tests/files/test_conflicts.py::test_a_save_before_any_step_of_a_removal_is_never_lost",
)
APPEARS: Final = (
    "tests/files/test_conflicts.py::test_a_file_that_appears_during_a_creation_is_never_replaced",
)


@dataclass(frozen=True)
class Mutant:
    """One change that must not go unnoticed. ``old`` stands exactly once in ``path``.

    ``also``: a second change of the same file that goes with it, old and new. ``elsewhere``: one of
    another file, its path before them.
    """

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]
    also: tuple[str, str] | None = None
    elsewhere: tuple[str, str, str] | None = None

    @property
    def changes(self) -> tuple[tuple[str, str, str], ...]:
        """Path, old and new of all that is changed."""
        found = [(self.path, self.old, self.new)]
        if self.also:
            found.append((self.path, *self.also))
        if self.elsewhere:
            found.append(self.elsewhere)
        return tuple(found)


RUNNER, STORE, SPOT = (
    "app/files/change_runner.py", "app/files/folder_store.py", "app/files/spot.py",
)  # fmt: skip
SETTLE, PACKS, LOOSE = (
    "app/files/folder_settle.py", "app/files/packs.py", "app/files/loose.py",
)  # fmt: skip
ARCHIVING, SWAP, JOURNAL = (
    "app/files/archiving.py", "app/files/swap_file.py", "app/storage/file_journal.py",
)  # fmt: skip

MUTANTS: Final = (
    # -- archive, announce, act: in this order ---------------------------------------------
    Mutant(
        "no archive before the replacement",
        RUNNER,
        "            self._archiver.keep_both(request, making.worked, making.work)\n",
        "",
        ORDER,
    ),
    Mutant(
        "archive after the replacement",
        RUNNER,
        "            outcome = self._store.act(change, archive, before)\n"
        "        except (OSError, StewardError) as failure:\n"
        "            return self._settle_failure(archive, reached, failure)\n",
        "            outcome = self._store.act(change, archive, before)\n"
        "            self._archiver.keep_both(*self.kept)\n"
        "        except (OSError, StewardError) as failure:\n"
        "            return self._settle_failure(archive, reached, failure)\n",
        ORDER,
        also=(
            "            self._archiver.keep_both(request, making.worked, making.work)\n",
            "            self.kept = (request, making.worked, making.work)\n",
        ),
    ),
    Mutant(
        "a version that is known is taken for sound unseen",
        ARCHIVING,
        "        if not is_sound or self._blobs.is_ailing(before.hash):\n",
        "        if False:\n",
        ("tests/files/test_invariants.py",),
    ),
    Mutant(
        "the journal is written after the act",
        RUNNER,
        "            outcome = self._store.act(change, archive, before)\n"
        "        except (OSError, StewardError) as failure:\n"
        "            return self._settle_failure(archive, reached, failure)\n",
        "            outcome = self._store.act(change, archive, before)\n"
        "            self._journal.announce(*self.announced)\n"
        "        except (OSError, StewardError) as failure:\n"
        "            return self._settle_failure(archive, reached, failure)\n",
        ORDER,
        also=(
            "            self._journal.announce(announced, ready=ready is not None)\n",
            "            self.announced = (announced,)\n",
        ),
    ),
    Mutant(
        "the file is made beside the other before that is announced",
        RUNNER,
        "                ready.sync()\n",
        "                ready.sync()\n                ready.appear()\n",
        ORDER,
    ),
    Mutant(
        "the file is not looked at again under the lock",
        RUNNER,
        "                    if not self._is_as_before(request.locator, worked.before):\n",
        "                    if False:\n",
        (("tests/files/test_cancel.py::"
         "test_a_change_made_meanwhile_by_someone_else_is_built_upon"),),
    ),
    # -- one step, nothing overwritten -------------------------------------------------------
    Mutant(
        "the exchange is a plain rename over the file",
        SPOT,
        "            self._fs.exchange(self.folder, self.name, self.swap)\n",
        "            os.rename(self.swap, self.name, src_dir_fd=self.folder,"
        " dst_dir_fd=self.folder)\n",
        SAVES,
    ),
    Mutant(
        "the exchange is a plain write into the file",
        SPOT,
        "            self._fs.exchange(self.folder, self.name, self.swap)\n",
        "            _to = os.open(self.name, os.O_WRONLY | os.O_TRUNC, dir_fd=self.folder)\n"
        "            for _piece in self.chunks(self.swap):\n"
        "                self._fs.write(_to, _piece)\n"
        "            os.close(_to)\n",
        CRASH,
    ),
    Mutant(
        "a new name replaces what stands there",
        "app/files/atomic_rename.py",
        "    _call(folder, name, to_folder, to_name, _NO_REPLACE)",
        "    os.rename(name, to_name, src_dir_fd=folder, dst_dir_fd=to_folder)",
        APPEARS,
    ),
    Mutant(
        "a removal unlinks the file at once",
        STORE,
        "                    place.put_aside_as_swap()\n",
        "                    self.fs.stat(place.folder, place.name)\n"
        "                    __import__('os').unlink(place.name, dir_fd=place.folder)\n",
        SAVES_REMOVAL,
    ),
    Mutant(
        "any name can be unlinked",
        "app/files/fs_ops.py",
        "    if not name.endswith(OURS):\n",
        "    if False:\n",
        ("tests/files/test_invariants.py::test_only_names_of_ours_can_be_unlinked",),
    ),
    # -- what others saved -------------------------------------------------------------------
    Mutant(
        "what the exchange brought out is not looked at",
        SETTLE,
        "        if swap.hash == change.hash_before:\n"
        "            _let_go(place, place.swap, swap, archive)\n",
        "        if swap.is_file:\n            place.drop(place.swap)\n",
        SAVES,
    ),
    Mutant(
        "what came out of a quick exchange is not looked at",
        SETTLE,
        "    if taken.hash != change.hash_before or ours is None",
        "    if ours is None",
        SAVES,
    ),
    Mutant(
        "bytes of others are not kept",
        ARCHIVING,
        "            blob = self._blobs.put(pieces, like=self.change.hash_before)\n",
        "            from app.files.blobs import Blob, hash_of\n"
        "            _all = b''.join(pieces)\n"
        "            blob = Blob(hash_of(_all), len(_all))\n",
        (("tests/files/test_conflicts.py::"
         "test_two_saves_in_a_row_around_the_exchange_are_both_kept"),),
    ),
    Mutant(
        "bytes of others are kept, but no version says so",
        ARCHIVING,
        "        self._journal.foreign(self.change.op_id, blob.hash, blob.size)\n",
        "",
        SAVES,
    ),
    Mutant(
        "the old file is unlinked unsecured",
        SETTLE,
        "    archive.secure(seen.hash, place.chunks(ours))\n",
        "",
        (("tests/files/test_invariants.py::"
         "test_bytes_taken_out_are_kept_even_where_the_vault_lost_them_meanwhile"),),
    ),
    # -- power ---------------------------------------------------------------------------------
    Mutant(
        "what another process put and did not sync is taken for durable",
        ARCHIVING,
        "            self._blobs.make_durable(before.hash)\n",
        "            pass\n",
        POWER_IN_ANOTHER_TRY,
    ),
    Mutant(
        "a record in a pack is not synced",
        PACKS,
        "record.payload)\n            self._fs.sync(handle)\n",
        "record.payload)\n",
        POWER,
    ),
    Mutant(
        "a new pack's name is not synced",
        PACKS,
        "                if not pack.synced:\n                    self._fs.sync(parent)\n",
        "",
        POWER,
    ),
    Mutant(
        "a large content is not synced",
        LOOSE,
        '.ljust(LONGEST, b"\\0"))\n                    self._fs.sync(handle)\n',
        '.ljust(LONGEST, b"\\0"))\n',
        POWER,
    ),
    Mutant(
        "a large content's name is not synced",
        LOOSE,
        "            self._fs.rename_ours(parts, name, folder, file)\n"
        "            self._fs.sync(folder)\n",
        "            self._fs.rename_ours(parts, name, folder, file)\n",
        POWER,
    ),
    Mutant(
        "the names of the vault's folders are not synced",
        "app/files/vault_folders.py",
        "                    self._fs.make_folder(parent, path.name, 0o700)\n"
        "            self._fs.sync(parent)\n",
        "                    self._fs.make_folder(parent, path.name, 0o700)\n",
        POWER,
    ),
    Mutant(
        "the new file is not synced",
        RUNNER,
        "                ready.sync()\n",
        "                pass\n",
        POWER,
    ),
    Mutant(
        "the swap file is not synced, where there are no files without a name",
        SWAP,
        "        fs.sync(handle)\n",
        "        pass\n",
        POWER_WITHOUT_UNNAMED,
    ),
    Mutant(
        "the person's folder is not synced",
        SPOT,
        "        self._fs.sync(self.folder)\n        self._dropped = False\n",
        "        self._dropped = False\n",
        POWER,
    ),
    Mutant(
        "a folder made for the file is not synced",
        STORE,
        "            except FileExistsError:\n                return\n            place.sync()\n",
        "            except FileExistsError:\n                return\n",
        POWER,
    ),
    Mutant(
        "a name taken back may come back",
        STORE,
        "            yield place\n            place.sync_dropped()\n",
        "            yield place\n",
        POWER_IN_RECOVERY,
    ),
    Mutant(
        "without exchange, the swap file's name is not synced first",
        SPOT,
        "            self.sync()  # else a power cut could keep the first rename and not the swap"
        " file\n",
        "",
        POWER_ELSEWHERE,
    ),
    Mutant(
        "without exchange, a second name goes before the first is on disk",
        SPOT,
        "                self.sync()  # else a power cut could take both names\n",
        "",
        POWER_ELSEWHERE,
    ),
    Mutant(
        "a copy on another disk may lose its name after the original has gone",
        SETTLE,
        "            target.sync()  # whoever placed the copy may have died before its name was on"
        " disk\n",
        "",
        (("tests/files/test_power_loss.py::"
         "test_it_goes_while_a_new_process_ends_a_move_to_another_disk"),),
    ),
    Mutant(
        "the permission bits are not copied",
        SWAP,
        "        fs.copy_attributes(like, handle)\n",
        "        pass\n",
        POWER,
    ),
    Mutant(
        "commits are not on disk when they return",
        "app/storage/connections.py",
        '"PRAGMA synchronous = FULL"',
        '"PRAGMA synchronous = NORMAL"',
        ("tests/storage/test_database.py",),
    ),
    Mutant(
        "the announcement is not synced",
        JOURNAL,
        "            self._rows.add_steps(change.op_id, file_id, states, change.change)\n\n"
        "        self._database.write(write)\n",
        "            self._rows.add_steps(change.op_id, file_id, states, change.change)\n\n"
        "        self._database.write(write, durable=False)\n",
        POWER,
    ),
    Mutant(
        "the last announcement of what has to be made ready in sight is not synced",
        JOURNAL,
        "            self._rows.add_steps(op_id, _file_of(op_id), _READY)\n\n"
        "        self._database.write(write)\n",
        "            self._rows.add_steps(op_id, _file_of(op_id), _READY)\n\n"
        "        self._database.write(write, durable=False)\n",
        POWER,
    ),
    Mutant(
        "a content that was checked is never looked at again",
        "app/files/blob_reader.py",
        "        return bool(line) and self._proven.get(line) is not None\n",
        "        return self._proven.has(key)\n",
        ("tests/files/test_blobs.py::test_what_was_checked_before_is_not_taken_for_granted",),
    ),
    # -- recovery ------------------------------------------------------------------------------
    *(
        Mutant(
            f"recovery passes over what was left in {state}",
            "app/files/recovery.py",
            "    done = [_end(operation, runner) for operation in mine]\n",
            "    done = [_end(operation, runner) for operation in mine"
            f" if operation.state is not OperationState.{state}]\n",
            tests,
        )
        for state, tests in (("ARCHIVING", CRASH_IN_SIGHT), ("REPLACING", CRASH))
    ),
    Mutant(
        "recovery takes every change back unseen",
        STORE,
        "        acted = reached is OperationState.REPLACING\n",
        "        acted = False\n",
        CRASH,
    ),
    Mutant(
        "recovery calls every change done unseen",
        SETTLE,
        "    if now.hash == change.hash_before:\n        return _ABORTED\n"
        "    return _GONE if now.is_nothing else _CHANGED\n\n\ndef _mend",
        "    if now.hash == change.hash_before:\n        return _DONE\n"
        "    return _GONE if now.is_nothing else _CHANGED\n\n\ndef _mend",
        CRASH,
    ),
    Mutant(
        "a torn swap file is left beside the file",
        STORE,
        "                if not place.see(place.swap).is_nothing:\n"
        "                    place.drop(place.swap)\n",
        "",
        CRASH_IN_SIGHT,
    ),
    Mutant(
        "what an earlier change left open is passed over",
        JOURNAL,
        "                raise LeftOpenError(concerned)\n",
        "                pass\n",
        (("tests/files/test_failures.py::"
         "test_a_change_that_could_not_be_recorded_is_completed_by_the_next_one"),),
    ),
    # -- several at once -----------------------------------------------------------------------
    Mutant(
        "no lock between processes",
        "app/files/gate.py",
        "                self._file = FileLock(self._path,",
        "                self._file = FileLock(f'{self._path}{id(self)}',",
        (("tests/files/test_processes.py::"
         "test_recovery_waits_for_a_living_change_of_another_manager"),),
    ),
    Mutant(
        "a change that has begun can be cut",
        "app/files/gate.py",
        "            if not self._passed:\n                self._stopped = True\n",
        "            self._stopped = True\n",
        (("tests/files/test_cancel.py::"
         "test_a_change_that_has_begun_is_finished_and_its_result_returned"),),
    ),
    # -- reading -------------------------------------------------------------------------------
    Mutant(
        "what is read is not checked against its hash",
        "app/files/blob_reader.py",
        "    return hashlib.sha256(content).digest() == key\n",
        "    return True\n",
        ("tests/files/test_blobs.py", "tests/files/test_blob_deltas.py",
         "tests/files/test_blob_packs.py"),
    ),
    Mutant(
        "a link in the path is followed",
        "app/files/no_links.py",
        "_RESOLVE_NO_SYMLINKS: Final = 0x04",
        "_RESOLVE_NO_SYMLINKS: Final = 0x00",
        ("tests/files/test_folders.py",),
    ),
    Mutant(
        "verification does not read the vault",
        "app/files/verifying.py",
        "        for number, digest in enumerate(self._blobs.all(), start=before):\n",
        "        for number, digest in enumerate([], start=before):\n",
        ("tests/files/test_verify.py",),
    ),
    # -- pruning -------------------------------------------------------------------------------
    Mutant(
        "pruning drops the bytes before the archive's name is on disk",
        "app/files/new_file.py",
        "            fs.sync(folder)\n",
        "",
        POWER,
    ),
    Mutant(
        "the folder of the archives is not synced",
        "app/files/care.py",
        "            self._fs.sync(parent)\n",
        "            pass\n",
        POWER,
    ),
    Mutant(
        "the archive is not synced",
        "app/files/new_file.py",
        "            self._fs.sync(handle)\n",
        "",
        POWER,
    ),
    Mutant(
        "an archive is not noted before it is written",
        "app/files/new_file.py",
        "            own.remember(path.with_name(name))\n",
        "",
        ("tests/files/test_cut_off_exports.py",),
    ),
    Mutant(
        "the note of an archive is not synced",
        "app/files/partial.py",
        "        fs.sync(handle)\n",
        "        pass\n",
        POWER,
    ),
    Mutant(
        "an archive that was cleared away may come back",
        "app/files/partial.py",
        "        fs.sync(parent)  # its name must not come back once the note is gone\n",
        "",
        POWER_IN_RECOVERY,
    ),
    Mutant(
        "whatever a note names is cleared away",
        "app/files/partial.py",
        " or not ours.fullmatch(path.name)",
        "",
        ("tests/files/test_cut_off_exports.py",),
    ),
    Mutant(
        "versions are not marked before their bytes go",
        "app/files/pruning.py",
        "                self._marks.prune(marked[start : start + _AT_ONCE], shown)\n",
        "                pass\n",
        ("tests/files/test_pruning.py",),
    ),
    # -- the model's wire ----------------------------------------------------------------------
    Mutant(
        "an answer that just ends is taken for whole",
        "app/integrations/answer.py",
        "if not self.ended or (self.finish is None and not self.started):",
        "if self.finish is None and not self.started:",
        ("tests/integrations/test_known_client_bugs.py",),
    ),
    Mutant(
        "two calls may have one id",
        "app/integrations/tool_call_assembly.py",
        "while not 0 < len(call_id) <= _LONGEST_ID or call_id in used:",
        "while not 0 < len(call_id) <= _LONGEST_ID:",
        ("tests/integrations/test_known_client_bugs.py",),
    ),
    Mutant(
        "an answer that has begun is asked for again",
        "app/integrations/openrouter.py",
        "may_retry = error.retryable and not begun",
        "may_retry = error.retryable",
        ("tests/integrations/test_retrying.py",),
    ),
    Mutant(
        "a redirect is followed",
        "app/integrations/http.py",
        "follow_redirects=False,",
        "follow_redirects=True,",
        ("tests/integrations/test_requests.py",),
    ),
    Mutant(
        "a key goes to another server",
        "app/providers.py",
        'kept = keys.pop(origin_of(url) or "", None)',
        "kept = wanted.llm_api_key",
        ("tests/test_providers.py",),
    ),
    Mutant(
        "signs of life keep an answer alive for ever",
        "app/integrations/answer_stream.py",
        "return max(0.0, self._since + self._stall - now)",
        "return self._stall",
        ("tests/integrations/test_streaming.py",),
    ),
    Mutant(
        "two signed blocks of reasoning become one",
        "app/integrations/reasoning_details.py",
        "        self._closed = bool(detail.get(_SIGNATURE))\n",
        "",
        ("tests/integrations/test_streaming.py",),
    ),
    Mutant(
        "reasoning goes to a model that did not sign it",
        "app/integrations/wire.py",
        "if details and _origin(message) == (provider, model):",
        "if details and _origin(message)[0] == provider:",
        ("tests/integrations/test_wire.py",),
    ),
    Mutant(
        "a limit on a rate is taken for a lack of credit",
        "app/integrations/error_kinds.py",
        "if facts.limit_source and status in (None, 403):",
        "if facts.limit_source:",
        ("tests/integrations/test_model_errors.py",),
    ),
    Mutant(
        "a word in a refusal takes a field away",
        "app/integrations/refused_fields.py",
        'if "_" in name:',
        "if name:",
        ("tests/integrations/test_retrying.py",),
    ),
    Mutant(
        "what only Python reads is an argument",
        "app/domain/json_values.py",
        "parse_constant=_refuse_constant, parse_float=_finite",
        "",
        ("tests/integrations/test_json_shape.py",),
    ),
    Mutant(
        "arguments may be nested without end",
        "app/domain/json_values.py",
        "if raw.count(\"[\") + raw.count(\"{\") > MAX_DEPTH and _depth(raw) > MAX_DEPTH:",
        "if not raw:",
        ("tests/integrations/test_json_shape.py",),
    ),
)  # fmt: skip
