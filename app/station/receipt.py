"""What stands on a receipt, as plain values made from what was recorded: a reprint says what was true then.

The till prints what was bought. A receipt of ours says what the member got: each offer with what it takes off, the
points before and after, and a code by which the redemption is found again. Nobody's name, phone or mail stands on it
but the member's initials.

Points earned are on their way until head office has added them, so they are told beside the points that can be spent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from app.core.brand import NO_BRAND, Brand
from app.core.codes import RECEIPT_PREFIX
from app.core.entry import GIFT_CARD, ORDER, REDEEM, REFUSE, RETURN, VOID, Entry
from app.core.masking import HIDDEN, masked
from app.core.order import local_date
from app.core.overlay import ORDER_CLAIM, REDEMPTION_CLAIM, UNDONE, void_claim
from app.core.program import Program
from app.station.brand import brand_of
from app.store.carried import opened
from app.store.store import StationStore

ONLINE: Final = "online"
EXPIRING_DAYS: Final = 92  # what expires later is no news yet
EXPIRING_MAX: Final = 3


class Kind(StrEnum):
    """What a receipt is about."""

    ORDER = "order"
    VOID = "void"
    RETURN = "return"
    GIFT_CARD = "gift_card"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Given:
    """One offer: what it takes off (minor units), what it costs and pays in points, and what it hands out."""

    name: str
    discount: int = 0
    points: int = 0
    paid: int = 0
    credit: int = 0
    gifts: tuple[tuple[str, int], ...] = ()  # (SKU, units)


@dataclass(frozen=True, slots=True)
class Points:
    """Whole points. `before` None: the member is not known here, so nobody can say. `earned` come later."""

    before: int | None
    spent: int = 0
    earned: int = 0

    @property
    def after(self) -> int | None:
        """What can be spent now."""
        return None if self.before is None else self.before - self.spent


@dataclass(frozen=True, slots=True)
class Card:
    """A gift card: the end of its number, what was put on it or paid with it, and what is left until when."""

    ends_with: str
    paid_in: int = 0
    paid: int = 0
    balance: int = 0
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt. Amounts are minor units of `currency`, times UTC milliseconds.

    `code` is what its QR code says; `number` is the order's, to be read by people. Of a void or a return `given` is
    what is taken back, `tenders` and `due` are what goes back (below 0: what is owed), and `points` are changes: spent
    ones that come back are below 0, earned ones that go are, too.
    """

    kind: Kind
    store: str
    register: str
    at_ms: int
    time_zone: str
    currency: str
    number: str = ""
    code: str = ""
    entry: str = (
        ""  # device/epoch/number: paper outside remembers what a journal that lost its end no more has
    )
    member: str = ""
    given: tuple[Given, ...] = ()
    goods: tuple[tuple[str, int, int], ...] = ()  # that came back: (SKU, thousandths of a unit, minor units)
    total: int = 0
    discount: int = 0
    tax: int = 0
    tenders: tuple[tuple[str, int], ...] = ()  # (kind, minor units)
    due: int = 0
    points: Points | None = None
    expiring: tuple[tuple[date, int], ...] = ()
    card: Card | None = None
    is_training: bool = False
    is_queued: bool = False
    is_undone: bool = False  # of an order: it was voided since
    has_returns: bool = False  # or a part of it came back
    brand: Brand = NO_BRAND


class NoSuchOrder(Exception):
    """This station has recorded no order, void or return of that number."""

    sentence = "There is no such order on this station."


def receipt_of(store: StationStore, number: str) -> Receipt:
    """Return the receipt of an order (by its number or a redemption's id), or of a void, a return or money on a card.

    Raises `NoSuchOrder` or a `StoreFault`.
    """
    return replace(_found(store, number), brand=brand_of(store))


