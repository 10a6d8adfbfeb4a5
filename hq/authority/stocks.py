"""How many of a reward there are to give."""

from functools import partial

from sqlalchemy import Connection

from app.core.limits import stock_key
from app.core.order import AMOUNT_MAX
from hq.authority import counters
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.faults import NotPossible
from hq.feed import COUNTED, EVERYWHERE, Change, announce
from hq.home import Hq


def set_left(hq: Hq, rule_id: str, left: int) -> None:
    """Say how many of a reward are left to give now, those on lease included. Raises `NotPossible`."""
    if not 0 <= left <= AMOUNT_MAX:
        raise NotPossible("There can't be so many.")
    hq.database.write(partial(_set_left, hq, rule_id=rule_id, left=left))


def _set_left(hq: Hq, connection: Connection, *, rule_id: str, left: int) -> None:
    program = program_of(hq, connection, newest_version(connection, "program"))
    pair = None if program is None else program.pair(rule_id)
    if pair is None or not pair.rule.has_stock:
        raise NotPossible(f"The newest program has no rule {rule_id} whose stock is counted (`has_stock`).")
    key = stock_key(rule_id)
    given = counters.hold(connection, [key])[key]
    counters.set_stock(connection, rule_id, given + left)
    announce(connection, [Change(EVERYWHERE, COUNTED, key)])
