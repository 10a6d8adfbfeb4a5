"""The oracle of what a member's card shows: HQ's figures, and what the station did that they are without."""

from collections.abc import Mapping

from tests.sim.claims import Memory
from tests.sim.reading import Chain, own_effect

QUARANTINED = "quarantined"


def hold_figures(
    memory: Memory,
    station: str,
    chain: Chain,
    ref: str,
    *,
    held: int | None,
    shown: tuple[int, int],
    included: int,
    words: Mapping[int, str],
) -> None:
    """Hold balance and points on the way against HQ's figure, as the replica holds it, and the station's own entries.

    `included` is the last of these that HQ has looked at for its figures; what it has quarantined is in none of them.
    """
    pending = spent = 0
    for place, entry in memory.files[station].items():
        if place[:2] == chain and (place[2] > included or words.get(place[2]) == QUARANTINED):
            earned_here, spent_here = own_effect(entry, ref)
            pending, spent = pending + earned_here, spent + spent_here
    can_spend = (held or 0) - spent + min(pending, 0)  # what is taken back goes off what is on its way first
    expected = (can_spend if held is not None else 0, max(pending, 0))
    memory.claim("I13", shown == expected, f"{station} shows {ref} {shown}, should be {expected}")
