"""Where the last cent of a shared amount goes when some lines can give no more."""

import pytest

from app.core.allocation import allocate
from app.core.policy import Remainder

LARGEST, FIRST, LAST = Remainder.LARGEST, Remainder.FIRST, Remainder.LAST


@pytest.mark.parametrize("remainder", Remainder)
@pytest.mark.parametrize(
    ("amount", "weights", "limits", "shares"),
    [
        (3, [4, 1, 1], [1, 9, 9], [1, 1, 1]),  # the first line gives all it has; two cents are left
        (3, [1, 1, 1], [1, 1, 1], [1, 1, 1]),
        (4, [1, 1, 1], [1, 1, 1], [1, 1, 1]),
        (0, [1, 1], [5, 5], [0, 0]),
        (5, [0, 1], [5, 4], [0, 4]),
        (5, [1, 1], [0, 9], [0, 5]),
        (5, [0, 0], [5, 5], [0, 0]),
        (5, [], [], []),
    ],
)
def test_lines_that_can_give_no_more_pass_the_rest_on(amount, weights, limits, shares, remainder) -> None:
    assert allocate(amount, weights=weights, limits=limits, remainder=remainder) == shares


@pytest.mark.parametrize(
    ("remainder", "shares"), [(LARGEST, [1, 1, 0]), (FIRST, [1, 1, 0]), (LAST, [1, 0, 1])]
)
def test_a_single_cent_that_is_left_is_shared_too(remainder, shares) -> None:
    """Of two cents the first line can give only one."""
    assert allocate(2, weights=[4, 1, 1], limits=[1, 9, 9], remainder=remainder) == shares


@pytest.mark.parametrize(
    ("remainder", "shares"), [(LARGEST, [1, 3, 3]), (FIRST, [2, 3, 2]), (LAST, [1, 3, 3])]
)
def test_cents_left_over_go_to_the_largest_remainder_the_first_or_the_last(remainder, shares) -> None:
    """Seven in proportion of 3, 5 and 5: exact shares 1.62, 2.69 and 2.69, of which 1, 2 and 2 are sure."""
    assert allocate(7, weights=[3, 5, 5], limits=[9, 9, 9], remainder=remainder) == shares


@pytest.mark.parametrize(
    ("remainder", "shares"), [(LARGEST, [2, 1, 1]), (FIRST, [2, 1, 1]), (LAST, [2, 0, 2])]
)
def test_a_line_whose_share_is_just_what_it_has_gets_no_cent_more(remainder, shares) -> None:
    """Four in proportion of 3, 1 and 2: the first line's share is 2.00, and it has no more."""
    assert allocate(4, weights=[3, 1, 2], limits=[2, 9, 9], remainder=remainder) == shares
