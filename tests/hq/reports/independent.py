"""Every report once more, by plain Python over the bodies of journals: nothing of HQ's is used, so nothing is shared.

An order counts on the day that its moment is in the program's time zone. What comes back is worked out from the order
that it undoes: a line's share of what it cost, rounded half up.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

BY = ("day", "store", "campaign", "member")
Bodies = Callable[[], Iterable[bytes]]  # of all entries, each station's in their order; asked twice


class Period(NamedTuple):
    """Days, both included."""

    since: date
    until: date


class Later(NamedTuple):
    """What later entries speak of: orders that are undone, by entry, and those redeemed on, by store and number."""

    undone: set[str]
    redeemed: set[tuple[str, str]]


class Books:
    """Sums of each period by day, store, campaign and member, and the few orders that other entries speak of."""

    def __init__(self, zone: str, periods: Sequence[Period], later: Later) -> None:
        self.zone, self.later = ZoneInfo(zone), later
        self.sums: dict[tuple[Period, str], dict[str, dict[str, int]]] = {
            (period, by): defaultdict(lambda: defaultdict(int)) for period in periods for by in BY
        }
        self.periods = [(period, period.since.isoformat(), period.until.isoformat()) for period in periods]
        self.orders: dict[str, dict] = {}
        self.numbers: dict[tuple[str, str], list[str]] = defaultdict(list)  # entries by store and order
        self.returned: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.gave: dict[str, set[str]] = defaultdict(set)  # campaigns of an order that gave by redemptions

    def day(self, at_ms: int) -> str:
        """Return the day on which a moment counts."""
        return datetime.fromtimestamp(at_ms // 1000, tz=UTC).astimezone(self.zone).date().isoformat()

    def add(self, said: dict, member: str | None, campaign: str = "", **measures: int) -> None:
        """Add to the sums of an entry's day and store: a campaign's are apart from all there was."""
        day = self.day(said["t_eff"])
        keys = (
            {"campaign": campaign}
            if campaign
            else {"day": day, "store": said["store"], "member": member or ""}
        )
        for period, since, until in self.periods:
            if since <= day <= until:
                for by, key in keys.items():
                    row = self.sums[period, by][key]
                    for name, amount in measures.items():
                        row[name] += amount

    def discount(self, said: dict, member: str | None, campaign: str, amount: int) -> None:
        """Note what a campaign gave, by itself and among all."""
        if amount:
            self.add(said, member, discount=amount)
            self.add(said, member, campaign, discount=amount)

    def gives(self, order: str, said: dict, campaign: str) -> None:
        """Count an order for a campaign, once however often it gave."""
        if campaign not in self.gave[order]:
            self.gave[order].add(campaign)
            self.add(said, _member(said), campaign, orders=1, orders_with=1, value=said["total"],
                     value_with=said["total"])  # fmt: skip


def read(bodies: Bodies, zone: str, periods: Sequence[Period]) -> Books:
    """Read the entries of stations, and keep no more of them than the sums and what later entries speak of."""
    later = Later(set(), set())
    for body in bodies():
        entry = json.loads(body)
        if entry["type"] in ("void", "return"):
            later.undone.add(entry["data"]["order_entry"])
        elif entry["type"] == "redeem":
            later.redeemed.add((entry["data"]["store"], entry["data"]["order_id"]))
    books = Books(zone, periods, later)
    for body in bodies():
        entry = json.loads(body)
        reader = READERS.get(entry["type"])
        if reader is not None:
            reader(books, entry, entry["data"])
    return books


def _member(said: dict) -> str | None:
    return None if said["member"] is None else said["member"]["ref"]


def _order(books: Books, entry: dict, said: dict) -> None:
    member = _member(said)
    number = said["store"], said["order_id"]
    is_redeemed_on = number in books.later.redeemed
    if is_redeemed_on or entry["id"] in books.later.undone:
        books.orders[entry["id"]] = said
    if is_redeemed_on:
        books.numbers[number].append(entry["id"])
    is_with = said["discount"] > 0
    books.add(said, member, orders=1, value=said["total"], orders_with=int(is_with),
              value_with=said["total"] if is_with else 0)  # fmt: skip
    if member is not None:
        credit = sum(part.get("credit", 0) for part in said["campaigns"])
        books.add(said, member, issued=said["points"], points=said["points"], credited=credit, wallets=credit)
    for part in said["campaigns"]:
        books.discount(said, member, part["campaign"], part["discount"])
        if part["discount"]:
            books.gives(entry["id"], said, part["campaign"])
    if not is_redeemed_on:
        books.gave.pop(entry["id"], None)
    for paid in said.get("paid", ()):
        if paid["kind"] == "gift_card" and paid["amount"]:
            rest = 0 if paid.get("rest", "stays") == "stays" else max(paid["left"], 0)
            lapsed = rest if paid.get("rest") == "forfeited" else 0
            had = paid["amount"] + rest - lapsed
            books.add(said, member, paid=had, lapsed=lapsed, cards=-had - lapsed)


def _redeem(books: Books, entry: dict, said: dict) -> None:
    member = said["member"]
    for campaign in ("", said["campaign"]):
        books.add(said, member, campaign, redeemed=1)
    books.discount(said, member, said["campaign"], said["discount"])
    if member is not None:
        credit = said.get("credit", 0)
        books.add(said, member, spent=said["points"], points=-said["points"], credited=credit, wallets=credit)
    for order in books.numbers[said["store"], said["order_id"]]:
        books.gives(order, books.orders[order], said["campaign"])


def _refuse(books: Books, entry: dict, said: dict) -> None:
    for campaign in ("", said["campaign"]):
        books.add(said, said["member"], campaign, refused=1)


def _past(books: Books, entry: dict, said: dict) -> None:
    """Take in a redemption that head office made: what it gave is the difference to what the order had."""
    member = said["member"]
    books.orders[entry["id"]] = said["order"] | {"lines": [], "discount": 0, "is_by_hand": True}
    for campaign in ("", said["campaign"]):
        books.add(said, member, campaign, redeemed=1)
    for campaign, amount in said["given"]:
        books.discount(said, member, campaign, amount)
    credit = said.get("credit", 0)
    books.add(said, member, issued=said["earned"], spent=said["points"], points=said["earned"] - said["points"],
              credited=credit, wallets=credit)  # fmt: skip


def _undo(books: Books, entry: dict, said: dict) -> None:
    order = books.orders[said["order_entry"]]
    member, is_void = _member(order), entry["type"] == "void" and not order.get("is_by_hand")
    goods = _goods(books, said, order, is_void=is_void)
    is_with = order["discount"] > 0
    books.add(said, member, value=-goods, returned=goods, value_with=-goods if is_with else 0,
              orders=-int(is_void), orders_with=-int(is_void and is_with))  # fmt: skip
    if member is not None:
        credit = dict(said["earned"]).get("wallet", 0)
        books.add(said, member, issued=said["points"], spent=-said["points_back"],
                  points=said["points"] + said["points_back"], credited=credit, wallets=credit)  # fmt: skip
    for back in said["backs"]:
        books.discount(said, member, back["campaign"], -back["discount"])
    for kind, _, amount in said["tenders"]:
        if kind == "gift_card":
            books.add(said, member, paid=-amount, cards=amount)


def _goods(books: Books, said: dict, order: dict, *, is_void: bool) -> int:
    """Return what comes back of the order's lines, as priced."""
    before = books.returned[said["order_entry"]]
    units = dict(said.get("units") or ())
    goods = 0
    for line in order["lines"]:
        whole = abs(int(line["qty"] * 1000)) or 1000
        now = whole if is_void else before[line["line"]] + units.get(line["line"], 0)
        goods += _part(line["amount"], now, whole) - _part(line["amount"], before[line["line"]], whole)
        before[line["line"]] = now
    return goods


