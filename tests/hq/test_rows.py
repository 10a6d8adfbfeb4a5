"""Look-ups of many names at once, as the database does them."""

import pytest
from sqlalchemy import text

from hq.journal.store import ORDERS, TAKEN_ENTRIES, TAKEN_REDEMPTIONS
from hq.members.store import MEMBERS, SCOPES
from hq.vouchers.store import VOUCHERS
from tests.databases import on


@on("sqlite")
@pytest.mark.parametrize("statement", [TAKEN_ENTRIES, TAKEN_REDEMPTIONS, ORDERS, MEMBERS, SCOPES, VOUCHERS])
def test_many_names_are_looked_up_by_an_index(hq, statement):
    asked = str(statement.compile(dialect=hq.database.engine.dialect)).replace("?", "'[]'")
    with hq.database.reading() as connection:
        steps = [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
    assert not [step for step in steps if step.startswith("SCAN") and "json_each" not in step]
