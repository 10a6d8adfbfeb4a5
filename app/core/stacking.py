"""What campaigns say about each other: who stands alone, who is the best of a group, who goes with whom.

The exclusive campaign with the highest priority that applies stands alone beside those that always do. Of a `best_of`
group the one applies that saves the member most. `not_with` holds both ways, and the rule whose turn is first stays.
"""

from collections.abc import Collection, Iterable, Sequence

from app.core.campaign import Campaign
from app.core.effects import PointsPayment
from app.core.gift_cards import Tender, TenderKind
from app.core.outcome import Outcome
from app.core.program import Candidate
from app.core.reasons import Reason, Refusal
from app.core.table import Table

POINTS, TILL = "points", "till"  # what not_with may name besides campaigns, gift cards and wallets


class Stacking:
    """Who applies so far, and what that means for those whose turn is later."""

    def __init__(
        self, table: Table, candidates: Sequence[Candidate], *, humbled: Collection[str] = ()
    ) -> None:
        """Find out who stands alone, if anybody; the `humbled` campaigns were to, but nothing was left for them."""
        self.table = table
        self.candidates = candidates
        self.applied: dict[str, Campaign] = {}
        self.exclusive = _exclusive(table, candidates, humbled)
        self._best: dict[
            str, tuple[Campaign | None, frozenset[str]]
        ] = {}  # by group: the best, and who would do
        self._pays_points = False

    def against(self, candidate: Candidate) -> list[Refusal]:
        """Return what other campaigns say against a rule whose turn it is."""
        campaign = candidate.campaign
        if isinstance(candidate.rule.effect, PointsPayment):  # a payment: only what names it goes against it
            return self._about_points(campaign) + self._about_others(campaign)
        return (
            self._objections(campaign)
            or self._about_applied_exclusive(candidate)
            or self._about_best(candidate)
        )

    def note(self, candidate: Candidate, outcome: Outcome) -> None:
        """Remember that a rule applies."""
        if outcome.is_approved:
            self.applied[candidate.campaign.campaign_id] = candidate.campaign
            self._pays_points |= isinstance(candidate.rule.effect, PointsPayment)

    def _objections(self, campaign: Campaign) -> list[Refusal]:
        """Return what others say against a campaign, its own group of best ones apart."""
        found = self._about_exclusive(campaign)
        if campaign.campaign_id not in self.applied:
            found += self._about_group(campaign)
            found += self._about_others(campaign)
        return found

    def _about_exclusive(self, campaign: Campaign) -> list[Refusal]:
        alone = self.exclusive
        if alone is None or alone.campaign_id == campaign.campaign_id or campaign.stacking.is_always:
            return []
        return [Refusal(Reason.EXCLUDED_BY_EXCLUSIVE, {"other": alone.name})]

    def _about_applied_exclusive(self, candidate: Candidate) -> list[Refusal]:
        """Return why a rule can't apply beside one that stands alone, though nobody was chosen to at first.

        An exclusive campaign may find something to do only after others; whose turn was first stays.
        """
        campaign = candidate.campaign
        if self.exclusive is not None or campaign.stacking.is_always:
            return []
        others = [each for each in self.applied.values() if each.campaign_id != campaign.campaign_id]
        beside = [each for each in others if not each.stacking.is_always]
        if not beside or not (
            campaign.stacking.is_exclusive or any(each.stacking.is_exclusive for each in beside)
        ):
            return []
        if not self.table.copy().play(candidate).is_approved:
            return []  # it has reasons of its own
        alone = campaign if campaign.stacking.is_exclusive else beside[0]
        return [Refusal(Reason.EXCLUDED_BY_EXCLUSIVE, {"other": alone.name})]

    def _about_best(self, candidate: Candidate) -> list[Refusal]:
        campaign = candidate.campaign
        group = campaign.stacking.best_of
        if not group:
            return []
        if group not in self._best:
            self._best[group] = self._try_group(group)
        best, would_do = self._best[group]
        if best is None or best.campaign_id == campaign.campaign_id:
            return []
        # Who would do nothing at first has reasons of its own, unless what the best one left changed that.
        is_beaten = campaign.campaign_id in would_do or self.table.copy().play(candidate).is_approved
        return [Refusal(Reason.NOT_BEST, {"other": best.name})] if is_beaten else []

    def _try_group(self, group: str) -> tuple[Campaign | None, frozenset[str]]:
        """Try each campaign of a group by itself on the table as it is; of equal ones the earlier is the best."""
        campaigns: dict[str, list[Candidate]] = {}
        for candidate in self.candidates:
            stacking = candidate.campaign.stacking
            if stacking.best_of == group and not self._objections(candidate.campaign):
                campaigns.setdefault(candidate.campaign.campaign_id, []).append(candidate)
        tried = {name: _saved(self.table, candidates) for name, candidates in campaigns.items()}
        saved = {name: found for name, found in tried.items() if found is not None}
        would_do = frozenset(saved)
        if not saved:
            return None, would_do
        best = max(saved, key=lambda name: saved[name])
        return campaigns[best][0].campaign, would_do

    def _about_group(self, campaign: Campaign) -> list[Refusal]:
        group = campaign.stacking.group
        most = self.table.facts.program.policy.group_limits.get(group)
        if not group or most is None:
            return []
        count = sum(other.stacking.group == group for other in self.applied.values())
        return [Refusal(Reason.GROUP_LIMIT, {"wanted": most})] if count >= most else []

    def _about_others(self, campaign: Campaign) -> list[Refusal]:
        found = [
            _not_combinable(campaign.name, other.name)
            for other in self.applied.values()
            if _are_apart(campaign, other)
        ]
        if TILL in campaign.stacking.not_with and self.table.facts.order.is_reduced:
            found.append(_not_combinable(campaign.name, TILL))
        if POINTS in campaign.stacking.not_with and self._pays_points:
            found.append(_not_combinable(campaign.name, POINTS))
        return found

    def _about_points(self, campaign: Campaign) -> list[Refusal]:
        return [
            _not_combinable(campaign.name, other.name)
            for other in self.applied.values()
            if POINTS in other.stacking.not_with
        ]


