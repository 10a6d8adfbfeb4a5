"""Who was refused though there was enough: what the books would say if HQ heard of every entry at once."""

from collections import Counter

from tests.sim.budget_oracles import Known
from tests.sim.reading import Content
from tests.sim.taking import ALWAYS, Rules

AUTHORITY = {  # refusals that a station owes to what it can't know, and HQ could
    "online_only",
    "station_cap_reached",
    "facts_stale",
    "floor_exceeded",
    "floor_used",
    "insufficient_points",
    "limit_total_reached",
    "limit_campaign_reached",
    "limit_members_reached",
    "limit_per_member_reached",
    "budget_exhausted",
    "budget_exceeded",
    "out_of_stock",
}


class Rightful:
    """What the books would say if every station were heard at once: who was refused though there was enough?"""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._points: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()  # by scope
        self._by_member: Counter[tuple[str, str]] = Counter()  # campaign and member
        self.rightful = self.refused = 0

    def wrote(self, entry: Content, *, uses_max: int) -> None:
        """An entry was written just now, somewhere. `uses_max` is of its voucher; 0 where nobody says."""
        rules = self._known.rules.get(entry.data.get("program_version", 0))
        if rules is None:
            return
        if entry.type == "order":
            self._ordered(entry)
        if entry.type in ("redeem", "refuse") and rules.offline.get(entry.data["campaign"], ALWAYS) != ALWAYS:
            codes = {reason["code"] for reason in entry.data["reasons"]}
            if codes <= AUTHORITY and self._is_there(
                entry, rules, uses_max, is_counted=entry.type == "redeem"
            ):
                self.rightful += 1
                self.refused += entry.type == "refuse"
        if entry.type == "redeem":
            self._points[entry.data["member"]] -= entry.data.get("points", 0)
            self._taken[f"voucher:{entry.data['code_hash']}"] += 1
            self._taken[f"stock:{entry.data['rule']}"] += 1

    def _ordered(self, entry: Content) -> None:
        data, ref = entry.data, entry.data["member"] and entry.data["member"]["ref"]
        if ref:
            self._points[ref] += data["points"]
        for campaign, discount in data.get("uses", ()):
            self._taken[f"uses:{campaign}"] += 1
            self._taken[f"discount:{campaign}"] += discount
            if ref:
                self._taken[f"members:{campaign}"] += (campaign, ref) not in self._by_member
                self._by_member[campaign, ref] += 1

    def _is_there(self, entry: Content, rules: Rules, uses_max: int, *, is_counted: bool) -> bool:
        """Whether there is enough for it; `is_counted`: the order before it has counted its use of the campaign."""
        data, own = entry.data, int(is_counted)
        campaign, rule, ref = data["campaign"], data["rule"], data["member"]
        words = ("uses",) if self._by_member[campaign, ref] > own else ("uses", "members")
        left = [
            most - self._taken[scope] + own
            for word in words
            if (most := rules.limits.get(scope := f"{word}:{campaign}")) is not None
        ]
        if campaign in rules.once:
            left.append(rules.once[campaign] - self._by_member[campaign, ref] + own)
        if rule in rules.costs:
            left.append(self._points[ref] - rules.costs[rule] + 1)
        if rule in rules.stocks:
            left.append(self._known.stocks.get(f"stock:{rule}", 0) - self._taken[f"stock:{rule}"])
        if data["code_hash"]:
            left.append(uses_max - self._taken[f"voucher:{data['code_hash']}"] if uses_max else 0)
        return all(each > 0 for each in left)
