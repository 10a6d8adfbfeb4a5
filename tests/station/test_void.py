"""Voids and returns at the station: all comes back as it was, once, and by those who may."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.approvals import Approval, Why
from app.core.codes import Level
from app.core.entry import ORDER, RETURN, VOID
from app.core.order import Line
from app.core.overlay import FLOOR_USE, SPENDS
from app.core.paid_order import ReturnedUnits
from app.core.reasons import Reason, Refusal
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from app.core.voucher import Presentation, picked
from app.ids import new_id
from app.station.approval import ApprovalOver
from app.station.identify import SeenMember, identify
from app.station.last_orders import last_orders
from app.station.redeem import AtTill, OrderIn, hand_in
from app.station.staff import approve
from app.station.today import todays_work
from app.station.void import Asked, By, Preview, Reversed, preview, record_reversal, what_is_left
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from tests.builders import (
    NOW_MS,
    PIN,
    a_campaign,
    a_member,
    a_person,
    a_program,
    a_store,
    a_voucher,
    move_replica,
    put_program,
)
from tests.clocks import Machine

MINUTE_MS, DAY_MS, UNIT = 60_000, 86_400_000, 1000


def campaigns() -> list[dict[str, Any]]:
    """Return a voucher's campaign that is limited, 3.00 for 30 points, and 10 % off by itself."""
    limited = a_campaign(limits={"uses": 5, "member_uses": [{"at_most": 3, "period": "day"}]})
    paid_rule = {
        "id": "cake",
        "name": "3.00 for points",
        "trigger": "choice",
        "priority": 0,
        "cost_points": 30,
        "effect": {"kind": "amount_off", "target": "order", "amount": 300},
    }
    off = {
        "id": "tenth",
        "name": "10 % off tea",
        "trigger": "automatic",
        "priority": 0,
        "effect": {"kind": "percent_off", "target": "products", "products": "tea", "basis_points": 1000},
    }
    return [limited, a_campaign(id="cakes", rules=[paid_rule]), a_campaign(id="tea", rules=[off])]


class Till:
    """A station that is cut off, with Ada at it, Ben and Cem who work there and their manager Eva."""

    def __init__(self, folder: Path, **program: Any) -> None:
        self.machine, self.keys = Machine(NOW_MS), MemoryKeyStore()
        sets = {"coffee": ["coffee"], "tea": ["tea"]}
        body = a_program(**{"campaigns": campaigns(), "product_sets": sets} | program)
        self.store = a_store(folder, program=body, keys_in=self.keys, clock=self.machine)
        self.ada = a_member(self.store, balance=100, uses={})
        self.ben, self.cem = a_person(self.store), a_person(self.store, seed=2)
        self.eva = a_person(self.store, seed=3, role="manager", name="Eva")
        self.code = a_voucher(self.store, uses_max=1)
        with self.store.replica_atomic():
            self.store.replica.put_rows("counter", ("key", "n"), [("uses:coffee", 0)], included_seq=0)
        move_replica(self.store, included_seq=0)
        self.orders = 0

    def seen(self) -> SeenMember:
        found = identify(self.store, self.ada.code)
        assert isinstance(found, SeenMember)
        return found

    def buys(self, *lines: Line, cashier: str = "", presented: bool = True) -> str:
        """Let Ada buy, with her voucher and 3.00 for points; return the order's id."""
        self.orders += 1
        order_id = f"A-{self.orders}"
        given = lines or (Line(1, "coffee", 2, 1000), Line(2, "tea", 1, 500))
        shown = identify(self.store, self.code) if presented else None
        with_it = (shown, Presentation(new_id(), picked("cake"), Level.TYPED)) if presented else ()
        at_till = AtTill(self.seen(), with_it, "offline", cashier)
        hand_in(self.store, OrderIn(order_id, given), at_till)
        return order_id

    def undo(self, order: str, *units: tuple[int, int], name: str = "", **by: Any) -> Reversed | Refusal:
        kind = Kind.RETURN if units else Kind.VOID
        reason = ReversalReason.GOODS_BACK if units else ReversalReason.MISTAKE
        asked = Asked(name or new_id(), kind, order, reason, tuple(ReturnedUnits(*each) for each in units))
        return record_reversal(self.store, asked, By(**by))

    def approved(self, name: str, who: str = "") -> Approval:
        found = approve(
            lambda work: work(self.store), who or self.eva, PIN, action=f"void:{name}", why=Why.WRONG_OFFER
        )
        assert isinstance(found, Approval)
        return found

    def figures(self) -> dict[tuple[str, str], int]:
        """Return all figures of the station but those that never come back."""
        kept = ("order", "redemption", "undone", "voids", FLOOR_USE, SPENDS, "spent", "code_spent")
        rows = self.store._db.conn.execute("SELECT kind, ref, delta FROM effect").fetchall()
        sums: Counter[tuple[str, str]] = Counter()
        for kind, ref, delta in rows:
            if kind not in kept:
                sums[kind, ref] += delta
        return {key: n for key, n in sums.items() if n}

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [entry.data for entry in self.store.journal.entries() if entry.type == kind]


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "store")
    yield made
    made.store.close()


