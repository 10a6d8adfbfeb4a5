"""S16: what head office tells of a campaign is at its stations with the next pull, in each language, cut off too."""

from app.station.briefings import briefing_cards
from tests.builders import DAY_MS
from tests.hq.asking_api import api_of
from tests.sync.test_campaigns_by_api import CAMPAIGN, TRIED
from tests.sync.test_stops import later

TEXTS = {"en": "Say it before they pay.", "ko": "계산 전에 말하세요."}
AS_IT_IS = TRIED | {"expected": {"offers": {"coffee-1": "1.00"}}}


def texts(store, language: str = "ko") -> list[str]:
    return [card.text for card in briefing_cards(store, language=language)]


def test_s16_a_briefing_reaches_cashiers_stays_while_cut_off_and_goes_with_a_pause(web_world) -> None:
    here, there = web_world.shop().synced(), web_world.shop("s-2").synced()
    with api_of(web_world.hq) as api:
        changed = api.patch(CAMPAIGN, {"briefing": TEXTS}).json()
        assert (changed["briefing"], changed["body"]["briefing"], changed["has_changes"]) == (
            TEXTS,
            TEXTS,
            True,
        )
        assert texts(here.synced().store) == [], "a draft reaches no station"
        assert api.post(f"{CAMPAIGN}/scenarios", {"name": "as it is", "body": AS_IT_IS}).status_code == 201
        assert api.post(f"{CAMPAIGN}/publish").status_code == 200
        assert texts(here.synced().store) == ["계산 전에 말하세요."]
        assert texts(here.store, "tr") == ["Say it before they pay."]
        assert texts(there.store) == [], "who has not pulled has not heard"
        later(web_world)
        assert api.post(f"{CAMPAIGN}/pause", {"note": "sold out"}).status_code == 200
        later(web_world)
        assert texts(here.store) == ["계산 전에 말하세요."], "nor has a station that is cut off"
        assert texts(here.synced().store) == []
        assert api.post(f"{CAMPAIGN}/resume").status_code == 200
        later(web_world)
        assert texts(here.synced().store) == ["계산 전에 말하세요."]
        assert texts(web_world.shop().synced().store) == ["계산 전에 말하세요."], (
            "who comes new has it at once"
        )
        assert api.patch(CAMPAIGN, {"briefing": {}}).json()["has_changes"]
        assert api.post(f"{CAMPAIGN}/publish").status_code == 200
    web_world.clock.set_ms(web_world.clock.now_ms() + 27 * DAY_MS)
    assert texts(here.store) == [], "cut off, it ends by its day"
    web_world.clock.set_ms(web_world.clock.now_ms() - 27 * DAY_MS)
    assert texts(here.synced().store) == [], "and with what takes it out"
