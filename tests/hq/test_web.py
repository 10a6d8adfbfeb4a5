"""HQ on the wire: signatures, limits, problem documents, compression, and the demo's clock."""

import hashlib
import io
import json
import socket
from base64 import b64encode

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs, to_builtins
from msgspec.json import decode, encode

from app.core.canonical import INTEGER_MAX
from app.ids import new_id
from hq import auth, bodies, db, nonces
from hq.clock import DEMO_CLOCK_HEADER, FollowingClock
from hq.faults import Busy, SetUpFault
from hq.home import open_hq
from hq.members.service import MemberFacts, upsert_members
from hq.serve import is_loopback, serve
from hq.stores.devices import read_device, revoke
from hq.stores.pairing import new_pairing
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.protocol import (
    CLOCK_WINDOW_MS,
    SIGNATURE_HEADER,
    Manifest,
    PushAnswer,
    SignedManifest,
    request_message,
)
from tests.hq.server import serving
from tests.hq.station import NOW_MS, REF, URL, VOUCHER_RULE, enrol_request, enrol_station, pairing_token


@pytest.fixture
def web(hq):
    with serving(hq) as asking:
        yield asking


def signature(station, method, target, body=b"", *, time_ms=NOW_MS, nonce=None, device=None, key=None):
    nonce = new_id() if nonce is None else nonce
    device = device or station.owner.device_id
    message = request_message(
        method=method,
        target=target,
        body_sha256=hashlib.sha256(body).digest(),
        device_id=device,
        epoch=1,
        time_ms=time_ms,
        nonce=nonce,
    )
    sig = b64encode((key or station.key).sign(message)).decode()
    return {SIGNATURE_HEADER: f"device={device};epoch=1;time={time_ms};nonce={nonce};sig={sig}"}


def journal_path(station):
    return f"/v1/devices/{station.owner.device_id}/journal"


def post(web, station, body, *, headers=None, **signing):
    path = journal_path(station)
    return web.post(
        path, content=body, headers=signature(station, "POST", path, body, **signing) | (headers or {})
    )


def get(web, station, target, *, headers=None, **signing):
    return web.get(target, headers=signature(station, "GET", target, **signing) | (headers or {}))


def problem(response, status):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found = response.json()
    assert found["status"] == status
    assert found["type"].startswith("urn:tillside:problem:")
    assert found["title"]
    assert found["detail"].endswith(".")
    return found


def one_order(station, **changes):
    station.order(f"o{len(station.bodies)}")
    return encode(station.request(**changes))


def test_a_signed_push_is_answered(web, station):
    response = post(web, station, one_order(station))
    assert response.status_code == 200
    assert decode(response.content, type=PushAnswer).acked_seq == 1


def test_a_push_may_be_compressed(web, station):
    body = zstandard.compress(one_order(station))
    assert post(web, station, body, headers={"Content-Encoding": "zstd"}).status_code == 200


def test_health_needs_no_signature(web, hq):
    assert web.get("/v1/health").json() == {"ok": True, "hq_incarnation": hq.incarnation, "time_ms": NOW_MS}


def test_without_a_signature_nothing_is_answered(web, station):
    found = problem(web.post(journal_path(station), content=one_order(station)), 401)
    assert "kind" not in found  # a station would take it for a refusal of its journal
    problem(web.get("/v1/sync/manifest"), 401)


@pytest.mark.parametrize(
    "header",
    ["", "x", "device=;epoch=;time=;nonce=;sig=", "device=a;epoch=1;time=1;nonce=n;sig=!", "a" * 5000]
    + [f"device=a;epoch=1;time={time};nonce=n;sig=AA==" for time in ("-1", "9" * 30)]
    + ["device=a;epoch=1;time=1;nonce=;sig=AA==", f"device=a;epoch=1;time=1;nonce={'n' * 65};sig=AA=="],
)
def test_a_signature_that_cannot_be_read_is_refused(web, header):
    problem(web.get("/v1/sync/manifest", headers={SIGNATURE_HEADER: header}), 401)


