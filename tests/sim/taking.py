"""The auditor's own reading of what entries take of what has an end, and by which rights; see docs/protocol.md.

Imports nothing of ours.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.sim.reading import Content

FLOOR, LEASE, ONLINE, ALWAYS = "floor", "lease", "online", "always"
OPEN, UNTOLD, WRITTEN_OFF = "open", "untold", "written_off"
HOME = "home:"
FOREVER = 1 << 60


class LeaseRow(NamedTuple):
    """A lease as HQ keeps it."""

    lease_id: str
    scope: str
    device: str
    epoch: int
    units: int
    from_ms: int
    until_ms: int
    state: str


class Promise(NamedTuple):
    """A reservation of one scope as HQ keeps it."""

    device: str
    order_id: str
    name: str
    scope: str
    reservation_id: str
    units: int
    until_ms: int


class Right(NamedTuple):
    """By what a part of an order was given. `name` is its redemption's id, or its rule's where it applied by itself."""

    name: str
    rule: str
    campaign: str
    kind: str
    ref: str  # the level of a floor limit, or the reservation
    leases: tuple[tuple[str, int], ...]
    value: int
    spender: str


@dataclass(frozen=True)
class Rules:
    """What a version of the program says of rights."""

    offline: dict[str, str] = field(default_factory=dict)  # by campaign
    limits: dict[str, int] = field(default_factory=dict)  # by scope
    once: dict[str, int] = field(default_factory=dict)  # by campaign: how often a member may use it
    costs: dict[str, int] = field(default_factory=dict)  # points by rule
    stocks: frozenset[str] = frozenset()  # rules
    floors: dict[str, dict[str, int]] = field(default_factory=dict)
    spends_max: int = 0
    value_max: int = 0
    worth_milli: int = 0

    @property
    def member_bound(self) -> int:
        """What one station may give one member by floor limits until HQ has heard of it, in minor units."""
        worst = max((floor["value"] * floor["times"] for floor in self.floors.values()), default=0)
        return min(worst, self.value_max) if FLOOR in self.offline.values() else 0


def read_rules(body: bytes) -> Rules:
    """Read a program."""
    program = json.loads(body)
    limits: dict[str, int] = {}
    once: dict[str, int] = {}
    for campaign in program["campaigns"]:
        name, bounds = campaign["id"], campaign.get("limits", {})
        budget = campaign.get("budget", {})
        found = {
            "uses": bounds.get("uses"),
            "members": bounds.get("members"),
            "discount": budget.get("discount"),
        }
        limits |= {f"{word}:{name}": most for word, most in found.items() if most is not None}
        if bounds.get("member_uses"):
            once[name] = min(each["at_most"] for each in bounds["member_uses"])
    rules = [rule for campaign in program["campaigns"] for rule in campaign["rules"]]
    authority = program["authority"]
    return Rules(
        offline={campaign["id"]: campaign["offline"] for campaign in program["campaigns"]},
        limits=limits,
        once=once,
        costs={rule["id"]: rule["cost_points"] for rule in rules if rule.get("cost_points")},
        stocks=frozenset(rule["id"] for rule in rules if rule.get("has_stock")),
        floors=authority["floors"],
        spends_max=authority["spends_max"],
        value_max=authority["value_max"],
        worth_milli=authority["point_worth_milli"],
    )


def rights_of(entry: Content) -> Iterator[Right]:
    """Yield by which rights an entry gave what it gave; nothing where it gave nothing."""
    data = entry.data
    if entry.type == "order":
        member = data["member"]["ref"] if data["member"] else ""
        for part in data["campaigns"]:
            yield _right(part["rule"], part, member)
    if entry.type == "redeem":
        yield _right(data["redemption_id"], data, data["member"] or data["code_hash"])


def _right(name: str, part: dict[str, Any], spender: str) -> Right:
    auth = part.get("auth", {"kind": ALWAYS})
    return Right(
        name,
        part["rule"],
        part["campaign"],
        auth["kind"],
        auth.get("level", auth.get("reservation", "")),
        tuple((lease_id, units) for lease_id, units in auth.get("leases", ())),
        auth.get("value", 0),
        spender,
    )


class Take(NamedTuple):
    """So many units of a scope that an entry took, worth so much in a unit."""

    scope: str
    units: int
    worth: int
    unit: str


def takes_of(entry: Content) -> Iterator[Take]:
    """Yield what an entry takes of what has an end, whether or not it has one here."""
    data = entry.data
    if entry.type == "order":
        for campaign, discount in data.get("uses", ()):
            yield Take(f"uses:{campaign}", 1, discount, "money")
            yield Take(f"discount:{campaign}", discount, discount, "money")
            if data["member"]:
                yield Take(f"members:{campaign}", 1, discount, "money")  # if it is their first
                yield Take(f"member:{data['member']['ref']}|{campaign}", 1, discount, "money")
    if entry.type == "redeem":
        if data.get("points"):
            yield Take(f"points:{data['member']}", data["points"], data["points"], "points")
        if data["code_hash"]:
            yield Take(f"voucher:{data['code_hash']}", 1, data["discount"], "money")
        if data.get("stock"):
            yield Take(f"stock:{data['rule']}", data["stock"], data["discount"], "money")
