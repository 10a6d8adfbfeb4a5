"""Rewards by the API: drafted as campaigns of one rule, published, counted."""

import pytest

from tests.hq.asking_api import api_of

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


def test_rewards_are_listed_by_pages(api) -> None:
    for name in ("Cup", "Mug", "Pin"):
        reward(api, name=name)
    first = api.get("/v1/rewards?limit=2").json()
    rest = api.get(f"/v1/rewards?limit=2&cursor={first['next']}").json()
    assert [each["rule_id"] for each in first["items"] + rest["items"]] == ["cup-1", "mug-1", "pin-1"]
    assert rest["next"] is None
    assert api.get("/v1/rewards?state=live").json()["items"] == []
