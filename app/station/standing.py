"""How this station stands right now, and what its decisions must therefore refuse."""

from app.core.standing import SPENDING, TIMED, Standing
from app.store.store import StationStore

__all__ = ["Standing", "standing", "stops"]


def standing(store: StationStore) -> Standing:
    """Return the gravest of what is kept, what the clock says and how old the rules are."""
    found = [store.standing]
    if store.time.is_doubtful():
        found.append(Standing.TIME_DOUBTFUL)
    program = store.replica.program()
    if program is not None and store.now_ms() >= program.expires_ms:
        found.append(Standing.RULES_EXPIRED)
    return max(found, key=list(Standing).index)


def stops(store: StationStore) -> frozenset[str]:
    """Return what decisions must refuse, as words of `Facts.stopped`."""
    found = [SPENDING] if store.standing.forbids_spending else []
    if store.time.is_doubtful():
        found.append(TIMED)
    return frozenset(found)
