"""What head office is asked about an order while the member waits, and its words on it.

Asked is what the order would use if head office said yes to everything: so an offer is asked about whether the station
would give it by a floor limit, or would refuse it for want of a right. What is always given, and what a lease of ours
covers, needs nobody's word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from app.core.authority import AuthKind, Authority, Offline
from app.core.card_policy import CardRight
from app.core.decision import decide
from app.core.gift_cards import Tender, TenderKind
from app.core.limits import keys_of, stock_key
from app.core.outcome import Facts, Outcome
from app.core.program import Program
from app.core.reasons import Reason, Refusal

CARD = "card:"  # begins the name of a gift card in a question
HOPED = "hoped"  # what a reservation is called that nobody has made
PLENTY = 1 << 30  # in stock, or points of a member who isn't known here, as long as nobody says otherwise
WANTS_WORD = frozenset(  # the refusals that head office's word can take away
    {
        Reason.ONLINE_ONLY,
        Reason.STATION_CAP_REACHED,
        Reason.FACTS_STALE,
        Reason.FLOOR_EXCEEDED,
        Reason.FLOOR_USED,
    }
)

# What a lease too small for an order looks like; head office may have more, and is asked.
OF_LIMITS = frozenset(
    {
        Reason.LIMIT_CAMPAIGN_REACHED,
        Reason.LIMIT_MEMBERS_REACHED,
        Reason.BUDGET_EXHAUSTED,
        Reason.BUDGET_EXCEEDED,
        Reason.OUT_OF_STOCK,
    }
)


class Question(NamedTuple):
    """Something that an order would use; `name` is its redemption id, or the rule's id where it applies by itself."""

    name: str
    rule_id: str
    campaign_id: str
    code_hash: str
    points: int
    discount: int


@dataclass(frozen=True, slots=True)
class Asking:
    """Everything of one order that head office is asked; `level` is how much the member's code proves.

    `total` are its goods, in minor units.
    """

    order_id: str
    member: str | None
    level: str
    program_version: int
    questions: tuple[Question, ...]
    total: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """Head office's words on one order: reservations and refusals by name, and its counters for these campaigns.

    `balance` are the member's points there, less what is reserved for other orders; None where it was not said.
    `left_open`: asked, and answered with neither yes nor no, since somebody else holds the right.
    """

    granted: Mapping[str, str] = field(default_factory=dict)
    denied: Mapping[str, Refusal] = field(default_factory=dict)
    known: Mapping[str, int] = field(default_factory=dict)
    balance: int | None = None
    left_open: frozenset[str] = frozenset()


NOTHING_HEARD = Heard()


def wants_word(outcome: Outcome) -> bool:
    """Tell whether only a right is missing, which head office could give."""
    return bool(outcome.refusals) and all(refusal.reason in WANTS_WORD for refusal in outcome.refusals)


def is_to_ask(outcome: Outcome, facts: Facts) -> bool:
    """Tell whether an offer that is refused lacks only what head office will be asked for, if it can be reached."""
    if wants_word(outcome):
        return True
    found = {refusal.reason for refusal in outcome.refusals}
    has_leases = facts.authority is not None and bool(facts.authority.leases)
    if not (found and has_leases and found <= WANTS_WORD | OF_LIMITS):
        return False
    name = outcome.redemption_id or outcome.rule_id
    return any(question.name == name for question in questions(facts))


def questions(facts: Facts) -> tuple[Question, ...]:
    """Return what to ask head office about an order; nothing where it needs no word."""
    program = facts.program
    if not program.asks_authority:
        return ()
    names = {shown.redemption_id for shown in facts.presented}
    names |= {program.rules[place].rule.rule_id for place in program.automatic}
    names -= _by_lease(facts)
    authority = replace(facts.authority or Authority(), granted=dict.fromkeys(names, HOPED), denied={})
    member = facts.member
    if member is not None and not member.is_known:  # head office will say what they have
        member = replace(member, balance=PLENTY)
    leased = {
        lease.scope for lease in authority.leases
    }  # a lease too small says nothing of what there is in all
    known = {key: n for key, n in facts.known.items() if key not in leased}
    hoped = replace(facts, member=member, authority=authority, known={**_hoped(program), **known})
    codes = {shown.redemption_id: shown.voucher.code_hash for shown in facts.presented}
    return tuple(
        Question(
            name := outcome.redemption_id or outcome.rule_id,
            outcome.rule_id,
            outcome.campaign_id,
            codes.get(name, ""),
            outcome.points,
            outcome.discount,
        )
        for outcome in decide(hoped, explain=False).outcomes
        if outcome.is_approved and outcome.auth.kind is AuthKind.ONLINE
    )


def card_questions(facts: Facts) -> tuple[Question, ...]:
    """Return what to ask head office about gift cards: what each would pay by itself if there were enough on it.

    What another one will pay nobody knows yet: it may have less on it than all of the order.
    """
    cards = {tender.ref: tender for tender in facts.tenders if tender.kind is TenderKind.GIFT_CARD}
    return tuple(
        Question(card_name(tender.ref), "", "", tender.ref, 0, tender.amount)
        for card in cards.values()
        for tender in decide(replace(facts, tenders=(_hoped_of(card),)), explain=False).tenders
        if tender.amount
    )


def _hoped_of(tender: Tender) -> Tender:
    right = CardRight(granted=HOPED, up_to=PLENTY)
    return replace(tender, balance=PLENTY, ends_on=None, is_used=False, right=right)


def card_name(ref: str) -> str:
    """Return how head office is asked about a card."""
    return f"{CARD}{ref}"


def card_reserved(ref: str) -> str:
    """Return under which key head office says how much of a card it has reserved; `card_name`: how much is there."""
    return f"card_reserved:{ref}"


def parts_of_card(heard: Heard, ref: str) -> tuple[int, int]:
    """Return what head office has on a card, less what others reserved, and how much it has reserved for this order."""
    reserved = heard.known.get(card_reserved(ref), 0)
    return heard.known.get(card_name(ref), reserved), reserved


def _by_lease(facts: Facts) -> set[str]:
    """Return the names of what is given by a lease as things stand."""
    if facts.authority is None or not facts.authority.leases:
        return set()
    return {
        outcome.redemption_id or outcome.rule_id
        for outcome in decide(facts, explain=False).outcomes
        if outcome.is_approved and outcome.auth.kind is AuthKind.LEASE
    }


def _hoped(program: Program) -> dict[str, int]:
    """Return the counters of campaigns that need a right, as if nothing had been given yet."""
    found: dict[str, int] = {}
    for campaign in program.campaigns:
        if campaign.offline is Offline.ALWAYS:
            continue
        found |= dict.fromkeys(keys_of(campaign), 0)
        found |= {stock_key(rule.rule_id): PLENTY for rule in campaign.rules if rule.has_stock}
    return found
