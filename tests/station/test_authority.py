"""What a station gives by itself: by leases, floor limits, head office's word, and never more than it holds."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from app.core.asking import Heard
from app.core.program_format import read_program
from app.core.reasons import Reason, Refusal
from app.core.records import order_differences, redemption_differences, replay_order
from app.station.authority import FORCED_OF_256, leases_left, must_ask
from app.station.leasing import lease_figures
from app.store.faults import JournalBroken
from tests.builders import NOW_MS, a_program, move_replica
from tests.station.rights import DAY_MS, HOUR_MS, Till, asking, by_itself, said

CAPS = {"floors": {"A1": {"value": 300, "times": 9, "stale_hours": 24}}}


@pytest.fixture(autouse=True)
def nobody_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.station.authority.FORCED_OF_256", 0)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path / "t")
    yield till
    till.store.close()


def till_of(tmp_path: Path, *campaigns: dict, **program: object) -> Till:
    return Till(tmp_path / "t", *campaigns, **program)


# --- leases ------------------------------------------------------------------------------------------------------


def test_what_needs_no_right_has_no_rights_in_its_record(tmp_path: Path) -> None:
    till = till_of(tmp_path, asking("always"))
    till.lease("voucher:x", 5)
    assert said(till.sell(till.voucher())) == ["always"]
    order = till.last("order")
    assert "authority" not in order and "known" not in order
    assert till.store._db.execute("SELECT DISTINCT kind FROM effect ORDER BY kind").fetchall() == [
        ("order",),
        ("redemption",),
        ("voucher_use",),
    ]
    till.store.close()


def test_a_lease_is_used_up_by_orders_and_a_restart_gives_nothing_back(tmp_path: Path) -> None:
    till = till_of(tmp_path, by_itself(limits={"uses": 100}))
    till.lease("uses:coffee", 2)
    taken = []
    for _ in range(3):
        till.sell()
        taken.append(till.last("order")["discount"])
        till.restart()
    assert taken == [100, 100, 0]
    assert [lease.left for lease in leases_left(till.store)] == [0]
    till.ack()
    till.sell()
    assert till.last("order")["discount"] == 0  # that HQ heard of it makes no new lease
    till.store.close()


def test_within_one_order_a_lease_is_used_once_for_each_of_its_vouchers(tmp_path: Path) -> None:
    till = till_of(tmp_path, asking(budget={"discount": 10_000}))
    till.lease("discount:coffee", 150)
    vouchers = [till.voucher(seed=seed, uses_max=0) for seed in (1, 2)]
    assert said(till.sell(*vouchers)) == ["lease", "budget_exceeded"]
    assert [lease.left for lease in leases_left(till.store)] == [50]
    till.store.close()


def test_one_lease_covers_a_code_that_is_shown_twice_once(till: Till) -> None:
    coupon = till.voucher(uses_max=9)
    till.lease(f"voucher:{till.show(coupon).voucher.code_hash}", 1)
    assert said(till.sell(coupon, coupon)) == ["lease", "online_only"]


@pytest.mark.parametrize(("until_ms", "right"), [(NOW_MS, "online_only"), (NOW_MS + 1, "lease")])
def test_a_lease_of_a_voucher_holds_until_its_end(till: Till, until_ms: int, right: str) -> None:
    coupon = till.voucher(uses_max=9)
    till.lease(f"voucher:{till.show(coupon).voucher.code_hash}", 1, until_ms=until_ms)
    assert said(till.sell(coupon)) == [right]


@pytest.mark.parametrize(
    "changes",
    [{"until_ms": NOW_MS}, {"from_ms": NOW_MS + 1}, {"epoch": 2}],
    ids=["over", "not begun", "of another epoch"],
)
def test_a_lease_that_does_not_hold_gives_nothing(tmp_path: Path, changes: dict[str, int]) -> None:
    till = till_of(tmp_path, by_itself(limits={"uses": 100}))
    till.lease("uses:coffee", 5, **changes)
    till.sell()
    assert till.last("order")["discount"] == 0
    till.store.close()


def test_a_lease_that_is_over_gives_nothing_after_the_clock_is_set_back(tmp_path: Path) -> None:
    till = till_of(tmp_path, by_itself(limits={"uses": 100}))
    till.lease("uses:coffee", 5, until_ms=NOW_MS + HOUR_MS)
    till.sell()
    till.clock.set_ms(NOW_MS + HOUR_MS)
    till.sell()
    assert till.last("order")["discount"] == 0
    till.clock.set_ms(NOW_MS - 2 * DAY_MS)
    till.restart()
    till.sell()
    assert till.last("order")["discount"] == 0
    till.store.close()


def test_what_was_recorded_replays_to_the_same(tmp_path: Path) -> None:
    campaign = asking("floor", limits={"uses": 100, "members": 9}, budget={"discount": 10_000})
    body = a_program(campaigns=[campaign])
    till = till_of(tmp_path, campaign)
    for key in ("uses:coffee", "members:coffee", "discount:coffee"):
        till.counter(key, 3)
    till.lease("uses:coffee", 2)
    member = till.member(uses={})
    assert said(till.sell(till.voucher(), till.voucher(seed=2), member=member)) == ["floor", "floor_used"]
    program = read_program(body)
    order, redeem, refuse = till.store.journal.entries()
    decision = replay_order(order.data, program)
    assert order_differences(order.data, decision) == []
    assert [redemption_differences(each.data, decision) for each in (redeem, refuse)] == [[], []]
    till.store.journal.verify()
    till.store.close()


# --- a voucher, and members' points: the home store's -------------------------------------------------------------


def test_of_two_stations_with_one_coupon_only_its_holder_gives(tmp_path: Path) -> None:
    """Of an offer that asks for a lease; a floor limit gives it at both, and head office sees it twice."""
    found = []
    for name, offline in (("a", "lease"), ("b", "lease"), ("c", "floor")):
        till = Till(tmp_path / name, asking(offline))
        holder = till.store.device.device_id if name == "a" else "d-other"
        found += said(till.sell(till.voucher(holder=holder)))
        till.store.close()
    assert found == ["lease", "online_only", "floor"]


def test_a_coupon_of_ours_holds_once(till: Till) -> None:
    coupon = till.voucher(holder="d-1")
    assert said(till.sell(coupon)) == ["lease"]
    till.restart()
    assert said(till.sell(coupon)) == ["limit_total_reached"]


def test_a_coupon_that_was_scanned_before_it_was_used_holds_once_all_the_same(till: Till) -> None:
    coupon = till.voucher(holder="d-1")
    scanned, again = till.show(coupon), till.show(coupon)
    assert said(till.hand_in(scanned)) == ["lease"]
    assert said(till.hand_in(again)) == ["online_only"]


@pytest.mark.parametrize(("days", "right"), [(7, "online_only"), (6, "lease")])
def test_a_home_lease_holds_for_seven_days_after_what_we_know(till: Till, days: int, right: str) -> None:
    coupon = till.voucher(holder="d-1")
    move_replica(till.store, included_seq=0, as_of_ms=NOW_MS - days * DAY_MS)
    assert said(till.sell(coupon)) == [right]


def test_points_are_ours_to_spend_only_at_home(tmp_path: Path) -> None:
    reward = asking(rule={"trigger": "choice", "cost_points": 50})
    found = []
    for name, holder in (("a", "d-1"), ("b", "d-2"), ("c", None)):
        till = Till(tmp_path / name, reward)
        member = till.member(balance=70, holder=holder)
        found.append(said(till.pick("coffee-1", member=member)))
        till.store.close()
    assert found == [["lease"], ["online_only"], ["online_only"]]


# --- floor limits ------------------------------------------------------------------------------------------------


def test_floor_limits_are_used_up_until_head_office_has_heard(tmp_path: Path) -> None:
    till = till_of(tmp_path, asking("floor"))
    member = till.member()  # a signed code: two times
    vouchers = [till.voucher(seed=seed, owner=member.member.ref) for seed in range(1, 8)]
    assert [said(till.sell(each, member=member))[0] for each in vouchers[:3]] == [
        "floor",
        "floor",
        "floor_used",
    ]
    till.restart()
    assert said(till.sell(vouchers[3], member=member)) == ["floor_used"]
    till.clock.set_ms(NOW_MS + 20 * HOUR_MS)
    assert said(till.sell(vouchers[4], member=member)) == ["floor_used"]
    other = till.member(seed=2)
    assert said(till.sell(till.voucher(seed=9), member=other)) == ["floor"]  # counted for each member alone
    till.ack()
    assert said(till.sell(vouchers[5], member=member)) == ["floor"]
    till.store.close()


def test_a_push_that_is_answered_makes_no_room_before_its_figures_are_here(tmp_path: Path) -> None:
    """A line on which pushes get through and pulls don't: what others spent meanwhile is not known here."""
    till = till_of(tmp_path, asking("floor"))
    member = till.member()
    vouchers = [till.voucher(seed=seed, owner=member.member.ref) for seed in range(1, 5)]
    assert [said(till.sell(each, member=member)) for each in vouchers[:2]] == [["floor"], ["floor"]]
    till.ack(is_read=False)
    assert said(till.sell(vouchers[2], member=member)) == ["floor_used"]
    assert lease_figures(till.store)["unheard"]["by_floor"] == 2
    till.ack()
    assert said(till.sell(vouchers[3], member=member)) == ["floor"]
    till.store.close()