def refused_tenders(tenders: Iterable[Tender], applied: Iterable[Campaign]) -> dict[TenderKind, Refusal]:
    """Return why gift cards and wallets can't pay beside the campaigns that apply, by the kind of tender."""
    kinds = {tender.kind for tender in tenders}
    return {
        kind: _not_combinable(str(kind), campaign.name)
        for campaign in applied
        for kind in kinds
        if kind in campaign.stacking.not_with
    }


def fallen(
    candidates: Sequence[Candidate], outcomes: Sequence[Outcome], campaigns: Iterable[Campaign]
) -> dict[int, tuple[Refusal, ...]]:
    """Return which rules that apply must not, since one without which they can't doesn't: by place in the list.

    `campaigns` are all of the program, by whose names the missing one is told.
    """
    applied = {outcome.campaign_id for outcome in outcomes if outcome.is_approved}
    found: dict[int, tuple[Refusal, ...]] = {}
    for place, (candidate, outcome) in enumerate(zip(candidates, outcomes, strict=True)):
        missing = candidate.campaign.stacking.only_with - applied
        if outcome.is_approved and missing:
            other = min(missing)
            name = next((each.name for each in campaigns if each.campaign_id == other), other)
            found[place] = (Refusal(Reason.ONLY_TOGETHER, {"other": name}),)
    return found


def _exclusive(table: Table, candidates: Sequence[Candidate], humbled: Collection[str]) -> Campaign | None:
    exclusives = [
        candidate
        for candidate in candidates
        if candidate.campaign.stacking.is_exclusive and candidate.campaign.campaign_id not in humbled
    ]
    for candidate in sorted(exclusives, key=lambda candidate: (-candidate.rule.priority, candidate.place)):
        if table.copy().play(candidate).is_approved:
            return candidate.campaign
    return None


def _saved(table: Table, candidates: Sequence[Candidate]) -> tuple[int, int] | None:
    """Return what a campaign by itself saves the member (minor units), and how early its turn is, larger = earlier.

    None when it doesn't apply. Its turn is that of its first rule that does: those that don't aren't always asked.
    """
    trial = table.copy()
    outcomes = [trial.play(candidate) for candidate in candidates]
    places = [at.place for at, outcome in zip(candidates, outcomes, strict=True) if outcome.is_approved]
    if not places:
        return None
    saved = sum(outcome.discount + outcome.paid + outcome.credit for outcome in outcomes)
    return saved, -places[0]


def _are_apart(one: Campaign, other: Campaign) -> bool:
    return (
        other.campaign_id in one.stacking.not_with or one.campaign_id in other.stacking.not_with
    ) and one.campaign_id != other.campaign_id


def _not_combinable(name: str, other: str) -> Refusal:
    return Refusal(Reason.NOT_COMBINABLE, {"name": name, "other": other})
