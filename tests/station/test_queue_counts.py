"""The pill counts as many entries as the list of what waits has rows, whatever is recorded, sent and taken back."""

import random
from itertools import count
from pathlib import Path

import pytest

from app.core.entry import GIFT_CARD, LISTED
from app.core.paid_order import ReturnedUnits
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from app.ids import new_id, new_ref
from app.station import queue
from app.station.enrol import Enrolled, as_typed, enrol
from app.station.identify import identify
from app.station.queue import Tab, hand_to_manager, queue_page
from app.station.redeem import hand_in
from app.station.void import Asked, By, Reversed, record_reversal
from app.store import journal as journal_module
from app.store import tally
from app.store.journal import Draft
from app.store.listing import Handed
from app.store.store import StationStore
from tests.builders import a_program, a_store, an_order, at_till, put_document
from tests.station.test_enrol import box_keys
from ui.models.today import read_overview

NUMBERS = count(1)
TOP_UP = {"t_eff": 1, "card": "1234567890123", "amount": 500}


def all_rows(store: StationStore) -> list[queue.QueueRow]:
    rows: list[queue.QueueRow] = []
    while page := queue_page(store, Tab.WAITING, below_seq=rows[-1].seq if rows else queue.NO_END):
        rows += page
    return rows


def sell(store: StationStore) -> None:
    hand_in(store, an_order(f"Q-{next(NUMBERS)}", ("tea", 300)), at_till(None))


def join(store: StationStore) -> None:
    typed = as_typed(new_ref(), email=f"ada{next(NUMBERS)}@example.org")
    assert isinstance(enrol(store, typed, link="offline"), Enrolled)


def undo(store: StationStore) -> None:
    number = next(NUMBERS)
    sell(store)
    kind, units = (Kind.VOID, ()) if number % 2 else (Kind.RETURN, (ReturnedUnits(1, 1),))
    asked = Asked(new_id(), kind, f"Q-{number + 1}", ReversalReason.MISTAKE, units)
    assert isinstance(record_reversal(store, asked, By()), Reversed)


def top_up(store: StationStore) -> None:
    with store.atomic():
        store.journal.append([Draft(GIFT_CARD, TOP_UP | {"change_id": new_id()})])


def hq_takes_some(store: StationStore, chance: random.Random) -> None:
    with store.atomic():
        store.set_acked_seq(chance.randint(store.acked_seq(), store.journal.head().seq))


def hq_was_put_back(store: StationStore, chance: random.Random) -> None:
    with store.atomic():
        store.set_acked_seq(chance.randint(0, store.acked_seq()))


@pytest.mark.parametrize("seed", range(4))
def test_as_many_rows_as_the_pill_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    for module in (tally, journal_module):
        monkeypatch.setattr(module, "EACH", 7)  # so that sums are noted here, too
    monkeypatch.setattr(queue, "PAGE", 4)
    store = a_store(tmp_path / "store", program=a_program(reversals={"own_times": 1_000}))
    chance = random.Random(seed)
    put_document(store, "keyset", box_keys("b9"))
    kinds = set()
    began_after = None
    for _ in range(60):
        step = chance.choice([sell, sell, join, undo, top_up, "scan", "takes", "put back"])
        if step == "scan":
            identify(store, "nonsense")  # an entry, and nothing that people wait for
        elif step == "takes":
            began_after = store.acked_seq() if began_after is None else began_after
            hq_takes_some(store, chance)
        elif step == "put back":
            hq_was_put_back(store, chance)
            began_after = None
        else:
            step(store)
        found, rows = read_overview(store, sending_after=began_after), all_rows(store)
        assert found.waiting == len(rows)
        told = [row.seq for row in rows]
        assert told == sorted(told, reverse=True)
        if began_after is not None:
            listed = [entry for entry in store.journal.entries() if entry.type in LISTED]
            assert found.sent == sum(began_after < entry.seq <= store.acked_seq() for entry in listed)
        kinds |= {row.type for row in rows}
    assert kinds <= set(LISTED) and len(kinds) > 3
    store.close()


def test_what_was_handed_to_the_manager_is_kept_once_and_stands_in_the_row(store: StationStore) -> None:
    sell(store)
    sell(store)
    before = {row.seq for row in all_rows(store) if row.is_handed}
    hand_to_manager(store, 1, staff="s-ben")
    hand_to_manager(store, 1, staff="s-eva")
    assert before == set()
    assert [(row.seq, row.is_handed) for row in all_rows(store)] == [(2, False), (1, True)]
    assert store.journal.listing.handed() == [Handed(1, store.now_ms(), "s-ben")]
    (row,) = [row for row in all_rows(store) if row.seq == 1]
    device = store.device
    assert row.name == f"{device.device_id}:{device.epoch}:1"
