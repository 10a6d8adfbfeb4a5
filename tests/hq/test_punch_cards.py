"""What HQ makes of what entries count on punch cards, whatever stations say. Sums are worked out by hand."""

import pytest

from app.core.entry import ORDER, REDEEM
from app.core.program_format import read_program
from app.core.voucher import picked
from hq.authority.punches import punches_of
from hq.campaigns.service import publish_program
from hq.journal.desk import list_cases
from tests.hq.station import REF, enrol_station, program_body
from tests.hq.test_ingest import words
from tests.hq.undoing import undo

CUP = (("COFFEE", 300),)


def rule(rule_id: str, trigger: str, card: str) -> dict:
    effect = {"kind": "punch_card", "card": card}
    return {"id": rule_id, "name": rule_id, "trigger": trigger, "priority": 0, "effect": effect}


def campaign(*rules: dict) -> dict:
    days = {"starts_on": "2017-01-01", "ends_on": "2017-12-31"}
    return {"id": "c", "name": "c", "audience": None, "offline": "always", "rules": list(rules), **days}


BODY = program_body(
    2,
    campaigns=[campaign(rule("free", "automatic", "coffee"), rule("pick", "choice", "own"))],
    punch_cards=[
        {"id": "coffee", "name": "Tenth coffee", "every": 10, "products": "coffee"},
        {"id": "own", "name": "Third of anything", "every": 3},
    ],
)
PLAN = read_program(BODY)


@pytest.fixture
def hq(hq):
    publish_program(hq, BODY, is_meant=True)
    return hq


def counted(hq) -> dict[str, int]:
    with hq.database.reading() as connection:
        return punches_of(connection, [REF]).get(REF, {})


def claims(station, order_id: str, n: int) -> None:
    """Sell a cup by a card that is said to stand at `n`."""
    station.order(order_id, amounts=CUP, program=PLAN, known={"punches:coffee": n})


def test_a_counter_that_a_station_only_claims_shows_itself(hq, station, homes) -> None:
    claims(station, "o1", 8), claims(station, "o2", 9), claims(station, "o3", 9)
    assert words(station.push()) == [
        (1, "posted", []),
        (2, "posted_flagged", ["PUNCHED_EARLY"]),  # two were counted, and one of ten was free
        (3, "posted_flagged", ["PUNCHED_EARLY"]),
    ]
    assert counted(hq) == {"coffee": 1 - 9 - 9}
    said = {case.seq: case.detail.rpartition(": ")[2] for case in list_cases(hq)}
    assert said == {2: "it stands at -8 now", 3: "it stands at -17 now"}  # one after the other
    station.push()  # sent again
    assert counted(hq) == {"coffee": -17}
    undo(station, "o3", program=PLAN)
    assert words(station.push(4))[0][1] == "posted"
    assert counted(hq) == {"coffee": -8}


def test_what_a_redemption_counts_that_was_set_aside_is_neither_counted_nor_taken_back(
    hq, station, homes
) -> None:
    known, offer = {"punches:coffee": 0, "punches:own": 0}, (picked("pick"),)
    milk = (("COFFEE", 300), ("MILK", 100))
    first = station.order("o1", amounts=milk, program=PLAN, known=known, vouchers=offer)
    assert words(station.push())[1][1] == "posted"
    assert counted(hq) == {"coffee": 1, "own": 2}
    other = enrol_station(hq, "S2")
    records = other.order("o2", amounts=milk, program=PLAN, known=known, vouchers=offer)
    records[0]["presented"][0]["redemption_id"] = records[1]["redemption_id"] = first[1]["redemption_id"]
    other.bodies.clear()
    other.append(ORDER, records[0]), other.append(REDEEM, records[1])
    assert words(other.push())[1][1:] == ("quarantined", ["ENTRY_ID_TAKEN"])
    assert counted(hq) == {"coffee": 2, "own": 2}
    undo(other, "o2", program=PLAN)
    other.push(3)
    assert counted(hq) == {"coffee": 1, "own": 2}
    undo(station, "o1", program=PLAN)
    station.push(3)
    assert counted(hq) == {}
