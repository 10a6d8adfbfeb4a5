"""HQ's own clock, held against those of its stations."""

from hq.stores.devices import DeviceState, Listed, median_skew_ms
from tests.hq.station import NOW_MS

HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def listed(*skews_ms: int, state: str = DeviceState.ACTIVE) -> list[Listed]:
    known = dict.fromkeys(Listed.__dataclass_fields__, 0) | {"state": state, "last_seen_ms": NOW_MS}
    return [Listed(**known | {"clock_skew_ms": skew_ms}) for skew_ms in skews_ms]


def test_many_clocks_that_agree_against_hqs_are_told() -> None:
    assert median_skew_ms(listed(-HOUR_MS, -HOUR_MS + 500, 40 * DAY_MS)) == -HOUR_MS + 500
    assert median_skew_ms(listed(0, 200, -80 * DAY_MS)) == 0
    assert median_skew_ms(listed(-HOUR_MS, -HOUR_MS)) is None
    assert median_skew_ms(listed(1, 2, 3, state=DeviceState.REVOKED)) is None