def reason_of(found: object) -> Reason:
    assert isinstance(found, Refusal), found
    return found.reason


def test_a_void_leaves_everything_as_it_was(till: Till) -> None:
    assert (till.seen().member.balance, till.seen().pending) == (100, 0)
    order = till.buys()
    assert till.figures() and till.seen().member.balance == 70
    found = till.undo(order)
    assert isinstance(found, Reversed) and found.data["points_back"] == 30
    assert till.figures() == {}
    assert (till.seen().member.balance, till.seen().pending) == (100, 0)
    assert identify(till.store, till.code).voucher.uses == 0  # type: ignore[union-attr]
    till.store.journal.verify()


def test_what_was_undone_can_be_bought_again_and_is_undone_once(till: Till) -> None:
    order = till.buys()
    first = till.undo(order, name="a" * 32)
    again = till.undo(order, name="a" * 32)
    assert isinstance(first, Reversed) and isinstance(again, Reversed)
    assert again.is_repeat and (again.seq, again.data) == (first.seq, first.data)
    assert reason_of(till.undo(order)) is Reason.ORDER_UNDONE
    assert reason_of(till.undo(order, (1, UNIT))) is Reason.ORDER_UNDONE
    assert len(till.told(VOID)) == 1
    second = till.buys()
    assert till.seen().member.balance == 70
    assert isinstance(till.undo(second), Reversed)


def test_a_receipt_leads_to_its_order(till: Till) -> None:
    till.buys()
    (order,) = till.told(ORDER)
    redemption_id = order["presented"][0]["redemption_id"]
    found = till.undo(redemption_id)
    assert isinstance(found, Reversed) and found.data["order_id"] == "A-1"
    assert reason_of(till.undo("B-1")) is Reason.ORDER_UNKNOWN
    assert reason_of(till.undo(found.data["reversal_id"])) is Reason.ORDER_UNKNOWN


def test_returns_unit_by_unit_come_to_what_a_void_would(till: Till) -> None:
    order = till.buys()
    whole = preview(till.store, Asked(new_id(), Kind.VOID, order, ReversalReason.MISTAKE), By())
    assert isinstance(whole, Preview)
    steps = [till.undo(order, units) for units in ((1, UNIT), (2, UNIT), (1, UNIT))]
    told = [step.data for step in steps if isinstance(step, Reversed)]
    assert sum(data["amount"] for data in told) == whole.reversal.outcome.amount
    assert sum(data["points_back"] for data in told) == 30
    assert sum(data["points"] for data in told) == whole.reversal.points
    assert sum(back["discount"] for data in told for back in data["backs"]) == whole.reversal.value
    assert till.figures() == {}
    assert reason_of(till.undo(order)) is Reason.ORDER_UNDONE
    assert reason_of(till.undo(order, (1, UNIT))) is Reason.RETURNED_TOO_MUCH
    assert len(till.told(RETURN)) == 3


