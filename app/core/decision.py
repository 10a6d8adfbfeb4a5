"""decide(): the one function that station and HQ both call. Facts in, what happens to the order out.

Rules apply in one total order, whatever the order in which codes were scanned or lines came. A refused presentation has
all its reasons, the one to show first in front. After the rules come points earned, tax, and what gift cards and
wallets pay.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from app.core.campaign import Trigger
from app.core.circumstances import Circumstances
from app.core.earning import POINTS, Earned, earn
from app.core.gift_cards import TenderOutcome, pay
from app.core.life import may_earn, refused_by_life
from app.core.member import Member
from app.core.order import Order
from app.core.outcome import Decision, Facts, Outcome
from app.core.policy import Codes
from app.core.program import Candidate, Program
from app.core.reasons import Reason, Refusal, by_precedence
from app.core.remembered import Added, remembered, with_uses
from app.core.sheet import beside_goods, totals_of
from app.core.stacking import Stacking, fallen, refused_tenders
from app.core.standing import refused_spending
from app.core.table import Table, refused
from app.core.voucher import Presentation

EXPLAINED_MAX = (
    200  # automatic rules of which each is explained; of more, only those that something speaks for
)
NEAR_MAX = 30  # of these, offers that lack nothing but a larger total; nobody reads more of them
Banned = Mapping[int, tuple[Refusal, ...]]  # rules that must not apply, by their place among the candidates


def decide(facts: Facts, *, explain: bool = True) -> Decision:
    """Decide an order. Pure: the same facts give the same decision, on station and HQ.

    Without `explain`, automatic rules that don't apply are left out of the decision instead of being explained, which
    is much quicker where most of them don't; everything else is the same. Of a large program those are explained for
    which something in the order speaks.
    """
    seen = circumstances(facts)
    table, stacking, outcomes = _play(facts, seen, explain=explain)
    totals = totals_of(table.sheet)
    tenders = _tenders(facts, seen, stacking, due=max(totals.payable - table.paid, 0))
    earned = _earned(facts, seen, table)
    history: Added = ()
    if facts.program.history:
        spent = table.total - table.sheet.given - beside_goods(facts.order, facts.program.policy)
        history, outcomes = remembered(facts, outcomes, spent=spent), with_uses(facts, outcomes)
    return Decision(
        presented=_presented(facts, outcomes),
        automatic=tuple(
            [
                outcome
                for outcome in outcomes
                if outcome.redemption_id is None and (explain or not outcome.refusals)
            ]
        ),
        total=table.total,
        discount=table.sheet.given,
        payable=totals.payable,
        points=sum([part.points for part in earned if part.currency == POINTS]),
        tax=totals.tax,
        due=totals.payable - table.paid - sum([tender.amount for tender in tenders]),
        tenders=tenders,
        earned=earned,
        uses=_uses(facts, outcomes),
        history=history,
    )


def refused_joining(
    program: Program, applicant: Member, *, store: str, at_ms: int, known: Mapping[str, int]
) -> tuple[Refusal, ...]:
    """Return why somebody may not become a member, most important first; the same at station, portal and API.

    `applicant` has the attributes that are known of them, `known` what they bought as a known customer (joining.py).
    """
    order = Order("", store, "", at_ms, program.time_zone, program.currency.code, ())
    seen = circumstances(Facts(program, order, applicant, known=known))
    refusals = [*program.joining(seen)] if program.joining else []
    if refusal := refused_by_life(program.life, store=store, day=seen.day):
        refusals.append(refusal)
    return by_precedence(refusals)


def eligible(facts: Facts) -> list[Candidate]:
    """Return the automatic rules that an order is eligible for: nothing is played, and nothing explained."""
    seen = circumstances(facts)
    candidates, places = facts.program.candidates, seen.finder.places
    return [
        candidates[place]
        for place in facts.program.index.find(seen)
        if may_apply(candidates[place], seen, places)
    ]


def _presented(facts: Facts, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    if not facts.presented:
        return ()
    by_id = {outcome.redemption_id: outcome for outcome in outcomes if outcome.redemption_id is not None}
    return tuple([by_id.get(shown.redemption_id) or _without_rule(shown) for shown in facts.presented])


def circumstances(facts: Facts) -> Circumstances:
    """Return what conditions look at."""
    program = facts.program
    return Circumstances(
        facts.order, facts.member, program.product_sets, facts.known, facts.signals, program.segments
    )


def _play(
    facts: Facts, seen: Circumstances, *, explain: bool
) -> tuple[Table, Stacking | None, list[Outcome]]:
    """Play all rules; again without those that can't stand alone, until all that apply may.

    Each time at least one more is banned or may no longer stand alone, so it ends.
    """
    table = Table(facts, seen)
    candidates = _in_play(facts, seen, table, explain=explain)
    if not _is_stacked(facts):
        return table, None, [table.play(candidate) for candidate in candidates]
    banned: dict[int, tuple[Refusal, ...]] = {}
    humbled: set[str] = set()
    while True:
        stacking, outcomes = _one_round(table, candidates, banned, humbled)
        alone = stacking.exclusive
        if alone is not None and alone.campaign_id not in stacking.applied:
            humbled.add(alone.campaign_id)  # those that always apply left nothing for it
        elif more := fallen(candidates, outcomes, facts.program.campaigns) or _all_or_none(
            facts, candidates, outcomes
        ):
            banned |= more
        else:
            return table, stacking, outcomes
        table = Table(facts, seen)


def _one_round(
    table: Table, candidates: Sequence[Candidate], banned: Banned, humbled: Collection[str]
) -> tuple[Stacking, list[Outcome]]:
    allowed = [candidate for place, candidate in enumerate(candidates) if place not in banned]
    stacking = Stacking(table, allowed, humbled=humbled)
    outcomes = []
    for place, candidate in enumerate(candidates):
        if place in banned:
            outcomes.append(refused(candidate, banned[place]))
            continue
        outcome = table.play(candidate, stacking.against(candidate))
        stacking.note(candidate, outcome)
        outcomes.append(outcome)
    return stacking, outcomes


def _in_play(facts: Facts, seen: Circumstances, table: Table, *, explain: bool) -> list[Candidate]:
    """Return all rules that come into play, in the order in which they apply; scan order doesn't matter."""
    program = facts.program
    index = program.index
    places: Sequence[int] = program.automatic
    if not explain:
        places = index.find(seen) if places else ()
    elif len(places) > EXPLAINED_MAX:
        places = index.find_near(seen, NEAR_MAX)
    candidates = [program.candidates[place] for place in places]
    if not explain:
        candidates = [each for each in candidates if may_apply(each, seen, table.places)]
    if not facts.presented:
        return candidates
    for shown in facts.presented:
        found = program.rules_by_id.get(shown.voucher.rule_id)
        if found is not None and _comes_by(shown, program.rules[found].rule.trigger):
            candidates.append(Candidate(found, *program.rules[found], shown))
    return sorted(candidates, key=_turn)


