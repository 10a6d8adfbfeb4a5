"""The chain: any change of any byte, order or place shows in the head, and a signed head is its owner's alone."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.core.chain import ChainOwner, Head, follow, genesis, head_is_signed, next_hash, sign_head

OWNER = ChainOwner("S1-1", 3)
START = genesis(OWNER, bytes(32))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
bodies = st.lists(st.binary(max_size=20), min_size=1, max_size=5)


@given(bodies, st.data())
def test_any_flipped_bit_changes_the_head(entries: list[bytes], data) -> None:
    place = data.draw(st.integers(0, len(entries) - 1))
    if not entries[place]:
        return
    byte, bit = data.draw(st.integers(0, len(entries[place]) - 1)), data.draw(st.integers(0, 7))
    changed = bytearray(entries[place])
    changed[byte] ^= 1 << bit
    assert follow(START, [*entries[:place], bytes(changed), *entries[place + 1 :]]) != follow(START, entries)


@given(bodies, st.data())
def test_dropped_moved_or_split_entries_change_the_hash(entries: list[bytes], data) -> None:
    head = follow(START, entries)
    assert head.seq == len(entries)
    assert follow(START, entries[:-1]).hash != head.hash
    assert follow(START, [b"".join(entries), b""]).hash != head.hash or entries == [entries[0], b""]
    mixed = data.draw(st.permutations(entries))
    assert (follow(START, mixed).hash == head.hash) is (mixed == entries)


@given(bodies, st.integers(0, 5))
def test_following_in_parts_is_following_at_once(entries: list[bytes], cut: int) -> None:
    assert follow(follow(START, entries[:cut]), entries[cut:]) == follow(START, entries)


def test_the_formulas() -> None:
    first = hashlib.sha256(b"LJ0" + b"\x04S1-1" + b"\0\0\0\3" + bytes(32)).digest()
    assert Head(0, first) == START
    assert next_hash(first, b"abc") == hashlib.sha256(b"LJ1" + first + b"\0\0\0\3abc").digest()


@pytest.mark.parametrize("owner", [ChainOwner("S1-2", 3), ChainOwner("S1-1", 4), ChainOwner("S1-", 3)])
def test_another_owner_has_another_beginning(owner: ChainOwner) -> None:
    assert genesis(owner, bytes(32)) != START


def test_another_nonce_has_another_beginning() -> None:
    assert genesis(OWNER, bytes(31) + b"\1") != START


def test_a_signature_holds_for_this_head_of_this_owner_only() -> None:
    head = follow(START, [b"one", b"two"])
    signature = sign_head(KEY, OWNER, head)
    public = KEY.public_key()
    assert head_is_signed(public, OWNER, head, signature)
    for owner in (ChainOwner("S1-2", 3), ChainOwner("S1-1", 4)):
        assert not head_is_signed(public, owner, head, signature)
    for other in (Head(1, head.hash), Head(2, START.hash)):
        assert not head_is_signed(public, OWNER, other, signature)
    assert not head_is_signed(Ed25519PrivateKey.generate().public_key(), OWNER, head, signature)


@given(st.binary(max_size=80))
def test_what_is_no_signature_is_no_word_of_ours(signature: bytes) -> None:
    assert not head_is_signed(KEY.public_key(), OWNER, START, signature)
