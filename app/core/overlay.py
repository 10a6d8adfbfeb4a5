"""What an entry does to the station's own figures until HQ's copy includes it, and which ids it claims.

Derived from the entry's body alone, so that verifying a journal can hold the stored effects against it. Entries of
older programs say nothing of uses and rights, and have no such effects.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from app.core.approvals import approval_id_of
from app.core.authority import AuthKind
from app.core.card_record import cards_paid
from app.core.entry import DAY_CLOSE, ENROL, GIFT_CARD, ORDER, REDEEM, REFUSE, RETURN, VOID
from app.core.gift_cards import TenderKind
from app.core.limits import counted_key, order_value_key
from app.core.order import LineKind, local_date
from app.core.punch_cards import PUNCHES
from app.core.spending import whose

ORDER_CLAIM, REDEMPTION_CLAIM = "order", "redemption"
POINTS_PENDING, POINTS_SPENT, VOUCHER_USE = "points_pending", "points_spent", "voucher_use"
APPROVAL_USED = "approval"  # a manager's, by its id: once, for as long as the epoch lasts
CODE_SPENT = "code_spent"  # a showing of a phone's code: no figure of HQ's, so it counts for as long as the epoch lasts
# Of members who joined here: by reference; and by the hash of the number that is theirs, with the reference behind it.
ENROLLED, NUMBER_OF = "enrolled", "number_of"
# Of campaigns with limits or budgets, by campaign; of rewards with a stock, by rule; of members, see `member_use`.
CAMPAIGN_USE, CAMPAIGN_MEMBER = "campaign_use", "campaign_member"
CAMPAIGN_DISCOUNT, CAMPAIGN_VALUE = "campaign_discount", "campaign_value"
STOCK_USE, MEMBER_USE = "stock_use", "member_use"
PUNCH = "punch"  # of members' punch cards, see `punch`
HISTORY = "history"  # of what members did, see `history`
# Of rights: what was taken of a lease, by its id; redemptions by floor limits, by member or code hash; and all that a
# station gave by leases and floor limits, in times and in minor units.
LEASE_USE, FLOOR_USE, SPENDS, SPENT = "lease", "floor", "spends", "spent"
# Of gift cards: what entries do to a card's money, by its hash; and what was taken without head office's word, by card
# and by local day.
CARD_MONEY, CARD_ALONE, CARD_DAY = "card_money", "card_alone", "card_day"
# Of reversals: how often something of an order came back, by its id; and voids, by cashier and day.
UNDONE, VOIDS = "undone", "voids"
CLOSE_CLAIM = "close:"  # begins what the end of a day claims: no day is closed twice


class Effect(NamedTuple):  # made in a third of a dataclass's time
    """`delta` (whole points or uses) on a balance or counter named by kind and reference; 0 for a claimed id."""

    kind: str
    ref: str
    delta: int = 0


def member_use(campaign_id: str, member: str, day: str = "") -> str:
    """Return how a member's uses of a campaign on a local day (ISO 8601) are named; without one how all names begin."""
    return f"{campaign_id}|{member}|{day}"


def punch(member: str, card_id: str) -> str:
    """Return how a member's counter of a punch card is named."""
    return f"{member}|{card_id}"


def history(member: str, day: str = "", key: str = "") -> str:
    """Return how it is named what was added to a member's history on a local day (ISO 8601); how all names begin."""
    return f"{member}|{day}|{key}" if day else f"{member}|"


def number_of(number_hash: str, member: str = "") -> str:
    """Return how it is named that a number is a new member's; without one how that name begins."""
    return f"{number_hash}|{member}"


def void_claim(order_id: str) -> str:
    """Return what a void claims beside its own id, so that no order is voided twice."""
    return f"void:{order_id}"


def voids_by(cashier: str, day: str) -> str:
    """Return how somebody's voids of a local day (ISO 8601) are named."""
    return f"{cashier}|{day}"


