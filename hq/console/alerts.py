"""What asks for somebody's eye, behind the bell: each noun tells its own, and nobody hears of what they may not see.

    @alert(needs=Scope.DEVICES_READ)
    def _tell_waiting(hq: Hq, actor: Actor) -> list[Alert]: ...

A sentence is English with `{n}` where a number stands (N_ marks it for the catalogues). The bell's number is counted
again at most every few seconds, since every page shows it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.home import Hq

KEPT_S = 15.0
KEPT_MAX = 500  # people whose number is kept


@dataclass(frozen=True)
class Alert:
    """Something to look at: what it is, how many of it, where it is seen, and whether it can't wait."""

    sentence: str
    place: str
    n: int = 1
    is_urgent: bool = False


Teller = Callable[[Hq, Actor], list[Alert]]
_tellers: list[tuple[Scope, Teller]] = []


def alert(*, needs: Scope) -> Callable[[Teller], Teller]:
    """Add a function that tells of what asks for an eye, to those who have the right. It must be quick."""

    def add(teller: Teller) -> Teller:
        _tellers.append((needs, teller))
        return teller

    return add


def alerts_of(hq: Hq, actor: Actor) -> list[Alert]:
    """Return what asks for this person's eye, the urgent first."""
    told = [each for needs, teller in _tellers if actor.may(needs) for each in teller(hq, actor)]
    return sorted((each for each in told if each.n > 0), key=lambda each: not each.is_urgent)


@dataclass
class Bell:
    """The number beside the bell, kept for a few seconds for each person."""

    _kept: dict[Any, tuple[float, int]] = field(default_factory=dict)

    def count(self, hq: Hq, actor: Actor) -> int:
        """Return how many alerts there are for somebody."""
        key, now = (actor.name, actor.role, actor.ceilings), time.monotonic()
        at, n = self._kept.get(key, (0.0, 0))
        if key not in self._kept or now - at >= KEPT_S:
            n = len(alerts_of(hq, actor))
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            self._kept[key] = (now, n)
        return n
