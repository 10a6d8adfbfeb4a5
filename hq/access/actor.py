"""Who does something at head office: a person, a key of another program, or HQ itself."""

from dataclasses import dataclass, field

from hq.access.scopes import SCOPES_OF, Role, Scope
from hq.faults import Forbidden, OverCeiling


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Above what somebody needs another's approval; None is no ceiling.

    `percent` is in basis points, `amount` in minor units, `points` in whole points. `stores`, where there are any, are
    the only ones whose rows they see and change.
    """

    percent: int | None = None
    amount: int | None = None
    points: int | None = None
    stores: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who was let in. `name` is what the audit says: a person's name, `key:…` or `hq`."""

    name: str
    role: Role | None
    scopes: frozenset[Scope]
    ceilings: Ceilings = field(default_factory=Ceilings)

    def may(self, scope: Scope) -> bool:
        """Tell whether they may do this at all."""
        return scope in self.scopes

    def need(self, scope: Scope) -> None:
        """Raise `Forbidden` unless they may."""
        if scope not in self.scopes:
            raise Forbidden(f"This needs the right {scope.value}, which {self.name} does not have.")

    def sees_store(self, store: str) -> bool:
        """Tell whether a store's rows are theirs to see."""
        return not self.ceilings.stores or store in self.ceilings.stores

    def check_ceilings(self, *, percent: int = 0, amount: int = 0, points: int = 0) -> None:
        """Raise `OverCeiling` where something is above what they may give without another's approval."""
        most = self.ceilings
        if most.percent is not None and percent > most.percent:
            raise OverCeiling(over_ceiling(self.name, f"{percent / 100:g} %", f"{most.percent / 100:g} %"))
        if most.amount is not None and amount > most.amount:
            raise OverCeiling(over_ceiling(self.name, str(amount), f"{most.amount}", tail=" (minor units)"))
        if most.points is not None and points > most.points:
            raise OverCeiling(over_ceiling(self.name, f"{points} points", str(most.points)))


def over_ceiling(name: str, given: str, most: str, *, tail: str = "") -> str:
    """Return the sentence that somebody may give so much, and not what they want to give."""
    return f"It gives up to {given}, and {name} may give {most} without another's approval{tail}."


SYSTEM = Actor("hq", None, frozenset(Scope))


def of_person(name: str, role: Role, ceilings: Ceilings | None = None) -> Actor:
    """Return somebody of head office's staff."""
    return Actor(name, role, SCOPES_OF[role], ceilings or Ceilings())
