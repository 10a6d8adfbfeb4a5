"""What a station asks of its journal at each redemption takes no longer with a million entries than with ten."""

import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from app.core.entry import LISTED, SCAN_DENIED
from app.station.identify import identify
from app.station.redeem import hand_in
from app.station.today import todays_work
from app.store import journal as journal_module
from app.store import tally
from app.store.journal import WordOfHq
from app.store.store import StationStore
from resources import load
from tests.builders import a_store, a_voucher, an_order, at_till

NOTE_EACH = 7
AN_ENTRY = """
INSERT INTO journal (epoch, seq, entry_id, type, body, prev, hash, sig, wall_ms, boot, boot_ms, tq)
VALUES (?1, ?2, 'e' || ?2, ?3, x'00', x'00', x'00', x'00', 0, x'00', 0, 'exact')
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A store of 60 orders, many with a redemption or a refused scan, whose sums are noted every seven entries."""
    monkeypatch.setattr(tally, "EACH", NOTE_EACH)
    monkeypatch.setattr(journal_module, "EACH", NOTE_EACH)
    store, chance = a_store(tmp_path / "store"), random.Random(1)
    voucher = a_voucher(store)
    for number in range(60):
        if chance.random() < 0.3:
            identify(store, f"nonsense {number}")
        shown = [identify(store, voucher) for _ in range(chance.randrange(3))]
        hand_in(store, an_order(f"A-{number}"), at_till(None, *shown))
    yield store
    store.close()


def roll_back(store: StationStore, work: Callable[[], object]) -> None:
    """Do something in a transaction that fails at its end."""
    with suppress(ZeroDivisionError), store.atomic():
        work()
        raise ZeroDivisionError


def test_orders_are_counted_from_the_nearest_note(store: StationStore) -> None:
    orders = [entry.seq for entry in store.journal.entries() if entry.type == "order"]
    assert len(orders) == 60
    for after in range(store.journal.head().seq + 1):
        assert store.journal.listed_after(after) == sum(seq > after for seq in orders), after
    noted = [seq for (seq,) in store._db.execute("SELECT seq FROM tally ORDER BY seq")]
    assert len(noted) >= store.journal.head().seq // (NOTE_EACH + 3)
    assert max(end - start for start, end in zip([0, *noted], noted, strict=False)) < 2 * NOTE_EACH


def test_what_older_programs_noted_is_counted_anew_with_all_that_people_see(tmp_path: Path) -> None:
    store, chance = a_store(tmp_path / "older"), random.Random(2)
    kinds = [chance.choice([*LISTED, SCAN_DENIED]) for _ in range(2_100)]
    with store.atomic():
        for kind in kinds:
            store._db.conn.execute(AN_ENTRY, (store.device.epoch, store.journal.head().seq + 1, kind))
            store.journal.forget_head()
    store._db.conn.execute("DROP TABLE handed")
    store._db.conn.executescript(load.read_text("migrations/journal/0009.sql"))
    noted = store._db.execute("SELECT seq, listed FROM tally ORDER BY seq").fetchall()
    assert noted == [(seq, sum(kind in LISTED for kind in kinds[:seq])) for seq in (1_000, 2_000)]
    store.close()


def test_a_note_of_a_commit_that_did_not_happen_is_gone(store: StationStore) -> None:
    before = store._db.execute("SELECT COUNT(*) FROM tally").fetchone()
    waiting = todays_work(store).waiting
    roll_back(store, lambda: store.journal.append([journal_module.Draft("other", {})] * 2 * NOTE_EACH))
    assert store._db.execute("SELECT COUNT(*) FROM tally").fetchone() == before
    assert todays_work(store).waiting == waiting == 60


def test_what_hq_flagged_is_counted_anew_with_its_next_word(store: StationStore) -> None:
    assert store.journal.flagged_count() == 0
    with store.atomic():
        store.journal.append_verdicts(
            [WordOfHq(1, "posted_flagged", ("COUPON_TWICE",)), WordOfHq(2, "posted", ())]
        )
    assert store.journal.flagged_count() == store.journal.flagged_count() == 1

    def another_word() -> None:
        store.journal.append_verdicts([WordOfHq(2, "quarantined", ())])
        assert store.journal.flagged_count() == 2

    roll_back(store, another_word)
    assert store.journal.flagged_count() == 1


QUERIES = {
    "a figure after an entry": (
        lambda journal: journal.effect_sum("voucher_use", "x", after_seq=5),
        "SEARCH effect USING COVERING INDEX effect_on_figures (kind=? AND ref=? AND epoch=? AND seq>?)",
    ),
    "whether an order was recorded": (
        lambda journal: journal.claimed("order", "x"),
        "SEARCH effect USING INDEX effect_claims (kind=? AND ref=?)",
    ),
    "the head": (lambda journal: (journal.forget_head(), journal.head()), "journal_1 (epoch=?)"),
    "what is sent": (
        lambda journal: journal.waiting(after_seq=5, entries_max=9, bytes_max=1000),
        "journal_1 (epoch=? AND seq>?)",
    ),
    "orders after an entry": (
        lambda journal: journal.listed_after(2),
        "journal_1 (epoch=? AND seq>? AND seq<?)",
    ),
}


@pytest.mark.parametrize("name", QUERIES)
def test_each_query_goes_by_an_index(store: StationStore, name: str) -> None:
    ask, plan = QUERIES[name]
    asked: list[str] = []
    store._db.conn.set_trace_callback(asked.append)
    ask(store.journal)
    store._db.conn.set_trace_callback(None)
    plans = [
        row[3]
        for statement in asked
        if statement.startswith("SELECT")
        for row in store._db.execute(f"EXPLAIN QUERY PLAN {statement}")
    ]
    assert plans and any(plan in found for found in plans), plans
    assert not any(found.startswith("SCAN") for found in plans), plans