@pytest.mark.parametrize("caps", [{"spends_max": 2}, {"value_max": 250}])
def test_what_a_station_gives_before_head_office_hears_of_it_is_bounded(
    tmp_path: Path, caps: dict[str, int]
) -> None:
    till = till_of(tmp_path, asking("floor"), authority=CAPS | caps)
    for seed in (1, 2):
        assert said(till.sell(till.voucher(seed=seed))) == ["floor"]
    till.restart()
    assert said(till.sell(till.voucher(seed=3), member=till.member())) == ["station_cap_reached"]
    assert till.last("order")["points"] == 5  # it earns on
    till.ack()
    assert said(till.sell(till.voucher(seed=4))) == ["floor"]
    till.store.close()


@pytest.mark.parametrize(
    ("heard_ms", "right"),
    [(NOW_MS - 24 * HOUR_MS, "floor"), (NOW_MS - 24 * HOUR_MS - 1, "facts_stale"), (None, "facts_stale")],
)
def test_old_facts_give_nothing(tmp_path: Path, heard_ms: int | None, right: str) -> None:
    till = Till(tmp_path / "t", asking("floor"), heard=False)
    if heard_ms is not None:
        move_replica(till.store, included_seq=0, as_of_ms=heard_ms)
    assert said(till.sell(till.voucher())) == [right]
    till.store.close()


