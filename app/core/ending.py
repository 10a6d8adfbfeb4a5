"""When something that ends by the store's clock is over: the first second in which a decision refuses it.

A countdown must reach nothing in that very second. What ends is written as local texts to the second, both inclusive,
and a decision compares texts; so this looks for the first second whose text is behind the last good one. Where clocks
are put back a text comes twice, and what has ended begins again for the rest of that hour, as decisions have it.
"""

from datetime import datetime, timedelta

from app.core.order import local_time, zone

SECOND_MS = 1000
ENDS_THE_DAY = "T23:59:59"


def over_at(ends_at: str, time_zone: str, *, after_ms: int) -> int:
    """Return the first moment (UTC ms, a whole second) behind `after_ms` from which `ends_at` is past.

    `ends_at` is the last second that is good, as `2026-01-31T23:59:59` in the time zone.
    """
    wanted = datetime.fromisoformat(ends_at) + timedelta(seconds=1)
    first, second = (
        int(wanted.replace(tzinfo=zone(time_zone), fold=fold).timestamp()) * SECOND_MS for fold in (0, 1)
    )
    if second < first:  # no clock shows that second: it was passed over when clocks went forward
        return _first_behind(ends_at, time_zone, second, first)
    return first if first > after_ms else second


def _first_behind(ends_at: str, time_zone: str, low_ms: int, high_ms: int) -> int:
    """Return the first second after `low_ms`, and up to `high_ms`, whose text is behind `ends_at`."""
    while high_ms - low_ms > SECOND_MS:
        middle_ms = (low_ms + high_ms) // (2 * SECOND_MS) * SECOND_MS
        if local_time(middle_ms, time_zone).isoformat()[: len(ends_at)] > ends_at:
            high_ms = middle_ms
        else:
            low_ms = middle_ms
    return high_ms
