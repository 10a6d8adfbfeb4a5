"""How far stations and cashiers are trusted, as people set it: numbers of the program's `authority` and `reversals`.

What a program leaves out is as usual; the form shows that, and a number that is as usual is left out again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.authority import AuthorityPolicy
from app.core.authority_format import LEVELS, SPENDS_MAX, STALE_HOURS_MAX, TIMES_MAX, read_authority_policy
from app.core.document import Place
from app.core.money import CURRENCIES
from app.core.order import AMOUNT_MAX
from app.core.reversal_rules import DAYS_MAX, MINUTES_MAX, read_reversal_policy
from app.core.reversal_rules import TIMES_MAX as VOIDS_MAX
from hq.access.actor import Actor
from hq.campaigns.parts import publish_parts, put_part, read_part
from hq.console.texts import N_
from hq.faults import NotPossible
from hq.home import Hq

HOUR_MS = 3_600_000
PARTS = ("authority", "reversals")


@dataclass(frozen=True)
class Limit:
    """A number that can be set: `name` in the form, where it stands in the program, its bounds and its kind."""

    name: str
    part: str
    path: tuple[str, ...]
    label: str
    most: int
    kind: str = "count"  # count | hours | money | minutes | days


def _floors() -> tuple[Limit, ...]:
    parts = (
        ("value", N_("At most"), AMOUNT_MAX, "money"),
        ("times", N_("Times"), TIMES_MAX, "count"),
        ("stale_hours", N_("Facts not older than, hours"), STALE_HOURS_MAX, "hours"),
    )
    return tuple(
        Limit(f"{level}_{part}", "authority", ("floors", level, part), label, most, kind)
        for level in LEVELS
        for part, label, most, kind in parts
    )


def _one(part: str, key: str, label: str, most: int, kind: str = "count", name: str = "") -> Limit:
    return Limit(name or key, part, (key,), label, most, kind)


STATION = (
    _one("authority", "warn_hours", N_("Warn when facts are older than, hours"), STALE_HOURS_MAX, "hours"),
    _one("authority", "stale_hours", N_("Give nothing when older than, hours"), STALE_HOURS_MAX, "hours"),
    _one("authority", "spends_max", N_("Redemptions before head office hears of them"), SPENDS_MAX),
    _one("authority", "value_max", N_("Their value together"), AMOUNT_MAX, "money"),
)
FLOORS = _floors()
CASHIER = (
    _one("reversals", "own_minutes", N_("Void their own orders for, minutes"), MINUTES_MAX, "minutes"),
    _one("reversals", "own_times", N_("Voids a day"), VOIDS_MAX),
    _one("reversals", "value_max", N_("Give back at most"), AMOUNT_MAX, "money", "reversal_value"),
    _one("reversals", "days", N_("Undo anything for, days"), DAYS_MAX, "days"),
)
ALL = (*STATION, *FLOORS, *CASHIER)
PROOFS = {
    "A1": N_("A number on a card"),
    "A2": N_("A signed code"),
    "A3": N_("A code from the member's phone"),
    "A4": N_("A chip"),
}


@dataclass(frozen=True)
class Limits:
    """All limits by name: as drafted, and as published."""

    drafted: Mapping[str, int]
    published: Mapping[str, int]
    has_changes: bool


def read_limits(hq: Hq, currency: str) -> Limits:
    """Return what holds and what is to hold."""
    parts = {part: read_part(hq, part) for part in PARTS}
    drafted = _numbers({part: found.body for part, found in parts.items()}, currency)
    published = _numbers({part: found.published for part, found in parts.items()}, currency)
    return Limits(drafted, published, any(found.has_changes for found in parts.values()))


def draft_limits(hq: Hq, actor: Actor, wanted: Mapping[str, int], currency: str) -> Limits:
    """Keep what is to hold. Raises `NotPossible`, `Forbidden`."""
    for limit in ALL:
        if not 0 <= wanted[limit.name] <= limit.most:
            raise NotPossible(f"{limit.label}: a whole number from 0 to {limit.most}.")
    if wanted["warn_hours"] > wanted["stale_hours"]:
        raise NotPossible("A cashier is warned before nothing is given any more, not after.")
    usual = _numbers({}, currency)
    for part in PARTS:
        body = _kept(hq, part)
        body |= {
            limit.path[0]: wanted[limit.name]
            for limit in ALL
            if limit.part == part and len(limit.path) == 1 and wanted[limit.name] != usual[limit.name]
        }
        if part == "authority" and (floors := _changed_floors(wanted, usual)):
            body["floors"] = floors
        put_part(hq, actor, part, body or None)
    return read_limits(hq, currency)


def publish_limits(hq: Hq, actor: Actor) -> int:
    """Let stations keep to these from their next sync on; return the program's version. Raises `NotPossible`."""
    changed = tuple(part for part in PARTS if read_part(hq, part).has_changes)
    if not changed:
        raise NotPossible("Nothing was changed.")
    return publish_parts(hq, actor, changed, note="limits", is_meant=True).version


def _numbers(parts: Mapping[str, Any], currency: str) -> dict[str, int]:
    root = Place("program", {part: body for part, body in parts.items() if body is not None})
    authority = read_authority_policy(root, CURRENCIES[currency])
    reversal = read_reversal_policy(root, CURRENCIES[currency])
    return {
        "warn_hours": authority.warn_ms // HOUR_MS,
        "stale_hours": authority.stale_ms // HOUR_MS,
        "spends_max": authority.spends_max,
        "value_max": authority.value_max,
        **_floor_numbers(authority),
        "own_minutes": reversal.own_minutes,
        "own_times": reversal.own_times,
        "reversal_value": reversal.value_max,
        "days": reversal.days,
    }


def _floor_numbers(authority: AuthorityPolicy) -> dict[str, int]:
    found = dict[str, int]()
    for level in LEVELS:
        floor = authority.floor(level)
        found |= {
            f"{level}_value": floor.value,
            f"{level}_times": floor.times,
            f"{level}_stale_hours": floor.stale_ms // HOUR_MS,
        }
    return found


def _kept(hq: Hq, part: str) -> dict[str, Any]:
    """Return what a part says that no form here sets."""
    body = read_part(hq, part).body
    set_here = {limit.path[0] for limit in ALL if limit.part == part}
    return {name: value for name, value in (body or {}).items() if name not in set_here}


def _changed_floors(wanted: Mapping[str, int], usual: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Return the floors that aren't as usual, each of them whole."""
    floors: dict[str, dict[str, int]] = {}
    for level in LEVELS:
        own = [limit for limit in FLOORS if limit.path[1] == level]
        if any(wanted[limit.name] != usual[limit.name] for limit in own):
            floors[level] = {limit.path[2]: wanted[limit.name] for limit in own}
    return floors
