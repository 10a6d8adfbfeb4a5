"""What a policy came to: rightful redemptions refused, what was given too much, and what must hold.

Money and points are one here: a point is worth a cent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hq.authority.exposure import Exposure, exposure
from tests.sim.policies.chain import Chain
from tests.sim.policies.life import Life
from tests.sim.policies.offers import OURS, Policy

REFUSED_PERCENT_MAX = 1.0
"""Of rightful redemptions, with leases and floor limits."""


@dataclass(frozen=True)
class Bound:
    """What can at worst be given too much, as HQ says before the year begins."""

    member: int
    chain: int


@dataclass
class Figures:
    """One policy's year. Overspending is in points, or cents."""

    policy: str
    orders: int
    offline_orders: int
    attempted: int
    refused: int
    given: dict[str, int]
    refusals: dict[str, int]
    tricks_tried: int
    tricks_given: int
    spent: int
    overspent_leased: int
    overspent_floor: int
    overspent: int
    overspent_worst_member: int
    bound_member: int | None  # None: there is none
    bound: int | None
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def refused_percent(self) -> float:
        """Of the rightful redemptions that were tried."""
        return 100 * self.refused / max(self.attempted, 1)

    @property
    def overspent_percent(self) -> float:
        """Of all that was given."""
        return 100 * self.overspent / max(self.spent, 1)

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        rounded = {
            "refused_percent": round(self.refused_percent, 3),
            "overspent_percent": round(self.overspent_percent, 3),
        }
        return {**vars(self), **rounded, "seconds": round(self.seconds, 1)}


def bound_of(chain: Chain, policy: Policy) -> Bound | None:
    """Ask HQ for the worst case; None where there is no bound."""
    if not policy.is_bounded:
        return None
    anybody = next(iter(chain.refs.values()))
    (member,) = exposure(chain.hq, member=anybody)
    return Bound(member.bound, sum(each.bound for each in _of_stores(chain)))


def figures_of(life: Life, bound: Bound | None, *, seconds: float) -> Figures:
    """Return what a year came to, held against HQ's books and against what must hold."""
    books, tally, policy = life.books, life.tally, life.policy
    overspent = sum(books.beyond.values())
    found = Figures(
        policy=policy.name,
        orders=tally.orders,
        offline_orders=tally.offline_orders,
        attempted=tally.attempted,
        refused=tally.refused,
        given=dict(sorted(tally.given.items())),
        refusals=dict(tally.refusals.most_common()),
        tricks_tried=tally.tricks_tried,
        tricks_given=tally.tricks_given,
        spent=books.spent,
        overspent_leased=books.firm_beyond,
        overspent_floor=overspent - books.firm_beyond if policy.has_floors else 0,
        overspent=overspent,
        overspent_worst_member=max(books.beyond.values(), default=0),
        bound_member=None if bound is None else bound.member,
        bound=None if bound is None else bound.chain,
        seconds=seconds,
    )
    found.problems = [*_problems(found, policy), *life.problems, *_disagreements(life)]
    return found


def _problems(found: Figures, policy: Policy) -> Iterable[str]:
    if found.overspent_leased:
        yield f"leases and head office's word gave {found.overspent_leased} points too much"
    if found.bound is not None and found.overspent > found.bound:
        yield f"{found.overspent} points too much were given, and at worst it was to be {found.bound}"
    if found.bound_member is not None and found.overspent_worst_member > found.bound_member:
        yield (
            f"one member got {found.overspent_worst_member} points too much, "
            f"and at worst it was to be {found.bound_member}"
        )
    if policy is OURS and found.refused_percent > REFUSED_PERCENT_MAX:
        yield f"{found.refused_percent:.2f} % of the rightful redemptions were refused"


def _disagreements(life: Life) -> Iterable[str]:
    """Hold HQ's books against ours: who took too much, and what each has."""
    chain, books = life.chain, life.books
    told = sum(map(_happened, _of_stores(chain)))
    if told != sum(books.beyond.values()):
        yield f"head office found {told} points too much, and it was {sum(books.beyond.values())}"
    for household, ref in chain.refs.items():
        if chain.balance(household) != books.balance(household):
            yield f"member {ref} has {books.balance(household)} points, and head office says {chain.balance(household)}"
        if books.beyond[household]:
            (member,) = exposure(chain.hq, member=ref)
            if _happened(member) != books.beyond[household]:
                yield f"member {ref} took {books.beyond[household]} too much; head office says {_happened(member)}"


def _of_stores(chain: Chain) -> list[Exposure]:
    return [each for each in exposure(chain.hq) if each.kind == "store"]


def _happened(each: Exposure) -> int:
    return each.happened + each.happened_points
