"""Random order cases in the case format, by a seed.

`random_case` stays where the pages of the format say what is right. With `silent=True` it also goes where they are
silent and two correct engines may differ (listed in `second_reading`); a difference there is a question, not a bug.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.conformance.random_promotions import CATEGORIES, SKUS, PromotionMaker

Case = dict[str, Any]
RATES = ("0", "7", "10", "19", "20", "23")


def random_case(seed: int, *, silent: bool = False) -> Case:
    """One case without `expected`; the same seed gives the same case."""
    return _Maker(Random(seed), silent=silent).case(seed)


class _Maker(PromotionMaker):
    """Draws one case; what was drawn first restricts what comes later, so that silent spots are avoided."""

    def case(self, seed: int) -> Case:
        self.lines = self._lines()
        self.policy = self._policy()
        self.member = self._member()
        self.action = self._action()
        promotions = self._promotions()
        program: dict[str, Any] = {"promotions": promotions}
        if self.policy:
            program["policy"] = self.policy
        self._put_in_order(program)
        return {
            "id": f"RND-{seed}",
            "program": program,
            "member": self.member,
            "order": {"lines": self.lines},
            "action": self.action,
        }

    # -- the order

    def _lines(self) -> list[dict[str, Any]]:
        rates = self.chance.sample(RATES, self.chance.choice((1, 1, 2, 3)))
        kind = self.chance.choice(("net", "gross", "gross", "mixed"))
        count = self.chance.choice((1, 2, 2, 3, 3, 4, 5, 8))
        lines = [self._line(number + 1, rates, kind) for number in range(count)]
        if self.odds(10):
            lines.append(
                {
                    **lines[0],
                    "id": f"L{count + 1}",
                    "sku": "OFF",
                    "unit_price": f"-{self.chance.randint(1, 6)}.00",
                }
                | {"qty": 1, "categories": []}
            )
            for extra in ("min_unit_price", "price_reduced", "fixed_fee_per_unit"):
                lines[-1].pop(extra, None)
        return lines

    def _line(self, number: int, rates: list[str], kind: str) -> dict[str, Any]:
        price = "0.00" if self.odds(15) else self.money(1, self.chance.choice((300, 2000, 20000)))
        quantity: Any = self.chance.choice((1, 1, 1, 2, 2, 3, 4, 5, 7, 12))
        if self.odds(12):
            quantity = f"{self.chance.randint(1000, 4999) / 1000:.3f}"
        line = {
            "id": f"L{number}",
            "sku": self.chance.choice(SKUS),
            "unit_price": price,
            "qty": quantity,
            "categories": self.chance.sample(CATEGORIES, self.chance.choice((0, 1, 1, 2))),
            "tax_rate": self.chance.choice(rates),
            "tax_included": kind == "gross" or (kind == "mixed" and self.odds(2)),
        }
        if self.odds(6) and not isinstance(quantity, str):
            line["min_unit_price"] = self._part_of(price)
        if self.odds(8):
            line["price_reduced"] = True
        if self.odds(10) and not isinstance(quantity, str):
            line["fixed_fee_per_unit"] = self.money(1, 50)
        return line

    def _part_of(self, price: str) -> str:
        whole = int(price.replace(".", ""))
        part = self.chance.choice((whole, whole // 2, whole * 9 // 10, whole * 2 // 3))
        return f"{part // 100}.{part % 100:02d}"

    # -- the circumstances

    def _policy(self) -> dict[str, Any]:
        policy: dict[str, Any] = {}
        if self.odds(8):
            policy["percent_base"] = self.chance.choice(("initial", "remaining"))
        if self.odds(8):
            policy["remainder"] = self.chance.choice(("first", "last", "largest"))
        if self.odds(8):
            policy["amount_basis"] = self.chance.choice(("gross", "gross", "net", "line_price"))
        if self.odds(12):
            policy["round"] = self.chance.choice(("price", "discount"))
        if self.silent and self.odds(12):
            policy["round_at"] = self.chance.choice(("unit", "line"))
        if self.odds(8):
            policy["group_limits"] = {"g": self.chance.choice((1, 1, 2))}
        if self.odds(12):
            policy["on_invalid"] = self.chance.choice(
                ("skip", "skip", "reject_all") if self.silent else ("skip",)
            )
        return policy

    def _member(self) -> dict[str, Any]:
        member: dict[str, Any] = {}
        if self.odds(2):
            member["group"] = self.chance.choice(("gold", "wholesale"))
        if self.odds(3):
            member["completed_orders"] = self.chance.randrange(4)
        if self.odds(3):
            member["used_by_member"] = self.chance.randrange(3)
            if self.odds(3):
                state = self.chance.choice(("cancelled", "paid"))
                member["history"] = [{"code": "SANTA2016", "order_state": state}]
                member["used_by_member"] = max(1, member["used_by_member"])
        member["points"] = self.chance.choice((0, 40, 100, 1000))
        return member

    def _action(self) -> dict[str, Any]:
        action: dict[str, Any] = {
            "at": f"2026-06-0{self.chance.randint(1, 6)}T{self.chance.randint(8, 20):02d}:"
            f"{self.chance.choice(('00', '30', '59'))}:{self.chance.choice(('00', '59'))}",
            "store": self.chance.choice(("S1", "S2")),
        }
        if self.odds(6):
            action["at"] = "2026-06-04T09:30:00"  # a moment at which campaigns start and end
        if self.odds(3):
            action["used_total"] = self.chance.choice((0, 5, 10))
        if self.odds(3):
            action["code"] = self.chance.choice(
                ("SANTA2016", ["SANTA2016", "TESTCOUPON"], "TESTCOUPON", ["TESTCOUPON", "NOBODYS"])
            )
        return action

    # -- the order of application

    def _put_in_order(self, program: dict[str, Any]) -> None:
        """Priorities, a stated order, or neither; without `silent` tiers and free units come first."""
        promotions = program["promotions"]
        if not self.silent:
            self._leave_certain(promotions)
        kind = self.chance.randrange(3)
        if kind == 0:
            for place, promotion in enumerate(promotions):
                promotion["priority"] = 10 * (len(promotions) - place)
            self.chance.shuffle(promotions)
        elif kind == 1:
            program["order_of_application"] = [promotion["id"] for promotion in promotions]
            self.chance.shuffle(promotions)

    def _leave_certain(self, promotions: list[dict[str, Any]]) -> None:
        """Put what reads single units first, and take away what makes several answers right."""
        promotions.sort(key=lambda p: _FIRST.get(p["effect"]["type"], 2))
        exclusives = [p for p in promotions if p.get("exclusive")]
        for promotion in exclusives[1:]:
            del promotion["exclusive"]
        rivals = [p for p in promotions if p.get("best_of")]
        discounts = [p for p in promotions if p["id"].startswith("p") and p["id"] != "points"]
        for promotion in (
            discounts if rivals else []
        ):  # none of them or all; limits are asked in the winner's wake
            promotion.pop("best_of", None)
            if not exclusives:
                promotion["best_of"] = "b"
                for limit in ("group", "budget", "cost_points"):
                    promotion.pop(limit, None)


_FIRST = {"buy_get": 0, "bundle": 0, "tiered_percent": 1, "tiered_amount": 1}
