"""The past that `bench hq` writes by SQL is of the rows that HQ itself writes when stations send the same."""

import pytest
from sqlalchemy import func, select, text

from app.core.codes import hash_number
from app.core.member import Member
from bench._hq_world import Past, fill
from hq.reports.tables import figure_due
from hq.tables import journal, member, member_scope, order_fact, posting, redemption_fact
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.databases import on
from tests.hq.leasing import publish
from tests.hq.station import NOW_MS, REF, enrol_station, program_body, voucher

# Of the series: a redemption, one that cost points, and one that was refused.
REDEEMED, PAID, REFUSED = 1, 5, 10
OWN = {
    "device",
    "epoch",
    "seq",
    "order_id",
    "redemption_id",
    "store",
    "member",
    "t_eff",
    "at_till",
    "campaign",
    "rule",
}


def told(hq, order_id: str) -> dict[str, object]:
    """Return all that was written of an order, without what says which order it is."""
    with hq.database.reading() as connection:
        (order,) = connection.execute(select(order_fact).where(order_fact.c.order_id == order_id)).mappings()
        (redeemed,) = connection.execute(
            select(redemption_fact).where(redemption_fact.c.order_id == order_id)
        ).mappings()
        entries = [
            connection.execute(
                select(journal).where(journal.c.device == fact["device"], journal.c.seq == fact["seq"])
            ).mappings().one()
            for fact in (order, redeemed)
        ]  # fmt: skip
        rows = [
            connection.execute(
                select(posting).where(posting.c.entry_id == entry["entry_id"]).order_by(posting.c.n)
            ).all()
            for entry in entries
        ]
        due = connection.execute(
            select(func.count()).select_from(figure_due).where(
                figure_due.c.store == order["store"], figure_due.c.hour == order["t_eff"] // 3_600_000)
        ).scalar_one()  # fmt: skip
        visit = connection.execute(
            select(member_scope.c.last_visit_ms).where(
                member_scope.c.member == order["member"], member_scope.c.store == order["store"]
            )
        ).scalar_one()
    alike = ("device", "epoch", "store", "member", "t_eff")
    assert [order[name] for name in alike] == [redeemed[name] for name in alike]
    assert (redeemed["seq"], redeemed["at_till"]) == (order["seq"] + 1, order["device"])
    accounts = {f"member:{order['member']}": "member", f"campaign:{redeemed['campaign']}": "campaign"}
    return {
        "is_last_visit": visit >= order["t_eff"],
        "order": {name: value for name, value in order.items() if name not in OWN},
        "redemption": {name: value for name, value in redeemed.items() if name not in OWN},
        "entries": [(entry["type"], entry["verdict"], entry["flags"], entry["case_id"]) for entry in entries],
        "postings": [[(row.n, accounts.get(row.account, row.account), row.unit, row.amount)
                      for row in each] for each in rows],
        "is_due": due > 0,
    }  # fmt: skip


@on("postgresql")
@pytest.mark.parametrize("n", [REDEEMED, PAID, REFUSED])
def test_the_past_is_what_stations_would_have_sent(hq, n):
    fill(hq, Past(redemptions=20, members=10, until_ms=NOW_MS, currency="USD"))
    made = told(hq, f"O-{n}")
    amount, off = made["order"]["gross"], made["redemption"]["discount"]
    effect = {"kind": "amount_off", "target": "order", "amount": off or 1}
    rule = {"id": "r", "name": "r", "trigger": "voucher", "priority": 0, "effect": effect}
    if cost := made["redemption"]["points"]:
        rule["cost_points"] = cost
    campaign = {"id": "c", "name": "c", "starts_on": "2017-01-01", "ends_on": "2017-12-31", "audience": None,
                "offline": "always", "rules": [rule]}  # fmt: skip
    program = publish(hq, program_body(2, campaigns=[campaign]))
    station = enrol_station(hq, "S1")
    code = hash_number(create_vouchers(hq, [NewVoucher("r")])[0])
    uses = 1 if n == REFUSED else 0
    lines = (("MILK", 1), ("MILK", 1), ("MILK", 1), ("MILK", amount - 3))
    station.order("here", amounts=lines, program=program, link=made["order"]["link"],
                  member=Member(ref=REF, is_known=True, balance=1_000),
                  vouchers=(voucher(code, rule="r", uses_max=uses, uses=uses),))  # fmt: skip
    station.push()
    assert told(hq, "here") == made


@on("postgresql")
def test_the_past_is_in_balance(hq):
    fill(hq, Past(redemptions=40, members=10, until_ms=NOW_MS, currency="USD"))
    sums = select(posting.c.account, func.sum(posting.c.amount)).group_by(posting.c.account)
    with hq.database.reading() as connection:
        held = {row[0]: row[1] for row in connection.execute(sums) if row[0].startswith("member:")}
        assert held == {f"member:{row.ref}": row.balance for row in connection.execute(
            select(member.c.ref, member.c.balance).where(member.c.balance != 0))}  # fmt: skip
        by_entry = (
            "SELECT count(*) FROM (SELECT 1 FROM posting GROUP BY entry_id, unit HAVING sum(amount) <> 0) bad"
        )
        assert connection.execute(text(by_entry)).scalar_one() == 0
