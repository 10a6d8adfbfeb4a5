"""What a cashier can say about a quoted order: the offer that is nearly there, and what joining would give.

Nothing is recorded, and nothing is kept. It is asked for behind the quote, which never waits for it.
"""

from collections.abc import Mapping
from dataclasses import replace

from app.core.codes import Level
from app.core.decision import decide, refused_joining
from app.core.member import Member
from app.core.outcome import Facts
from app.core.prompted import NO_PROMPTS, JoiningGives, Prompts
from app.core.prompts import best_choice, joining_gives, next_best
from app.core.quote import Quote, quote
from app.core.voucher import Presentation, picked
from app.station.identify import SeenMember
from app.station.redeem import AtTill, OrderIn, facts_at_till
from app.store.store import StationStore

NEWCOMER = "0" * 13  # a reference like those of members, which is nobody's


def prompts(
    store: StationStore,
    order_in: OrderIn,
    at_till: AtTill,
    found: Quote,
    *,
    choices: Mapping[str, str] | None = None,
) -> Prompts:
    """Return what there is to say beside a quote. Raises `NoProgram` or a `StoreFault`.

    `choices` maps the rules that a cashier can pick to the redemption ids they would have, as for the quote.
    """
    if found.decision.total <= 0:
        return NO_PROMPTS
    choices = choices or {}
    facts = facts_at_till(store, order_in, at_till, choices=choices, in_full=True)
    shown = {presentation.redemption_id for presentation in facts.presented}
    level = at_till.member.level if at_till.member else Level.TYPED
    to_pick = [
        Presentation(redemption_id, picked(rule_id), level)
        for rule_id, redemption_id in choices.items()
        if redemption_id not in shown
    ]
    near = next_best(facts, found, to_pick)
    joining = None if at_till.member else _joining(store, order_in, at_till, found, choices)
    return Prompts(near, joining)


def _joining(
    store: StationStore, order_in: OrderIn, at_till: AtTill, found: Quote, choices: Mapping[str, str]
) -> JoiningGives | None:
    """Return what the order would get more if the customer joined now; None where they may not, or get nothing.

    It is decided as it will be when they have: by a number that was handed out here, for somebody whom head office
    doesn't know yet. What goes by a lot that their own reference draws is not told, nor what only head office can give.
    """
    position = store.replica.position()
    as_of_ms = position.as_of_ms if position else 0
    member = Member(NEWCOMER, is_known=False, as_of_ms=as_of_ms)
    seen = SeenMember(member, "", 0, Level.NUMBER, "")
    facts = _undrawn(
        facts_at_till(store, order_in, replace(at_till, member=seen), choices=choices, in_full=True)
    )
    order = facts.order
    if refused_joining(facts.program, member, store=order.store, at_ms=order.at_ms, known=facts.known):
        return None
    then = quote(facts, choices=choices, level=Level.NUMBER)
    best = None if _has_picked(at_till) else best_choice(then)
    if best is None or best.redemption_id is None:
        return joining_gives(found.decision, then)
    choice = Presentation(best.redemption_id, picked(best.rule_id), Level.NUMBER)
    with_it = replace(facts, presented=(*facts.presented, choice))
    return joining_gives(found.decision, then, decide(with_it, explain=False))


def _undrawn(facts: Facts) -> Facts:
    """Return the facts without what is drawn by a member's reference, which the newcomer hasn't yet."""
    drawn = {f"campaign:{each.campaign_id}" for each in facts.program.campaigns if each.share is not None}
    authority = facts.authority
    if authority is not None:
        authority = replace(authority, must_ask=frozenset())
    return replace(facts, stopped=facts.stopped | drawn, authority=authority)


def _has_picked(at_till: AtTill) -> bool:
    return any(not shown.voucher.code_hash for shown in at_till.presented)
