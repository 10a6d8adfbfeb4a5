"""The order on the table: rules are played on it one after the other, each on what the ones before have left.

A rule applies when nothing speaks against it; otherwise its outcome says everything that does. What rules say about
each other stands in stacking.py.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.core.authority import NEEDS_NONE, Auth, Offline
from app.core.campaign import Campaign, Rule
from app.core.circumstances import Circumstances
from app.core.discounts import shared_out, shares_of, worth_together
from app.core.effects import (
    Bundle,
    BuyGet,
    Credit,
    Gift,
    PointsPayment,
    PunchCardFree,
)
from app.core.experiments import refused_by_experiment
from app.core.life import refused_by_life
from app.core.limits import NOT_KNOWN, refused_by_budget, refused_by_limits, refused_by_spent, stock_of
from app.core.member import Member
from app.core.money import BASIS_POINTS
from app.core.outcome import Facts, Outcome
from app.core.points import points_paid
from app.core.policy import AmountBasis, PointsAs
from app.core.products import LineFinder
from app.core.program import Candidate
from app.core.punch_cards import PunchCard, PunchLine, punch, punches_key
from app.core.reasons import Reason, Refusal, by_precedence
from app.core.sheet import Sheet, paid_for_goods, sheet_of, totals_of
from app.core.spending import Giving, Spending, refused_unseen
from app.core.standing import TIMED, refused_spending
from app.core.stock import refused_by_stock
from app.core.unit_sets import SetsTaken, bundle, buy_get
from app.core.voucher import Presentation

ITEM_MISSING = (Refusal(Reason.REQUIRED_ITEM_MISSING),)
NO_EFFECT = (Refusal(Reason.NO_EFFECT),)


@dataclass(slots=True)
class Taken:
    """What a rule's effect would do: what it takes off each line, and what there is beside that."""

    shares: Sequence[int] = ()
    used: dict[int, int] = field(default_factory=dict)  # units by the place of their line
    points: int = 0
    paid: int = 0
    gifts: tuple[tuple[str, int], ...] = ()
    credit: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    more_free: int = 0
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether it would do nothing."""
        return not (any(self.shares) or self.paid or self.gifts or self.credit or self.counts)


class Table:
    """The order while rules are played on it: what is left of each line, what was given and used so far."""

    def __init__(self, facts: Facts, seen: Circumstances) -> None:
        self.facts = facts
        self.seen = seen
        self.now = seen.now
        self.sheet = sheet_of(facts.order, facts.program.policy)
        self.total = sum(self.sheet.initial) - self.sheet.owed
        self.points_left = facts.member.balance_on(seen.day) if facts.member else 0
        self.paid = 0  # by points as payment
        self.used: defaultdict[str, int] = defaultdict(int)  # vouchers and rewards of this order
        self.given: dict[str, int] = {}  # discount by campaign, of those that apply
        self.spending = Spending.of(facts)
        self.places = self._finder().places  # the places of the lines of a product set; None means all goods
        self._general = self._about_everything()

    def copy(self) -> "Table":
        """Return a table to try something on."""
        other = object.__new__(Table)
        other.__dict__.update(self.__dict__)
        other.sheet = self.sheet.copy()
        other.used = self.used.copy()
        other.given = self.given.copy()
        other.spending = self.spending.copy()
        return other

    def _finder(self) -> LineFinder:
        """Return what finds lines. Product sets may go by prices, which are in another basis than the order's."""
        if self.sheet.policy.amount_basis is AmountBasis.LINE_PRICE:
            return self.seen.finder
        return LineFinder(self.sheet.lines, self.facts.program.product_sets)

    def net_of_points(self) -> Sheet:
        """Return the sheet that earns points: without what points paid, also where they are a payment."""
        if not self.paid:
            return self.sheet
        sheet = self.sheet.copy()
        sheet.left = sheet.remaining[:]  # a floor holds for discounts, not for what is paid
        sheet.take(shared_out(self.paid, sheet, self.places(None)))
        return sheet

    def play(self, candidate: Candidate, against: Sequence[Refusal] = ()) -> Outcome:
        """Apply one rule if nothing speaks against it; `against` is what other rules say."""
        refusals = self._refusals(candidate)
        if against:
            refusals[:0] = against
        if refusals:
            return refused(candidate, by_precedence(refusals))
        taken = self._take(candidate)
        if taken.is_nothing:
            nothing = taken.refusals or NO_EFFECT
            return refused(candidate, nothing, more_free=taken.more_free)
        if candidate.campaign.budget is not None:
            refusals = self._about_budget(candidate.campaign, sum(taken.shares))
            if refusals:
                return refused(candidate, by_precedence(refusals))
        auth = self._auth(candidate, _giving(candidate, taken))
        if isinstance(auth, Refusal):
            return refused(candidate, (auth,))
        self.spending.use(candidate, auth)
        return self._put_down(candidate, taken, auth)

    def _auth(self, candidate: Candidate, giving: Giving) -> Auth | Refusal:
        campaign = candidate.campaign
        if campaign.offline is Offline.ALWAYS and self.facts.authority is None:
            return NEEDS_NONE
        return self.spending.ask(candidate, giving, is_first=campaign.campaign_id not in self.given)

    def _put_down(self, candidate: Candidate, taken: Taken, auth: Auth) -> Outcome:
        sheet, name, lines = self.sheet, candidate.campaign.campaign_id, self.sheet.lines
        for place, units in taken.used.items():
            if units:
                sheet.use(place, units)
        sheet.take(taken.shares, taken.used)
        points, discount = _points(candidate, taken), sum(taken.shares)
        self.points_left -= points
        self.paid += taken.paid
        self.given[name] = self.given.get(name, 0) + discount
        if candidate.presentation is not None:
            self.used[candidate.presentation.voucher.counts_as] += 1
        if candidate.rule.has_stock:
            self.used[_stock(candidate.rule)] += 1
        allocation = [(lines[place].line, share) for place, share in enumerate(taken.shares) if share]
        return Outcome(
            rule_id=candidate.rule.rule_id,
            campaign_id=name,
            redemption_id=_redemption_id(candidate),
            discount=discount,
            allocation=tuple(allocation),
            refusals=(),
            points=points,
            paid=taken.paid,
            gifts=taken.gifts,
            credit=taken.credit,
            more_free=taken.more_free,
            counts=taken.counts,
            auth=auth,
            stock=int(candidate.rule.has_stock),
        )

    # --- what speaks against a rule ------------------------------------------------------------------------------

    def _refusals(self, candidate: Candidate) -> list[Refusal]:
        campaign, rule = candidate.campaign, candidate.rule
        found = self._general[:]
        if campaign.asks_more or not campaign.starts_at <= self.now <= campaign.ends_at or self.facts.stopped:
            found += self._about_campaign(campaign, rule)
        if rule.condition is not None:
            self.seen.sheet = self.sheet
            found += rule.condition(self.seen)
        if rule.is_on_products:
            found += self._about_products(rule)
        if campaign.asks_more:
            found += self._about_limits(campaign)
        if rule.asks_more:
            found += self._about_reward(campaign, rule)
        if candidate.presentation is not None:
            found += self._about_voucher(candidate.presentation)
        return self.spending.as_denied(candidate, found) if NOT_KNOWN in found else found

    def _about_everything(self) -> list[Refusal]:
        """Return what speaks against any rule on this order."""
        facts, order = self.facts, self.facts.order
        found = []
        if order.at_ms >= facts.program.expires_ms:
            found.append(Refusal(Reason.PROGRAM_EXPIRED))
        if refusal := refused_by_life(facts.program.life, store=order.store, day=self.seen.day):
            found.append(refusal)
        if "program" in facts.stopped or (facts.member and f"member:{facts.member.ref}" in facts.stopped):
            found.append(Refusal(Reason.STOPPED))
        if not order.lines:
            found.append(Refusal(Reason.ORDER_NEEDED))
        return found

    def _about_campaign(self, campaign: Campaign, rule: Rule) -> list[Refusal]:
        found = []
        stopped = self.facts.stopped
        if stopped and not stopped.isdisjoint((f"campaign:{campaign.campaign_id}", f"rule:{rule.rule_id}")):
            found.append(Refusal(Reason.STOPPED))
        if TIMED in stopped and (campaign.is_dated or rule.asks_time):
            found.append(Refusal(Reason.TIME_DOUBTFUL))
        if self.now < campaign.starts_at:
            found.append(Refusal(Reason.NOT_STARTED, {"starts_on": _shown(campaign.starts_at, "T00:00:00")}))
        if self.now > campaign.ends_at:
            found.append(Refusal(Reason.EXPIRED, {"ends_on": _shown(campaign.ends_at, "T23:59:59")}))
        member = self.facts.member
        if campaign.audience is not None and (member is None or member.ref not in campaign.audience):
            found.append(Refusal(Reason.MEMBER_NEEDED if member is None else Reason.NOT_IN_SEGMENT))
        if campaign.share is not None:
            share, ref = campaign.share, member.ref if member else None
            refusal = refused_by_experiment(share.experiment, variants=share.variants, member=ref)
            found += [refusal] if refusal else []
        return found

    def _about_products(self, rule: Rule) -> tuple[Refusal, ...]:
        if not self.seen.has_lines:
            return (Refusal(Reason.LINES_NEEDED),) if self.facts.order.lines else ()
        lines = self.sheet.lines
        counts_units = isinstance(rule.effect, Gift | Bundle)  # then also units at no price count
        for products in rule.wants:
            # Otherwise what is in the order at no price, or is given back, is not bought.
            for place in self.places(products):
                if counts_units or lines[place].amount > 0:
                    break
            else:
                if products is not None:
                    return ITEM_MISSING
        return ()

    def _about_limits(self, campaign: Campaign) -> list[Refusal]:
        found: list[Refusal] = []
        name, facts = campaign.campaign_id, self.facts
        if name in self.given:
            return found
        if campaign.limits is not None:
            found += refused_by_limits(
                campaign.limits, name, facts.known, has_member=facts.member is not None
            )
        if campaign.budget is not None:
            found += refused_by_spent(campaign.budget, name, facts.known)
        return found

    def _about_reward(self, campaign: Campaign, rule: Rule) -> list[Refusal]:
        found = self._about_stock(rule) if rule.has_stock else []
        return found + self._about_points(campaign, rule)

    def _about_points(self, campaign: Campaign, rule: Rule) -> list[Refusal]:
        cost, member = rule.cost_points, self.facts.member
        if not cost and not isinstance(rule.effect, PointsPayment | PunchCardFree | Credit):
            return []
        if member is None:
            return [Refusal(Reason.MEMBER_NEEDED)]
        if not cost and not isinstance(rule.effect, PointsPayment):
            return []
        if member.debt > 0:
            return [Refusal(Reason.DEBT, {"missing": member.debt})]
        if (left := self.points_left) >= cost:
            return []
        short = Refusal(Reason.INSUFFICIENT_POINTS, {"wanted": cost, "found": left, "missing": cost - left})
        return refused_unseen(campaign, self.facts, otherwise=[short])

    def _about_stock(self, rule: Rule) -> list[Refusal]:
        stock = stock_of(rule.rule_id, self.facts.known, used=self.used[_stock(rule)])
        refusal = NOT_KNOWN if stock is None else refused_by_stock(stock)
        return [refusal] if refusal else []

    def _about_voucher(self, shown: Presentation) -> list[Refusal]:
        voucher, member, stopped = shown.voucher, self.facts.member, self.facts.stopped
        found = _about_owner(voucher.owner, member)
        found += refused_spending(stopped) if stopped else []
        found += [Refusal(Reason.STOPPED)] if f"code:{voucher.code_hash}" in stopped else []
        if TIMED in stopped and (voucher.starts_on or voucher.ends_on) is not None:
            found.append(Refusal(Reason.TIME_DOUBTFUL))
        if voucher.starts_on is not None and self.seen.day < voucher.starts_on:
            found.append(Refusal(Reason.NOT_STARTED, {"starts_on": voucher.starts_on.isoformat()}))
        if voucher.ends_on is not None and self.seen.day > voucher.ends_on:
            found.append(Refusal(Reason.EXPIRED, {"ends_on": voucher.ends_on.isoformat()}))
        if voucher.uses_max and voucher.uses + self.used[voucher.counts_as] >= voucher.uses_max:
            found.append(Refusal(Reason.LIMIT_TOTAL_REACHED))
        return found

    def _about_budget(self, campaign: Campaign, discount: int) -> list[Refusal]:
        assert campaign.budget is not None, "asked of campaigns with a budget"
        return refused_by_budget(
            campaign.budget,
            campaign.campaign_id,
            self.facts.known,
            discount=discount,
            given=self.given.get(campaign.campaign_id, 0),
            order_value=self.seen.total,
        )

    # --- what a rule does ----------------------------------------------------------------------------------------

    def _take(self, candidate: Candidate) -> Taken:
        effect, sheet = candidate.rule.effect, self.sheet
        match effect:
            case BuyGet():
                return _of_sets(buy_get(effect, sheet, self.places))
            case Bundle():
                return _of_sets(bundle(effect, sheet, self.places))
            case PunchCardFree():
                return self._punch(effect.card)
            case Gift():
                units = self._gift_units(effect)
                return Taken(gifts=((effect.sku, units),) if units > 0 else ())
            case Credit():
                paid = max(paid_for_goods(sheet) - self.paid, 0)
                return Taken(
                    credit=(effect.amount if paid else 0) + paid * effect.basis_points // BASIS_POINTS
                )
            case PointsPayment():
                return self._pay_with_points(effect, candidate.presentation)
            case _:
                return Taken(shares_of(effect, sheet, self.places(effect.products)))

    def _punch(self, card: PunchCard) -> Taken:
        counter = self.facts.known.get(punches_key(card.card_id))
        if counter is None:
            return Taken(refusals=(Refusal(Reason.FACTS_MISSING),))
        sheet, places = self.sheet, self.places(card.products)
        lines = [
            PunchLine(place, sheet.open_units[place], sheet.open_amount[place] if sheet.left[place] else 0)
            for place in places
        ]
        punched = punch(lines, every=card.every, counter=counter)
        shares = [0] * len(sheet.lines)
        for free in punched.free:
            shares[free.line] = min(free.discount, sheet.left[free.line])
        counts = ((punches_key(card.card_id), punched.change),) if punched.change else ()
        return Taken(shares, {free.line: free.units for free in punched.free}, counts=counts)

    def _gift_units(self, effect: Gift) -> int:
        if effect.per is None:
            return effect.units
        bought = sum(self.sheet.lines[place].quantity for place in self.places(effect.per.products))
        return bought // effect.per.units * effect.units

    def _pay_with_points(self, effect: PointsPayment, shown: Presentation | None) -> Taken:
        sheet = self.sheet
        payable = max(totals_of(sheet).payable - self.paid, 0)
        is_payment = self.facts.program.policy.points_as is PointsAs.PAYMENT
        places = self.places(None)
        absorbs = payable
        if not is_payment:
            absorbs = min(payable, worth_together(sheet), sum(sheet.left[place] for place in places))
        found = points_paid(
            effect,
            balance=self.points_left,
            absorbs=absorbs,
            payable=payable,
            wanted=shown.points if shown else 0,
        )
        if found.refusals or is_payment:
            return Taken(points=found.points, paid=found.worth, refusals=found.refusals)
        return Taken(shared_out(found.worth, sheet, places), points=found.points)