def test_a_doubtful_clock_gives_by_no_lease_and_no_floor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = till_of(
        tmp_path, by_itself(limits={"uses": 9}), asking("floor", id="other", rule={"id": "other-1"})
    )
    till.lease("uses:coffee", 5)
    till.counter("uses:coffee", 1)
    monkeypatch.setattr(till.store.time, "is_doubtful", lambda: True)
    coupon = till.voucher(rule_id="other-1", holder="d-1")
    assert said(till.sell(coupon)) == ["time_doubtful"]
    rights = till.last("order")["authority"]
    assert rights["as_of"] is None and "leases" not in rights
    assert till.last("order")["discount"] == 0
    till.store.close()


def test_one_redemption_in_ten_is_drawn_while_there_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    by = {f"{number:032x}": f"2026-01-05|M{number}|r" for number in range(4_000)}
    drawn = must_ask(by, at_ms=NOW_MS, heard_ms=NOW_MS - 15 * 60_000)
    assert drawn == {name for name, what in by.items() if sha256(what.encode()).digest()[0] < FORCED_OF_256}
    assert 320 < len(drawn) < 480
    assert (
        must_ask(by, at_ms=NOW_MS, heard_ms=NOW_MS - 15 * 60_000 - 1)
        == must_ask(by, at_ms=NOW_MS, heard_ms=None)
        == frozenset()
    )


def test_who_scans_again_is_drawn_alike(monkeypatch: pytest.MonkeyPatch, till: Till) -> None:
    """Each scan has an id of its own, so that a draw by it could be repeated until it turns out well."""
    asked: list[str] = []

    def drawn(what: str) -> bool:
        asked.append(what)
        return False

    monkeypatch.setattr("app.station.authority._is_drawn", drawn)
    monkeypatch.setattr("app.station.authority.LINE_WAS_UP_MS", 2 * HOUR_MS)
    code = till.voucher(rule_id="other-1")
    till.sell(code)
    till.sell(code)
    assert len(asked) == 2 and len(set(asked)) == 1


