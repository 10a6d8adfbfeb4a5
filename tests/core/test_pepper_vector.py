"""The sealed pepper and the PIN of docs/protocol.md's test vector: by our code, and by the page and RFC 9180 alone."""

import hashlib
import hmac

import pytest
from argon2.low_level import Type, hash_secret
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.core.pepper import pepper_info, pepper_name
from app.core.pins import hash_pin, is_pin, secret_of
from app.core.sealed import NotOpened, open_sealed, seal
from tests.core.vector import page_values

VALUES = page_values()
STORE, DEVICE = "S-0007", VALUES["device_id"]


def raw(name: str) -> bytes:
    return bytes.fromhex(VALUES[name])


BOX = X25519PrivateKey.from_private_bytes(raw("box_private"))


def test_our_code_opens_what_the_page_says() -> None:
    info = pepper_info(store=STORE, device_id=DEVICE)
    assert info == raw("sealed_info") == f"TS-pepper1\n{STORE}\n{DEVICE}".encode()
    assert open_sealed(BOX, raw("sealed_pepper"), info=info) == raw("pepper")
    assert pepper_name(raw("pepper")) == VALUES["pepper_name"]
    secret = secret_of(raw("pepper"), staff_id=VALUES["staff_id"], pin=VALUES["pin"])
    assert secret == raw("pin_secret")
    assert hash_pin(secret, salt=raw("pin_salt")) == VALUES["pin_hash"]
    assert is_pin(VALUES["pin_hash"], secret)


# --- by the page and RFC 9180 alone ---------------------------------------------------------------------------------

KEM = b"KEM" + (0x20).to_bytes(2, "big")
HPKE = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (0x20, 1, 3))


def extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labeled + b"\x01", "sha256")[:length]


def opened_by_the_rfc(box: bytes, info: bytes) -> bytes:
    enc, sealed = box[:32], box[32:]
    shared = BOX.exchange(X25519PublicKey.from_public_bytes(enc))
    context = enc + BOX.public_key().public_bytes_raw()
    secret = expand(KEM, extract(KEM, b"", b"eae_prk", shared), b"shared_secret", context, 32)
    schedule = b"\x00" + extract(HPKE, b"", b"psk_id_hash", b"") + extract(HPKE, b"", b"info_hash", info)
    made = extract(HPKE, secret, b"secret", b"")
    key, nonce = expand(HPKE, made, b"key", schedule, 32), expand(HPKE, made, b"base_nonce", schedule, 12)
    return ChaCha20Poly1305(key).decrypt(nonce, sealed, b"")


def test_the_page_and_the_rfc_alone_open_it() -> None:
    assert BOX.public_key().public_bytes_raw() == raw("box_public")
    assert opened_by_the_rfc(raw("sealed_pepper"), raw("sealed_info")) == raw("pepper")
    assert opened_by_the_rfc(seal(raw("box_public"), b"other", info=b"for"), b"for") == b"other"


def test_the_page_alone_suffices_for_a_pin() -> None:
    said = f"TS-pin1|{VALUES['staff_id']}|{VALUES['pin']}".encode()
    secret = hmac.digest(raw("pepper"), said, "sha256")
    assert secret == raw("pin_secret")
    made = hash_secret(secret, raw("pin_salt"), 2, 19_456, 1, 32, Type.ID)
    assert made.decode() == VALUES["pin_hash"]
    assert hashlib.sha256(b"TS-pepper-name1" + raw("pepper")).hexdigest()[:16] == VALUES["pepper_name"]


@pytest.mark.parametrize("place", range(0, 80, 9))
def test_a_changed_byte_opens_nothing(place: int) -> None:
    box = bytearray(raw("sealed_pepper"))
    box[place] ^= 1
    with pytest.raises(NotOpened):
        open_sealed(BOX, bytes(box), info=raw("sealed_info"))


def test_another_purpose_another_key_and_too_little_open_nothing() -> None:
    box, info = raw("sealed_pepper"), raw("sealed_info")
    other = X25519PrivateKey.from_private_bytes(bytes(range(32)))
    for key, content, said in (
        (other, box, info),
        (BOX, box, info + b"2"),
        (BOX, box[:31], info),
        (BOX, b"", info),
    ):
        with pytest.raises(NotOpened):
            open_sealed(key, content, info=said)
