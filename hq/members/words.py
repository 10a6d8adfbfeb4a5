"""The words of a member's timeline: what each kind of thing is called, and how it looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hq.console.texts import N_
from hq.members.reasons import of_record, of_stations
from hq.members.reasons import told as sentence
from hq.members.timeline import Happened

KINDS: Mapping[str, tuple[str, str]] = {  # the word, and the colour beside it
    "order": (N_("Order"), "plain"),
    "redeemed": (N_("Redeemed"), "ok"),
    "refused": (N_("Refused"), "stop"),
    "void": (N_("Order voided"), "warn"),
    "return": (N_("Goods returned"), "warn"),
    "given_points": (N_("Points by hand"), "queued"),
    "given_credit": (N_("Store credit by hand"), "queued"),
    "given_voucher": (N_("Voucher given"), "queued"),
    "given_redemption": (N_("Redeemed at head office"), "queued"),
    "given_void": (N_("Order voided at head office"), "warn"),
    "given_void_here": (N_("Redemption voided at head office"), "warn"),
    "note": (N_("Note"), "plain"),
    "matter": (N_("Matter"), "warn"),
    "agreed": (N_("Agreed"), "plain"),
    "declined": (N_("Declined"), "plain"),
    "card": (N_("Code issued"), "plain"),
    "merged": (N_("Merged"), "warn"),
    "joined": (N_("Joined"), "plain"),
}
SHOWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "": (N_("Everything"), ()),
    "orders": (N_("Orders"), ("order", "void", "return", "given_void")),
    "redemptions": (N_("Redemptions"), ("redeemed", "refused", "given_redemption", "given_void_here")),
    "by_hand": (
        N_("By hand"),
        (
            "given_points",
            "given_credit",
            "given_voucher",
            "given_redemption",
            "given_void",
            "given_void_here",
            "merged",
        ),
    ),
    "notes": (N_("Notes and matters"), ("note", "matter")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline. `money` are amounts to be written, `points` a change of the balance."""

    at_ms: int
    kind: str
    word: str
    colour: str
    key: str
    title: str
    who: str
    text: str
    money: Mapping[str, int] = field(default_factory=dict)
    points: int = 0


def told(
    each: Happened,
    names: Mapping[str, str],
    *,
    say: Callable[[str], str],
    language: str,
    money: Callable[[int], str],
) -> Line:
    """Return a thing that happened as a line, in a page's language."""
    word, colour = KINDS.get(each.kind, (each.kind, "plain"))
    numbers = dict(each.numbers)
    points = numbers.pop("points", 0)
    if each.kind == "redeemed":
        points = -points
    amounts = {name: amount for name, amount in numbers.items() if amount}
    reasons = [found for said in each.reasons if (found := of_record(said)) is not None]
    text = sentence(reasons[0], money=money, translate=of_stations(language)) if reasons else each.said
    if each.kind in ("agreed", "declined"):
        text = say(N_("Version {version} of the text")).format(version=each.said)
    title = names.get(each.about, each.about)
    return Line(each.at_ms, each.kind, say(word), colour, each.key, title, each.who, text, amounts, points)
