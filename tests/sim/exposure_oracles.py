"""What may at worst be given too much, and what was: worked out by the auditor, and held against what HQ reports."""

from collections.abc import Sequence

from tests.sim.budget_oracles import Budgets, Known
from tests.sim.claims import Memory
from tests.sim.rows import Exposed
from tests.sim.taking import FLOOR


def hold_exposure(told: Sequence[Exposed], memory: Memory, known: Known, budgets: Budgets) -> None:
    """Hold HQ's report of stores and campaigns against the auditor's own figures."""
    rules = known.newest
    for each in told:
        if each.kind == "store":
            happened, is_soft = budgets.happened(devices=each.devices), True
            most = sum(device in each.devices for device, _ in memory.owners)
        else:
            happened, is_soft = budgets.happened(campaign=each.name), rules.offline[each.name] == FLOOR
            most = len(memory.owners)
        memory.claim("I8", each.happened == happened, f"HQ tells {each}, and {happened} happened")
        # Those that were shut out or replaced count for as long as they may know nothing of it.
        least, bound = (is_soft * rules.value_max * stations for stations in (each.stations, most))
        memory.claim("I8", least <= each.bound <= bound, f"HQ tells {each}; the bound is {least} to {bound}")
        worth = happened[0] + happened[1] * rules.worth_milli // 1_000
        is_in = worth <= bound_of_all(memory, known)
        memory.claim("I8", is_in, f"{each.kind} {each.name} gave {worth} too much")


def figures_of(memory: Memory, known: Known, budgets: Budgets) -> dict[str, int]:
    """Return what was too much by leases (units of all scopes) and by floor limits, and the bound of that."""
    return {
        "overspend_leased": known.leased_too_much,
        "overspend_floor": budgets.overspent_by_floor(),
        "overspend_floor_bound": bound_of_all(memory, known),
    }


def bound_of_all(memory: Memory, known: Known) -> int:
    """Return the most that all stations together can give by themselves before HQ has heard of it (minor units)."""
    return known.newest.value_max * len(memory.owners)
