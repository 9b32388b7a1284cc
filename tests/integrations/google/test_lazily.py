"""Google's libraries are loaded when Drive is used, and not before."""

from __future__ import annotations

import subprocess
import sys

from app.integrations.google.services import Services

HEAVY = ("google", "googleapiclient", "google_auth_oauthlib", "httplib2", "requests")


def test_nothing_of_google_is_loaded_before_it_is_used() -> None:
    code = (
        "import sys, app.integrations.google.drive, app.main\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_uploads_go_where_everything_else_goes() -> None:
    """The library's own option for another address leaves uploads at Google's."""
    services = Services("http://127.0.0.1:9/")
    calls = [services.v3.files().get(fileId="1"), services.v2.files().get(fileId="1")]
    from app.integrations.google.uploads import in_one_piece
    from tests.integrations.google.asking import upload

    media = in_one_piece(upload(b"1"))
    calls += [
        services.v3.files().create(body={}, media_body=media),
        services.v2.files().update(fileId="1", media_body=media),
    ]

    assert all(one.uri.startswith("http://127.0.0.1:9/") for one in calls)
    assert all("/upload/" in one.uri for one in calls[2:])
