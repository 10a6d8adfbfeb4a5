"""Voids and returns as a station would record them, for tests of HQ."""

from app.core.entry import RETURN, VOID, read_entry
from app.core.paid_order import ReturnedUnits
from app.core.reversal import reversal_record, reverse, units_record
from app.ids import new_id
from tests.hq.station import PROGRAM, ZONE, Station

UNIT = 1000
MINUTE_MS = 60_000


def order_at(station: Station, order_id: str):
    """Return the entry of an order that the station has recorded."""
    entries = [read_entry(body) for body in station.bodies]
    return next(each for each in entries if each.type == "order" and each.data["order_id"] == order_id)


def undo(
    station: Station,
    order_id: str = "o1",
    *units: tuple[int, int],
    earlier: tuple[tuple[tuple[int, int], ...], ...] = (),
    program=PROGRAM,
    **changes,
) -> dict:
    """Append a void, or a return of (line, thousandths) after `earlier` ones; return its record."""
    order = order_at(station, order_id)
    given = tuple(ReturnedUnits(*each) for each in units)
    before = [tuple(ReturnedUnits(*each) for each in step) for step in earlier]
    made = reverse(order.data, program, before, given or None)
    record = {
        "reversal_id": new_id(),
        "order_id": order_id,
        "order_entry": order.entry_id,
        "store": station.store,
        "t_eff": order.data["t_eff"] + MINUTE_MS,
        "tz": ZONE,
        "link": "online",
        "cashier": order.data["cashier"],
        "reason": "goods_back" if given else "mistake",
        "program_version": order.data["program_version"],
        "program_hash": order.data["program_hash"],
        **({"units": units_record(given)} if given else {}),
        **reversal_record(order.data, made),
        **changes,
    }
    station.append(RETURN if given else VOID, record)
    return record
