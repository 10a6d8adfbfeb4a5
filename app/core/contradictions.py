"""What a program says that can't be meant: found before it is published, where it costs nothing yet.

An offer that can never apply, an audience of nobody, two offers that both want to stand alone, free products without
a bound. Only what follows from the program itself is found; what nobody happens to fulfil is the what-if's business.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core.campaign import Campaign, Rule
from app.core.effects import Effect, PercentOff, StepsPercent, Target, UnitPrice, product_sets_of
from app.core.money import BASIS_POINTS
from app.core.order import LineKind
from app.core.program import Program

Tree = Mapping[str, Any]
NATURAL = ("history.", "event.", "order.quantity")  # facts that are never below zero
FIRST_VALUES = {"order.nth": 1, "order.weekday": 1}
LAST_VALUES = {"order.weekday": 7}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Where it stands, what is wrong with it, and what would be right."""

    path: str
    problem: str
    instead: str

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.path}: {self.problem}; {self.instead}"


def contradictions(program: Program) -> tuple[Contradiction, ...]:
    """Return what a program says that can't be meant, campaign by campaign."""
    found: list[Contradiction] = []
    for campaign in program.campaigns:
        path = f"campaign {campaign.campaign_id}"
        found += _about_campaign(program, campaign, path)
        for rule in campaign.rules:
            found += _about_rule(program, campaign, rule, f"{path}, rule {rule.rule_id}")
    return (*found, *_about_exclusive(program.campaigns))


def _about_campaign(program: Program, campaign: Campaign, path: str) -> Iterator[Contradiction]:
    if campaign.audience is not None and not campaign.audience:
        yield Contradiction(f"{path}.audience", "it is for nobody", "name members, or null for everybody")
    if campaign.starts_at > _local(program.expires_ms, program.time_zone):
        yield Contradiction(
            f"{path}.starts_on", "it starts after the program expires", "let the program expire later"
        )
    if not campaign.rules:
        yield Contradiction(f"{path}.rules", "it has no rule, so it does nothing", "add a rule")
    yield from _about_bounds(campaign, path)
    yield from _about_stacking(program, campaign, path)


def _about_bounds(campaign: Campaign, path: str) -> Iterator[Contradiction]:
    limits, budget = campaign.limits, campaign.budget
    bounds = {
        "limits.uses": limits and limits.uses,
        "limits.members": limits and limits.members,
        "budget.uses": budget and budget.uses,
        "budget.discount": budget and budget.discount,
        "budget.order_value": budget and budget.order_value,
    }
    zeros = [name for name, bound in bounds.items() if bound == 0]
    if limits is not None and any(limit.at_most == 0 for limit in limits.member_uses):
        zeros.append("limits.member_uses")
    for name in zeros:
        yield Contradiction(f"{path}.{name}", "nothing may ever be given of it", "at least 1")


def _about_stacking(program: Program, campaign: Campaign, path: str) -> Iterator[Contradiction]:
    stacking = campaign.stacking
    by_id = {other.campaign_id: other for other in program.campaigns}
    if stacking.group and program.policy.group_limits.get(stacking.group) == 0:
        yield Contradiction(f"{path}.stacking.group", "none of this group may apply", "a limit of at least 1")
    for name in sorted(stacking.only_with):
        other = by_id.get(name)
        place = f"{path}.stacking.only_with"
        if other is None:
            yield Contradiction(place, f"{name} is a payment, and no campaign", "name a campaign")
        elif name in stacking.not_with or campaign.campaign_id in other.stacking.not_with:
            yield Contradiction(place, f"it needs {name} and may not go with it", "one of the two")
        elif stacking.is_exclusive and not other.stacking.is_always:
            yield Contradiction(place, f"it stands alone, yet needs {name}", "one of the two")
        elif other.starts_at > campaign.ends_at or other.ends_at < campaign.starts_at:
            yield Contradiction(place, f"{name} runs at another time", "dates that overlap")


def _about_rule(program: Program, campaign: Campaign, rule: Rule, path: str) -> Iterator[Contradiction]:
    for name in product_sets_of(rule.effect):
        if name is not None and program.product_sets[name].is_empty:
            yield Contradiction(
                f"{path}.effect",
                f"product set {name} holds no product",
                "name products, or leave the rule out",
            )
    if rule.tree is not None and (problem := impossible(rule.tree, campaign)):
        yield Contradiction(f"{path}.condition", problem, "a condition that some order can fulfil")
    if _is_boundless(rule.effect, program):
        yield Contradiction(
            f"{path}.effect",
            "every unit of these products is free, however many and however dear",
            "add a cap, or how many units of each line are meant",
        )


def _is_boundless(effect: Effect, program: Program) -> bool:
    """Tell whether it gives goods away without a bound; the cheapest unit of an order is one, a delivery no goods."""
    match effect:
        case PercentOff():
            is_bound = effect.target is Target.CHEAPEST or effect.cap is not None or effect.units is not None
            is_free = effect.basis_points == BASIS_POINTS and not is_bound
        case UnitPrice():
            is_free = effect.amount == 0 and effect.units is None
        case StepsPercent():
            is_free = max(given for _, given in effect.steps) == BASIS_POINTS
        case _:
            return False
    chosen = effect.products
    return is_free and (chosen is None or LineKind.GOODS in program.product_sets[chosen].kinds)


