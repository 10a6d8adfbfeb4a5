"""What a station asks of HQ about a day of its store: what it came to at each of the store's stations."""

from typing import Annotated, Protocol

from msgspec import Meta

from app.core.canonical import INTEGER_MAX
from sync.protocol import Count, DeviceId, Wire

STATIONS_MAX = 100
Amount = Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]


class StationDay(Wire, frozen=True, kw_only=True):
    """A day of one station, summed over the entries that HQ holds of it.

    HQ has its entries up to `until_seq`; `behind` more waited there when its last push came, at `seen_ms`.
    """

    device_id: DeviceId
    name: str  # of the machine, as it says
    orders: Count
    redemptions: Count
    value_given: Amount
    new_members: Count
    overridden: Count  # what needed a manager's approval
    until_seq: Count
    seen_ms: Count
    behind: Count
    is_whole: bool  # false: entries are left out, being too many for one answer, or set aside


class StoreDay(Wire, frozen=True, kw_only=True):
    """A day of the asking one's store at a moment of HQ's, a row a station, the asking one among them."""

    day: str
    stations: Annotated[list[StationDay], Meta(max_length=STATIONS_MAX)]
    as_of_ms: Count
    is_whole: bool  # false: the store has more stations than are told


class DayProtocol(Protocol):
    """What a station asks of HQ about a day of its store. Implemented as `HqProtocol` is."""

    def store_day(self, day: str) -> StoreDay:
        """Tell what a local day (`2017-11-21`) came to at each station of this one's store."""
        ...