def _comes_by(shown: Presentation, trigger: Trigger) -> bool:
    return trigger is (Trigger.VOUCHER if shown.voucher.code_hash else Trigger.CHOICE)


def _turn(candidate: Candidate) -> tuple[int, str, str]:
    shown = candidate.presentation
    return (
        (candidate.place, "", "")
        if shown is None
        else (candidate.place, shown.voucher.code_hash, shown.redemption_id)
    )


def _is_stacked(facts: Facts) -> bool:
    program = facts.program
    return program.is_stacked or (bool(facts.presented) and program.policy.codes is Codes.ALL_OR_NONE)


def _all_or_none(
    facts: Facts, candidates: Sequence[Candidate], outcomes: Sequence[Outcome]
) -> dict[int, tuple[Refusal, ...]]:
    """Return the presented rules, which all fall where codes go together only and one was refused.

    Each keeps the reasons it has of its own.
    """
    if facts.program.policy.codes is not Codes.ALL_OR_NONE:
        return {}
    shown = [place for place, candidate in enumerate(candidates) if candidate.presentation is not None]
    approved = [place for place in shown if outcomes[place].is_approved]
    if not approved or len(approved) == len(facts.presented):
        return {}
    return {place: outcomes[place].refusals or (Refusal(Reason.STACK_INVALID),) for place in shown}


def _uses(facts: Facts, outcomes: Sequence[Outcome]) -> tuple[tuple[str, int], ...]:
    counted = facts.program.counted_campaigns
    if not counted:
        return ()
    uses: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.is_approved and outcome.campaign_id in counted:
            uses[outcome.campaign_id] = uses.get(outcome.campaign_id, 0) + outcome.discount
    return tuple(uses.items())


def _tenders(
    facts: Facts, seen: Circumstances, stacking: Stacking | None, *, due: int
) -> tuple[TenderOutcome, ...]:
    """Return what gift cards and wallets pay of what is due; those that may not, beside the campaigns that apply."""
    if not facts.tenders:
        return ()
    refusals = refused_tenders(facts.tenders, stacking.applied.values() if stacking else ())
    if stops := refused_spending(facts.stopped):
        refusals |= {tender.kind: stops[0] for tender in facts.tenders}
    allowed = [tender for tender in facts.tenders if tender.kind not in refusals]
    member = facts.member.ref if facts.member else None
    cards, at_ms = facts.program.cards, facts.order.at_ms
    paid = pay(allowed, due, seen.day, member=member, policy=cards, at_ms=at_ms)
    not_paid = tuple(
        TenderOutcome(tender.ref, tender.kind, 0, tender.balance, (refusals[tender.kind],))
        for tender in facts.tenders
        if tender.kind in refusals
    )
    return paid + not_paid


def _earned(facts: Facts, seen: Circumstances, table: Table) -> tuple[Earned, ...]:
    program = facts.program
    if not program.earning or not may_earn(program.life, store=facts.order.store, day=seen.day):
        return ()
    member = facts.member
    if "program" in facts.stopped or (member is not None and f"member:{member.ref}" in facts.stopped):
        return ()
    seen.sheet = table.sheet
    return earn(
        program.earning, sheet=table.net_of_points(), seen=seen, multipliers=program.policy.multipliers
    )


def may_apply(
    candidate: Candidate, seen: Circumstances, places: Callable[[str | None], Sequence[int]]
) -> bool:
    """Tell whether a rule without a presentation could apply, as far as one can tell without playing it.

    What is cheapest to ask comes first.
    """
    campaign, rule = candidate.campaign, candidate.rule
    if not campaign.starts_at <= seen.now <= campaign.ends_at:
        return False
    if campaign.audience is not None and (seen.member is None or seen.member.ref not in campaign.audience):
        return False
    for products in rule.wants:
        if not places(products):
            return False
    # Of what will be left when its turn comes nothing is known yet.
    return rule.condition is None or rule.is_running or not rule.condition(seen)


def _without_rule(shown: Presentation) -> Outcome:
    """Answer for a voucher whose rule this version of the program does not hold."""
    refusals = (Refusal(Reason.OFFER_UNKNOWN),)
    return Outcome(shown.voucher.rule_id, "", shown.redemption_id, 0, (), refusals)
