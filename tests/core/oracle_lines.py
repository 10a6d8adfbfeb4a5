"""What each effect on lines must give, in exact fractions."""

from fractions import Fraction
from typing import Any

from app.core.effects import AmountOff, PercentOff
from tests.core.exactly import half_up, whole_shares
from tests.core.laid_out import HUNDRED_PERCENT, Laid, Left, Shares


class OnLines(Laid):
    """Effects on lines, each by the name of its kind."""

    def _percent_off(self, effect: PercentOff, lines: list[Left]) -> Shares:
        rate = Fraction(effect.basis_points, HUNDRED_PERCENT)
        is_initial = (effect.base or self.policy.percent_base) == "initial"
        bases = {left.number: left.initial if is_initial else left.remaining for left in lines}
        if effect.target == "order":
            bases = {
                left.number: half_up(bases[left.number] * self._at_most(left, effect.units) / left.quantity)
                for left in lines
            }
            given_back = sum(min(left.line.amount, 0) for left in lines)
            wanted = self._rounded(Fraction(max(sum(bases.values()) + given_back, 0)), rate)
            wanted = min(wanted, self._worth_together(), wanted if effect.cap is None else effect.cap)
            return self._shared(wanted, lines, [bases[left.number] for left in lines])
        if effect.target == "cheapest":
            shares = {}
            for left in self._cheapest(lines):
                wanted = self._rounded(bases[left.number] / max(left.quantity, Fraction(1)), rate)
                shares[left.number] = min(wanted, left.room, wanted if effect.cap is None else effect.cap)
            return shares
        shares = {
            left.number: min(self._off_a_line(effect, left, bases[left.number], rate), left.room)
            for left in lines
        }
        if effect.cap is None or sum(shares.values()) <= effect.cap:
            return shares
        wishes = list(shares.values())
        capped = whole_shares(effect.cap, wishes, wishes, self.policy.remainder)
        return dict(zip(shares, capped, strict=True))

    def _off_a_line(self, effect: PercentOff, left: Left, base: int, rate: Fraction) -> int:
        units = left.quantity if effect.units is None else min(left.quantity, Fraction(effect.units))
        if self.policy.round_at == "unit":
            return half_up(self._rounded(base / left.quantity, rate) * units)
        return self._rounded(base * units / left.quantity, rate)

    def _rounded(self, amount: Fraction, rate: Fraction) -> int:
        if self.policy.round == "price":
            return half_up(amount) - half_up(amount * (1 - rate))
        return half_up(amount * rate)

    def _amount_off(self, effect: AmountOff, lines: list[Left]) -> Shares:
        wanted = effect.amount * effect.times
        if effect.per == "line":
            return {left.number: min(wanted, self._cost(left, effect.units), left.room) for left in lines}
        if effect.per == "unit":
            return {
                left.number: min(
                    half_up(wanted * self._at_most(left, effect.units)),
                    self._cost(left, effect.units),
                    left.room,
                )
                for left in lines
            }
        if effect.target == "cheapest":
            return {left.number: min(wanted, left.room) for left in self._cheapest(lines)}
        wanted = min(wanted, self._worth_together())
        if effect.units is not None:
            parts = [self._cost(left, effect.units) for left in lines]
            limits = [min(part, left.room) for part, left in zip(parts, lines, strict=True)]
            shares = whole_shares(min(wanted, sum(limits)), parts, limits, self.policy.remainder)
            return {left.number: share for left, share in zip(lines, shares, strict=True)}
        if effect.weights == "quantity":
            raw = [left.line.quantity + Fraction(left.line.milli, 1000) for left in lines]
            return self._shared(wanted, lines, [max(weight, Fraction(0)) for weight in raw])
        return self._shared(wanted, lines)

    def _unit_price(self, effect: Any, lines: list[Left]) -> Shares:
        shares = {}
        for left in lines:
            price = half_up(effect.amount * self._at_most(left, effect.units))
            shares[left.number] = max(min(self._cost(left, effect.units) - price, left.room), 0)
        return shares

    def _steps_percent(self, effect: Any, lines: list[Left]) -> Shares:
        reached = self._step(effect, lines, below=effect.basis_points)
        return self._percent_off(PercentOff(effect.target, reached), lines)

    def _steps_amount(self, effect: Any, lines: list[Left]) -> Shares:
        wanted = self._step(effect, lines, below=effect.amount)
        return self._shared(min(wanted, self._worth_together()), lines)

    def _by_unit(self, effect: Any, lines: list[Left]) -> Shares:
        units = sum(max(left.line.quantity, 0) for left in lines)
        units = units if effect.units is None else min(units, effect.units)
        prices = [effect.first] * (units > 0) + [effect.further] * (units - 1)
        return self._shared(sum(prices), lines)

    def _step(self, effect: Any, lines: list[Left], *, below: int) -> int:
        reached = Fraction(0)
        for left in lines:
            line = left.line
            is_amount = effect.measure == "amount"
            reached += line.amount if is_amount else line.quantity + Fraction(line.milli, 1000)
        given = below
        for bound, amount in effect.steps:  # the bounds rise
            given = amount if reached >= bound else given
        return given

    def _cheapest(self, lines: list[Left]) -> list[Left]:
        prices = [(left.remaining / left.quantity, left.number, left) for left in lines if left.room]
        return [min(prices, key=lambda price: price[:2])[2]] if prices else []

    def _at_most(self, left: Left, units: int | None) -> Fraction:
        return left.quantity if units is None else min(left.quantity, Fraction(units))

    def _cost(self, left: Left, units: int | None) -> int:
        return half_up(left.remaining * self._at_most(left, units) / left.quantity)

    def _worth_together(self) -> int:
        return max(sum(self.amount_now(left) for left in self.lines if self._is_for(left.line, None)), 0)