def test_a_redemption_that_is_drawn_asks_head_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.station.authority.FORCED_OF_256", 256)
    till = till_of(tmp_path, asking("floor"))
    coupon = till.voucher()
    assert said(till.sell(coupon)) == ["floor"]  # it was cut off an hour ago
    move_replica(till.store, included_seq=1, as_of_ms=NOW_MS - 60_000)
    assert said(till.sell(till.voucher(seed=2))) == ["online_only"]
    till.store.close()


# --- head office's word -------------------------------------------------------------------------------------------


def test_head_offices_word_on_line_goes_into_the_decision(tmp_path: Path) -> None:
    till = till_of(tmp_path, asking("never", limits={"uses": 10}))
    coupon = till.voucher()
    assert said(till.sell(coupon)) == ["online_only"]
    shown = till.show(till.voucher(seed=2))
    yes = Heard(granted={shown.redemption_id: "R1"}, known={"uses:coffee": 9})
    assert said(till.hand_in(shown, heard=yes)) == ["online"]
    assert till.last("redeem")["auth"] == {"kind": "online", "reservation": "R1"}
    shown = till.show(till.voucher(seed=3))  # of the last one HQ has not heard yet
    again = Heard(granted={shown.redemption_id: "R2"}, known={"uses:coffee": 9})
    assert said(till.hand_in(shown, heard=again)) == ["limit_campaign_reached"]
    shown = till.show(till.voucher(seed=4))
    no = Heard(denied={shown.redemption_id: Refusal(Reason.STOPPED)}, known={"uses:coffee": 1})
    assert said(till.hand_in(shown, heard=no)) == ["stopped"]
    till.store.close()


def test_head_offices_balance_stands_for_the_replicas(tmp_path: Path) -> None:
    reward = asking("never", rule={"trigger": "choice", "cost_points": 50})
    till = till_of(tmp_path, reward)
    member = till.member(balance=10)
    assert said(till.pick("coffee-1", member=member)) == ["insufficient_points"]
    for reservation, right in (
        ("R1", "online"),
        ("R2", "insufficient_points"),
    ):  # the second time 10 are left
        told_us = {"granted": {reservation: reservation}, "balance": 60}
        found = till.pick("coffee-1", member=member, heard=Heard(**told_us), redemption_id=reservation)
        assert said(found) == [right]
    till.store.close()


# --- the record ---------------------------------------------------------------------------------------------------


def test_what_was_used_up_is_told_by_the_body_alone(tmp_path: Path) -> None:
    till = till_of(
        tmp_path, by_itself("floor", limits={"uses": 100, "members": 9}, budget={"discount": 9_000})
    )
    till.lease("uses:coffee", 2)
    for key in ("members:coffee", "discount:coffee"):
        till.counter(key, 3)
    member = till.member(uses={})
    till.sell(member=member)
    effects = till.store._db.execute("SELECT kind, ref, delta FROM effect ORDER BY rowid").fetchall()
    ref = member.member.ref
    assert effects == [
        ("order", "t-1", 0),
        ("points_pending", ref, 4),
        ("campaign_use", "coffee", 1),
        ("campaign_discount", "coffee", 100),
        ("member_use", f"coffee|{ref}|2026-01-05", 1),
        ("campaign_member", "coffee", 1),
        ("lease", "L1", 1),
        ("floor", ref, 1),
        ("spends", "", 1),
        ("spent", "", 100),
    ]
    till.store.journal.verify()
    till.store.close()


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM effect WHERE kind = 'lease'",
        "UPDATE effect SET delta = 0 WHERE kind = 'floor'",
        "UPDATE effect SET ref = 'L2' WHERE kind = 'lease'",
        "UPDATE effect SET delta = 1 WHERE kind = 'spent'",
    ],
)
def test_an_effect_that_was_tampered_with_is_found(tmp_path: Path, tampering: str) -> None:
    till = till_of(tmp_path, by_itself("floor", limits={"uses": 100, "members": 9}))
    till.lease("uses:coffee", 2)
    till.counter("members:coffee", 3)
    till.sell(member=till.member(uses={}))
    for trigger in ("effect_is_never_changed", "effect_is_never_shortened"):
        till.store._db.execute(f"DROP TRIGGER {trigger}")
    till.store._db.execute(tampering)
    with pytest.raises(JournalBroken):
        till.store.journal.verify()
    till.store.close()
