"""Lists files and their versions on a chat; brings one back, or sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from app.channels.shift import Row, Shift
from app.channels.words import age, code, explained, plain, shortened
from app.domain.attachments import clean_name, size_in_words
from app.domain.channels import Button, Chat, Document
from app.domain.errors import FileMissingError, FileTooLargeError, StewardError
from app.domain.files import FileAction, FileVersion
from app.domain.names import shown
from app.storage.channel_buttons import MANY

MOST_FILES: Final = 8
MOST_VERSIONS: Final = 6
_READ: Final = 50
MOST_BYTES: Final = 50 * 1024 * 1024
"""What Telegram takes as a document at most (Bot API, sendDocument)."""
_DID: Final = {
    FileAction.CREATE: "made",
    FileAction.EDIT: "changed",
    FileAction.MOVE: "moved",
    FileAction.REMOVE: "removed",
    FileAction.RESTORE: "restored",
    FileAction.SEEN: "seen first",
}


class FileVersions:
    """``/versions`` and the buttons of what it shows. Methods raise ``StewardError``."""

    def __init__(self, shift: Shift) -> None:
        self._shift = shift

    async def list_files(self, chat: Chat, user_id: str, key: str) -> None:
        """The files changed last, those of the chat's conversation first."""
        mine, _ = await self._shift.parts.people.conversation(chat)
        files = list(await self._shift.workspace().tracked(limit=200))
        if not chat.private:  # others read along
            files = [file for file in files if file.conversation_id == mine]
        files.sort(key=lambda file: file.conversation_id != mine or mine is None)  # it is stable
        lines, rows = [], []
        for file in files[:MOST_FILES]:
            name = self._display(file.path)
            there = "" if file.present else ", removed"
            when = self._ago(self._shift.parts.clock.now() - file.changed_at)
            here = " · this conversation" if mine and file.conversation_id == mine else ""
            lines.append(f"- {code(name)}: {file.versions} versions{there}, {when}{here}")
            action = {"do": "versions", "file": file.file_id, MANY: True}
            card = f"{key}:{file.file_id}"
            label = shortened(shown(name), 40)
            rows.append(await self._shift.offer(chat, user_id, card, {label: action}))
        text = "\n".join(["Changed last:", "", *lines]) if lines else "No file has versions yet."
        await self._shift.say(chat, key, text, rows)

    async def list_named(self, chat: Chat, user_id: str, key: str, name: str) -> None:
        """The versions of the file that ``name`` means."""
        workspace = self._shift.workspace()
        try:
            versions = await workspace.versions(name, limit=_READ)
        except FileMissingError:
            versions = ()
        if not versions:
            found = await workspace.find_tracked(name, limit=2)
            if len(found) != 1:
                raise FileMissingError(
                    f"{'Several files have' if found else 'No file has'} “{shown(name)}” in its "
                    "name and versions.",
                    hint="/versions lists the files changed last.",
                )
            versions = await workspace.versions(found[0].file.path, limit=_READ)
        await self._show(chat, user_id, key, versions)

    async def list_of(self, chat: Chat, user_id: str, key: str, file_id: str) -> None:
        """The versions of a file, by its id."""
        await self._show(chat, user_id, key, await self._versions_of(file_id))

    async def restore(
        self, chat: Chat, user_id: str, key: str, action: Mapping[str, object]
    ) -> str:
        """Make a file as it was in a version; in a few words what came of it."""
        file_id, number = str(action.get("file")), int(str(action.get("version")))
        versions = await self._versions_of(file_id)
        try:
            made = await self._shift.workspace().restore(versions[-1].path, number)
        except StewardError as error:
            said = f"⚠ Not restored: {explained(error)}"
            await self._show(chat, user_id, key, versions, said=said)
            return "Not restored."
        name = code(self._display(made.path))
        said = f"{name} is as in version {number} again (now version {made.version})."
        undo = {"do": "unrestore", "file": file_id, "version": made.version, "key": key}
        card = f"restored:{file_id}:{made.version}"
        rows = [await self._shift.offer(chat, user_id, card, {"Undo": undo})]
        await self._show(chat, user_id, key, await self._versions_of(file_id), said=said, rows=rows)
        return "Restored."

    async def take_back(
        self, chat: Chat, user_id: str, key: str, action: Mapping[str, object]
    ) -> str:
        """Undo a restore; in a few words what came of it."""
        file_id, number = str(action.get("file")), int(str(action.get("version")))
        versions = await self._versions_of(file_id)
        try:
            await self._shift.workspace().undo_version(versions[-1].path, number)
            said, words = "Undone.", "Undone."
        except StewardError as error:
            said, words = f"⚠ Not undone: {explained(error)}", "Not undone."
        await self._show(chat, user_id, key, await self._versions_of(file_id), said=said)
        return words

    async def send(self, chat: Chat, key: str, action: Mapping[str, object]) -> str:
        """Send a version as a document; in a few words what came of it."""
        number = int(str(action.get("version")))
        newest = (await self._versions_of(str(action.get("file"))))[-1]
        content = await self._shift.workspace().version_content(newest.path, number)
        if len(content) > MOST_BYTES:
            raise FileTooLargeError(
                f"Version {number} of {newest.filename} has {size_in_words(len(content))}.",
                hint="50 MB can be sent.",
            )
        document = Document(clean_name(newest.filename), content)
        title = f"{code(self._display(newest.path))}, version {number}"
        await self._shift.say(chat, key, title, document=document)
        return "Here it is."

    # -- inside ----------------------------------------------------------------------------

    async def _versions_of(self, file_id: str) -> Sequence[FileVersion]:
        versions = self._shift.parts.versions
        record = await versions.in_worker(lambda: versions.history.record(file_id))
        return await self._shift.workspace().versions(record.locator, limit=_READ)

    async def _show(
        self,
        chat: Chat,
        user_id: str,
        key: str,
        versions: Sequence[FileVersion],
        *,
        said: str = "",
        rows: Sequence[Row] = (),
    ) -> None:
        newest = versions[-1]
        lines, buttons = [f"Versions of {code(self._display(newest.path))}:", ""], list(rows)
        for one in reversed(versions[-MOST_VERSIONS:]):
            lines.append(f"- {self._line(one)}")
            acts = {}
            facts = {"file": one.file_id, "version": one.version, "key": key}
            if one.hash_after is not None:
                if one.hash_after != newest.hash_after:
                    acts[f"Restore {one.version}"] = {"do": "restore", **facts}
                acts[f"Get {one.version}"] = {"do": "get", **facts, MANY: True}
            # Each button is a card: pressing one leaves the others as they are.
            row: list[Button] = []
            for label, action in acts.items():
                card = f"{key}:{action['do']}:{one.version}"
                row += await self._shift.offer(chat, user_id, card, {label: action})
            buttons.append(row)
        if newest.version > MOST_VERSIONS:
            lines.append("- and earlier ones, on the computer")
        text = "\n".join(lines)
        await self._shift.say(chat, key, f"{text}\n\n{said}" if said else text, buttons)

    def _line(self, version: FileVersion) -> str:
        when = self._ago(self._shift.parts.clock.now() - version.at)
        size = "" if version.size is None else f", {size_in_words(version.size)}"
        return f"{version.version}: {_DID[version.action]} {when} by {plain(version.by)}{size}"

    def _display(self, path: str) -> str:
        return self._shift.workspace().display(path)

    @staticmethod
    def _ago(span: timedelta) -> str:
        return f"{age(span)} ago"
