"""Tiers by the API: drafted, tried on all members, published; the dry run says what the run does."""

import pytest
from sqlalchemy import func, select

from hq.benefits.keeping import follow
from hq.benefits.tables import tier_move
from hq.jobs.service import work
from hq.members.service import MemberFacts, upsert_members
from hq.touched import BENEFITS
from hq.touched import follow as follow_touched
from tests.hq.asking_api import api_of
from tests.hq.station import REF

OTHER = "0000000000002"
LADDER = [
    {"id": "base", "name": "Base", "access": "base"},
    {
        "id": "gold",
        "name": "Gold",
        "access": "earned",
        "measure": "spend",
        "at_least": 1_000,
        "window": "year",
        "downgrade": "one_step",
    },
]


@pytest.fixture
def api(hq):
    with api_of(hq) as asking:
        yield asking


@pytest.fixture
def spenders(hq, station):
    """Two members: one who spent 7.50 and one who spent 15.00."""
    upsert_members(hq, [MemberFacts(REF, "Ann", home_store="S1"), MemberFacts(OTHER, "Bob", home_store="S1")])
    station.order("o1")
    station.order("o2", ref=OTHER)
    station.order("o3", ref=OTHER)
    station.push()
    return hq


def test_a_dry_run_says_what_the_run_does(spenders, api) -> None:
    """The count of a dry run equals that of the run."""
    assert api.put("/v1/tiers", {"tiers": LADDER}).json()["has_changes"] is True
    job = api.post("/v1/tiers/dry-run")
    assert job.status_code == 201, job.text
    place = f"/v1/tiers/dry-run/{job.json()['job_id']}"
    assert api.get(place).json()["moves"] == []
    work(spenders)
    found = api.get(place).json()
    assert (found["job"]["state"], found["looked_at"], found["would_move"]) == ("done", 2, 2)
    assert found["moves"] == [
        {"was": "", "becomes": "base", "members": 1},
        {"was": "", "becomes": "gold", "members": 1},
    ]
    assert {"member": OTHER, "was": "", "becomes": "gold"} in found["movers"]
    assert api.post("/v1/tiers/publish").status_code == 200
    assert follow_touched(spenders, BENEFITS, follow) == 2
    with spenders.database.reading() as connection:
        moved = connection.execute(
            select(tier_move.c.was, tier_move.c.became, func.count()).group_by(
                tier_move.c.was, tier_move.c.became
            )
        ).all()
    assert sorted(map(tuple, moved)) == [("", "base", 1), ("", "gold", 1)]


def test_tiers_that_contradict_themselves_are_drafted_and_not_published(api) -> None:
    wrong = [LADDER[1], LADDER[0]]
    assert api.put("/v1/tiers", {"tiers": wrong}).status_code == 200
    assert "the first tier is the base" in api.get("/v1/tiers/check").json()["problem"]
    assert api.post("/v1/tiers/publish").status_code == 409
    assert api.post("/v1/tiers/dry-run").status_code == 409


def test_somebody_else_s_draft_is_not_written_over(api) -> None:
    tag = api.get("/v1/tiers").headers["ETag"]
    assert api.put("/v1/tiers", {"tiers": LADDER}, If_Match=tag).status_code == 200
    assert api.put("/v1/tiers", {"tiers": LADDER[:1]}, If_Match=tag).status_code == 412
    assert api.put("/v1/tiers", {"tiers": []}).json()["has_changes"] is False
