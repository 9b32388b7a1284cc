"""Scenes with Google Drive for pictures: a stand-in is connected while they are played."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.assembly import Assembly
from app.domain.errors import FileError
from app.integrations.google import drive_session
from app.ui.drive_dialog import DriveDialog
from app.ui.panes.file_filters import Order
from tests.standins.google_drive import Answer, CutAfter, DriveServer
from tests.standins.google_drive.faults import anything
from tests.standins.google_drive.requests import Request
from tests.ui.drive_at_window import ONE_TRY
from tests.ui.driving import Person, click, type_text, until


@contextmanager
def _connected(person: Person, *, over: str = "") -> Iterator[DriveServer]:
    """``over``: an account whose sign-in has ended."""
    session = person.window.session
    assert session is not None
    desk = session.desk
    assert isinstance(desk, Assembly)
    with (
        DriveServer() as server,
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(drive_session, "RetryPolicy", lambda: ONE_TRY)
        access = server.sign_in()
        token = Path(folder, "token.json")
        token.write_text(
            json.dumps(
                {
                    "type": "authorized_user",
                    "client_id": access.client_id,
                    "client_secret": access.client_secret.reveal(),
                    "refresh_token": access.refresh_token.reveal(),
                    "token_uri": access.token_url,
                    "account": "ada@example.org",
                }
            )
        )
        desk.running_settings.change("google_api_url", server.root_url)
        desk.running_settings.change("google_token_file", str(token))
        if over:
            noted = {"email": over, "access": "all", "state": "sign_in_again"}
            noted["signed_in_at"] = "2026-03-10T09:30:00Z"
            desk.store.note("google_accounts", lambda _: [noted])
        session.drive.refresh()
        yield server


def _fill(server: DriveServer) -> tuple[str, str]:
    """Some files; the ids of a folder and of a text in it."""
    state = server.state
    folder = state.add_folder("Invoices")
    state.add_folder("Photos of the summer fair")
    plan = state.add("plan.md", b"# Plan\n\nWe meet on Monday.\nBring cake.\n", folder=folder.id)
    for name in ("2026-01.pdf", "2026-02.pdf", "a name that is quite long for a file.txt"):
        state.add(name, b"x" * 48_200, folder=folder.id)
    for name, size in (("budget.xlsx", 18_400), ("notes.txt", 830), ("fair.jpg", 2_400_000)):
        state.add(name, b"x" * size)
    state.add("Minutes", mime_type="application/vnd.google-apps.document")
    return folder.id, plan.id


async def drive_pane(person: Person) -> None:
    """The files pane with Drive: accounts, and a watched folder."""
    session, pane = person.window.session, person.window.files
    assert session is not None
    assert pane is not None
    person.window.show_pane("Files")
    with _connected(person, over="a-longer-name@an-organisation.example.org") as server:
        folder, _ = _fill(server)
        await until(lambda: session.drive.is_ready, "the account")
        await session.drive.watch(folder, "Invoices")
        await until(lambda: pane.model.rowCount() == 2, "the folder")
        index = pane.model.index(1, 0)
        pane.tree.expand(index)
        await until(lambda: pane.model.rowCount(index) == 4, "what is in it")
        pane.tree.setCurrentIndex(index)


async def drive_offline(person: Person) -> None:
    """Drive cannot be reached."""
    session, pane = person.window.session, person.window.files
    assert session is not None
    assert pane is not None
    person.window.show_pane("Files")
    with _connected(person) as server:
        await until(lambda: session.drive.is_ready, "the account")
        session.desk.drive.look_now()
        await until(lambda: session.drive.status.looked_at, "a look")
        server.fail(Answer(503), times=1_000)
        session.desk.drive.look_now()
        await until(pane.drive.retry.isVisible, "that it cannot")


async def drive_waiting(person: Person) -> None:
    """Drive was lost in the middle of a change."""
    session, pane = person.window.session, person.window.files
    assert session is not None
    assert pane is not None
    person.window.show_pane("Files")
    with _connected(person) as server:
        _, plan = _fill(server)
        await until(lambda: session.drive.is_ready, "the account")
        sent: list[Request] = []

        def upload(request: Request) -> bool:
            sent.extend([request] if "/upload/" in request.target else [])
            return bool(sent)

        server.fail(CutAfter(), on=upload)
        server.fail(Answer(503), on=lambda request: bool(sent) and anything(request), times=1_000)
        work = session.workspace("files.edit")
        with pytest.raises(FileError):
            await work.edit(f"drive:{plan}", lambda old: old + b"One more line.\n")
        session.desk.drive.look_now()
        await until(lambda: session.drive.status.waiting, "what waits")
        await until(pane.drive.retry.isVisible, "that it waits")


async def drive_browser(person: Person) -> None:
    """A look around in Drive."""
    await _browse(person, "")


async def drive_search(person: Person) -> None:
    """What a search in Drive finds."""
    await _browse(person, "plan")


async def _browse(person: Person, words: str) -> None:
    session, pane = person.window.session, person.window.files
    assert session is not None
    assert pane is not None
    person.window.show_pane("Files")
    with _connected(person) as server:
        _fill(server)
        await until(pane.drive.browse.isVisible, "the way into Drive")
        click(pane.drive.browse)
        dialog = await until(lambda: person.window.findChild(DriveDialog), "the dialog")
        await until(lambda: not dialog.busy, "My Drive")
        if words:
            type_text(dialog.search, words)
            await until(lambda: dialog.names == ["plan.md"], "what was found")


async def drive_versions(person: Person) -> None:
    """A file of Drive with its versions."""
    await _changed(person)


async def drive_finding(person: Person) -> None:
    """Files of Drive and local ones, by folder."""
    await _changed(person)
    pane = person.window.versions
    assert pane is not None
    click(pane.chooser)
    click(pane.files.filters.orders[Order.FOLDER])
    await until(lambda: len(pane.files.headings) == 2, "the folders")


async def _changed(person: Person) -> None:
    session, pane = person.window.session, person.window.versions
    assert session is not None
    assert pane is not None
    person.window.show_pane("Versions")
    with _connected(person) as server:
        folder, plan = _fill(server)
        await until(lambda: session.drive.is_ready, "the account")
        await session.drive.watch(folder, "Invoices")
        work = session.workspace("files.edit")
        await work.edit("notes.md", lambda old: old + b"One more line.\n")
        for old, new in ((b"Monday", b"Friday"), (b"cake", b"two cakes")):
            await work.edit(f"drive:{plan}", lambda text, a=old, b=new: text.replace(a, b))  # type: ignore[misc]
        await until(lambda: len(pane.versions) == 3, "three versions")
