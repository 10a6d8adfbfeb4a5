"""Becoming a station, whichever of the two implementations answers: all of it, or nothing on the disk."""

import json
from base64 import urlsafe_b64encode

import msgspec
import pytest

from app.core.standing import Standing
from app.store.faults import StoreReadOnly
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from hq.keys import ROOT, keyset_body, new_keys, public_keys, root_fingerprint, sign_document
from hq.service import EnrolService
from hq.stores.devices import confirm, devices
from hq.stores.pairing import TOKEN_LIFE_MS, new_pairing
from sync.enrolment import (
    NOT_THAT_HQ,
    PREFIX,
    HttpEnrolment,
    Pairing,
    PairingInvalid,
    enrol_station,
    read_pairing,
)
from sync.faults import HqUnreachable, HqUntrusted
from sync.protocol import PushRefusalKind
from sync.syncer import Syncer
from tests.builders import NOW_MS
from tests.sync.scripted import Scripted, answer
from tests.sync.world import NOWHERE, Between

GOOD = {"v": 1, "url": "https://hq.example", "token": "T" * 32, "fp": "ab" * 32}
NOT_ONE = "This is not a pairing code"
DAMAGED = "This pairing code is damaged"
OTHER = "another version of this program"


def packed(content) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return PREFIX + urlsafe_b64encode(raw).decode().rstrip("=")


def enrol(world, text, folder, *, change=None, of="enrol", connect=None):
    """Enrol at a world's HQ; `change` is made to its answer to one call."""

    def altered(url):
        between = Between(world.enrolment(url))
        if change:
            between.alter(of, change)
        return between

    return enrol_station(
        read_pairing(text),
        folder=folder,
        key_store=MemoryKeyStore(),
        key_store_kind="memory",
        clock=world.clock,
        connect=connect or altered,
    )


def in_turn(*acts):
    left = list(acts)

    def act(call):
        left.pop(0)(call)

    return act


def nothing_was_laid_out(folder) -> bool:
    return not folder.exists() and not list(folder.parent.glob(f".{folder.name}.*"))


def test_a_pairing_text_is_read():
    assert read_pairing(f"  {packed(GOOD)}\n") == Pairing(GOOD["url"], GOOD["token"], GOOD["fp"])
    assert read_pairing(packed(GOOD | {"hint": "new"})).url == GOOD["url"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", NOT_ONE),
        ("V1234567890123", NOT_ONE),
        ("https://hq.example", NOT_ONE),
        (packed(GOOD).lower(), NOT_ONE),
        (PREFIX, DAMAGED),
        (packed(GOOD)[:-9], DAMAGED),
        (PREFIX + "§§§", DAMAGED),
        (PREFIX + "A", DAMAGED),
        (packed(b"\xff\xfe"), DAMAGED),
        (packed([1]), DAMAGED),
        (packed("text"), DAMAGED),
        (packed(None), DAMAGED),
        (packed({"v": 1}), DAMAGED),
        (packed(GOOD | {"url": 5}), DAMAGED),
        (packed(GOOD | {"token": None}), DAMAGED),
        (packed(GOOD | {"fp": "short"}), DAMAGED),
        (packed(GOOD | {"hint": "x" * 2_000}), DAMAGED),
        (packed({key: value for key, value in GOOD.items() if key != "v"}), DAMAGED),
        (packed(GOOD | {"v": 2}), OTHER),
        (packed({"v": 2, "address": "x"}), OTHER),
    ],
)
def test_what_is_no_pairing_text_gets_its_own_sentence(text, sentence):
    with pytest.raises(PairingInvalid, match=sentence) as caught:
        read_pairing(text)
    assert str(caught.value).endswith(".")


def test_a_station_is_laid_out_with_what_hq_gave(both, tmp_path):
    folder, keys = tmp_path / "new", MemoryKeyStore()
    device = enrol_station(
        read_pairing(both.pairing_text("s-2")),
        folder=folder,
        key_store=keys,
        key_store_kind="memory",
        clock=both.clock,
        connect=both.enrolment,
    )
    (known,) = devices(both.hq)
    assert (device.device_id, device.epoch, device.nonce) == (known.owner.device_id, 1, known.nonce)
    assert (device.store_id, device.store_name, device.currency) == ("s-2", "Store s-2", "USD")
    assert device.root_key == both.hq.keys.public(ROOT)
    store = StationStore(folder, key_store=keys, clock=both.clock)
    assert store.device == device
    assert store.journal.head() == known.head
    assert store.keys.sign.public_key().public_bytes_raw() == known.sign_pub
    assert store.replica.document_version("keyset") == store.versions.highest("keyset") == 1
    store.close()


