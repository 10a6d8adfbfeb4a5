"""Exact allocation of an amount over lines: by largest remainder, ties to the earlier line, sums exact.

No line gives more than it has: a line whose exact share exceeds that gives all it has, the rest is shared anew over
the others by the same weights until none exceeds, and only then are cents rounded.
"""

from collections.abc import Sequence

from app.core.policy import Remainder


def allocate(
    amount: int,
    *,
    weights: Sequence[int],
    limits: Sequence[int],
    remainder: Remainder = Remainder.LARGEST,
) -> list[int]:
    """Share `amount` (minor units, ≥ 0) over lines by `weights`, line i giving at most `limits[i]`.

    Weights and limits are ≥ 0 and of one length. `remainder` says who gets the cents left over. Returns one share a
    line. Their sum is `amount`, or the sum of the limits of the lines with a weight when that is less.
    """
    shares = [0] * len(weights)
    open_lines = [line for line, weight in enumerate(weights) if weight > 0 and limits[line] > 0]
    rest = amount
    while True:
        total = sum([weights[line] for line in open_lines])
        full = [line for line in open_lines if rest * weights[line] >= limits[line] * total]
        if not full:
            break
        for line in full:
            shares[line] = limits[line]
            rest -= limits[line]
        open_lines = [line for line in open_lines if shares[line] == 0]
        if not open_lines:
            return shares
    if open_lines:
        _share_out(rest, weights, open_lines, shares, remainder)
    return shares


def _share_out(
    amount: int, weights: Sequence[int], lines: list[int], shares: list[int], remainder: Remainder
) -> None:
    """Put shares of `amount` for these lines into `shares`: rounded down first, then a cent each to some.

    Each of these lines can give a cent more than its share rounded down, since its exact share is below its limit.
    """
    total = sum([weights[line] for line in lines])
    remainders = []
    left = amount
    for line in lines:
        share, rest = divmod(amount * weights[line], total)
        shares[line] = share
        left -= share
        remainders.append((-rest, line))
    if left:
        for line in _luckiest(remainders, remainder)[:left]:
            shares[line] += 1


def _luckiest(remainders: list[tuple[int, int]], remainder: Remainder) -> list[int]:
    """Return the lines in the order in which they get the cents left over; each by its negative remainder."""
    if remainder is Remainder.LARGEST:
        remainders.sort()
    lines = [line for _, line in remainders]
    return lines[::-1] if remainder is Remainder.LAST else lines
