"""Cards of what head office tells of campaigns: which, in which language, whose are new, and when they go."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.clock import SetClock
from app.config import Config
from app.core.briefing import BriefingCard
from app.core.stops import Stop, write_stops
from app.headless import HeadlessStation
from app.station.briefings import briefing_cards, note_read
from app.station.opening import open_store
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from app.store.thread import StoreThread
from tests.builders import DAY_MS, NOW_MS, a_campaign, a_program, a_store, put_program
from tests.ui.real_station import enrolled_store

TEXTS = {"en": "Say it.", "ko": "말하세요."}
IN_S2 = {"fact": "order.store", "op": "is", "value": "s-2"}
HERE = {"fact": "order.store", "op": "one_of", "value": ["s-1", "s-3"]}
BIG = {"fact": "order.total", "op": "at_least", "value": 900}


def told(name: str = "c", condition: Any = None, **more: Any) -> dict[str, Any]:
    """Return a campaign that says something, with one rule."""
    rule = a_campaign()["rules"][0] | {"id": f"{name}-1"} | ({"condition": condition} if condition else {})
    return a_campaign(id=name, rules=[rule]) | {"briefing": TEXTS} | more


@pytest.fixture
def shop(tmp_path: Path):
    def open_shop(*campaigns: dict[str, Any], clock: SetClock | None = None, **program: Any) -> StationStore:
        body = a_program(campaigns=list(campaigns), **program)
        made = a_store(
            tmp_path / f"s{len(opened)}",
            keys_in=MemoryKeyStore(),
            clock=clock or SetClock(NOW_MS),
            program=body,
        )
        opened.append(made)
        return made

    opened: list[StationStore] = []
    yield open_shop
    for each in opened:
        each.close()


def names(store: StationStore, staff: str = "") -> list[str]:
    return [card.campaign for card in briefing_cards(store, language="en", staff=staff)]


def test_a_card_says_title_dates_and_the_text_in_the_language_that_there_is(shop):
    store = shop(
        told(name="Coffee"), told("x", ends_on="9999-12-31", briefing={"tr": "Söyle.", "ru": "Скажи."})
    )
    x, c = briefing_cards(store, language="ko")
    assert c == BriefingCard(
        "Coffee", "Coffee in January", "2026-01-01T00:00:00", "2026-01-31T23:59:59", "ko", "말하세요.", is_new=True
    )  # fmt: skip
    assert (x.language, x.text, x.ends_at) == ("ru", "Скажи.", "")
    assert [each.language for each in briefing_cards(store, language="tr")] == ["tr", "en"]


@pytest.mark.parametrize(
    ("campaign", "is_told"),
    [
        (told(), True),
        (told(briefing=None), False),
        (told(starts_on="2026-01-12"), True),  # within days: it's the fifth
        (told(starts_on="2026-01-12T12:00:01"), False),
        (told(starts_on="2025-01-01", ends_on="2026-01-05T12:00:00"), True),  # its last second
        (told(starts_on="2025-01-01", ends_on="2026-01-05T11:59:59"), False),
        (told(condition=IN_S2), False),
        (told(condition=HERE), True),
        (told(condition={"all": [BIG, IN_S2]}), False),
        (told(condition={"any": [BIG, IN_S2]}), True),
        (told(condition={"any": [IN_S2, IN_S2]}), False),
        (told(condition={"all": [BIG, {"not": HERE}]}), False),
        (told(condition={"not": {"all": [BIG, IN_S2]}}), True),
        (told(rules=[told(condition=IN_S2)["rules"][0], told("d")["rules"][0]]), True),
    ],
)
def test_only_what_runs_in_this_store_or_soon_will_is_told(shop, campaign: dict[str, Any], is_told: bool):
    assert names(shop(campaign)) == ["c"] * is_told


@pytest.mark.parametrize(
    ("program", "is_told"),
    [
        ({"life": {"stage": "paused"}}, False),
        ({"life": {"stage": "pilot", "pilot_stores": ["s-2"]}}, False),
        ({"life": {"stage": "pilot", "pilot_stores": ["s-1"]}}, True),
        ({"expires_ms": NOW_MS}, False),
    ],
)
def test_a_program_that_gives_nothing_here_tells_nothing(shop, program: dict[str, Any], is_told: bool):
    assert bool(names(shop(told(), **program))) is is_told


def test_what_runs_comes_first_the_newest_before_the_rest(shop):
    dates = {"old": "2025-01-01", "new": "2026-01-02", "next": "2026-01-07", "later": "2026-01-09"}
    store = shop(*(told(name, starts_on=day) for name, day in dates.items()))
    assert names(store) == ["new", "old", "next", "later"]
    assert [card.is_running for card in briefing_cards(store, language="en")] == [True, True, False, False]


@pytest.mark.parametrize("what", ["campaign:c", "rule:c-1", "program", "campaign:other"])
def test_what_head_office_has_stopped_is_told_no_more(shop, what: str):
    store = shop(told())
    with store.atomic():
        store.stops.keep(write_stops(1, [Stop(what, NOW_MS)]), 1)
    assert names(store) == (["c"] if what == "campaign:other" else [])


def test_a_card_is_new_to_each_person_until_they_have_read_it_and_again_when_it_changes(shop):
    store = shop(told("a"), told("b"))

    def new(staff: str) -> list[str]:
        return [card.campaign for card in briefing_cards(store, language="en", staff=staff) if card.is_new]

    def read(staff: str, campaign: str, **other: str) -> None:
        cards = briefing_cards(store, language="en")
        note_read(store, [replace(card, **other) for card in cards if card.campaign == campaign], staff=staff)

    assert new("ada") == new("") == ["b", "a"]
    read("ada", "a")
    assert (new("ada"), new("ben"), new("")) == (["b"], ["b", "a"], ["b", "a"])
    put_program(store, a_program(version=2, campaigns=[told("a", briefing=TEXTS | {"ko": "새"})]), version=2)
    assert new("ada") == ["a"]
    read("ada", "a", text="Say that.")
    assert new("ada") == ["a"], "it says something else by now"
    read("ada", "a")
    read("ben", "a")
    put_program(store, a_program(version=3, campaigns=[told("b")]), version=3)
    read("ben", "b")
    assert store.journal.briefings_seen.of("ada") == {}, "of a campaign that is gone nothing is kept"
    assert new("ben") == [] and list(store.journal.briefings_seen.of("ben")) == ["b"]


def test_the_station_without_a_window_says_them_too(tmp_path: Path):
    enrolled_store(tmp_path, hq_url="http://127.0.0.1:1", program=a_program(campaigns=[told()]))
    config, clock = Config.embedded(tmp_path), SetClock(NOW_MS + DAY_MS)
    thread = StoreThread(lambda: open_store(config, clock=clock))
    station = HeadlessStation(thread, config=config, clock=clock)
    try:
        found = station.answer('{"briefings": {"language": "ko"}}')
        assert found["answer"] == "briefings"
        (card,) = found["briefings"]
        assert (card["campaign"], card["text"], card["is_new"]) == ("c", "말하세요.", True)
        (card,) = station.answer('{"briefings": {"read": ["c"]}}')["briefings"]
        assert (card["text"], card["is_new"]) == ("Say it.", False)
        assert "means nothing here" in station.answer('{"briefings": {"lang": "ko"}}')["sentence"]
    finally:
        station.close()