def test_a_wrong_signature_is_refused(web, hq, station):
    body = one_order(station)
    stranger = enrol_station(hq, "S1")
    problem(post(web, station, body, key=Ed25519PrivateKey.generate()), 401)
    assert problem(post(web, station, body, device="D0000000000000"), 401)["type"].endswith("unknown_device")
    path = journal_path(station)
    signed = signature(station, "POST", path, body)
    problem(web.post(path, content=body + b" ", headers=signed), 401)
    problem(web.post(f"{path}?x=1", content=body, headers=signed), 401)
    problem(web.ask("PUT", path, content=body, headers=signed), 405)
    # Another device's good signature does not open this one's journal.
    problem(web.post(path, content=body, headers=signature(stranger, "POST", path, body)), 401)


def test_the_query_is_signed(web, hq, station):
    target = f"/v1/sync/changes?cursor=0&set_id={hq.set_id}&limit=5"
    signed = signature(station, "GET", target)
    problem(web.get(target.replace("limit=5", "limit=6"), headers=signed), 401)
    assert web.get(target, headers=signed).status_code == 200


def test_a_request_counts_once(web, station):
    assert get(web, station, "/v1/sync/manifest", nonce="n1").status_code == 200
    assert "before" in problem(get(web, station, "/v1/sync/manifest", nonce="n1"), 401)["detail"]


def test_a_wrong_signature_does_not_use_a_nonce_up(web, station):
    problem(get(web, station, "/v1/sync/manifest", nonce="n1", key=Ed25519PrivateKey.generate()), 401)
    assert get(web, station, "/v1/sync/manifest", nonce="n1").status_code == 200


@pytest.mark.parametrize("away_ms", [CLOCK_WINDOW_MS + 1, -CLOCK_WINDOW_MS - 1])
def test_a_request_of_another_time_learns_hqs_time(web, station, away_ms):
    found = problem(get(web, station, "/v1/sync/manifest", time_ms=NOW_MS + away_ms), 401)
    assert found["time_ms"] == NOW_MS
    edge = CLOCK_WINDOW_MS if away_ms > 0 else -CLOCK_WINDOW_MS
    assert get(web, station, "/v1/sync/manifest", time_ms=NOW_MS + edge).status_code == 200


def test_nonces_are_forgotten_with_the_window_and_never_kept_beyond_their_number(
    hq, station, clock, monkeypatch
):
    monkeypatch.setattr(nonces, "NONCES_KEPT_MAX", 2)
    gate = auth.Gate(hq)
    asked = auth.Asked("GET", "/", hashlib.sha256(b"").digest())

    def admit(nonce):
        signed = signature(station, "GET", "/", nonce=nonce, time_ms=clock.now_ms())
        gate.admit(auth.read_header(signed[SIGNATURE_HEADER]), asked)

    admit("a")
    admit("b")
    with pytest.raises(Busy):
        admit("c")
    clock.set_ms(NOW_MS + CLOCK_WINDOW_MS + 1)
    admit("c")


def test_a_bomb_is_stopped_while_it_unfolds(web, station):
    station.order("o1")
    bomb = zstandard.compress(bytes(200 << 20))
    assert len(bomb) < 64 << 10
    found = problem(post(web, station, bomb, headers={"Content-Encoding": "zstd"}), 413)
    assert "decompression" in found["detail"]


def test_a_bomb_of_memory_is_refused():
    params = zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
    out = io.BytesIO()
    with zstandard.ZstdCompressor(compression_params=params).stream_writer(out, closefd=False) as writer:
        writer.write(b"x" * 1000)
    with pytest.raises(bodies.Malformed):
        bodies.decode(out.getvalue(), "zstd")


