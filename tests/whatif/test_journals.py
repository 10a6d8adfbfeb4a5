"""Past orders from a station's own journal, read beside it without touching a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock import SetClock
from app.core.entry import Entry
from app.core.facts_record import RecordInvalid
from app.station.identify import SeenMember, identify
from app.station.redeem import hand_in
from app.store.creating import create_store
from app.store.faults import StoreMissing
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from app.whatif.draft import read_draft
from app.whatif.journals import orders_of, recorded_in
from app.whatif.recorded import Recorded
from app.whatif.replay import what_if
from tests.builders import (
    DAY_MS,
    NOW_MS,
    a_campaign,
    a_device,
    a_keyset,
    a_member,
    a_program,
    a_voucher,
    an_order,
    at_till,
    put_document,
    put_program,
    station_keys,
)

AUTOMATIC = {
    "id": "soap-1",
    "name": "Soap 0.10 off",
    "trigger": "automatic",
    "priority": 0,
    "effect": {"kind": "amount_off", "target": "products", "products": "soap", "amount": 10},
}
PROGRAM = a_program(
    campaigns=[a_campaign(), a_campaign(id="soap", name="Soap", rules=[AUTOMATIC])],
    product_sets={"coffee": ["coffee"], "soap": ["soap"]},
)


def a_store_in(folder: Path, name: str, **device: str) -> StationStore:
    keys_in = FileKeyStore(folder / "state" / "keys")
    create_store(
        folder / name,
        device=a_device(device_id=f"d-{name}", **device),
        keys=station_keys(),
        key_store=keys_in,
        key_store_kind="file",
    )
    store = StationStore(folder / name, key_store=keys_in, clock=SetClock(NOW_MS))
    put_program(store, PROGRAM)
    put_document(store, "keyset", a_keyset())
    return store


def sell(
    store: StationStore, number: str, *lines: tuple[str, int], days: int = 0, has_voucher: bool = False
) -> None:
    assert isinstance(store.clock, SetClock)
    store.clock.set_ms(NOW_MS + days * DAY_MS)
    member = identify(store, a_member(store).number)
    assert isinstance(member, SeenMember)
    presented = [identify(store, a_voucher(store, uses_max=1))] if has_voucher else []
    hand_in(store, an_order(number, *lines), at_till(member, *presented))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    store = a_store_in(tmp_path, "one")
    sell(store, "A-1", ("coffee", 499), ("soap", 250), has_voucher=True)
    sell(store, "A-2", ("soap", 250), days=2, has_voucher=True)
    yield tmp_path
    store.close()


def past_in(folder: Path, *names: str) -> list[Recorded]:
    program = read_draft(PROGRAM).program
    stores = [folder / name for name in names]
    return list(recorded_in(stores, program, state_dir=folder / "state", clock=SetClock(NOW_MS)))


def test_an_order_is_read_as_it_was_decided(folder: Path) -> None:
    first, second = past_in(folder, "one")
    assert (first.order.order_id, first.order.total, first.discount, first.payable, first.points) == (
        "A-1",
        749,
        110,
        639,
        6,
    )
    assert first.order.at_ms == NOW_MS
    assert first.member is not None
    coupon, soap = first.outcomes
    assert coupon.redemption_id == first.presented[0].redemption_id
    assert (coupon.campaign_id, coupon.discount, coupon.allocation) == ("coffee", 100, ((1, 100),))
    assert (soap.campaign_id, soap.rule_id, soap.discount) == ("soap", "soap-1", 10)
    refusals = {refusal.reason.code for refusal in second.outcomes[0].refusals}
    assert refusals == {"required_item_missing", "limit_total_reached"}
    assert second.given == second.outcomes[1:]


def test_the_program_of_the_journal_gives_what_the_journal_says(folder: Path) -> None:
    found = what_if(read_draft(PROGRAM).program, past_in(folder, "one"))
    assert found.after == found.before
    assert found.campaigns["coffee"].would == found.campaigns["coffee"].really
    assert found.campaigns["soap"].would.times == 2


def test_no_file_of_the_store_changes(folder: Path) -> None:
    """The station may be running meanwhile, as it is here."""
    kept = {path: path.read_bytes() for path in (folder / "one").iterdir() if not path.name.endswith("-shm")}
    assert len(past_in(folder, "one")) == 2
    assert {path: path.read_bytes() for path in kept} == kept


def test_several_journals_are_played_in_the_order_of_time(folder: Path) -> None:
    other = a_store_in(folder, "two", store_id="s-2")
    sell(other, "B-1", ("soap", 250), days=1)
    sell(other, "B-2", ("soap", 250), days=3)
    other.close()
    past = past_in(folder, "one", "two")
    assert [then.order.order_id for then in past] == ["A-1", "B-1", "A-2", "B-2"]
    assert [then.order.store for then in past] == ["s-1", "s-2", "s-1", "s-2"]


def test_a_folder_without_a_store_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        past_in(tmp_path, "nowhere")


def test_all_that_an_offer_gave_is_read(tmp_path: Path) -> None:
    """What no offer of this store gives is written into its entries here."""
    store = a_store_in(tmp_path, "one")
    sell(store, "A-1", ("coffee", 499), ("soap", 250), has_voucher=True)
    order, redeem = store.journal.entries()
    store.close()
    more = {"points": 3, "paid": 4, "gifts": [["MUG", 2]], "credit": 5}
    redeem.data.update(more)
    order.data["campaigns"][0].update(more)
    (then,) = orders_of([order, redeem], read_draft(PROGRAM).program)
    for outcome in then.outcomes:
        given = (outcome.points, outcome.paid, outcome.gifts, outcome.credit)
        assert given == (3, 4, (("MUG", 2),), 5)


def _entry(kind: str, data: dict[str, object]) -> Entry:
    return Entry("d", 1, 7, "id", kind, NOW_MS, "00", 0, "weak", data)


REDEEM = {"redemption_id": "x", "rule": "r", "campaign": "c", "discount": 1, "allocation": []}


@pytest.mark.parametrize(
    "broken",
    [{"allocation": 5}, {"allocation": [[1]]}, {"reasons": [{"code": "?", "numbers": {}}]}, {"gifts": [3]}],
)
def test_a_redemption_that_is_no_record_is_named(broken: dict[str, object]) -> None:
    with pytest.raises(RecordInvalid, match="entry 7 is no record of a redemption"):
        list(orders_of([_entry("redeem", REDEEM | broken)], read_draft(PROGRAM).program))


def test_an_order_that_is_no_record_is_named() -> None:
    with pytest.raises(RecordInvalid, match="not an order record"):
        list(orders_of([_entry("order", {})], read_draft(PROGRAM).program))


def test_entries_of_other_types_are_passed_over() -> None:
    entries = [_entry("scan_denied", {}), _entry("redeem", dict(REDEEM))]
    assert list(orders_of(entries, read_draft(PROGRAM).program)) == []
