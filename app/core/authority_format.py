"""Reading how far a program trusts its stations: floor limits by what a code proves, and caps."""

from app.core.authority import FLOORS, HOUR_MS, AuthorityPolicy, FloorLimit
from app.core.document import Place
from app.core.money import Currency
from app.core.order import AMOUNT_MAX

TIMES_MAX, STALE_HOURS_MAX, SPENDS_MAX = 1_000, 24 * 30, 100_000
WORTH_MAX = 1_000_000_000  # thousandths of a minor unit
LEVELS = ("A1", "A2", "A3", "A4")  # a typed number (A0) proves nothing and is given nothing


def read_authority_policy(root: Place, currency: Currency) -> AuthorityPolicy:
    """Return what a program says, and the ordinary for what it leaves out. Raises `DocumentInvalid`."""
    ordinary = AuthorityPolicy()
    floors = {level: _in(currency, floor) for level, floor in FLOORS.items()}
    value_max = _hundredths(currency, ordinary.value_max)
    if not root.has("authority"):
        return AuthorityPolicy(floors, value_max=value_max)
    place = root.inner("authority").only(
        "floors", "spends_max", "value_max", "point_worth_milli", "stale_hours", "warn_hours"
    )
    if place.has("floors"):
        floors |= _read_floors(place.inner("floors"))
    return AuthorityPolicy(
        floors=floors,
        spends_max=_number(place, "spends_max", SPENDS_MAX, ordinary.spends_max),
        value_max=_number(place, "value_max", AMOUNT_MAX, value_max),
        point_worth_milli=_number(place, "point_worth_milli", WORTH_MAX, ordinary.point_worth_milli),
        stale_ms=_number(place, "stale_hours", STALE_HOURS_MAX, ordinary.stale_ms // HOUR_MS) * HOUR_MS,
        warn_ms=_number(place, "warn_hours", STALE_HOURS_MAX, ordinary.warn_ms // HOUR_MS) * HOUR_MS,
    )


def _read_floors(place: Place) -> dict[str, FloorLimit]:
    found = {}
    for level in place.only(*LEVELS).value:
        inner = place.inner(level).only("value", "times", "stale_hours")
        found[level] = FloorLimit(
            value=inner.number("value", least=0, most=AMOUNT_MAX),
            times=inner.number("times", least=0, most=TIMES_MAX),
            stale_ms=inner.number("stale_hours", least=0, most=STALE_HOURS_MAX) * HOUR_MS,
        )
    return found


def _number(place: Place, key: str, most: int, ordinary: int) -> int:
    return place.number(key, least=0, most=most) if place.has(key) else ordinary


def _in(currency: Currency, floor: FloorLimit) -> FloorLimit:
    return FloorLimit(_hundredths(currency, floor.value), floor.times, floor.stale_ms)


def _hundredths(currency: Currency, value: int) -> int:
    """Return hundredths of a currency's unit in its minor units."""
    return int(value * 10**currency.digits // 100)
