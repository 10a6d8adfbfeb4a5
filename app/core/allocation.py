"""Exact allocation of an amount over lines: by largest remainder, ties to the earlier line, sums exact.

No line gives more than it has: a line whose exact share exceeds that gives all it has, the rest is shared anew over
the others by the same weights until none exceeds, and only then are cents rounded.
"""

from collections.abc import Sequence


def allocate(amount: int, *, weights: Sequence[int], limits: Sequence[int]) -> list[int]:
    """Share `amount` (minor units, ≥ 0) over lines by `weights`, line i giving at most `limits[i]`.

    Weights and limits are ≥ 0 and of one length. Returns one share a line. Their sum is `amount`, or the sum of
    the limits of the lines with a weight when that is less.
    """
    shares = [0] * len(weights)
    open_lines = [line for line, weight in enumerate(weights) if weight > 0 and limits[line] > 0]
    rest = amount
    while True:
        total = sum(weights[line] for line in open_lines)
        full = [line for line in open_lines if rest * weights[line] >= limits[line] * total]
        if not full:
            break
        for line in full:
            shares[line] = limits[line]
            rest -= limits[line]
        open_lines = [line for line in open_lines if shares[line] == 0]
        if not open_lines or rest <= 0:
            return shares
    if open_lines:
        _share_by_largest_remainder(rest, weights, open_lines, shares)
    return shares


def _share_by_largest_remainder(
    amount: int, weights: Sequence[int], lines: list[int], shares: list[int]
) -> None:
    """Put shares of `amount` for these lines into `shares`: floors first, then a cent each by largest remainder."""
    total = sum(weights[line] for line in lines)
    remainders = []
    left = amount
    for line in lines:
        share, remainder = divmod(amount * weights[line], total)
        shares[line] = share
        left -= share
        remainders.append((-remainder, line))
    for _, line in sorted(remainders)[:left]:
        shares[line] += 1