@pytest.mark.parametrize("size", [bodies.BODY_BYTES_MAX + 1, 3 * bodies.BODY_BYTES_MAX])
def test_a_long_body_is_refused(web, size):
    problem(web.post("/v1/enrol", content=b" " * size), 413)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"{}", "gzip"),
        (b"not zstd", "zstd"),
        (zstandard.compress(b"{}" * 99)[:-3], "zstd"),
        (b"{", None),
        (b"[" * 100_000, None),
        (b'{"deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", None),
        (b'{"token": 1}', None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_a_body_that_is_none_is_malformed(web, body, encoding):
    found = problem(
        web.post("/v1/enrol", content=body, headers={"Content-Encoding": encoding or "identity"}), 400
    )
    assert found["type"].endswith("malformed")


def test_too_many_entries_are_malformed(web, station):
    station.order("o1")
    request = to_builtins(station.request())
    request["entries"] *= 501
    problem(post(web, station, json.dumps(request).encode()), 400)


def test_refusals_of_a_push_say_what_the_station_needs(web, hq, station):
    for _ in range(3):
        station.order(f"o{len(station.bodies)}")

    def push(request, status):
        return problem(post(web, station, encode(request)), status)

    gap = push(station.request(2), 409)
    assert (gap["kind"], gap["expect"]) == ("gap", 1)
    assert gap["hash"] == b64encode(station.base.hash).decode()
    assert push(station.request(prev_hash=bytes(32)), 400)["kind"] == "chain"
    twin = station.copy()
    twin.bodies.reverse()
    assert post(web, station, encode(station.request())).status_code == 200
    assert push(twin.request(), 409)["kind"] == "fork"
    revoke(hq, station.owner.device_id)
    assert push(station.request(), 403)["kind"] == "epoch_revoked"
    assert "kind" not in problem(get(web, station, "/v1/sync/manifest"), 403)


def test_enrolment(web, hq):
    token = pairing_token(new_pairing(hq, store_id="S1", url=URL).text)
    body = encode(enrol_request(token, Ed25519PrivateKey.generate()))
    assert web.post("/v1/enrol", content=body).json()["store"]["store_id"] == "S1"
    found = problem(web.post("/v1/enrol", content=body), 410)
    assert found["type"].endswith("token_refused")
    request = enrol_request(token, Ed25519PrivateKey.generate())
    found = problem(web.post("/v1/enrol", content=encode(structs.replace(request, proof=bytes(64)))), 401)
    assert found["type"].endswith("signature")
    problem(web.post("/v1/enrol", content=encode(structs.replace(request, proof=bytes(63)))), 400)


def test_what_a_device_says_of_itself_never_hinders_its_enrolment(web, hq):
    token = pairing_token(new_pairing(hq, store_id="S1", url=URL).text)
    request = enrol_request(token, Ed25519PrivateKey.generate(), hw="a\x00b" * 100, sw="\x00")
    assert web.post("/v1/enrol", content=encode(request)).status_code == 200


def test_a_feed_that_cannot_go_on_is_gone(web, hq, station):
    found = problem(get(web, station, "/v1/sync/changes?cursor=0&set_id=other"), 410)
    assert found["set_id"] == hq.set_id
    problem(get(web, station, "/v1/sync/changes?cursor=-1&set_id=x"), 400)
    problem(get(web, station, f"/v1/sync/changes?cursor={INTEGER_MAX}&set_id={hq.set_id}"), 410)
    problem(get(web, station, f"/v1/sync/changes?cursor={'9' * 40}&set_id={hq.set_id}"), 400)
    problem(get(web, station, "/v1/sync/changes"), 400)


def test_documents_are_given_by_kind(web, station):
    for kind in ("program", "keyset"):
        assert get(web, station, f"/v1/sync/document/{kind}").json()["kind"] == kind
    problem(get(web, station, "/v1/sync/document/secret"), 400)


def test_a_snapshot_comes_whole_or_in_parts(web, hq, station):
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    manifest = decode(get(web, station, "/v1/sync/manifest").content, type=SignedManifest)
    name = decode(manifest.body, type=Manifest).files[0].name
    path = f"/v1/sync/snapshot/{name}"
    whole = get(web, station, path)
    assert whole.status_code == 200
    part = get(web, station, path, headers={"Range": "bytes=10-"})
    assert (part.status_code, part.content) == (206, whole.content[10:])
    problem(get(web, station, "/v1/sync/snapshot/nothing.zst"), 404)
    problem(get(web, station, "/v1/sync/snapshot/..%2Fhq.db"), 404)


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [("zstd", True), ("gzip, zstd;q=0.5", True), ("zstd;q=0", False), ("gzip", False), ("identity", False)],
)
def test_long_answers_are_compressed_for_those_who_take_it(web, hq, station, accepted, is_packed):
    create_vouchers(hq, [NewVoucher(VOUCHER_RULE)] * 100)
    target = f"/v1/sync/changes?cursor=0&set_id={hq.set_id}"
    headers = signature(station, "GET", target) | {"Accept-Encoding": accepted}
    response = web.get(target, headers=headers, stream=True)
    raw = response.raw.read(decode_content=False)
    assert (response.headers.get("Content-Encoding") == "zstd") == is_packed
    content = zstandard.ZstdDecompressor().decompressobj().decompress(raw) if is_packed else raw
    assert len(json.loads(content)["rows"]) == 100


def test_unknown_paths_and_the_framework_own_pages_are_problems(web):
    for path in ("/docs", "/redoc", "/nothing", "/v1/nothing"):
        problem(web.get(path), 404)


@pytest.mark.loud("a bug of ours, made on purpose")
def test_a_bug_tells_nothing_of_itself(web, monkeypatch):
    def fail(_hq):
        raise RuntimeError("a secret")

    monkeypatch.setattr("hq.web.health", fail)
    response = web.get("/v1/health")
    problem(response, 500)
    assert "secret" not in response.text


def test_a_busy_database_asks_to_come_back(web, station, monkeypatch):
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 1)
    monkeypatch.setattr(db, "SETTINGS", ("lock_timeout = 1",))
    station.hq.database.close()  # so that it connects anew
    with station.hq.database.atomic() as connection:
        read_device(connection, station.owner.device_id, for_update=True)
        response = post(web, station, one_order(station))
    found = problem(response, 503)
    assert int(response.headers["Retry-After"]) == found["retry_after_s"]


