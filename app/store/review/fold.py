"""Entries become rows of the derived file: what people look for stands in columns, everything else in the entry.

Whatever an entry says, it becomes a row: one that is no record of ours keeps its kind and its time, and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from app.core.entry import (
    CLOCK_JUMP,
    ENROL,
    GIFT_CARD,
    MODE_CHANGE,
    ORDER,
    OVERRIDE,
    PIN_LOCK,
    REDEEM,
    REFUSE,
    RETURN,
    SCAN_DENIED,
    SHIFT,
    VOID,
    Entry,
)
from app.core.gift_cards import TenderKind
from app.core.order import local_time
from app.core.recorded import text, whole
from app.store.carried import opened
from app.store.review.schema import ACTION

ONLINE = "online"  # of a link
GIVEN, REFUSED, TAKEN_BACK = 1, 0, -1
NO_RECORD = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, OSError)
STAFF_KEYS = ("cashier", "staff")  # whose hands it was, by the one word or the other


@dataclass(slots=True)
class Action:
    """A row of `action`, as long as entries are added to it."""

    seq: int
    last_seq: int
    at_ms: int
    day: int
    hour: int
    kind: str
    order_id: str = ""
    member: str = ""
    total: int = 0
    discount: int = 0
    earned: int = 0
    spent: int = 0
    cards: int = 0
    put_on: int = 0
    redeemed: int = 0
    refused: int = 0
    staff: str = ""
    approver: str = ""
    why: str = ""
    register: str = ""
    is_online: int = 0
    what: str = ""
    about: int | None = None
    word: int = 0
    undone: str = ""
    former_epoch: int | None = None
    former_seq: int | None = None


AS_ROW = attrgetter(*ACTION)
OfferRow = tuple[int, int, int, str, str, int, int, int, int, str]


@dataclass(frozen=True, slots=True)
class Later:
    """A redemption or refusal of an order that was read before."""

    order: int
    seq: int
    redeemed: int
    spent: int


@dataclass
class Batch:
    """What some entries come to. `find_order` returns the number of an order that was read before, or None."""

    time_zone: str
    find_order: Callable[[str], int | None]
    actions: list[Action] = field(default_factory=list)
    offers: list[OfferRow] = field(default_factory=list)
    later: list[Later] = field(default_factory=list)
    undone: list[tuple[str, str]] = field(default_factory=list)  # (kind, order id)
    seen: set[tuple[str, str]] = field(default_factory=set)
    _orders: dict[str, Action] = field(default_factory=dict)

    def add(self, carrying: Entry) -> None:
        """Take the next entry."""
        entry = opened(carrying)
        try:
            if entry.type in (REDEEM, REFUSE) and self._add_to_order(carrying.seq, entry):
                return
            action = self._action(carrying.seq, entry)
            OF_TYPE.get(entry.type, _nothing)(self, action, entry.data)
        except NO_RECORD:
            action = self._bare(carrying.seq, entry)
        if entry is not carrying:
            action.former_epoch, action.former_seq = entry.epoch, entry.seq
        self.actions.append(action)
        if action.staff:
            self.seen.add(("staff", action.staff))
        if action.kind == ORDER:
            self._orders[action.order_id] = action

    def _action(self, seq: int, entry: Entry) -> Action:
        values = entry.data
        at_ms = values.get("t_eff", entry.wall_ms)
        local = local_time(at_ms, self.time_zone)
        action = Action(seq, seq, at_ms, local.toordinal(), local.hour, entry.type)
        action.staff = next((text(values[key]) for key in STAFF_KEYS if values.get(key)), "")
        action.is_online = int(values.get("link") == ONLINE)
        action.approver = text(values.get("approver", ""))
        action.why = text(values["approval"]["why"]) if "approval" in values else ""
        action.about = _about(values.get("about"))
        return action

    def _bare(self, seq: int, entry: Entry) -> Action:
        local = local_time(entry.wall_ms, self.time_zone)
        return Action(seq, seq, entry.wall_ms, local.toordinal(), local.hour, entry.type)

    def _add_to_order(self, seq: int, entry: Entry) -> bool:
        """Add a redemption or refusal to its order; False where there is none, as after a salvage."""
        values, is_redeemed = entry.data, entry.type == REDEEM
        order = self._orders.get(values["order_id"])
        spent = whole(values.get("points", 0)) if is_redeemed else 0
        if order is not None:
            order.last_seq = seq
            order.redeemed += is_redeemed
            order.refused += not is_redeemed
            order.spent += spent
            self.give(order.seq, order.day, values, nth=seq - order.seq, is_presented=True)
            return True
        number = self.find_order(values["order_id"])
        if number is None:
            return False
        self.later.append(Later(number, seq, int(is_redeemed), spent))
        day = local_time(values["t_eff"], self.time_zone).toordinal()
        self.give(number, day, values, nth=seq - number, is_presented=True)
        return True

    def give(self, seq: int, day: int, outcome: Mapping[str, Any], *, nth: int, is_presented: bool) -> None:
        """Keep what was given by a rule, or refused."""
        reasons = " ".join(text(reason["code"]) for reason in outcome.get("reasons", ()))
        rule, discount = text(outcome["rule"]), whole(outcome["discount"])
        points = whole(outcome.get("points", 0))
        given = REFUSED if reasons else GIVEN
        self.offers.append(
            (seq, nth, day, rule, text(outcome["campaign"]), given, is_presented, discount, points, reasons)
        )
        self.seen.add(("rule", rule))

    def take_back(self, action: Action, nth: int, back: Mapping[str, Any]) -> None:
        """Keep what a reversal takes back of a rule."""
        rule, campaign = text(back["rule"]), text(back["campaign"])
        discount, points = -whole(back["discount"]), -whole(back["points"])
        is_presented = int(bool(back["redemption_id"]))
        self.offers.append(
            (action.seq, nth, action.day, rule, campaign, TAKEN_BACK, is_presented, discount, points, "")
        )


AUTOMATIC = 1_000  # places of what applied by itself, behind what was presented


def _order(batch: Batch, action: Action, values: Mapping[str, Any]) -> None:
    action.order_id, action.register = text(values["order_id"]), text(values["register"])
    action.member = _member(values["member"])
    action.total, action.discount = whole(values["total"]), whole(values["discount"])
    action.earned = whole(values["points"])
    paid = [(paid["kind"], paid["amount"]) for paid in values.get("paid", ())]
    action.cards = sum(whole(amount) for kind, amount in paid if kind == TenderKind.GIFT_CARD)
    for nth, outcome in enumerate(values["campaigns"], start=AUTOMATIC):
        batch.give(action.seq, action.day, outcome, nth=nth, is_presented=False)


def _presented_alone(batch: Batch, action: Action, values: Mapping[str, Any]) -> None:
    """A redemption or refusal whose order could not be saved."""
    action.order_id, action.member = text(values["order_id"]), _member(values["member"])
    action.discount = whole(values["discount"])
    is_redeemed = action.kind == REDEEM
    action.redeemed, action.refused = int(is_redeemed), int(not is_redeemed)
    action.spent = whole(values.get("points", 0)) if is_redeemed else 0
    batch.give(action.seq, action.day, values, nth=0, is_presented=True)


def _reversal(batch: Batch, action: Action, values: Mapping[str, Any]) -> None:
    action.order_id, action.member = text(values["order_id"]), _member(values["member"])
    action.total = -whole(values["amount"])
    action.discount = -sum(whole(back["discount"]) for back in values["backs"])
    action.earned, action.spent = whole(values["points"]), -whole(values["points_back"])
    tenders = [(kind, amount) for kind, _ref, amount in values["tenders"]]
    action.cards = -sum(whole(amount) for kind, amount in tenders if kind == TenderKind.GIFT_CARD)
    for nth, back in enumerate(values["backs"]):
        batch.take_back(action, nth, back)
    batch.undone.append((action.kind, action.order_id))


def _enrol(_batch: Batch, action: Action, values: Mapping[str, Any]) -> None:
    action.member = _member(values["member"])


def _gift_card(_batch: Batch, action: Action, values: Mapping[str, Any]) -> None:
    action.order_id, action.what = text(values["change_id"]), text(values["movement"])
    action.put_on = whole(values["amount"])


def _denied(_batch: Batch, action: Action, values: Mapping[str, Any]) -> None:
    action.what = text(values["reason"])


def _what(_batch: Batch, action: Action, values: Mapping[str, Any]) -> None:
    action.what = text(values.get("what", values.get("mode", "")))


def _override(_batch: Batch, action: Action, values: Mapping[str, Any]) -> None:
    action.what = text(values["what"])


def _nothing(_batch: Batch, _action: Action, _values: Mapping[str, Any]) -> None:
    """What it is about is in the entry."""


OF_TYPE: Mapping[str, Callable[[Batch, Action, Mapping[str, Any]], None]] = {
    ORDER: _order,
    REDEEM: _presented_alone,
    REFUSE: _presented_alone,
    VOID: _reversal,
    RETURN: _reversal,
    ENROL: _enrol,
    GIFT_CARD: _gift_card,
    SCAN_DENIED: _denied,
    SHIFT: _what,
    MODE_CHANGE: _what,
    OVERRIDE: _override,
    PIN_LOCK: _nothing,
    CLOCK_JUMP: _nothing,
}


def _member(value: Any) -> str:
    """Return a reference: entries hold a member as one, or as facts of theirs."""
    if value is None:
        return ""
    return text(value["ref"] if isinstance(value, dict) else value)


def _about(value: Any) -> int | None:
    return whole(value["seq"]) if isinstance(value, dict) and "seq" in value else None
