"""The what-if: past orders, one after the other, decided by a draft on what the draft itself has made of them so far.

Orders stay as they were: nobody buys more because of an offer. Automatic rules apply whenever they can. A voucher or a
choice counts as taken where it was shown then: by the id of its rule, or by its campaign's when the draft has one such
rule in it. Limits, budgets, uses and histories begin with the first order; points and uses of vouchers are those of the
record, moved on by as much as the draft gives more or takes less.

Limits: tiers and segments are those of the record; points don't expire; events, and what marks and referrals grant, are
not played.
"""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from app.core.campaign import Trigger
from app.core.decision import decide
from app.core.history import History, past_order
from app.core.member import Member
from app.core.outcome import Decision, Facts
from app.core.policy import Codes
from app.core.program import Program
from app.core.quote import choosable
from app.core.voucher import Presentation, Voucher, picked
from app.whatif.findings import Findings
from app.whatif.recorded import Recorded

ENOUGH = 1_000_000  # of a reward with a stock: how many there were stands in no past order
KEPT_STOPS = (
    "member:",
    "code:",
)  # who was stopped then would be stopped again; other campaigns are other campaigns


class Take(StrEnum):
    """Which vouchers and choices count as taken: those that were shown then, or also every choice that can be used."""

    SHOWN = "shown"
    CHOICE = "choice"


class DraftUnfit(ValueError):
    """A draft that can't be played against these orders; the message says why."""


def what_if(program: Program, past: Iterable[Recorded], *, take: Take = Take.SHOWN) -> Findings:
    """Play past orders, the earliest first, against a program. Raises `DraftUnfit`. Orders are read one at a time."""
    replay = _Replay(program, take)
    for then in past:
        replay.play(then)
    return replay.findings


class _Replay:
    def __init__(self, program: Program, take: Take) -> None:
        self._program = program
        self._choices = choosable(program) if take is Take.CHOICE else []
        self._only_rules = _only_rules(program)
        stock = {rule.rule_id: ENOUGH for _, rule in program.rules if rule.has_stock}
        self._history = History(program, stock=stock)
        self._points_ahead: dict[str, int] = {}  # of members: what they would have more than the record says
        self._uses_ahead: dict[str, int] = {}  # of vouchers: how often they would have been used more
        self.findings = Findings(program)

    def play(self, then: Recorded) -> None:
        """Decide an order anew and keep what comes of it."""
        if then.order.currency != self._program.currency.code:
            raise DraftUnfit(
                f"The draft counts in {self._program.currency.code}, and order {then.order.order_id} was paid in "
                f"{then.order.currency}."
            )
        shown = self._shown(then)
        facts = self._with_choices(self._facts(then, shown))
        decision = decide(facts)
        self.findings.add(then, facts, decision, shown=len(shown))
        beside = {each.campaign_id for each in then.given} - self.findings.campaigns.keys()
        self._history.add(past_order(facts, decision, beside=beside))
        self._move_on(then, facts, decision)

    def _facts(self, then: Recorded, shown: list[Presentation]) -> Facts:
        member, order = then.member, then.order
        return Facts(
            program=self._program,
            order=order,
            member=None if member is None else self._moved_on(member),
            presented=tuple(shown),
            known=self._history.known(None if member is None else member.ref, order.local.date()),
            tenders=then.tenders,
            stopped=frozenset(stop for stop in then.stopped if stop.startswith(KEPT_STOPS)),
            signals=then.signals,
        )

    def _moved_on(self, member: Member) -> Member:
        ahead = self._points_ahead.get(member.ref)
        return replace(member, balance=max(member.balance + ahead, 0)) if ahead else member

    # --- what counts as taken ----------------------------------------------------------------------------------------

    def _shown(self, then: Recorded) -> list[Presentation]:
        """Return what was shown then and is in the draft, as the draft would take it."""
        found: list[Presentation] = []
        for shown, outcome in zip(then.presented, then.outcomes, strict=False):
            rule_id = self._rule_of(shown.voucher.rule_id, outcome.campaign_id)
            if rule_id is not None:
                presentation = self._as_drafted(shown, rule_id)
                if presentation.voucher.code_hash or not _has(found, rule_id):
                    found.append(presentation)
        return found

    def _rule_of(self, rule_id: str, campaign_id: str) -> str | None:
        pair = self._program.pair(rule_id)
        if pair is None:
            return self._only_rules.get(campaign_id)
        return None if pair.rule.trigger is Trigger.AUTOMATIC else rule_id

    def _as_drafted(self, shown: Presentation, rule_id: str) -> Presentation:
        """Return what was shown then with the draft's rule: a code where it asks for one, else picked."""
        pair = self._program.pair(rule_id)
        assert pair is not None, "it was found in the program"
        if pair.rule.trigger is Trigger.CHOICE:
            return replace(shown, voucher=picked(rule_id))
        voucher = shown.voucher
        if not voucher.code_hash:
            return replace(shown, voucher=Voucher(f"picked:{rule_id}", rule_id))
        uses = voucher.uses + self._uses_ahead.get(voucher.code_hash, 0)
        return replace(shown, voucher=replace(voucher, rule_id=rule_id, uses=max(uses, 0)))

    def _with_choices(self, facts: Facts) -> Facts:
        """Add the choices that are assumed to be picked; where codes go together only, none that would spoil others."""
        for rule_id in self._choices:
            if _has(facts.presented, rule_id):
                continue
            pick = Presentation(f"{facts.order.order_id}/{rule_id}", picked(rule_id), "")
            more = replace(facts, presented=(*facts.presented, pick))
            if self._program.policy.codes is not Codes.ALL_OR_NONE or _all_apply(more):
                facts = more
        return facts

    # --- what the draft makes of members and vouchers ----------------------------------------------------------------

    def _move_on(self, then: Recorded, facts: Facts, decision: Decision) -> None:
        if then.member is not None:
            would = decision.points - sum(each.points for each in decision.outcomes)
            really = then.points - sum(each.points for each in then.given)
            _change(self._points_ahead, then.member.ref, would - really)
        for shown, outcome in zip(facts.presented, decision.presented, strict=True):
            _change(self._uses_ahead, shown.voucher.code_hash, int(outcome.is_approved))
        for shown, outcome in zip(then.presented, then.outcomes, strict=False):
            _change(self._uses_ahead, shown.voucher.code_hash, -int(outcome.is_approved))


def _only_rules(program: Program) -> dict[str, str]:
    """Return, by campaign, its rule that has to be presented, where it has exactly one."""
    found: dict[str, list[str]] = {}
    for campaign, rule in program.rules:
        if rule.trigger is not Trigger.AUTOMATIC:
            found.setdefault(campaign.campaign_id, []).append(rule.rule_id)
    return {campaign_id: rules[0] for campaign_id, rules in found.items() if len(rules) == 1}


def _has(presented: Iterable[Presentation], rule_id: str) -> bool:
    return any(shown.voucher.rule_id == rule_id for shown in presented)


def _all_apply(facts: Facts) -> bool:
    return all(outcome.is_approved for outcome in decide(facts, explain=False).presented)


def _change(figures: dict[str, int], name: str, by: int) -> None:
    """Add to a figure. One that is nothing is not kept."""
    if name and by:
        figures[name] = figures.get(name, 0) + by
        if not figures[name]:
            del figures[name]