def test_a_code_is_good_once(both, tmp_path):
    text = both.pairing_text()
    enrol(both, text, tmp_path / "first")
    with pytest.raises(PairingInvalid, match="used before or is too old"):
        enrol(both, text, tmp_path / "second")
    assert nothing_was_laid_out(tmp_path / "second")
    assert len(devices(both.hq)) == 1


def test_a_code_is_good_for_ten_minutes(both, tmp_path):
    text = both.pairing_text()
    both.clock.set_ms(NOW_MS + TOKEN_LIFE_MS)
    with pytest.raises(PairingInvalid, match="used before or is too old"):
        enrol(both, text, tmp_path / "new")
    assert nothing_was_laid_out(tmp_path / "new")


def test_a_folder_that_holds_something_does_not_use_the_code_up(both, tmp_path):
    text = both.pairing_text()
    enrol(both, text, tmp_path / "taken")
    text = both.pairing_text()
    with pytest.raises(StoreReadOnly):
        enrol(both, text, tmp_path / "taken")
    assert len(devices(both.hq)) == 1
    enrol(both, text, tmp_path / "free")


def test_an_hq_with_another_root_key_is_not_believed_and_uses_nothing_up(both, tmp_path):
    text = both.pairing_text()
    content = {"v": 1, "url": both.url, "token": read_pairing(text).token}
    with pytest.raises(PairingInvalid, match="not the head office that this pairing code names"):
        enrol(both, packed(content | {"fp": root_fingerprint(new_keys())}), tmp_path / "new")
    assert nothing_was_laid_out(tmp_path / "new")
    assert devices(both.hq) == []
    enrol(both, text, tmp_path / "new")


def test_a_stranger_never_sees_the_token(web_world, tmp_path):
    body = msgspec.json.encode(EnrolService(web_world.hq).keyset())
    with Scripted(answer(200, body)) as server:
        with pytest.raises(PairingInvalid) as caught:
            enrol(web_world, packed(GOOD | {"url": server.url}), tmp_path / "new", connect=HttpEnrolment)
        assert str(caught.value) == NOT_THAT_HQ
        (request,) = server.requests
    assert request.startswith(b"GET /v1/keyset ") and GOOD["token"].encode() not in request


def strangers_keyset(world):
    """HQ's own set of keys, as public as it is, with a key of a stranger's put in and signed by the stranger."""
    strange = new_keys()
    keys = [each for each in public_keys(world.hq.keys, nbf_ms=0) if each.use == "root"]
    keys += public_keys(strange, nbf_ms=0)[1:]
    return sign_document(strange, kind="keyset", version=1, body=keyset_body(1, keys))


KEYSETS = pytest.mark.parametrize(
    "keyset",
    [
        strangers_keyset,
        lambda world: sign_document(world.hq.keys, kind="keyset", version=1, body=b"[]"),
        lambda world: sign_document(world.hq.keys, kind="keyset", version=1, body=b"no json"),
        lambda world: sign_document(
            world.hq.keys, kind="keyset", version=1, body=b'{"keys":[{"use":"root"}]}'
        ),
        lambda world: sign_document(world.hq.keys, kind="keyset", version=1, body=b'{"keys":[]}'),
    ],
    ids=["signed by another", "a list", "no JSON", "a key without its bytes", "no keys"],
)


@KEYSETS
def test_keys_that_the_root_did_not_vouch_for_get_no_token(both, tmp_path, keyset):
    made, text = keyset(both), both.pairing_text()
    with pytest.raises(PairingInvalid, match="not the head office"):
        enrol(both, text, tmp_path / "new", change=lambda _: made, of="keyset")
    assert devices(both.hq) == []
    enrol(both, text, tmp_path / "new")


