"""Random promotions in the case format for one order: effects, selectors, conditions, budgets.

What the order holds (weighed goods, floors, negative lines) decides which of them have one right answer only.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

SKUS = ("BREAD", "MILK", "TEA", "SOAP", "LAMP", "WINE")
CATEGORIES = ("food", "drinks", "home", "sale")


class PromotionMaker:
    """Draws promotions for the lines at hand; `silent` lets it go where the pages of the format are silent."""

    def __init__(self, chance: Random, *, silent: bool) -> None:
        self.chance = chance
        self.silent = silent
        self.lines: list[dict[str, Any]] = []
        self.policy: dict[str, Any] = {}
        self.member: dict[str, Any] = {}
        self.action: dict[str, Any] = {}

    def odds(self, one_in: int) -> bool:
        return self.chance.randrange(one_in) == 0

    def money(self, lowest: int, highest: int) -> str:
        """Round sums as often as crooked ones: they meet bounds exactly, and the others need rounding."""
        amount = self.chance.randint(lowest, highest)
        if self.odds(2):
            step = self.chance.choice((10, 50, 100))
            amount = max(lowest, amount // step * step)
        return f"{amount // 100}.{amount % 100:02d}"

    def has(self, key: str) -> bool:
        return any(key in line for line in self.lines)

    @property
    def converted(self) -> bool:
        """Whether net lines are counted gross: then a bound may be meant of either."""
        return self.policy.get("amount_basis", "line_price") != "line_price"

    @property
    def weighed(self) -> bool:
        return any(isinstance(line["qty"], str) for line in self.lines)

    @property
    def negative(self) -> bool:
        return any(line["unit_price"].startswith("-") for line in self.lines)

    def _promotions(self) -> list[dict[str, Any]]:
        count = self.chance.choice((1, 1, 2, 2, 3, 4, 5))
        promotions = [self._promotion(number) for number in range(count)]
        if self.odds(5) and (self.silent or not self.negative):
            promotions += self._earning()
        if self.odds(8):
            promotions.append({"id": "wallet", "effect": {"type": "tender", "kind": "ewallet"}})
            self.member["wallet"] = self.money(1, 5000)
        if self.odds(8):
            promotions.append({"id": "card", "effect": {"type": "tender", "kind": "gift_card"}})
            cards = range(self.chance.randint(1, 2))
            self.action["gift_cards"] = [{"id": f"G{card}", "balance": self.money(1, 5000)} for card in cards]
        if self.odds(8) and (self.silent or not (self.negative or self.has("min_unit_price"))):
            promotions.append({"id": "points", "effect": self._points_payment()})
        return promotions

    def _points_payment(self) -> dict[str, Any]:
        if self.odds(3):
            self.action["points_to_spend"] = self.chance.choice((90, 300))
        worth = {"value_per_point": self.chance.choice(("0.01", "0.10", "1.00"))}
        effect = self.chance.choice((worth, worth, {"points_per_minor_unit": 3}))
        if self.odds(3):
            effect = effect | {"step_points": self.chance.choice((10, 25))}
        return {"type": "pay_with_points", **effect}

    def _promotion(self, number: int) -> dict[str, Any]:
        promotion: dict[str, Any] = {"id": f"p{number}", "effect": self._effect()}
        if conditions := self._conditions():
            promotion["conditions"] = conditions
        if self.odds(10):
            promotion["code"] = self.chance.choice(("SANTA2016", "TESTCOUPON"))
        if self.odds(10):
            promotion["budget"] = self._budget()
        # Whether more than a budget would be given is asked of promotions that could apply: not if points are missing.
        may_be_stopped = self.silent or promotion.get("budget", {}).get("type") != "spend"
        if self.odds(12) and may_be_stopped:
            promotion["cost_points"] = self.chance.choice((30, 60, 100))
        if self.odds(2 if "group_limits" in self.policy else 8) and may_be_stopped:
            promotion["group"] = "g"
        if self.odds(12):
            promotion["exclusive"] = True
        elif self.odds(12):
            promotion["always_stackable"] = True
        if self.odds(8):
            promotion["best_of"] = "b"
        return promotion

    def _budget(self) -> dict[str, Any]:
        if self.odds(2):
            return {"type": "usage", "limit": 10, "used": self.chance.choice((0, 9, 10))}
        return {"type": "spend", "limit": "50.00", "used": self.chance.choice(("0.00", "45.00", "48.50"))}

    def _earning(self) -> list[dict[str, Any]]:
        """A base, and sometimes a factor and a bonus; several factors for several products are a silent spot."""
        base: dict[str, Any] = {"type": "points_earn", "points": self.chance.choice((1, 2, "1.5"))}
        base |= self.chance.choice(({"per_amount": "1.00"}, {"per_amount": "10.00"}, {"per_unit": 1}))
        if "per_unit" in base and self.weighed and not self.silent:
            base = {"type": "points_earn", "points": 2, "per_amount": "5.00"}
        if self.odds(3):
            base["basis"] = self.chance.choice(("net_paid", "before_discounts"))
        effects = [base]
        if self.odds(3) and (
            self.silent or base["points"] != "1.5"
        ):  # else it matters how often is rounded down
            effects.append({"type": "points_multiplier", "factor": self.chance.choice((2, 3, "1.5"))})
        if self.odds(3):
            effects.append({"type": "points_bonus", "points": 20})
        if self.odds(3):
            selector = {"categories": [self.chance.choice(CATEGORIES)]}
            effects = [{**effect, "selector": selector} for effect in effects]
        made = [{"id": f"earn{place}", "effect": effect} for place, effect in enumerate(effects)]
        if self.odds(3) and (conditions := self._conditions(of_points=True)):
            made[0]["conditions"] = conditions
        return made

    def _selector(self) -> dict[str, Any]:
        kind = self.chance.randrange(6)
        if kind == 0:
            return {"skus": self.chance.sample(SKUS, self.chance.randint(1, 3))}
        if kind == 1:
            return {"categories": self.chance.sample(CATEGORIES, self.chance.randint(1, 2))}
        if kind == 2:
            return {"exclude_categories": [self.chance.choice(CATEGORIES)]}
        if kind == 3:
            return {"unit_price_min": self.money(1, 1000)}
        if kind == 4:
            return {"unit_price_max": self.money(500, 10000)}
        return {"not_price_reduced": True}

    def _effect(self) -> dict[str, Any]:
        kinds: list[Callable[[], dict[str, Any]]] = [self._percent] * 4 + [self._amount] * 4
        kinds += [self._tiers, self._buy_get, self._buy_get]
        if self.silent or not self.converted:
            kinds.append(self._new_price)
        if not self.weighed:
            kinds.append(self._prompt)
        if self.silent or not (self.weighed or self.negative):
            kinds += [self._steps]
        if self.silent or not (self.weighed or self.converted):
            kinds += [self._bundle]
        effect = self.chance.choice(kinds)()
        if (
            effect["type"] not in {"buy_get", "bundle", "step_amount", "add_free_units"}
            and "selector" not in effect
            and self.odds(2)
        ):
            effect["selector"] = self._selector()
        if self.negative and "order" in (effect.get("mode"), effect.get("target")) and not self.silent:
            # Whether something off chosen products may bring the order below zero is not said.
            effect.pop("selector", None)
        return effect

    def _percent(self) -> dict[str, Any]:
        targets = ["lines", "lines", "order", "order"]
        certain = not self.has("min_unit_price") and self.policy.get("round") != "price"
        if self.silent or certain:
            targets.append("cheapest_unit")
        effect: dict[str, Any] = {
            "type": "percent_off",
            "value": self.chance.choice(("5", "10", "15", "20", "25", "33", "50", "100", "12.5")),
            "target": self.chance.choice(targets),
        }
        if effect["target"] == "lines" and self.odds(5) and (self.silent or certain):
            effect["max_units"] = self.chance.randint(1, 3)
        if self.odds(4) and (self.silent or effect["target"] != "lines" or not self.has("min_unit_price")):
            effect["cap"] = self.money(50, 2000)
        if self.odds(6) and (self.silent or effect["target"] == "lines"):
            effect["base"] = self.chance.choice(("initial", "remaining"))
        return effect

    def _amount(self) -> dict[str, Any]:
        modes = ["order", "order", "order", "each_line", "each_unit"] + ["cheapest_line"] * self.silent
        effect: dict[str, Any] = {
            "type": "amount_off",
            "value": self.money(1, self.chance.choice((100, 1000, 5000))),
            "mode": self.chance.choice(modes),
        }
        if effect["mode"] == "order" and self.odds(4):
            effect["weights"] = self.chance.choice(("quantity", "amount"))
        certain = self.silent or not (self.has("min_unit_price") or self.weighed)
        if effect["mode"] in {"each_line", "each_unit"} and certain and self.odds(3):
            effect["max_units"] = self.chance.randint(1, 3)
        if effect["mode"] == "each_unit" and self.weighed and not self.silent:
            effect["mode"] = "each_line"
        return effect

    def _new_price(self) -> dict[str, Any]:
        return {"type": "new_unit_price", "value": self.money(1, 1500), "selector": self._selector()}

    def _tiers(self) -> dict[str, Any]:
        percent = self.odds(2) or (self.negative and not self.silent)
        measure = self.chance.choice(("total", "quantity"))
        if not self.silent and (self.weighed or self.converted):
            measure = "quantity" if self.converted else "total"
        bounds = ("10.00", "30.00") if measure == "total" else ("3", "8")
        values = ("15", "20") if percent else ("2.00", "4.50")
        effect: dict[str, Any] = {
            "type": "tiered_percent" if percent else "tiered_amount",
            "measure": measure,
            "tiers": [list(tier) for tier in zip(bounds, values, strict=True)],
        }
        if self.odds(2):
            effect["base"] = "10" if percent else "1.00"
        if not self.silent:  # one line: by line or by order is the same
            effect["selector"] = {"skus": [self._lonely_sku()]}
        return effect

    def _lonely_sku(self) -> str:
        skus = [line["sku"] for line in self.lines]
        free = {line["sku"] for line in self.lines if line["unit_price"] == "0.00"}
        lonely = [sku for sku in skus if skus.count(sku) == 1 and sku not in {"OFF", *free}]
        return self.chance.choice(lonely) if lonely else "NONE"

    def _buy_get(self) -> dict[str, Any]:
        """Bought and free from the same products or from different ones; anything between is a silent spot."""
        skus = sorted({line["sku"] for line in self.lines if self._can_be_free(line)}) or ["NONE"]
        if not self.silent:
            skus = [s for s in skus if all(self._can_be_free(li) for li in self.lines if li["sku"] == s)] or [
                "NONE"
            ]
        buy = self.chance.sample(skus, self.chance.randint(1, len(skus)))
        others = [sku for sku in skus if sku not in buy]
        get = buy
        if others and self.odds(2):
            get = self.chance.sample(others, self.chance.randint(1, len(others)))
        if self.silent and self.odds(3):
            get = self.chance.sample(skus, self.chance.randint(1, len(skus)))
        effect = {"type": "buy_get", "buy": {"skus": buy}, "buy_qty": self.chance.randint(1, 3)}
        effect |= {"get": {"skus": get}, "get_qty": self.chance.randint(1, 2)}
        if self.odds(4):
            effect["percent"] = self.chance.choice(("50", "25", "100"))
        if self.odds(6) and (self.silent or not set(buy) & set(get)):
            effect["pick"] = "most_expensive"
        return effect

    def _can_be_free(self, line: dict[str, Any]) -> bool:
        if self.silent:
            return True
        is_plain = not isinstance(line["qty"], str) and "min_unit_price" not in line
        is_alone = (
            sum(other["unit_price"] == line["unit_price"] for other in self.lines) == 1
        )  # else who is free?
        return is_plain and (is_alone or line["unit_price"] == "0.00")

    def _prompt(self) -> dict[str, Any]:
        """Units of something that isn't in the order yet, for every so many units of one thing that is."""
        effect = {"type": "add_free_units", "free_sku": "MUG", "add": self.chance.randint(1, 2)}
        if self.odds(3):
            return effect | {"per_order": 1}
        return effect | {"per_bought": self.chance.randint(1, 4), "sku": self.chance.choice(SKUS)}

    def _steps(self) -> dict[str, Any]:
        most = self.chance.choice((None, 2, 5))
        effect = {"type": "step_amount", "first_unit": "1.13", "each_further_unit": "0.41", "max_units": most}
        return effect if self.silent else {**effect, "selector": {"skus": [self._lonely_sku()]}}

    def _bundle(self) -> dict[str, Any]:
        skus = SKUS if self.silent else sorted({self._lonely_sku(), self._lonely_sku()})
        wanted = self.chance.sample(skus, min(2, len(skus)))
        need = [{"sku": sku, "qty": self.chance.randint(1, 2)} for sku in wanted]
        discount = {"type": "amount_off", "value": self.money(10, 500)}
        return {"type": "bundle", "need": need, "discount": discount, "scale": self.odds(2)}

    # -- conditions

    def _conditions(self, *, of_points: bool = False) -> dict[str, Any]:
        drawers = [
            self._of_total,
            self._of_total,
            self._of_quantity,
            self._of_items,
            self._of_time,
            self._of_member,
            self._of_store,
        ]
        if not of_points:
            drawers.append(self._of_limits)
        conditions: dict[str, Any] = {}
        for draw in self.chance.sample(drawers, self.chance.choice((0, 0, 0, 1, 1, 2))):
            conditions |= draw()
        return conditions

    def _of_total(self) -> dict[str, Any]:
        if self.odds(8) and (self.silent or not self.converted):
            return {"subtotal_equals": self._total()}
        if self.odds(8) and self.silent:
            return {"max_initial_total": self.money(500, 20000)}
        minimum: dict[str, Any] = {"value": self._total() if self.odds(3) else self.money(100, 10000)}
        if self.odds(3):
            minimum["on"] = self.chance.choice(("running", "initial"))
        if self.odds(3) or (self.converted and not self.silent):
            minimum["measured"] = self.chance.choice(("net", "gross"))
        if self.odds(3):
            minimum["strict"] = True
        if self.odds(3):
            minimum["selector"] = self._selector()
        if self.odds(6):
            return {"min_total": [minimum, minimum | {"value": self.money(100, 3000)}]}
        return {"min_total": minimum}

    def _total(self) -> str:
        """Exactly what the lines are together, as long as their amounts come out even."""
        total = sum(
            int(line["unit_price"].replace(".", "")) * line["qty"]
            for line in self.lines
            if not isinstance(line["qty"], str)
        )
        return f"{max(0, total) // 100}.{max(0, total) % 100:02d}"

    def _of_quantity(self) -> dict[str, Any]:
        if (self.weighed or self.negative) and not self.silent:
            return {}
        minimum: dict[str, Any] = {"value": self.chance.randint(1, 9)}
        if self.odds(2):
            minimum["selector"] = self._selector()
        return {"min_qty": minimum}

    def _of_items(self) -> dict[str, Any]:
        return {"contains_all": [self._selector() for _ in range(self.chance.randint(1, 2))]}

    def _of_time(self) -> dict[str, Any]:
        kind = self.chance.randrange(4)
        if kind == 0:
            return {"valid_from": self.chance.choice(("2026-06-03T00:00:00", "2026-06-04T09:30:00"))}
        if kind == 1:
            return {
                "valid_until": self.chance.choice(
                    ("2026-06-03T23:59:59", "2026-06-04T09:30:00", "2026-06-02")
                )
            }
        if kind == 2:
            return {"weekdays": sorted(self.chance.sample(range(1, 7), 3))}
        return {"hours": self.chance.choice((["09:00", "11:00"], ["10:30", "18:00"], ["19:00", "09:00"]))}

    def _of_member(self) -> dict[str, Any]:
        if self.odds(2):
            return {"member_groups": self.chance.choice((["gold"], ["wholesale", "staff"]))}
        return {"nth_order": self.chance.randint(1, 3)}

    def _of_limits(self) -> dict[str, Any]:
        if self.odds(2):
            return {"limit_total": self.chance.choice((5, 6, 10))}
        return {"limit_per_member": self.chance.choice((1, 2))}

    def _of_store(self) -> dict[str, Any]:
        return {"stores": self.chance.choice((["S1"], ["S1", "S2"], []))}
