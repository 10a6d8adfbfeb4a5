"""Certificates that are not HQ's: no network, and no way round. The queue stays."""

import datetime as dt
import ssl
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.faults import HqUnreachable
from tests.sync.scripted import Scripted, answer, asking
from tests.sync.world import signer_of

HEALTH = b'{"ok": true, "hq_incarnation": "i", "time_ms": 5}'
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


class Authority:
    """Signs certificates; whether anybody trusts it is another matter."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])
        own = self._certificate(self._name, self._key, "an authority", NOW + DAY, is_authority=True)
        self.path = folder / "authority.pem"
        self.path.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def _certificate(self, name, key, host, until, *, is_authority=False):
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 10 * DAY)
            .not_valid_after(until)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host.replace(" ", "-"))]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        return builder.sign(self._key, hashes.SHA256())

    def context(self, *, host: str = "localhost", until: dt.datetime = NOW + DAY) -> ssl.SSLContext:
        """Return what a server with a certificate for a host, good until a moment, listens with."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        path = self._folder / "server.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + self._certificate(name, key, host, until).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


class TlsServer(Scripted):
    """A scripted server behind TLS."""

    def __init__(self, act, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(act)
        self.url = self.url.replace("http://127.0.0.1", "https://localhost")

    def _serve(self, connection) -> None:
        try:
            connection = self._context.wrap_socket(connection, server_side=True)
        except (ssl.SSLError, OSError):
            connection.close()  # the asker did not like our certificate
            return
        super()._serve(connection)


@pytest.fixture
def authority(tmp_path):
    (tmp_path / "tls").mkdir()
    return Authority(tmp_path / "tls")


@pytest.fixture
def trusted(authority, monkeypatch):
    """Let this machine trust the authority, as it trusts those that came with it."""
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(authority.path))
    monkeypatch.setattr(requests.certs, "where", lambda: str(authority.path))
    return authority


def test_a_certificate_of_an_authority_that_is_trusted_is_enough(trusted):
    with TlsServer(answer(200, HEALTH), trusted.context()) as server, asking(server.url) as hq:
        assert hq.health().time_ms == 5


BAD = {
    "expired": {"until": NOW - DAY},
    "of another host": {"host": "elsewhere.example.org"},
}


@pytest.mark.parametrize("name", BAD)
def test_a_certificate_that_is_not_hqs_is_no_network(trusted, name):
    with (
        TlsServer(answer(200, HEALTH), trusted.context(**BAD[name])) as server,
        asking(server.url) as hq,
        pytest.raises(HqUnreachable, match="SSLError"),
    ):
        hq.health()
    assert server.requests == [], "nothing was said to whoever it was"


def test_an_authority_that_nobody_trusts_gets_nothing_and_the_queue_stays(authority, world):
    shop = world.shop().synced()
    shop.sell()
    signer = signer_of(shop.store)
    with (
        TlsServer(answer(200, HEALTH), authority.context()) as server,
        asking(server.url, signer=signer) as hq,
        pytest.raises(HqUnreachable),
    ):
        hq.push(shop.syncer._next_push())
    assert server.requests == []
    assert shop.store.waiting_count() == 1
    assert shop.syncer.sync().pushed == 1