def test_a_part_that_comes_back_leaves_the_voucher_used(till: Till) -> None:
    order = till.buys()
    found = till.undo(order, (1, UNIT))
    assert isinstance(found, Reversed) and not any(back["use"] for back in found.data["backs"])
    assert identify(till.store, till.code).voucher.uses == 1  # type: ignore[union-attr]
    left = what_is_left(till.store, order)
    assert not isinstance(left, Refusal) and not left.is_undone
    assert [line.left_milli for line in left.paid.lines] == [UNIT, UNIT]
    assert isinstance(till.undo(order), Reversed)  # the rest of it
    assert till.figures() == {}


def test_a_use_that_stays_used_does_not_come_back(tmp_path: Path) -> None:
    kept = campaigns()
    kept[0]["reusable_after_return"] = False
    till = Till(tmp_path / "store", campaigns=kept)
    order = till.buys()
    assert isinstance(till.undo(order), Reversed)
    kinds = {kind for kind, _ in till.figures()}
    assert kinds == {"voucher_use", "campaign_use", "member_use", "campaign_discount"} - (
        set() if "campaign_discount" in kinds else {"campaign_discount"}
    )
    till.store.close()


def test_points_that_were_spent_since_hold_a_void_back_but_not_a_return(till: Till) -> None:
    order = till.buys(Line(1, "coffee", 1, 20_000), presented=False)  # 200 points
    move_replica(till.store, included_seq=till.store.journal.head().seq)
    with till.store.replica_atomic():
        till.store.replica.put_row(
            "member",
            {
                "ref": till.ada.ref,
                "number_hash": None,
                "name": "Ada L.",
                "tier": "",
                "segments": [],
                "balance": 150,
                "state": "active",
            },
        )
    assert till.undo(order) == Refusal(Reason.POINTS_SPENT_SINCE, {"missing": 50})
    assert isinstance(till.undo(order, (1, UNIT)), Reversed)
    assert till.seen().member.balance == -50  # owed: nothing is spent until it is earned


def test_a_slip_is_undone_alone_and_what_is_older_or_anothers_needs_a_manager(till: Till) -> None:
    mine, another = till.buys(cashier=till.ben), till.buys(cashier=till.ben, presented=False)
    till.machine.go_on(9 * MINUTE_MS)
    assert reason_of(till.undo(another, cashier=till.cem)) is Reason.APPROVAL_NEEDED
    assert isinstance(till.undo(mine, cashier=till.ben), Reversed)
    till.machine.go_on(2 * MINUTE_MS)
    assert reason_of(till.undo(another, cashier=till.ben)) is Reason.APPROVAL_NEEDED
    name = new_id()
    found = till.undo(another, name=name, cashier=till.ben, approval=till.approved(name))
    assert isinstance(found, Reversed) and found.data["approver"] == till.eva


def test_an_approval_is_for_one_thing_and_for_a_minute(till: Till) -> None:
    order = till.buys(cashier=till.ben)
    till.machine.go_on(11 * MINUTE_MS)
    name = new_id()
    with pytest.raises(ApprovalOver):
        till.undo(order, name=name, approval=till.approved(new_id()), cashier=till.ben)
    given = till.approved(name)
    till.machine.go_on(61_000)
    with pytest.raises(ApprovalOver):
        till.undo(order, name=name, approval=given, cashier=till.ben)
    assert till.told(VOID) == []
    assert isinstance(till.undo(order, cashier=till.eva), Reversed)  # a manager, who sees another's order


def test_a_manager_approves_nothing_of_their_own(till: Till) -> None:
    order, name = till.buys(cashier=till.eva), new_id()
    till.machine.go_on(11 * MINUTE_MS)
    found = till.undo(order, name=name, cashier=till.eva, approval=till.approved(name))
    assert reason_of(found) is Reason.APPROVER_DOES_NOT_FIT


