"""Reed and Solomon's codewords over GF(256) as QR codes use them, corrected with errors and erasures.

A word known to be unsure costs one check word, a wrong one that isn't known two. Berlekamp and Massey's algorithm begun
with the erasures' locator, then Forney's values (Blahut, Algebraic Codes for Data Transmission, 7.4). Polynomials have
their lowest power first, but for the words themselves, whose first belongs to the highest power.
"""

from collections.abc import Sequence
from typing import Final

from qrcode.base import gexp, glog

SPARE: Final = 2
"""Check words that nothing may use up: with them a chance hit is one in tens of thousands."""
ORDER: Final = 255

Polynomial = list[int]


def corrected(words: Sequence[int], checks: int, erased: Sequence[int]) -> list[int] | None:
    """Return the words corrected, None if there are more errors than can be; `erased` are places in `words`."""
    syndromes = _syndromes(words, checks)
    if not any(syndromes):
        return list(words)
    powers = [len(words) - 1 - place for place in erased]
    locator = _locator(syndromes, powers)
    errors = len(locator) - 1 - len(powers)
    if errors < 0 or 2 * errors + len(powers) > checks - SPARE:
        return None
    wrong = [power for power in range(len(words)) if _value(locator, _power(-power)) == 0]
    if len(wrong) != len(locator) - 1:
        return None
    fixed = _with_values(words, syndromes, locator, wrong)
    return fixed if fixed is not None and not any(_syndromes(fixed, checks)) else None


def _syndromes(words: Sequence[int], checks: int) -> Polynomial:
    return [_value(list(reversed(words)), _power(check)) for check in range(checks)]


def _locator(syndromes: Polynomial, powers: Sequence[int]) -> Polynomial:
    """Return the polynomial whose roots tell where words are wrong, given where some are unsure."""
    locator = [1]
    for power in powers:
        locator = _added(locator, [0, *(_product(_power(power), each) for each in locator)])
    previous, length, known = list(locator), len(powers), len(powers)
    for step in range(known, len(syndromes)):
        delta = 0
        for place, factor in enumerate(locator[: step + 1]):
            delta ^= _product(factor, syndromes[step - place])
        previous = [0, *previous]
        if delta:
            longer = _added(locator, [_product(delta, each) for each in previous])
            if 2 * length <= step + known:
                inverse = _power(-int(glog(delta)))
                previous = [_product(inverse, each) for each in locator]
                length = step + 1 + known - length
            locator = longer
    while locator[-1] == 0:
        locator.pop()
    return locator


def _with_values(
    words: Sequence[int], syndromes: Polynomial, locator: Polynomial, wrong: Sequence[int]
) -> list[int] | None:
    """Put right the words at these powers, None if the locator is none."""
    evaluator = [0] * len(syndromes)
    for place, syndrome in enumerate(syndromes):
        for shift, factor in enumerate(locator[: len(syndromes) - place]):
            evaluator[place + shift] ^= _product(syndrome, factor)
    derivative = [factor if place % 2 else 0 for place, factor in enumerate(locator)][1:]
    fixed = list(words)
    for power in wrong:
        slope = _value(derivative, _power(-power))
        if slope == 0:
            return None
        value = _product(_value(evaluator, _power(-power)), _power(power - int(glog(slope))))
        fixed[len(words) - 1 - power] ^= value
    return fixed


def _power(exponent: int) -> int:
    return int(gexp(exponent % ORDER))


def _product(one: int, other: int) -> int:
    return 0 if one == 0 or other == 0 else _power(int(glog(one)) + int(glog(other)))


def _value(polynomial: Polynomial, at: int) -> int:
    value = 0
    for factor in reversed(polynomial):
        value = _product(value, at) ^ factor
    return value


def _added(one: Polynomial, other: Polynomial) -> Polynomial:
    length = max(len(one), len(other))
    pairs = zip(one + [0] * (length - len(one)), other + [0] * (length - len(other)), strict=True)
    return [first ^ second for first, second in pairs]
