"""What buying and getting, bundles and punch cards must give: units are laid out and chosen one by one."""

from collections import Counter
from fractions import Fraction
from typing import Any

from app.core.effects import Bundle, BuyGet
from tests.core.exactly import half_up, whole_shares
from tests.core.laid_out import HUNDRED_PERCENT, Laid, Must, Shares


class OnUnits(Laid):
    """Effects on units that belong together, each by the name of its kind."""

    def _units(self, products: str | None, *, dearest: bool, without: Counter[int]) -> list[int]:
        """Return the numbers of lines, one for each unused unit, dearest or cheapest first."""
        units = []
        for left in self.lines:
            if self._is_for(left.line, products) and left.unused > 0 and left.line.amount >= 0:
                order = (-left.unit if dearest else left.unit, left.number)
                units += [order] * (left.unused - without[left.number])
        return [number for _, number in sorted(units)]

    def _worth_something(self, units: list[int]) -> list[int]:
        return [number for number in units if self.by_number[number].worth > 0]

    def _buy_get(self, effect: BuyGet) -> Must:
        used: Counter[int] = Counter()
        free: Counter[int] = Counter()
        for _ in range(10**6 if effect.times is None else effect.times):
            chosen = self._one_set(effect, used)
            if chosen is None:
                break
            bought, got = chosen
            used.update(bought + got)
            free.update(got)
        rate = Fraction(effect.basis_points, HUNDRED_PERCENT)
        return self._off_units({n: half_up(self.by_number[n].unit * k * rate) for n, k in free.items()}, used)

    def _one_set(self, effect: BuyGet, used: Counter[int]) -> tuple[list[int], list[int]] | None:
        """Choose the bought and the free: where the dearest are free they are chosen first, else after the bought.

        Of the bought those come first that can't be free, then the dearest; what costs nothing is never free.
        """
        taken = used.copy()

        def bought() -> list[int]:
            free_lines = set(self._can_be_free(self._units(effect.get, dearest=True, without=Counter())))
            units = self._worth_something(self._units(effect.buy, dearest=True, without=taken))
            return sorted(units, key=free_lines.__contains__)[: effect.buy_units]

        def free() -> list[int]:
            units = self._units(effect.get, dearest=effect.is_dearest_free, without=taken)
            return self._can_be_free(units)[: effect.get_units]

        chosen = {}
        for choose, wanted in ((bought, effect.buy_units), (free, effect.get_units))[:: self._way(effect)]:
            chosen[choose] = choose()
            if len(chosen[choose]) < wanted:
                return None
            taken.update(chosen[choose])
        return chosen[bought], chosen[free]

    def _way(self, effect: BuyGet) -> int:
        return -1 if effect.is_dearest_free else 1

    def _bundle(self, effect: Bundle) -> Must:
        used: Counter[int] = Counter()
        sets = 0
        while effect.times is None or sets < effect.times:
            taken = used.copy()
            for part in effect.parts:
                units = self._units(part.products, dearest=True, without=taken)[: part.units]
                taken.update(units if len(units) == part.units else [-1])
            if taken[-1]:
                break
            used, sets = taken, sets + 1
        if effect.products is not None:
            return self._off_others(effect, used, sets)
        worth = {number: self.by_number[number].worth_of(units) for number, units in used.items()}
        together = sum(worth.values())
        if effect.price is not None:
            wanted = max(together - effect.price * sets, 0)
        elif effect.amount_off is not None:
            wanted = effect.amount_off * sets
        else:
            wanted = half_up(Fraction(together * (effect.basis_points or 0), HUNDRED_PERCENT))
        numbers = sorted(worth)
        rooms = [min(worth[number], self.by_number[number].room) for number in numbers]
        weights = [worth[number] for number in numbers]
        shares = whole_shares(min(wanted, sum(rooms)), weights, rooms, self.policy.remainder)
        return self._off_units(dict(zip(numbers, shares, strict=True)), used)

    def _off_others(self, effect: Bundle, used: Counter[int], sets: int) -> Must:
        units = self._worth_something(self._units(effect.products, dearest=False, without=used))
        cheapest = units[: (effect.units or 1) * sets]
        shares = {}
        for number, units in Counter(cheapest).items():
            worth = self.by_number[number].worth_of(units)
            if effect.price is not None:
                shares[number] = max(worth - effect.price * units, 0)
            elif effect.amount_off is not None:
                shares[number] = min(effect.amount_off * units, worth)
            else:
                rate = Fraction(effect.basis_points or 0, HUNDRED_PERCENT)
                shares[number] = half_up(self.by_number[number].unit * units * rate)
        return self._off_units(shares, used + Counter(cheapest))

    def _can_be_free(self, units: list[int]) -> list[int]:
        """Leave out what costs nothing, and what its floor keeps from giving anything."""
        return [number for number in self._worth_something(units) if self.by_number[number].room > 0]

    def _punch(self, effect: Any) -> Must:
        card = effect.card
        counter = self.facts.known[f"punches:{card.card_id}"]
        units = self._can_be_free(self._units(card.products, dearest=False, without=Counter()))
        free = 0
        while free < len(units) and (free + 1) * card.every <= counter + len(units):
            free += 1
        off = Counter(units[:free])
        change = len(units) - free * card.every
        counts = ((f"punches:{card.card_id}", change),) if change else ()
        must = self._off_units({n: self.by_number[n].worth_of(k) for n, k in off.items()}, off)
        return Must(must.shares, must.used, counts=counts)

    def _off_units(self, shares: Shares, used: Counter[int]) -> Must:
        clipped = {number: min(share, self.by_number[number].room) for number, share in shares.items()}
        return Must({number: share for number, share in clipped.items() if share}, dict(used))
