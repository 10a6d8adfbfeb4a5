"""What of an order's total is no goods: what members spend is what their goods were sold for."""

from collections.abc import Iterator
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

AT_ONCE = 1_000
PLACE = ("device", "epoch", "seq")
AFTER = " AND (o.device, o.epoch, o.seq) > (:device, :epoch, :seq)"
ORDERS = (
    "SELECT o.device, o.epoch, o.seq, j.body FROM order_fact o JOIN journal j"
    " ON j.device = o.device AND j.epoch = o.epoch AND j.seq = o.seq WHERE {holds}{after}"
    " ORDER BY o.device, o.epoch, o.seq LIMIT :most"
)
HOLDS = {
    "sqlite": "(instr(j.body, :delivery) > 0 OR instr(j.body, :card) > 0)",
    "postgresql": "(position(:delivery in j.body) > 0 OR position(:card in j.body) > 0)",
}
SAID = {"delivery": b'"kind":"delivery"', "card": b'"kind":"card"'}
SET = "UPDATE order_fact SET beside = :beside WHERE device = :device AND epoch = :epoch AND seq = :seq"


def upgrade() -> None:
    """Add the column, and say of the orders there are what it is, as it was priced."""
    op.add_column("order_fact", sa.Column("beside", sa.BigInteger(), server_default="0", nullable=False))
    connection = op.get_bind()
    for rows in _orders(connection):
        found = [dict(zip(PLACE, row[:3], strict=True), beside=_beside(bytes(row.body))) for row in rows]
        connection.execute(sa.text(SET), found)


def _orders(connection: sa.Connection) -> Iterator[list[Any]]:
    """Yield those that may have some, so many at once."""
    holds, last = HOLDS[connection.dialect.name], None
    while True:
        statement = sa.text(ORDERS.format(holds=holds, after="" if last is None else AFTER))
        statement = statement.bindparams(*(sa.bindparam(name, type_=sa.LargeBinary) for name in SAID))
        told = SAID | {"most": AT_ONCE} | ({} if last is None else dict(zip(PLACE, last, strict=True)))
        rows = list(connection.execute(statement, told))
        if not rows:
            return
        yield rows
        last = tuple(rows[-1])[:3]


def _beside(body: bytes) -> int:
    lines = orjson.loads(body)["data"]["lines"]
    return sum(line["amount"] for line in lines if line.get("kind", "goods") != "goods")