def test_in_normal_life_no_clock_is_followed_and_no_header_says_so(web, station):
    assert DEMO_CLOCK_HEADER not in web.get("/v1/health").headers
    problem(get(web, station, "/v1/sync/manifest", time_ms=NOW_MS + 10 * CLOCK_WINDOW_MS), 401)


def test_the_demos_clock_follows_signed_requests_and_shows_everywhere(folder):
    clock = FollowingClock(NOW_MS)
    hq = open_hq(folder, clock=clock)
    station = enrol_station(hq, "S1")
    later = NOW_MS + 2 * FollowingClock.window_ms

    def shown(response, status):
        assert response.status_code == status
        return int(response.headers[DEMO_CLOCK_HEADER])

    with serving(hq) as web:
        forged = get(web, station, "/v1/sync/manifest", time_ms=later, key=Ed25519PrivateKey.generate())
        assert shown(forged, 401) == NOW_MS
        assert shown(get(web, station, "/v1/sync/manifest", time_ms=later), 200) == later
        assert shown(get(web, station, "/v1/sync/manifest", time_ms=NOW_MS), 401) == later  # never back
        assert shown(web.get("/v1/nothing"), 404) == later
    hq.close()


EVERYWHERE = "0.0.0.0"  # noqa: S104 what must be refused


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_this_machine_alone_may_listen_without_encryption(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.168.1.5", "hq.example", ""])
def test_plain_http_for_other_machines_is_refused(folder, host):
    with pytest.raises(SetUpFault, match="without encryption"):
        serve(folder, host=host)


def test_a_port_that_is_taken_is_said(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SetUpFault, match="can't listen"):
            serve(folder, port=taken.getsockname()[1])
