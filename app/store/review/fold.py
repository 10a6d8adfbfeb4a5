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
    combo: int = 0
    what: str = ""
    about: int | None = None
    word: int = 0
    undone: str = ""
    former_epoch: int | None = None
    former_seq: int | None = None
    offers: list[str] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)

    def give(self, outcome: Mapping[str, Any]) -> None:
        """Keep that a rule gave something, or why not."""
        reasons = outcome.get("reasons", ())
        if reasons:
            self.refusals.append((text(outcome["rule"]), text(reasons[0]["code"])))
        else:
            self.offers.append(text(outcome["rule"]))


AS_ROW = attrgetter(*ACTION)


@dataclass(frozen=True, slots=True)
class Later:
    """A redemption or refusal of an order that was read before."""

    order: int
    presented: Action


@dataclass
class Batch:
    """What some entries come to. `find_order` returns the number of an order that was read before, or None."""

    time_zone: str
    find_order: Callable[[str], int | None]
    actions: list[Action] = field(default_factory=list)
    later: list[Later] = field(default_factory=list)
    undone: list[tuple[str, str]] = field(default_factory=list)  # (kind, order id)
    staff: set[str] = field(default_factory=set)
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
            self.staff.add(action.staff)
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
        values = entry.data
        order = self._orders.get(values["order_id"])
        if order is not None:
            _add_presented(order, entry)
            order.last_seq = seq
            return True
        number = self.find_order(values["order_id"])
        if number is None:
            return False
        alone = self._action(seq, entry)
        _add_presented(alone, entry)
        self.later.append(Later(number, alone))
        return True


def _add_presented(action: Action, entry: Entry) -> None:
    is_redeemed = entry.type == REDEEM
    spent = whole(entry.data.get("points", 0)) if is_redeemed else 0
    action.give(entry.data)
    action.spent += spent
    action.redeemed += is_redeemed
    action.refused += not is_redeemed


def _order(_batch: Batch, action: Action, values: Mapping[str, Any]) -> None:
    action.order_id, action.register = text(values["order_id"]), text(values["register"])
    action.member = _member(values["member"])
    action.total, action.discount = whole(values["total"]), whole(values["discount"])
    action.earned = whole(values["points"])
    paid = [(paid["kind"], paid["amount"]) for paid in values.get("paid", ())]
    action.cards = sum(whole(amount) for kind, amount in paid if kind == TenderKind.GIFT_CARD)
    for outcome in values["campaigns"]:
        action.give(outcome)


def _presented_alone(_batch: Batch, action: Action, values: Mapping[str, Any]) -> None:
    """A redemption or refusal whose order could not be saved."""
    action.order_id, action.member = text(values["order_id"]), _member(values["member"])
    action.discount = whole(values["discount"])
    is_redeemed = action.kind == REDEEM
    action.redeemed, action.refused = int(is_redeemed), int(not is_redeemed)
    action.spent = whole(values.get("points", 0)) if is_redeemed else 0
    action.give(values)


def _reversal(batch: Batch, action: Action, values: Mapping[str, Any]) -> None:
    action.order_id, action.member = text(values["order_id"]), _member(values["member"])
    action.total = -whole(values["amount"])
    action.discount = -sum(whole(back["discount"]) for back in values["backs"])
    action.earned, action.spent = whole(values["points"]), -whole(values["points_back"])
    tenders = [(kind, amount) for kind, _ref, amount in values["tenders"]]
    action.cards = -sum(whole(amount) for kind, amount in tenders if kind == TenderKind.GIFT_CARD)
    action.offers += [text(back["rule"]) for back in values["backs"]]
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
