"""The stand-in refuses what Drive would refuse: asked by the library alone, without our adapter."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.integrations.google.services import Services
from tests.integrations.google.asking import some_bytes
from tests.standins.google_drive import DriveServer
from tests.standins.google_drive.requests import Request
from tests.standins.google_drive.state import DOCUMENT

Ask = Callable[[Any], int]


@pytest.fixture
def services(server: DriveServer) -> Services:
    return Services(server.root_url)


@pytest.fixture
def ask(server: DriveServer) -> Iterator[Ask]:
    """Sends a request as the library does; gives the status of the last answer."""
    import httplib2
    from googleapiclient.errors import HttpError

    access = server.sign_in()
    form = (
        f"grant_type=refresh_token&client_id={access.client_id}"
        f"&client_secret={access.client_secret.reveal()}"
        f"&refresh_token={access.refresh_token.reveal()}"
    )
    request = Request(0, "POST", "/token", {}, form.encode())
    token = server.sign_ins.renew(request).body.decode().split('"access_token": "')[1].split('"')[0]
    http = httplib2.Http()
    http.redirect_codes = http.redirect_codes - {308}

    def send(request: Any) -> int:
        request.headers["authorization"] = f"Bearer {token}"
        if request.resumable is not None:
            plain = http.request

            def authorized(uri: str, method: str = "GET", **more: Any) -> Any:
                headers = {**more.pop("headers", {}), "authorization": f"Bearer {token}"}
                return plain(uri, method, headers=headers, **more)

            http.request = authorized
        try:
            request.execute(http=http)
        except HttpError as error:
            return int(error.resp.status)
        return 200

    yield send
    http.close()


def test_fields_and_parameters_that_there_are_not(
    server: DriveServer, services: Services, ask: Ask
) -> None:
    file = server.state.add("a.txt", b"one")
    files = services.v3.files()

    assert ask(files.get(fileId=file.id, fields="id,name")) == 200
    assert ask(files.get(fileId=file.id, fields="id,etag")) == 400
    assert ask(files.get(fileId=file.id, fields="id,capabilities(canFly)")) == 400
    assert ask(services.v3.about().get()) == 400
    request = files.get(fileId=file.id)
    request.uri += "&etag=1"
    assert ask(request) == 400


def test_a_shared_drive_needs_its_parameters(
    server: DriveServer, services: Services, ask: Ask
) -> None:
    team = server.state.add_drive("Team")
    file = server.state.add("a.txt", b"one", folder=team)
    files = services.v3.files()

    assert ask(files.get(fileId=file.id)) == 404
    assert ask(files.get(fileId=file.id, supportsAllDrives=True)) == 200
    assert ask(files.list(corpora="allDrives")) == 403


def test_an_order_for_a_search_of_texts(services: Services, ask: Ask) -> None:
    files = services.v3.files()

    assert ask(files.list(q="fullText contains 'a'")) == 200
    assert ask(files.list(q="fullText contains 'a'", orderBy="modifiedTime desc")) == 400
    assert ask(files.list(q="name = 'it's'")) == 400
    assert ask(files.list(q="size > '3'")) == 400


def test_ids_for_workspace_files_and_second_parents(
    server: DriveServer, services: Services, ask: Ask
) -> None:
    (file_id,) = [server.state.new_id()]
    server.state.reserved.add(file_id)
    folder = server.state.add_folder("Work")
    files = services.v3.files()

    assert ask(files.create(body={"id": file_id, "mimeType": DOCUMENT})) == 400
    assert ask(files.create(body={"id": file_id, "parents": [folder.id, "root"]})) == 400
    assert ask(files.create(body={"id": file_id, "name": "a"})) == 200
    assert ask(files.create(body={"id": file_id, "name": "a"})) == 409
    assert ask(files.update(fileId=file_id, addParents="root", body={})) == 400
    assert ask(files.update(fileId=file_id, body={"parents": [folder.id]})) == 403


def test_pieces_that_are_no_multiple_of_256_kb(services: Services, ask: Ask) -> None:
    from googleapiclient.http import MediaIoBaseUpload

    def request(piece: int) -> Any:
        content = io.BytesIO(some_bytes(700_000))
        media = MediaIoBaseUpload(content, "text/plain", chunksize=piece, resumable=True)
        return services.v3.files().create(body={}, media_body=media)

    assert ask(request(300_000)) == 400
    assert ask(request(262_144)) == 200


def test_a_condition_on_version_2_alone(server: DriveServer, services: Services, ask: Ask) -> None:
    file = server.state.add("a.txt", b"one")

    def update(etag: str) -> Any:
        request = services.v2.files().update(fileId=file.id, body={"title": "b.txt"})
        request.headers["If-Match"] = etag
        return request

    assert ask(update('"another"')) == 412
    assert ask(update(file.etag)) == 200
    assert ask(update(file.etag)) == 200


def test_nothing_can_be_deleted(server: DriveServer, services: Services, ask: Ask) -> None:
    file = server.state.add("a.txt", b"one")

    assert ask(services.v3.files().delete(fileId=file.id)) == 501
    assert ask(services.v3.files().emptyTrash()) == 501
    assert file.id in server.state.files


def test_nobody_without_a_token(server: DriveServer, services: Services) -> None:
    import httplib2
    from googleapiclient.errors import HttpError

    http = httplib2.Http()
    with pytest.raises(HttpError) as caught:
        services.v3.files().get(fileId="1").execute(http=http)
    http.close()

    assert caught.value.resp.status == 401