@KEYSETS
def test_keys_that_the_root_did_not_vouch_for_lay_nothing_out(both, tmp_path, keyset):
    made = keyset(both)
    with pytest.raises(HqUntrusted):
        enrol(
            both,
            both.pairing_text(),
            tmp_path / "new",
            change=lambda found: msgspec.structs.replace(found, keyset=made),
        )
    assert nothing_was_laid_out(tmp_path / "new")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://hq.example:8470", "must be reached by https"),
        ("http://192.168.1.5", "must be reached by https"),
        ("ftp://hq.example", "not the address of a head office"),
        ("hq.example", "not the address of a head office"),
        ("https://", "not the address of a head office"),
        ("https://[::1", "not the address of a head office"),
        ("https://hq.example:99999", "not the address of a head office"),
    ],
)
def test_an_address_that_cannot_be_gets_a_plain_sentence(world, tmp_path, url, sentence):
    text = packed(GOOD | {"url": url})
    with pytest.raises(PairingInvalid, match=sentence) as caught:
        enrol(world, text, tmp_path / "new", connect=HttpEnrolment)
    assert str(caught.value).endswith("Ask head office for a new one.")
    assert nothing_was_laid_out(tmp_path / "new")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "https://hq.example"]
)
def test_https_and_loopback_addresses_are_taken(url):
    HttpEnrolment(url)


def test_nobody_answers(world, tmp_path):
    with pytest.raises(HqUnreachable):
        enrol(world, packed(GOOD | {"url": NOWHERE}), tmp_path / "new", connect=HttpEnrolment)
    assert nothing_was_laid_out(tmp_path / "new")


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (answer(404, b"<html>", content_type="text/html"), HqUnreachable),
        (answer(410, b"<html>", content_type="text/html"), HqUnreachable),
        (answer(401, b"<html>", content_type="text/html"), HqUnreachable),
        (answer(200, b"<html>", content_type="text/html"), HqUnreachable),
        (answer(200, b"{}"), PairingInvalid),
    ],
)
def test_somebody_elses_answer_is_not_hqs_word_on_the_code(world, tmp_path, act, fault):
    """A login page must not make people ask for one new code after the other."""
    with Scripted(act) as server, pytest.raises(fault):
        enrol(world, packed(GOOD | {"url": server.url}), tmp_path / "new", connect=HttpEnrolment)
    assert nothing_was_laid_out(tmp_path / "new")


@pytest.mark.parametrize(
    "change",
    [{"nonce": "AAAA"}, {"device_id": "D/../x"}, {"device_id": "Dé"}, {"epoch": 0}, {"epoch": 1 << 40}],
)
def test_an_identity_that_could_not_sign_a_chain_is_refused(web_world, tmp_path, change):
    found = {}
    enrol(web_world, web_world.pairing_text(), tmp_path / "real", change=lambda a: found.update(a=a) or a)
    body = json.dumps(msgspec.to_builtins(found["a"]) | change).encode()
    fingerprint = root_fingerprint(web_world.hq.keys)
    keyset = msgspec.json.encode(EnrolService(web_world.hq).keyset())
    with Scripted(in_turn(answer(200, keyset), answer(200, body))) as server:
        text = packed(GOOD | {"url": server.url, "fp": fingerprint})
        with pytest.raises(HqUntrusted):
            enrol(web_world, text, tmp_path / "new", connect=HttpEnrolment)
    assert nothing_was_laid_out(tmp_path / "new")


def test_a_machine_that_waits_says_so_and_goes_on_when_it_is_confirmed(world, tmp_path):
    said = []
    keys = MemoryKeyStore()
    enrol_station(
        read_pairing(new_pairing(world.hq, store_id="s-1", url=world.url, is_trusted=False).text),
        folder=tmp_path / "store",
        key_store=keys,
        key_store_kind="memory",
        clock=world.clock,
        connect=world.enrolment,
        on_waiting=lambda: said.append("waits"),
    )
    store = StationStore(tmp_path / "store", key_store=keys, clock=world.clock)
    assert (said, store.standing) == (["waits"], Standing.NOT_CONFIRMED)
    syncer = Syncer(store, world.connect(store), run=lambda work: work())
    assert syncer.sync().refusal.kind is PushRefusalKind.NOT_CONFIRMED
    assert store.replica.program() is None
    confirm(world.hq, store.device.device_id)
    syncer.sync()
    assert (store.standing, store.replica.program() is None) == (Standing.GOOD, False)
    store.close()
