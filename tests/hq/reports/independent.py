"""Every report once more, by plain Python over the bodies of journals: nothing of HQ's is used, so nothing is shared.

An order counts on the day that its moment is in the program's time zone. What comes back is worked out from the order
that it undoes: a line's share of what it cost, rounded half up.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Key = tuple[str, str, str, str]  # day, store, campaign ("" for all), member ("" for nobody)


class Books:
    """Sums by key and measure, and what is needed of orders to undo them."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.sums: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.orders: dict[str, dict] = {}
        self.returned: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.gave: dict[tuple[str, str, str], set[str]] = defaultdict(set)  # campaigns of an order

    def day(self, at_ms: int) -> str:
        """Return the day on which a moment counts."""
        return datetime.fromtimestamp(at_ms // 1000, tz=UTC).astimezone(self.zone).date().isoformat()

    def add(self, said: dict, member: str | None, campaign: str = "", **measures: int) -> None:
        """Add to the sums of an entry's day and store."""
        row = self.sums[self.day(said["t_eff"]), said["store"], campaign, member or ""]
        for name, amount in measures.items():
            row[name] += amount

    def discount(self, said: dict, member: str | None, campaign: str, amount: int) -> None:
        """Note what a campaign gave, by itself and among all."""
        if amount:
            self.add(said, member, discount=amount)
            self.add(said, member, campaign, discount=amount)


def read(bodies: Iterable[bytes], zone: str) -> Books:
    """Read the entries of stations, each station's in their order."""
    books = Books(zone)
    for body in bodies:
        entry = json.loads(body)
        reader = READERS.get(entry["type"])
        if reader is not None:
            reader(books, entry, entry["data"])
    for (device, order_id, campaign), entries in books.gave.items():
        for entry_id in entries:
            said = books.orders[entry_id]
            books.add(said, _member(said), campaign, orders=1, orders_with=1, value=said["total"],
                      value_with=said["total"])  # fmt: skip
        assert device
        assert order_id
    return books


def _member(said: dict) -> str | None:
    return None if said["member"] is None else said["member"]["ref"]


def _order(books: Books, entry: dict, said: dict) -> None:
    member = _member(said)
    books.orders[entry["id"]] = said
    is_with = said["discount"] > 0
    books.add(said, member, orders=1, value=said["total"], orders_with=int(is_with),
              value_with=said["total"] if is_with else 0)  # fmt: skip
    if member is not None:
        books.add(said, member, issued=said["points"], points=said["points"])
    for part in said["campaigns"]:
        books.discount(said, member, part["campaign"], part["discount"])
        if part["discount"]:
            books.gave[entry["device"], said["order_id"], part["campaign"]].add(entry["id"])
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
        books.add(said, member, spent=said["points"], points=-said["points"])
    for entry_id, order in books.orders.items():
        if order["order_id"] == said["order_id"] and order["store"] == said["store"]:
            books.gave[entry["device"], said["order_id"], said["campaign"]].add(entry_id)


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
    books.add(said, member, issued=said["earned"], spent=said["points"],
              points=said["earned"] - said["points"])  # fmt: skip


def _undo(books: Books, entry: dict, said: dict) -> None:
    order = books.orders[said["order_entry"]]
    member, is_void = _member(order), entry["type"] == "void" and not order.get("is_by_hand")
    goods = _goods(books, said, order, is_void=is_void)
    is_with = order["discount"] > 0
    books.add(said, member, value=-goods, returned=goods, value_with=-goods if is_with else 0,
              orders=-int(is_void), orders_with=-int(is_void and is_with))  # fmt: skip
    if member is not None:
        books.add(said, member, issued=said["points"], spent=-said["points_back"],
                  points=said["points"] + said["points_back"])  # fmt: skip
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


def summed(
    books: Books, *, by: str, since: date, until: date, campaigns: bool = False
) -> dict[str, dict[str, int]]:
    """Return the sums of a period by `day`, `store`, `campaign` or `member`; nothing of keys with nothing."""
    place = ("day", "store", "campaign", "member").index(by)
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, measures in books.sums.items():
        if since.isoformat() <= key[0] <= until.isoformat() and bool(key[2]) == (
            campaigns or by == "campaign"
        ):
            for name, amount in measures.items():
                found[key[place]][name] += amount
    return {key: {name: amount for name, amount in each.items() if amount} for key, each in found.items()
            if any(each.values())}  # fmt: skip


def engaged(books: Books, since: date, until: date) -> tuple[dict[str, int], dict[str, int]]:
    """Return members who redeemed something and others who ordered: how many, orders, value, discount, redeemed."""
    groups: tuple[dict[str, int], dict[str, int]] = (defaultdict(int), defaultdict(int))
    for ref, each in summed(books, by="member", since=since, until=until).items():
        if ref and (each.get("orders", 0) > 0 or each.get("redeemed", 0) > 0):
            group = groups[0 if each.get("redeemed", 0) > 0 else 1]
            group["members"] += 1
            for name in ("orders", "value", "discount", "redeemed"):
                group[name] += each.get(name, 0)
    return groups
