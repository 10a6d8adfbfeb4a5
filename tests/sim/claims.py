"""What the auditor remembers, and how it counts: each comparison of an invariant, and each that failed."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.sim.reading import Chain, Content, Place

VIOLATIONS_KEPT_MAX = 3  # of each invariant: the first ones say what is wrong, the rest follow from them


class Shown(NamedTuple):
    """An answer that a cashier saw: where the station said it was recorded."""

    place: Place
    order_id: str


class Violation(NamedTuple):
    """An invariant that did not hold, and what was seen."""

    invariant: str
    detail: str


@dataclass
class Memory:
    """Everything that the auditor was told or read, and what it makes of it."""

    checked: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    _failed: Counter[str] = field(default_factory=Counter)

    # by whoever watched
    owners: dict[Chain, tuple[bytes, bytes]] = field(default_factory=dict)  # nonce and public key
    shown: dict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))  # by station
    named: dict[Chain, set[tuple[int, bytes]]] = field(default_factory=lambda: defaultdict(set))
    destroyed: set[Place] = field(
        default_factory=set
    )  # by somebody who put an older file in the place of a newer
    carried: set[tuple[Place, bytes]] = field(
        default_factory=set
    )  # into a later epoch's journal, by its hash
    shelved: set[Place] = field(default_factory=set)  # on stations that nobody can start any more
    set_back: set[str] = field(default_factory=set)  # stations that such an older file was given to
    copied: set[Chain] = field(default_factory=set)  # that two machines have
    fenced: set[Chain] = field(default_factory=set)  # of which HQ knows two histories
    revoked: set[Chain] = field(default_factory=set)
    tampered: dict[str, bool] = field(
        default_factory=dict
    )  # stations whose files were changed; has one noticed?
    lost_by_hq: set[Place] = field(default_factory=set)  # by a restored backup, and to come back
    former_words: dict[Place, str] = field(default_factory=dict)  # HQ's on those, before it lost them
    # of those, on stations whose files somebody put back since: HQ's newer word on them may have gone with that
    unheard: set[Place] = field(default_factory=set)

    # of the stations' files
    files: dict[str, dict[Place, Content]] = field(default_factory=lambda: defaultdict(dict))
    written: dict[Place, dict[bytes, Content]] = field(default_factory=lambda: defaultdict(dict))

    def claim(self, invariant: str, holds: object, detail: str = "") -> bool:
        """Count a comparison, and keep it when it failed."""
        self.checked[invariant] += 1
        if not holds:
            self._failed[invariant] += 1
            if self._failed[invariant] <= VIOLATIONS_KEPT_MAX:
                self.violations.append(Violation(invariant, detail))
        return bool(holds)

    def is_forked(self, place: Place) -> bool:
        """Whether two authors wrote different things under one number."""
        return len(self.written.get(place, ())) > 1
