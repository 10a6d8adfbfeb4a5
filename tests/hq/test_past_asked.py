"""Rules about what members did before, which stations refuse."""

from hq.campaigns.drafting import create_campaign
from hq.campaigns.publishing import check_campaign
from tests.hq.campaigns_of import ADA, spring


def test_who_publishes_is_told_which_rules_stations_refuse_since_they_ask_the_past(hq) -> None:
    rule = spring()["rules"][0]
    inner = {"not": {"fact": "history.spend", "days": 30, "op": "at_least", "value": 1}}
    asks = {**rule, "id": "past", "name": "Who was away", "condition": {"all": [inner]}}
    made = create_campaign(hq, ADA, name="Spring", body=spring(rules=[rule, asks]))
    found = check_campaign(hq, ADA, made.campaign_id)
    assert (found.problem, found.asks_the_past) == ("", ("Who was away",))