def effects_of(entry_type: str, data: Mapping[str, Any]) -> tuple[Effect, ...]:
    """Return the effects of an entry. Types without any are left alone; what a manager approved uses the approval."""
    approval_id = approval_id_of(data)
    used = () if approval_id is None else (Effect(APPROVAL_USED, approval_id, 1),)
    return (*_by_type(entry_type, data), *used)


def _by_type(entry_type: str, data: Mapping[str, Any]) -> tuple[Effect, ...]:
    if entry_type == ORDER:
        return tuple(_of_order(data))
    if entry_type == REDEEM:
        return tuple(_of_redemption(data))
    if entry_type == REFUSE:
        return (Effect(REDEMPTION_CLAIM, data["redemption_id"]),)
    if entry_type in (VOID, RETURN):
        return tuple(_of_reversal(entry_type, data))
    if entry_type == GIFT_CARD:
        return (
            Effect(REDEMPTION_CLAIM, data["change_id"]),
            Effect(CARD_MONEY, data["card"], data["amount"]),
        )
    if entry_type == DAY_CLOSE:
        return (Effect(REDEMPTION_CLAIM, CLOSE_CLAIM + data["day"]),)
    if entry_type == ENROL:
        return (
            Effect(ENROLLED, data["member"], 1),
            Effect(NUMBER_OF, number_of(data["number_hash"], data["member"]), 1),
        )
    return ()


def _of_order(data: Mapping[str, Any]) -> Iterator[Effect]:
    member = None if data["member"] is None else data["member"]["ref"]
    yield Effect(ORDER_CLAIM, data["order_id"])
    if member is not None and data["points"]:
        yield Effect(POINTS_PENDING, member, data["points"])
    if data.get("uses"):
        yield from _of_uses(data, member)
    if data.get("history"):
        yield from _of_history(data, member, local_date(data["t_eff"], data["tz"]).isoformat())
    for outcome in data.get("campaigns", ()):
        yield from _of_outcome(outcome, whose("", member))
        yield from _of_counts(outcome.get("counts", ()), member)
    for paid in cards_paid(data):
        yield Effect(CARD_MONEY, paid.ref, -paid.units)
        if paid.alone:
            yield Effect(CARD_ALONE, paid.ref, paid.alone)
            yield Effect(CARD_DAY, local_date(data["t_eff"], data["tz"]).isoformat(), paid.alone)


def _of_redemption(data: Mapping[str, Any]) -> Iterator[Effect]:
    yield Effect(REDEMPTION_CLAIM, data["redemption_id"])
    if data["code_hash"]:
        yield Effect(VOUCHER_USE, data["code_hash"], 1)
    if data.get("points"):  # records before offers could cost points have none
        yield Effect(POINTS_SPENT, data["member"], -data["points"])
    if data.get("shown"):  # by a phone; a card has nothing that is used up
        yield Effect(CODE_SPENT, data["shown"]["nonce_hash"], 1)
    yield from _of_outcome(data, whose(data["code_hash"], data.get("member")))
    yield from _of_counts(data.get("counts", ()), data.get("member"))
    if data.get("history"):
        yield from _of_history(data, data["member"], data["day"])


def _of_history(data: Mapping[str, Any], member: str | None, day: str, *, way: int = 1) -> Iterator[Effect]:
    """Yield what an entry adds to its member's history, or takes back from it."""
    for key, n in data["history"]:
        if member is not None and n:
            yield Effect(HISTORY, history(member, day, key), way * n)


def _of_uses(data: Mapping[str, Any], member: str | None) -> Iterator[Effect]:
    """Yield what an order does to the counters of campaigns with limits or budgets."""
    known, day = dict(data.get("known", ())), local_date(data["t_eff"], data["tz"]).isoformat()
    for campaign, discount in data["uses"]:
        yield Effect(CAMPAIGN_USE, campaign, 1)
        if discount:
            yield Effect(CAMPAIGN_DISCOUNT, campaign, discount)
        if order_value_key(campaign) in known:
            yield Effect(CAMPAIGN_VALUE, campaign, _goods(data))
        if member is not None:
            yield Effect(MEMBER_USE, member_use(campaign, member, day), 1)
            if known.get(counted_key(campaign)) == 0:
                yield Effect(CAMPAIGN_MEMBER, campaign, 1)