def _part(amount: int, part: int, whole: int) -> int:
    """Round half up, away from what is below: as amounts of a till are."""
    sign = -1 if amount < 0 else 1
    return sign * ((2 * abs(amount) * part + whole) // (2 * whole))


def _card(books: Books, entry: dict, said: dict) -> None:
    books.add(said, None, sold=said["amount"], cards=said["amount"])


READERS = {
    "order": _order,
    "redeem": _redeem,
    "refuse": _refuse,
    "void": _undo,
    "past_redeem": _past,
    "return": _undo,
    "gift_card": _card,
}


def summed(books: Books, period: Period, by: str) -> dict[str, dict[str, int]]:
    """Return the sums of a period by `day`, `store`, `campaign` or `member`; nothing of keys with nothing."""
    found = books.sums[period, by]
    return {key: {name: amount for name, amount in each.items() if amount} for key, each in found.items()
            if any(each.values())}  # fmt: skip


def engaged(books: Books, period: Period) -> tuple[dict[str, int], dict[str, int]]:
    """Return members who redeemed something and others who ordered: how many, orders, value, discount, redeemed."""
    groups: tuple[dict[str, int], dict[str, int]] = (defaultdict(int), defaultdict(int))
    for ref, each in summed(books, period, "member").items():
        if ref and (each.get("orders", 0) > 0 or each.get("redeemed", 0) > 0):
            group = groups[0 if each.get("redeemed", 0) > 0 else 1]
            group["members"] += 1
            for name in ("orders", "value", "discount", "redeemed"):
                group[name] += each.get(name, 0)
    return groups
