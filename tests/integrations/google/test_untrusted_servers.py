"""A server that cannot show that it is Google gets no token and no bytes."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.domain.drive import DriveOfflineError
from tests.integrations.google.asking import Time
from tests.integrations.google.conftest import MakeDrive


def write_certificate(path: Path) -> None:
    """One for localhost that nobody vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    day = dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )


class Impostor:
    """Speaks TLS, and keeps what it hears."""

    def __init__(self, certificate: Path) -> None:
        self.heard = b""
        self.calls = 0
        self._closing = False
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="impostor")
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            with connection:
                self.calls += 1
                with (
                    contextlib.suppress(OSError),  # the client did not like the certificate
                    self._context.wrap_socket(connection, server_side=True) as secured,
                ):
                    self.heard += secured.recv(1_000)
            if self._closing:
                return

    def close(self) -> None:
        self._closing = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._listening.close()


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Impostor]:
    certificate = tmp_path / "localhost.pem"
    write_certificate(certificate)
    server = Impostor(certificate)
    yield server
    server.close()


def test_a_server_that_nobody_vouches_for_gets_nothing(
    make_drive: MakeDrive, impostor: Impostor, time: Time
) -> None:
    drive = make_drive(root_url=f"https://localhost:{impostor.port}/")

    with pytest.raises(DriveOfflineError, match="certificate is not trusted"):
        drive.account()

    assert impostor.calls == 1
    assert impostor.heard == b""
    assert time.waited == 0