def _found(store: StationStore, number: str) -> Receipt:
    journal = store.journal
    seq = journal.claimed(ORDER_CLAIM, number) or journal.carried(number)
    if seq is not None:
        return _of_order(store, seq)
    seq = journal.claimed(REDEMPTION_CLAIM, number)
    if seq is None:
        raise NoSuchOrder(number)
    entry = journal.entry_at(seq)
    if entry.type == GIFT_CARD:
        return _of_card(store, entry)
    order_seq = journal.claimed(ORDER_CLAIM, entry.data["order_id"])
    if order_seq is None:
        raise NoSuchOrder(number)
    if entry.type in (VOID, RETURN):
        return _of_reversal(store, entry, journal.entry_at(order_seq))
    return _of_order(store, order_seq)


def _of_order(store: StationStore, seq: int) -> Receipt:
    order, *presented = _with_redemptions(store, seq)
    number = order.data["order_id"]
    made = order_receipt(
        order.data,
        [entry.data for entry in presented if entry.type == REDEEM],
        store_name=store.device.store_name,
        member=_shown_member(store, order.data["member"]),
        program=store.replica.program(),
        is_sent=seq <= store.acked_seq(),
    )
    is_undone = store.journal.claimed(REDEMPTION_CLAIM, void_claim(number)) is not None
    has_returns = not is_undone and bool(store.journal.numbers_of(UNDONE, number))
    return replace(made, entry=_name(order), is_undone=is_undone, has_returns=has_returns)


def _of_reversal(store: StationStore, entry: Entry, order: Entry) -> Receipt:
    made = reversal_receipt(
        entry.type,
        entry.data,
        order.data,
        store_name=store.device.store_name,
        member=_shown_member(store, order.data["member"]),
        program=store.replica.program(),
        is_sent=entry.seq <= store.acked_seq(),
    )
    return replace(made, entry=_name(entry))


def _of_card(store: StationStore, entry: Entry) -> Receipt:
    """Return the receipt of money put on a card, of whose number only a hash was kept."""
    data = entry.data
    row = store.replica.gift_cards.find(data["card"])
    return Receipt(
        kind=Kind.GIFT_CARD,
        store=store.device.store_name,
        register="",
        at_ms=data["t_eff"],
        time_zone=data["tz"],
        currency=data["currency"],
        number=data["change_id"],
        entry=_name(entry),
        due=data["amount"],
        card=Card(
            ends_with="",
            paid_in=data["amount"],
            balance=data["balance"],
            ends_on=None if row is None else row.ends_on,
        ),
        is_queued=data["link"] != ONLINE and entry.seq > store.acked_seq(),
    )


def _name(entry: Entry) -> str:
    return f"{entry.device_id}/{entry.epoch}/{entry.seq}"


def last_order(store: StationStore) -> str | None:
    """Return the number of the order that was recorded last, None before the first."""
    for entry in store.journal.entries_backwards():
        if entry.type == ORDER:
            return str(entry.data["order_id"])
    return None


def order_receipt(
    order: Mapping[str, Any],
    redemptions: Sequence[Mapping[str, Any]],
    *,
    store_name: str,
    member: str,
    program: Program | None,
    is_sent: bool,
) -> Receipt:
    """Return the receipt of an order's record and its `redemptions`. `member`: how they are called on it."""
    outcomes = [*redemptions, *order["campaigns"]]
    tenders = tuple((paid["kind"], paid["amount"]) for paid in order.get("paid", ()) if paid["amount"])
    given = tuple(_given(outcome, program) for outcome in outcomes)
    payable = order.get("payable", order["total"] - order["discount"])
    due = payable - sum(amount for _, amount in tenders) - sum(each.paid for each in given)
    code = redemptions[0]["redemption_id"] if redemptions else order["order_id"]
    return Receipt(
        kind=Kind.ORDER,
        store=store_name,
        register=order["register"],
        at_ms=order["t_eff"],
        time_zone=order["tz"],
        currency=order["currency"],
        number=order["order_id"],
        code=RECEIPT_PREFIX + code,
        member=member,
        given=given,
        total=order["total"],
        discount=order["discount"],
        tax=order.get("tax", 0),
        tenders=tenders,
        due=due,
        points=_points(order, redemptions),
        expiring=_expiring(order),
        is_queued=order["link"] != ONLINE and not is_sent,
    )


