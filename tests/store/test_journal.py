"""The journal's own promises: only ever longer, without gaps, each claim once, columns that copy bodies."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlcipher3 import dbapi2

from app.core.canonical import NotCanonical
from app.core.chain import ChainOwner, follow, genesis, head_is_signed
from app.core.entry import BODY_BYTES_MAX, ORDER, REDEEM, SCAN_DENIED, EntryInvalid
from app.station.identify import SeenMember, identify
from app.station.redeem import hand_in
from app.store.faults import JournalBroken, StoreFault
from app.store.journal import Draft, WordOfHq
from app.store.store import StationStore
from tests.builders import a_device, a_member, a_store, a_voucher, an_order, at_till, station_keys
from tests.store.through_key import through_key

LIMITS = {"entries_max": 100, "bytes_max": 1 << 20}


def denied(number: int = 0, **more: Any) -> Draft:
    return Draft(SCAN_DENIED, {"code_hash": str(number), **more})


def an_order_draft(order_id: str) -> Draft:
    return Draft(ORDER, {"order_id": order_id, "member": None, "points": 0})


def a_redeem_draft(redemption_id: str) -> Draft:
    return Draft(REDEEM, {"redemption_id": redemption_id, "code_hash": "c"})


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = a_store(tmp_path / "store")
    yield store
    store.close()


def with_orders(store: StationStore, count: int) -> None:
    member = identify(store, a_member(store).code)
    voucher = a_voucher(store)
    assert isinstance(member, SeenMember)
    for number in range(count):
        hand_in(store, an_order(f"A-{number}"), at_till(member, identify(store, voucher)))


PROTECTED = [
    "UPDATE {table} SET seq = seq + 100",
    "DELETE FROM {table}",
    "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
]


@pytest.mark.parametrize("table", ["journal", "effect", "verdict"])
@pytest.mark.parametrize("statement", PROTECTED[:2])
def test_rows_are_neither_changed_nor_deleted_even_with_the_key(
    tmp_path: Path, store: StationStore, table: str, statement: str
) -> None:
    with_orders(store, 2)
    with store.atomic():
        store.journal.append_verdicts([WordOfHq(1, "posted", ())])
    refused = pytest.raises(dbapi2.IntegrityError, match="append-only")
    with through_key(tmp_path / "store" / "journal.db") as connection, refused:
        connection.execute(statement.format(table=table))
    with pytest.raises(dbapi2.IntegrityError, match="append-only"), store.atomic():
        store._db.execute(statement.format(table=table))
    store.journal.verify()


@pytest.mark.parametrize("statement", PROTECTED[2:])
def test_our_own_connection_does_not_replace_entries(store: StationStore, statement: str) -> None:
    with_orders(store, 2)
    with pytest.raises(dbapi2.IntegrityError), store.atomic():
        store._db.execute(statement.format(table="journal"))


def _fail_after(entries: list[Any]) -> None:
    raise ZeroDivisionError(f"{len(entries)} entries were written")


def test_numbers_have_no_gaps_whatever_fails_in_between(store: StationStore) -> None:
    seqs: list[int] = []
    for number in range(5):
        with pytest.raises(ZeroDivisionError), store.atomic():
            _fail_after(store.journal.append([denied(number), denied(number)]))
        with pytest.raises(NotCanonical), store.atomic():
            store.journal.append([denied(number), denied(price=1.5)])
        with store.atomic():
            seqs += [entry.seq for entry in store.journal.append([denied(number)])]
    assert seqs == [1, 2, 3, 4, 5]
    assert [entry.seq for entry in store.journal.entries()] == seqs
    assert store.journal.verify() == store.journal.head()


def test_the_columns_copy_the_body_and_the_chain_is_the_protocols(store: StationStore) -> None:
    with_orders(store, 3)
    rows = store._db.execute(
        "SELECT epoch, seq, entry_id, type, wall_ms, lower(hex(boot)), boot_ms, tq, body, hash, sig"
        " FROM journal ORDER BY seq"
    ).fetchall()
    bodies = [orjson.loads(row[8]) for row in rows]
    names = ("epoch", "seq", "id", "type", "wall_ms", "boot", "boot_ms", "tq")
    assert [tuple(body[name] for name in names) for body in bodies] == [row[:8] for row in rows]
    assert {body["device"] for body in bodies} == {"d-1"} and len(rows) == 6
    owner, public = ChainOwner("d-1", 1), station_keys().sign.public_key()
    head = genesis(owner, a_device().nonce)
    for row in rows:
        head = follow(head, [row[8]])
        assert head.hash == row[9] and head_is_signed(public, owner, head, row[10])
    assert store.journal.head() == head == store.journal.verify()


@pytest.mark.parametrize("draft", [an_order_draft, a_redeem_draft])
def test_an_id_is_claimed_once(store: StationStore, draft: Any) -> None:
    with store.atomic():
        store.journal.append([draft("x-1")])
    with pytest.raises(dbapi2.IntegrityError), store.atomic():
        store.journal.append([denied(), draft("x-1")])
    with pytest.raises(dbapi2.IntegrityError), store.atomic():
        store.journal.append([draft("x-2"), draft("x-2")])
    assert store.journal.head().seq == 1
    with store.atomic():
        store.journal.append([draft("x-2")])
    assert store.journal.verify().seq == 2


def test_an_entry_that_could_not_be_read_back_is_not_written(store: StationStore) -> None:
    """Written, it would break the journal for good at the next start."""
    with store.atomic():
        just_fits = store.journal.append([denied(filler="x" * (BODY_BYTES_MAX - 400))])
    assert just_fits[0].seq == 1
    with pytest.raises(EntryInvalid), store.atomic():
        store.journal.append([denied(), denied(filler="x" * BODY_BYTES_MAX)])
    assert store.journal.verify().seq == 1
    store.reopen()


def test_what_waits_is_whole_entries_in_order_within_both_limits(store: StationStore) -> None:
    with store.atomic():
        store.journal.append([denied(number, filler="x" * 1000) for number in range(10)])
    everything = store.journal.waiting(after_seq=0, **LIMITS)
    assert (everything.from_seq, len(everything.bodies), everything.head) == (1, 10, store.journal.head())
    owner, public = ChainOwner("d-1", 1), station_keys().sign.public_key()
    after, bodies = 0, []
    for limits in ({"entries_max": 3}, {"bytes_max": 2500}, {"bytes_max": 1}, {}):
        batch = store.journal.waiting(after_seq=after, **LIMITS | limits)
        assert batch.from_seq == after + 1 and batch.prev_hash == store.journal.at(after).hash
        assert follow(store.journal.at(after), batch.bodies) == batch.head
        assert head_is_signed(public, owner, batch.head, batch.signature)
        after, bodies = batch.head.seq, [*bodies, *batch.bodies]
        assert len(batch.bodies) == {3: 3, 5: 2, 6: 1, 10: 4}[after]
    assert tuple(bodies) == everything.bodies
    nothing = store.journal.waiting(after_seq=10, **LIMITS)
    assert nothing.bodies == () and nothing.head == store.journal.head()
    assert head_is_signed(public, owner, nothing.head, nothing.signature)
    with pytest.raises(JournalBroken):
        store.journal.at(11)


def test_words_of_hq_are_kept_as_they_come(store: StationStore) -> None:
    with_orders(store, 2)
    with store.atomic():
        store.journal.append_verdicts([WordOfHq(1, "posted", ()), WordOfHq(2, "posted_flagged", ("LATE",))])
        store.set_acked_seq(2)
    assert store.journal.verdict_counts() == {"posted": 1, "posted_flagged": 1}
    assert store.journal.flagged_count() == 1
    with store.atomic():
        store.journal.append_verdicts([WordOfHq(2, "posted", ())])  # a case was decided
    assert (store.journal.verdict_counts(), store.journal.flagged_count()) == ({"posted": 2}, 0)
    assert (store.acked_seq(), store.waiting_count()) == (2, 2)
    with pytest.raises(dbapi2.IntegrityError), store.atomic():
        store.journal.append_verdicts([WordOfHq(99, "posted", ())])


def test_a_transaction_is_a_writers_from_its_first_line(tmp_path: Path, store: StationStore) -> None:
    with_orders(store, 1)
    with through_key(tmp_path / "store" / "journal.db") as other:
        other.execute("BEGIN IMMEDIATE")
        store._db.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(StoreFault, match="store_busy"), store.atomic():
            store.journal.head()  # who only reads waits too: the number is taken where the entry is written
        other.execute("ROLLBACK")
