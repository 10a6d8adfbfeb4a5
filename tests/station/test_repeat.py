"""A till or a cashier who asks twice: the same answer and no second entry; other contents are a loud fault."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.voucher import Presentation
from app.station.identify import SeenMember, identify
from app.station.redeem import OrderConflict, hand_in
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from tests.builders import (
    a_member,
    a_program,
    a_store,
    a_voucher,
    an_order,
    at_till,
    put_program,
)
from tests.store.through_key import crash_image


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StationStore]:
    store = a_store(tmp_path / "store")
    yield store
    store.close()


def seen_member(store: StationStore, *, seed: int = 1, **changes: object) -> SeenMember:
    seen = identify(store, a_member(store, seed=seed, **changes).code)
    assert isinstance(seen, SeenMember)
    return seen


def shown(store: StationStore, printed: str) -> Presentation:
    seen = identify(store, printed)
    assert isinstance(seen, Presentation)
    return seen


def test_a_repeat_gets_the_same_answer_and_records_nothing(store: StationStore) -> None:
    member, printed = seen_member(store), a_voucher(store, uses_max=1)
    used = a_voucher(store, seed=2, uses_max=1, uses=1)
    first_at = at_till(member, shown(store, printed), shown(store, used))
    first = hand_in(store, an_order(), first_at)
    hand_in(store, an_order("A-2"), at_till())
    expected, head = replace(first, is_repeat=True), store.journal.head()
    assert hand_in(store, an_order(), first_at) == expected
    assert hand_in(store, an_order(), at_till(member)) == expected
    assert hand_in(store, an_order(), at_till()) == expected  # the till asks again, without the member
    # After a restart the same vouchers are scanned anew, under new ids; by now they are used up.
    assert hand_in(store, an_order(), at_till(member, shown(store, printed))) == expected
    # The line came back meanwhile; what was queued then was queued.
    assert hand_in(store, an_order(), at_till(member, link="online")) == expected
    assert store.journal.head() == head


def test_a_repeat_is_answered_by_the_program_of_then(store: StationStore) -> None:
    at = at_till(None, shown(store, a_voucher(store)))
    first = hand_in(store, an_order(), at)
    put_program(store, a_program(version=2, campaigns=[], earning=[]), version=2)
    assert hand_in(store, an_order(), at) == replace(first, is_repeat=True)


def test_a_repeat_after_a_crash_is_answered_from_the_journal(tmp_path: Path) -> None:
    keys_in = MemoryKeyStore()
    store = a_store(tmp_path / "crashed", keys_in=keys_in)
    at = at_till(seen_member(store), shown(store, a_voucher(store)))
    first = hand_in(store, an_order(), at)
    image = crash_image(tmp_path / "crashed", tmp_path / "image")
    store.close()
    restarted = StationStore(image, key_store=keys_in, clock=store.clock)
    assert hand_in(restarted, an_order(), at) == replace(first, is_repeat=True)
    restarted.close()


CONFLICTS = {
    "another amount": (("coffee", 498),),
    "another product": (("espresso", 499),),
    "one more line": (("coffee", 499), ("bread", 1)),
    "one line less": (),
}


@pytest.mark.parametrize("name", CONFLICTS)
def test_the_same_number_with_other_lines_is_a_loud_fault(store: StationStore, name: str) -> None:
    hand_in(store, an_order(), at_till())
    lines = CONFLICTS[name]
    other = an_order("A-1", *lines) if lines else replace(an_order(), lines=())
    with pytest.raises(OrderConflict):
        hand_in(store, other, at_till())
    assert store.journal.head().seq == 1


def test_the_same_number_with_another_member_is_a_loud_fault(store: StationStore) -> None:
    ada, bob = seen_member(store), seen_member(store, seed=2)
    hand_in(store, an_order("A-1"), at_till(ada))
    hand_in(store, an_order("A-2"), at_till())
    for order_id in ("A-1", "A-2"):
        with pytest.raises(OrderConflict):
            hand_in(store, an_order(order_id), at_till(bob))
    assert store.journal.head().seq == 2


def test_a_voucher_shown_too_late_is_not_passed_over_in_silence(store: StationStore) -> None:
    first, second = a_voucher(store), a_voucher(store, seed=2)
    hand_in(store, an_order(), at_till(None, shown(store, first)))
    with pytest.raises(OrderConflict):
        hand_in(store, an_order(), at_till(None, shown(store, first), shown(store, second)))
    assert store.journal.head().seq == 2