def _about_exclusive(campaigns: Sequence[Campaign]) -> Iterator[Contradiction]:
    """Find pairs that both want to stand alone with the same priority at the same time."""
    exclusive = [campaign for campaign in campaigns if campaign.stacking.is_exclusive and campaign.rules]
    for place, one in enumerate(exclusive):
        for other in exclusive[:place]:
            is_tie = _priority(one) == _priority(other)
            if is_tie and one.starts_at <= other.ends_at and other.starts_at <= one.ends_at:
                yield Contradiction(
                    f"campaign {one.campaign_id}",
                    f"it and {other.campaign_id} are both exclusive with priority {_priority(one)}",
                    "different priorities, so that it is said which one stands",
                )


def _priority(campaign: Campaign) -> int:
    return max(rule.priority for rule in campaign.rules)


def _local(at_ms: int, time_zone: str) -> str:
    moment = datetime.fromtimestamp(min(at_ms, 253_402_214_400_000) / 1000, UTC)  # the year 9999 is the last
    return moment.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%dT%H:%M:%S")


# --- conditions that nothing fulfils -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Room:
    """What is left for one fact when several leaves must hold: bounds, both inclusive, and words."""

    least: Any = None  # whole numbers, or dates as texts
    most: Any = None
    words: set[Any] | None = None
    not_words: set[Any] = field(default_factory=set)
    is_half_open: bool = False  # hours: the end is out

    def narrow(self, *, least: Any = None, most: Any = None, words: Any = None) -> None:
        """Keep what also fits these."""
        if least is not None:
            self.least = least if self.least is None else max(self.least, least)
        if most is not None:
            self.most = most if self.most is None else min(self.most, most)
        if words is not None:
            self.words = set(words) if self.words is None else self.words & set(words)

    @property
    def is_empty(self) -> bool:
        """Whether nothing fits."""
        if self.words is not None:
            return not any(self._fits(word) for word in self.words - self.not_words)
        if self.least is None or self.most is None:
            return False
        return bool(self.least > self.most or (self.is_half_open and self.least == self.most))

    def _fits(self, word: Any) -> bool:
        return (self.least is None or word >= self.least) and (self.most is None or word <= self.most)


def impossible(tree: Tree, campaign: Campaign) -> str:
    """Return why no order fulfils a condition while a campaign runs, empty when some may."""
    rooms: dict[tuple[str, ...], _Room] = {}
    for leaf, is_negated in _must_hold(tree):
        key = tuple(
            str(leaf.get(part, ""))
            for part in ("fact", "products", "name", "campaign", "days", "period", "measured")
        )
        room = rooms.setdefault(key, _room_of(leaf["fact"], campaign))
        _narrow(room, leaf, is_negated=is_negated)
        if room.is_empty:
            return f"nothing fulfils what it asks of {leaf['fact']}"
    for inner in _alternatives(tree):
        problems = [impossible(choice, campaign) for choice in inner]
        if problems and all(problems):
            return problems[0]
    return ""


def _room_of(fact: str, campaign: Campaign) -> _Room:
    if fact == "order.date":
        return _Room(campaign.starts_at[:10], campaign.ends_at[:10])
    if fact == "order.time":
        return _Room(is_half_open=True)
    least = 0 if fact.startswith(NATURAL) else FIRST_VALUES.get(fact)
    return _Room(least, LAST_VALUES.get(fact))


def _must_hold(tree: Tree) -> Iterator[tuple[Tree, bool]]:
    """Yield the leaves that must all hold, and those (True) that all must not."""
    if "fact" in tree:
        yield tree, False
    elif "all" in tree:
        for inner in tree["all"]:
            yield from _must_hold(inner)
    elif "not" in tree and "fact" in tree["not"]:
        yield tree["not"], True


def _alternatives(tree: Tree) -> Iterator[Sequence[Tree]]:
    """Yield the lists of which one must hold."""
    if "any" in tree:
        yield tree["any"]
    for inner in tree.get("all", ()):
        yield from _alternatives(inner)


def _narrow(room: _Room, leaf: Tree, *, is_negated: bool) -> None:
    operator, value = leaf["op"], leaf["value"]
    if is_negated:
        operator = {
            "at_least": "less_than",
            "more_than": "at_most",
            "at_most": "more_than",
            "less_than": "at_least",
        }.get(operator, f"not {operator}")
    match operator:
        case "at_least":
            room.narrow(least=value)
        case "more_than":
            room.narrow(least=value + 1)
        case "at_most":
            room.narrow(most=value)
        case "less_than":
            room.narrow(most=value - 1)
        case "is":
            room.narrow(words=[value])
        case "one_of":
            room.narrow(words=value)
        case "between":
            room.narrow(least=value[0], most=value[1])
        case "contains_any" if not value:
            room.narrow(words=[])
        case "not is":
            room.not_words.add(value)
        case "not one_of":
            room.not_words |= set(value)
