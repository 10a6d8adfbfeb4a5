"""What a station knows of what a member did before: what head office told of them, and what was done here since.

Head office tells sums by day, so the midnights at which something leaves a window pass without it. Of a member whom it
hasn't told of, nothing is known and the engine refuses; one who has just joined here did what was done here. A clock
that is in doubt can't say what is in a window.
"""

from collections.abc import Collection
from datetime import date

from app.core.history import DAYS_SINCE_ORDER, ORDERS, Asked, read_key
from app.core.overlay import ENROLLED, HISTORY, history
from app.store.replica_rows import MEMBER
from app.store.store import StationStore

Sums = dict[date, int]  # by day, or by the first day of a period


def past_of(store: StationStore, ref: str, keys: Collection[str], *, today: date) -> dict[str, int]:
    """Return those of some counters of a member that are known here, as of today."""
    told = store.replica.rights.history_of_member(ref)
    has_joined = told is None and has_just_joined(store, ref)
    if told is None and not has_joined:
        return {}
    own, is_doubtful = _own(store, ref), store.time.is_doubtful()
    found = {}
    for asked in map(read_key, keys):
        said = [] if has_joined else (told or {}).get(asked.key)
        if said is None or (is_doubtful and _needs_clock(asked)):
            continue
        sums = {date.fromordinal(day): n for day, n in said}
        for day, n in own.get(_name(asked), {}).items():
            begin = asked.begin(day)
            sums[begin] = sums.get(begin, 0) + n
        known = asked.found(sums, today)
        if known is not None:
            found[asked.key] = known
    return found


def has_just_joined(store: StationStore, ref: str) -> bool:
    """Tell whether a member joined at this station and head office hasn't told of them yet."""
    is_told_of = store.replica.member(ref) is not None
    return not is_told_of and store.journal.effect_sum(ENROLLED, ref, after_seq=0) > 0


def _own(store: StationStore, ref: str) -> dict[str, Sums]:
    """Return what entries of ours did that head office's row of the member hasn't got, by figure and local day."""
    after_seq = store.replica.included_seq(MEMBER, ref)
    found: dict[str, Sums] = {}
    for name in store.replica.aliases.refs_of(ref):
        prefix = history(name)
        for said, n in store.journal.effects_under(HISTORY, prefix, after_seq=after_seq):
            on, _, figure = said.removeprefix(prefix).partition("|")
            sums, day = found.setdefault(figure, {}), date.fromisoformat(on)
            sums[day] = sums.get(day, 0) + n
    return found


def _name(asked: Asked) -> str:
    """Return how entries name what a counter sums up."""
    figure = ORDERS if asked.figure == DAYS_SINCE_ORDER else asked.figure
    return f"{figure}:{asked.about}" if asked.about else figure


def _needs_clock(asked: Asked) -> bool:
    window = asked.window
    return bool(window.days or window.period or asked.figure == DAYS_SINCE_ORDER)