def reversal_receipt(
    entry_type: str,
    data: Mapping[str, Any],
    order: Mapping[str, Any],
    *,
    store_name: str,
    member: str,
    program: Program | None,
    is_sent: bool,
) -> Receipt:
    """Return the receipt of a void or return, from its record and that of its `order`."""
    skus = {line["line"]: line["sku"] for line in order["lines"]}
    is_return = entry_type == RETURN
    changes = data["points"] or data["points_back"]
    return Receipt(
        kind=Kind.RETURN if is_return else Kind.VOID,
        store=store_name,
        register=order["register"],
        at_ms=data["t_eff"],
        time_zone=data["tz"],
        currency=data["currency"],
        number=data["order_id"],
        code=RECEIPT_PREFIX + data["order_id"] if is_return else "",  # of a void nothing is left to be opened
        member=member,
        given=tuple(_given(back, program) for back in data["backs"]),
        goods=tuple((skus[line], milli, amount) for line, milli, amount, _tax in data["lines"] if is_return),
        tenders=tuple((kind, amount) for kind, _ref, amount in data["tenders"] if amount),
        due=data["till"],
        points=Points(None, -data["points_back"], data["points"]) if changes else None,
        is_queued=data["link"] != ONLINE and not is_sent,
    )


def a_test(*, store: str, register: str, at_ms: int, time_zone: str, currency: str) -> Receipt:
    """Return the receipt by which a printer is tried: everything on it that a receipt can have."""
    return Receipt(
        kind=Kind.TEST,
        store=store,
        register=register,
        at_ms=at_ms,
        time_zone=time_zone,
        currency=currency,
        code=RECEIPT_PREFIX + "test",
        member=masked("Ada L."),
        points=Points(before=300, spent=100, earned=25),
    )


def _with_redemptions(store: StationStore, seq: int) -> list[Entry]:
    found: list[Entry] = []
    for entry in map(opened, store.journal.entries(from_seq=seq)):
        if found and entry.type not in (REDEEM, REFUSE):
            break
        found.append(entry)
    return found


def _shown_member(store: StationStore, member: Mapping[str, Any] | None) -> str:
    """Return the initials, or the end of the reference where the replica does not hold the name."""
    if member is None:
        return ""
    row = store.replica.survivor(member["ref"])
    return masked(row.name if row else "") or HIDDEN + member["ref"][-4:]


def _given(outcome: Mapping[str, Any], program: Program | None) -> Given:
    pair = None if program is None else program.pair(outcome["rule"])
    return Given(
        outcome["rule"] if pair is None else pair.rule.name,
        outcome["discount"],
        outcome.get("points", 0),
        outcome.get("paid", 0),
        outcome.get("credit", 0),
        tuple((sku, units) for sku, units in outcome.get("gifts", ())),
    )


def _points(order: Mapping[str, Any], redemptions: Sequence[Mapping[str, Any]]) -> Points | None:
    member = order["member"]
    if member is None:
        return None
    spent = sum(redemption.get("points", 0) for redemption in redemptions)
    before = member["balance"] if member["known"] else None
    return Points(before, spent, order["points"])


def _expiring(order: Mapping[str, Any]) -> tuple[tuple[date, int], ...]:
    """Return the points of the balance that end soon, the next first."""
    member, today = order["member"], local_date(order["t_eff"], order["tz"])
    told = [] if member is None else member.get("expiring", [])
    soon = [
        (day, points)
        for day, points in ((date.fromisoformat(ends_on), points) for ends_on, points in told)
        if 0 <= (day - today).days <= EXPIRING_DAYS
    ]
    return tuple(sorted(soon)[:EXPIRING_MAX])
