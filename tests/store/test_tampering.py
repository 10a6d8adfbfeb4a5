"""A journal changed by somebody who has the database key: found at the next opening, by the first entry that lies."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.chain import ChainOwner, Head, genesis, next_hash, sign_head
from app.station.identify import SeenMember, identify
from app.station.redeem import hand_in
from app.store.faults import JournalBroken, StoreRolledBack
from app.store.keystore import MemoryKeyStore
from tests.builders import (
    a_device,
    a_member,
    a_signing_key,
    a_store,
    a_voucher,
    an_order,
    at_till,
)
from tests.store.victim import CHANGED_COLUMNS, Victim, set_column

ORDERS = 4
ENTRIES = 2 * ORDERS  # an order and a redemption each


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MemoryKeyStore]:
    """Make one journal for all: orders on odd numbers, redemptions on even ones. The last mark stands at its end."""
    folder, keys_in = tmp_path_factory.mktemp("original") / "store", MemoryKeyStore()
    store = a_store(folder, keys_in=keys_in)
    member, voucher = identify(store, a_member(store).code), a_voucher(store)
    assert isinstance(member, SeenMember)
    for number in range(ORDERS):
        hand_in(store, an_order(f"A-{number}"), at_till(member, identify(store, voucher)))
    assert store.journal.head().seq == ENTRIES
    store.close()
    return folder, keys_in


@pytest.fixture
def victim(tmp_path: Path, original: tuple[Path, MemoryKeyStore]) -> Victim:
    shutil.copytree(original[0], tmp_path / "store")
    return Victim(tmp_path / "store", original[1])


def test_an_unchanged_copy_opens(victim: Victim) -> None:
    victim.change(lambda _: None)  # without its triggers: they are no part of the chain
    victim.open()


@pytest.mark.parametrize("seq", [1, 4, ENTRIES])
@pytest.mark.parametrize("name", CHANGED_COLUMNS)
def test_a_changed_value_is_named(victim: Victim, name: str, seq: int) -> None:
    column = "body" if name == "amount" else name
    victim.change(set_column(column, CHANGED_COLUMNS[name], seq))
    assert victim.first_bad_seq(with_mark=False) == seq
    assert victim.first_bad_seq() == seq


def test_a_changed_last_signature_is_named(victim: Victim) -> None:
    victim.change(set_column("sig", "zeroblob(64)", ENTRIES))
    assert victim.first_bad_seq() == ENTRIES


@pytest.mark.parametrize("seq", [1, 2, 5])
def test_a_deleted_entry_is_named(victim: Victim, seq: int) -> None:
    def change(db: Any) -> None:
        db.execute("DELETE FROM effect WHERE seq = ?", (seq,))
        db.execute("DELETE FROM journal WHERE seq = ?", (seq,))

    victim.change(change)
    assert victim.first_bad_seq(with_mark=False) == seq


@pytest.mark.parametrize("kept", range(ENTRIES))
def test_a_journal_that_lost_its_end_is_older_than_the_mark(victim: Victim, kept: int) -> None:
    def change(db: Any) -> None:
        db.execute("DELETE FROM effect WHERE seq > ?", (kept,))
        db.execute("DELETE FROM journal WHERE seq > ?", (kept,))

    victim.change(change)
    with pytest.raises(StoreRolledBack):
        victim.open()
    victim.open(with_mark=False)  # nothing but the mark can tell: this is what it is for


def test_entries_that_changed_places_are_named(victim: Victim) -> None:
    def change(db: Any) -> None:
        db.execute("UPDATE journal SET seq = -seq WHERE seq IN (3, 5)")
        db.execute("UPDATE journal SET seq = 8 + seq WHERE seq < 0")

    victim.change(change)
    assert victim.first_bad_seq() == 3


EFFECT_CHANGES = {
    "more points": ("UPDATE effect SET delta = 1000 WHERE seq = 3 AND kind = 'points_pending'", 3),
    "another member": ("UPDATE effect SET ref = 'x' WHERE seq = 3 AND kind = 'points_pending'", 3),
    "another kind": ("UPDATE effect SET kind = 'other' WHERE seq = 4 AND kind = 'voucher_use'", 4),
    "another epoch": ("UPDATE effect SET epoch = 2 WHERE seq = 3", 3),
    "a claim given back": ("DELETE FROM effect WHERE seq = 5 AND kind = 'order'", 5),
    "all of an entry": ("DELETE FROM effect WHERE seq = 8", 8),
    "all": ("DELETE FROM effect", 1),
    "one more": ("INSERT INTO effect VALUES (1, 6, 'points_pending', 'x', 5)", 6),
    "one twice": ("INSERT INTO effect SELECT * FROM effect WHERE seq = 2 AND kind = 'voucher_use'", 2),
    "moved to the next": ("UPDATE effect SET seq = 4 WHERE seq = 3 AND kind = 'points_pending'", 3),
    "after the end": ("INSERT INTO effect VALUES (1, 13, 'points_pending', 'x', 5)", 13),
    "before the start": ("INSERT INTO effect VALUES (1, 0, 'points_pending', 'x', 5)", 1),
}


@pytest.mark.parametrize("name", EFFECT_CHANGES)
def test_effects_that_differ_from_their_entry_are_named(victim: Victim, name: str) -> None:
    statement, seq = EFFECT_CHANGES[name]
    victim.change(lambda db: db.execute(statement))
    assert victim.first_bad_seq() == seq


def rebuild(db: Any, from_seq: int, edit: Callable[[dict[str, Any]], None], *, seed: int | None) -> None:
    """Change the body of an entry and everything that follows from it, signed with another key or not anew."""
    owner = ChainOwner("d-1", 1)
    head = genesis(owner, a_device().nonce)
    rows = db.execute("SELECT seq, body, hash FROM journal ORDER BY seq").fetchall()
    for seq, body, old in rows:
        if seq < from_seq:
            head = Head(seq, old)
            continue
        document = json.loads(body)
        if seq == from_seq:
            edit(document)
        new = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
        prev, head = head.hash, Head(seq, next_hash(head.hash, new))
        db.execute(
            "UPDATE journal SET body = ?, prev = ?, hash = ? WHERE seq = ?", (new, prev, head.hash, seq)
        )
        if seed is not None:
            signature = sign_head(a_signing_key(seed), owner, head)
            db.execute("UPDATE journal SET sig = ? WHERE seq = ?", (signature, seq))


@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize("seq", [1, 4, ENTRIES])
def test_a_chain_rebuilt_without_the_signing_key_is_named_where_it_begins(
    victim: Victim, seq: int, seed: int | None
) -> None:
    victim.change(lambda db: rebuild(db, seq, lambda body: body["data"].update(cashier="x"), seed=seed))
    assert victim.first_bad_seq(with_mark=False) == seq


NOT_RECORDS: dict[str, Callable[[dict[str, Any]], None]] = {
    "no order id": lambda body: body["data"].pop("order_id"),
    "no member": lambda body: body["data"].pop("member"),
    "a member that is a number": lambda body: body["data"].update(member=7),
    "a boot that is no hexadecimal": lambda body: body.update(boot="not hexadecimal"),
    "no data": lambda body: body.pop("data"),
    "another number": lambda body: body.update(seq=77),
    "a number that is a text": lambda body: body.update(seq="3"),
}


@pytest.mark.parametrize("name", NOT_RECORDS)
def test_a_rebuilt_chain_of_nonsense_is_still_our_fault_and_no_bug(victim: Victim, name: str) -> None:
    victim.change(lambda db: rebuild(db, 3, NOT_RECORDS[name], seed=5))
    assert victim.first_bad_seq(with_mark=False) == 3


@pytest.mark.parametrize("fact", ["device_id", "epoch", "nonce"])
def test_the_journal_of_another_device_does_not_pass_for_ours(victim: Victim, fact: str) -> None:
    value = {"device_id": "d-2", "epoch": 2, "nonce": bytes(32)}[fact]
    victim.change(lambda db: db.execute("UPDATE meta SET v = ? WHERE k = ?", (value, fact)))
    with pytest.raises((JournalBroken, StoreRolledBack)):
        victim.open()
