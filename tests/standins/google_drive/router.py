"""Takes a request to the handler of its method, and gives the part of the answer asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.standins.google_drive import documents, files_v2, files_v3, reading_v3
from tests.standins.google_drive.calls import Call, Media
from tests.standins.google_drive.interface import (
    Method,
    check_parameters,
    method_of,
    parse_fields,
    selected,
)
from tests.standins.google_drive.operations import Operations
from tests.standins.google_drive.requests import DriveFault, Request, Response, as_json, bad_request
from tests.standins.google_drive.sign_in import SignIns
from tests.standins.google_drive.state import DriveState
from tests.standins.google_drive.uploads import Sessions, parts_of

Handler = Callable[[Call], Any]

# Guide fields-parameter: what is given where no fields are named.
USUAL = {
    "files.get": "kind,id,name,mimeType",
    "files.create": "kind,id,name,mimeType",
    "files.copy": "kind,id,name,mimeType",
    "files.update": "kind,id,name,mimeType",
    "files.list": "kind,incompleteSearch,nextPageToken,files(kind,id,name,mimeType)",
    "revisions.list": "kind,nextPageToken,revisions(kind,id,mimeType,modifiedTime)",
    "changes.list": "kind,newStartPageToken,nextPageToken,"
    "changes(kind,changeType,time,removed,fileId,file(kind,id,name,mimeType))",
}


class Router:
    """All methods of the stand-in."""

    def __init__(self, state: DriveState, sign_ins: SignIns) -> None:
        self.sessions = Sessions()
        self.operations = Operations()
        self._state = state
        self._sign_ins = sign_ins
        self._handlers: Mapping[tuple[str, str], Handler] = {
            ("v3", "about.get"): reading_v3.about,
            ("v3", "changes.getStartPageToken"): reading_v3.changes_start,
            ("v3", "changes.list"): reading_v3.changes,
            ("v3", "drives.list"): reading_v3.drives,
            ("v3", "files.copy"): files_v3.copy,
            ("v3", "files.create"): files_v3.create,
            ("v3", "files.download"): self.operations.download,
            ("v3", "files.export"): reading_v3.export,
            ("v3", "files.generateIds"): files_v3.generate_ids,
            ("v3", "files.get"): reading_v3.get,
            ("v3", "files.list"): reading_v3.search,
            ("v3", "files.update"): files_v3.update,
            ("v3", "operations.get"): self.operations.get,
            ("v3", "revisions.get"): reading_v3.get_revision,
            ("v3", "revisions.list"): reading_v3.list_revisions,
            ("v3", "revisions.update"): reading_v3.pin,
            ("v2", "files.get"): files_v2.get,
            ("v2", "files.update"): files_v2.update,
        }

    def answer(self, request: Request, keep: int | None = None) -> Response:
        """The answer to a request; ``keep``: of a piece of an upload only so many bytes arrive."""
        try:
            if request.path == "/token":
                return self._sign_ins.renew(request)
            if request.path in ("/o/oauth2/v2/auth", "/revoke"):
                return self._sign_ins.consent.answer_any(request)
            self._sign_ins.check(request)
            if request.path.startswith("/exported/"):
                return self.operations.content(request)
            if (document := documents.answer(self._state, request)) is not None:
                return document
            if "upload_id" in request.query:
                return self.sessions.go_on(request, keep)
            return self._called(request)
        except DriveFault as fault:
            return fault.response

    def _called(self, request: Request) -> Response:
        method, names, uploads = method_of(request)
        check_parameters(method, request.query)
        parameters = method.description.get("parameters", {})
        request.takes_all_drives = "supportsAllDrives" in parameters
        handler = self._handlers.get((method.version, method.name))
        if handler is None:
            raise DriveFault(501, "notImplemented", f"The stand-in has no {method.name}.")
        if not uploads:
            body = request.json
            return self._finished(method, handler, Call(self._state, request, names, body))
        return self._uploaded(method, handler, request, names)

    def _uploaded(
        self, method: Method, handler: Handler, request: Request, names: Mapping[str, str]
    ) -> Response:
        kind = request.query.get("uploadType")
        if kind == "resumable":
            call = Call(self._state, request, names, request.json)
            _check_before(method, call)
            return self.sessions.begin(call, lambda one: self._finished(method, handler, one))
        if kind == "multipart":
            body, media = parts_of(request)
        elif kind == "media":
            body, media = {}, Media(request.body, request.headers.get("content-type"))
        else:
            raise bad_request("Invalid value for uploadType", reason="invalidParameter")
        if len(request.body) > 5 * 1024 * 1024 + 4096:  # guide manage-uploads: 5 MB or less
            raise DriveFault(413, "uploadTooLarge", "Use a resumable upload.")
        return self._finished(method, handler, Call(self._state, request, names, body, media))

    def _finished(self, method: Method, handler: Handler, call: Call) -> Response:
        fields = call.query.get("fields") or (
            USUAL.get(method.name) if method.version == "v3" else None
        )
        if method.name == "about.get" and fields is None:
            # Guide fields-parameter.
            message = "The 'fields' parameter is required for this method."
            raise bad_request(message, reason="required")
        tree = parse_fields(fields) if fields else {}
        if method.answers and tree:  # a wrong field is refused before anything is done
            selected({}, tree, {"$ref": method.answers}, method.version)
        found = handler(call)
        if isinstance(found, Response):
            return found
        if method.answers:
            found = selected(found, tree, {"$ref": method.answers}, method.version)
        return as_json(found)


def _check_before(method: Method, call: Call) -> None:
    """What the first request of an upload in pieces is refused for."""
    if method.name == "files.create":
        files_v3.check_create(call)
    elif method.version == "v2":
        files_v2.check(call)
    else:
        files_v3.check_update(call, call.file())