def test_nobody_undoes_what_is_for_themselves_nor_approves_it(till: Till) -> None:
    order = till.buys(cashier=till.cem)
    a_person(till.store, member=till.ada.ref)  # Ben is Ada
    assert reason_of(till.undo(order, cashier=till.ben)) is Reason.OWN_ORDER
    a_person(till.store)
    a_person(till.store, seed=3, role="manager", name="Eva", member=till.ada.ref)
    name = new_id()
    found = till.undo(order, name=name, cashier=till.ben, approval=till.approved(name))
    assert reason_of(found) is Reason.APPROVER_DOES_NOT_FIT


def test_the_fourth_void_of_a_day_needs_a_manager(till: Till) -> None:
    for _ in range(3):
        assert isinstance(till.undo(till.buys(cashier=till.ben), cashier=till.ben), Reversed)
    order = till.buys(cashier=till.ben)
    assert reason_of(till.undo(order, cashier=till.ben)) is Reason.APPROVAL_NEEDED


def test_large_ones_need_a_manager_and_old_ones_are_head_offices(tmp_path: Path) -> None:
    till = Till(tmp_path / "store", reversals={"value_max": 400, "days": 1})
    order = till.buys()
    assert reason_of(till.undo(order)) is Reason.APPROVAL_NEEDED
    assert reason_of(till.undo(order, (1, 2 * UNIT), (2, UNIT))) is Reason.APPROVAL_NEEDED
    assert isinstance(till.undo(order, (1, UNIT)), Reversed)
    till.machine.go_on(DAY_MS + MINUTE_MS)
    assert till.undo(order) == Refusal(Reason.UNDO_TOO_LATE, {"wanted": 1})
    till.store.close()


def test_an_order_is_undone_by_the_rules_it_was_made_under(till: Till) -> None:
    order = till.buys()
    before = till.store.replica.document_body("program")
    assert before is not None
    put_program(till.store, a_program(version=2, campaigns=[]), version=2)
    assert reason_of(till.undo(order)) is Reason.RULES_GONE
    with till.store.atomic():
        till.store.former_programs.keep(1, before)
    assert isinstance(till.undo(order), Reversed) and till.figures() == {}


def test_a_store_opens_again_with_its_voids(till: Till, tmp_path: Path) -> None:
    till.undo(till.buys())
    till.store.close()
    till.store = StationStore(tmp_path / "store", key_store=till.keys, clock=till.machine)
    assert till.figures() == {} and till.seen().member.balance == 100


def test_the_last_orders_say_what_became_of_them(till: Till) -> None:
    first, second = till.buys(cashier=till.ben), till.buys(cashier=till.cem, presented=False)
    till.undo(first, (1, UNIT), cashier=till.ben)
    third = till.buys(cashier=till.ben, presented=False)
    till.undo(third, cashier=till.ben)
    found = last_orders(till.store, till.ben)
    assert [(each.order_id, each.is_undone, each.has_returns) for each in found] == [
        (third, True, False),
        (second, False, False),
        (first, False, True),
    ]
    assert [each.is_own_and_fresh for each in found] == [True, False, True]
    assert [each.points_spent for each in found] == [0, 0, 30]
    assert len(last_orders(till.store, till.ben, most=1)) == 1


def test_what_came_back_is_not_given_by_the_day(till: Till) -> None:
    order = till.buys()
    given = todays_work(till.store).value_given
    assert given == 450
    till.undo(order, (2, UNIT))
    assert todays_work(till.store).value_given == given - 150
    till.undo(order)
    work = todays_work(till.store)
    assert (work.value_given, work.orders, work.redemptions) == (0, 1, 2)


def test_the_last_actions_say_what_was_undone_since(till: Till) -> None:
    orders = [till.buys() for _ in range(3)]
    read = todays_work(till.store)
    assert [each.undone for each in read.actions] == [None] * 3
    till.undo(orders[0], (2, UNIT))
    till.undo(orders[1], (2, UNIT))
    till.undo(orders[1])
    work = todays_work(till.store, read)
    assert work == todays_work(till.store)
    assert [each.undone for each in work.actions] == [None, Kind.VOID, Kind.RETURN]
