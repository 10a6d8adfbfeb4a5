"""Bugs that can be planted into the product; each must be found by what is checked here."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from unittest.mock import patch

from app.core.overlay import POINTS_SPENT
from app.core.spending import Spending
from app.store.journal import Journal

Plant = Callable[[], AbstractContextManager[object]]


def counts_no_floor_limits() -> AbstractContextManager[object]:
    """A station gives by floor limits as often as anybody asks."""
    return patch.object(Spending, "_refused_by_floor", lambda *_: None)


def forgets_points_that_were_spent() -> AbstractContextManager[object]:
    """A station goes by HQ's balance alone, as if it had given nothing since."""
    really = Journal.effect_sum

    def forgetful(journal: Journal, kind: str, key: str, *, after_seq: int) -> int:
        return 0 if kind == POINTS_SPENT else really(journal, kind, key, after_seq=after_seq)

    return patch.object(Journal, "effect_sum", forgetful)


PLANTS: dict[str, Plant] = {
    plant.__name__: plant for plant in (counts_no_floor_limits, forgets_points_that_were_spent)
}


@contextmanager
def planted(name: str | None) -> Iterator[None]:
    """Have a bug in the product meanwhile; None plants nothing."""
    if name is None:
        yield
        return
    with PLANTS[name]():
        yield
