"""Rewards by the API: drafted as campaigns of one rule, published, counted."""

import orjson
import pytest

from app.core.canonical import canonical
from hq.access.actor import SYSTEM
from hq.authority.counters import count, hold
from hq.campaigns.service import publish_program
from hq.rewards.service import find_reward, set_stock
from tests.hq.asking_api import api_of
from tests.hq.station import VOUCHER_RULE, program_body

GIFT = {"kind": "gift", "sku": "MUG"}


@pytest.fixture
def api(hq):
    with api_of(hq) as asking:
        yield asking


def reward(api, **changes):
    asked = {
        "name": "Mug",
        "cost_points": 200,
        "effect": GIFT,
        "starts_on": "2017-11-01",
        "ends_on": "2017-12-10",
        "has_stock": True,
    }
    return api.post("/v1/rewards", {**asked, **changes})


def test_a_reward_is_a_campaign_of_one_rule_that_members_choose(api) -> None:
    made = reward(api).json()
    assert (made["rule_id"], made["campaign_id"], made["state"], made["left"]) == (
        "mug-1",
        "mug",
        "draft",
        None,
    )
    assert api.get("/v1/campaigns/mug").json()["body"]["rules"][0]["trigger"] == "choice"
    changed = api.patch("/v1/rewards/mug-1", {"cost_points": 300}, If_Match='"1"').json()
    assert (changed["cost_points"], changed["version"]) == (300, 2)
    assert api.patch("/v1/rewards/mug-1", {"cost_points": 400}, If_Match='"1"').status_code == 412


def test_the_stock_of_a_published_reward_is_said_and_counted(api) -> None:
    assert reward(api).status_code == 201
    assert api.put("/v1/rewards/mug-1/stock", {"left": 12}).status_code == 409  # no station knows it yet
    order = {"store": "S1", "at": "2017-11-10T10:00", "lines": [{"sku": "COFFEE", "unit_price": "5.00"}]}
    tried = {
        "member": {"points": 500},
        "order": order,
        "presented": ["mug-1"],
        "expected": {"gifts": {"MUG": 1}, "points_spent": 200},
    }
    assert api.post("/v1/campaigns/mug/scenarios", {"name": "mug", "body": tried}).status_code == 201
    published = api.post("/v1/campaigns/mug/publish")
    assert published.status_code == 200, published.text
    found = api.put("/v1/rewards/mug-1/stock", {"left": 12, "note": "counted"}).json()
    assert (found["left"], found["given"], found["is_published"]) == (12, 0, True)
    rows = api.get("/v1/audit?about=reward:mug-1").json()["items"]
    assert [(row["action"], row["after"]) for row in rows] == [("reward.stock_set", '{"left":12}')]


def test_what_was_given_is_not_among_those_that_are_left(hq) -> None:
    whole = orjson.loads(program_body(2))
    whole["campaigns"][0]["rules"][0] |= {"cost_points": 5, "has_stock": True}
    publish_program(hq, canonical(whole))
    with hq.database.atomic() as connection:
        hold(connection, [f"stock:{VOUCHER_RULE}"])
        count(connection, {f"stock:{VOUCHER_RULE}": 3})  # as entries that were posted do
    set_stock(hq, SYSTEM, VOUCHER_RULE, 10)
    found = find_reward(hq, VOUCHER_RULE)
    assert (found.left, found.given) == (10, 3)
    with hq.database.atomic() as connection:
        count(connection, {f"stock:{VOUCHER_RULE}": 1})
    assert find_reward(hq, VOUCHER_RULE).left == 9


def test_rewards_are_listed_by_pages(api) -> None:
    for name in ("Cup", "Mug", "Pin"):
        reward(api, name=name)
    first = api.get("/v1/rewards?limit=2").json()
    rest = api.get(f"/v1/rewards?limit=2&cursor={first['next']}").json()
    assert [each["rule_id"] for each in first["items"] + rest["items"]] == ["cup-1", "mug-1", "pin-1"]
    assert rest["next"] is None
    assert api.get("/v1/rewards?state=live").json()["items"] == []