def _goods(data: Mapping[str, Any]) -> int:
    return sum(line["amount"] for line in data["lines"] if line.get("kind", LineKind.GOODS) == LineKind.GOODS)


def _of_outcome(outcome: Mapping[str, Any], spender: str) -> Iterator[Effect]:
    """Yield what was used up by one rule that applied."""
    if outcome.get("stock"):
        yield Effect(STOCK_USE, outcome["rule"], outcome["stock"])
    auth = outcome.get("auth")
    if auth is None:
        return
    for lease_id, units in auth.get("leases", ()):
        yield Effect(LEASE_USE, lease_id, units)
    if auth["kind"] == AuthKind.FLOOR:
        yield Effect(FLOOR_USE, spender, 1)
    if auth["kind"] in (AuthKind.FLOOR, AuthKind.LEASE):
        yield Effect(SPENDS, "", 1)
        if auth.get("value"):
            yield Effect(SPENT, "", auth["value"])


def _of_counts(changes: Iterable[Sequence[Any]], member: str | None) -> Iterator[Effect]:
    """Yield what changes of counters, by their keys, do to a member's punch cards."""
    for key, change in changes:
        if member is not None and key.startswith(PUNCHES):
            yield Effect(PUNCH, punch(member, key.removeprefix(PUNCHES)), change)


def _of_reversal(entry_type: str, data: Mapping[str, Any]) -> Iterator[Effect]:
    """Yield what comes back: the opposite of what the order had done, but for floor limits and showings of codes."""
    member = data["member"]
    yield Effect(REDEMPTION_CLAIM, data["reversal_id"])
    if entry_type == VOID:
        yield Effect(REDEMPTION_CLAIM, void_claim(data["order_id"]))
        day = local_date(data["t_eff"], data["tz"]).isoformat()
        yield Effect(VOIDS, voids_by(data["cashier"], day), 1)
    yield Effect(UNDONE, data["order_id"], 1)
    if member is not None and data["points"]:
        yield Effect(POINTS_PENDING, member, data["points"])
    if member is not None and data["points_back"]:
        yield Effect(POINTS_SPENT, member, data["points_back"])
    yield from _of_counts(data["earned"], member)
    if data.get("history"):
        yield from _of_history(data, member, data["day"], way=-1)
    for back in data["backs"]:
        if back["use"] and back["code_hash"]:
            yield Effect(VOUCHER_USE, back["code_hash"], -1)
    for use in data["uses"]:
        yield from _of_use_back(use, member, data["day"])
    for kind, ref, amount in data["tenders"]:
        if kind == TenderKind.GIFT_CARD:
            yield Effect(CARD_MONEY, ref, amount)
    for rule, units in data["stock"]:
        yield Effect(STOCK_USE, rule, -units)
    for lease_id, units in data["leases"]:
        yield Effect(LEASE_USE, lease_id, -units)


def _of_use_back(use: list[Any], member: str | None, day: str) -> Iterator[Effect]:
    """Yield what a campaign's use that comes back does to its counters."""
    campaign, discount, value, is_first = use
    yield Effect(CAMPAIGN_USE, campaign, -1)
    if discount:
        yield Effect(CAMPAIGN_DISCOUNT, campaign, -discount)
    if value:
        yield Effect(CAMPAIGN_VALUE, campaign, -value)
    if member is not None:
        yield Effect(MEMBER_USE, member_use(campaign, member, day), -1)
    if is_first:
        yield Effect(CAMPAIGN_MEMBER, campaign, -1)