def _giving(candidate: Candidate, taken: Taken) -> Giving:
    discount = sum(taken.shares)
    return Giving(discount, discount + taken.paid + taken.credit, _points(candidate, taken))


def _points(candidate: Candidate, taken: Taken) -> int:
    return taken.points or candidate.rule.cost_points


def _about_owner(owner: str | None, member: Member | None) -> list[Refusal]:
    if owner is None or (member is not None and member.ref == owner):
        return []
    return [Refusal(Reason.MEMBER_NEEDED if member is None else Reason.NOT_OWNER)]


def _of_sets(sets: SetsTaken) -> Taken:
    return Taken(sets.shares, sets.used, more_free=sets.more_free)


def _stock(rule: Rule) -> str:
    return f"stock:{rule.rule_id}"


def _shown(moment: str, whole_day: str) -> str:
    """Return a moment as people read it: the date alone where it means the whole day."""
    return moment.removesuffix(whole_day).replace("T", " ")


def _redemption_id(candidate: Candidate) -> str | None:
    return None if candidate.presentation is None else candidate.presentation.redemption_id


def refused(candidate: Candidate, refusals: tuple[Refusal, ...], *, more_free: int = 0) -> Outcome:
    """Return the outcome of a rule that doesn't apply."""
    rule_id, name = candidate.rule.rule_id, candidate.campaign.campaign_id
    return Outcome(rule_id, name, _redemption_id(candidate), 0, (), refusals, more_free=more_free)
