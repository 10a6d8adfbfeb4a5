"""What head office tells of campaigns, in the window: whose are new, what the keys do, and what goes while it is up."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.core.stops import Stop, write_stops
from app.station.staff import SignedIn
from tests.builders import NOW_MS, a_campaign, a_program, put_program
from tests.ui.station_bench import Bench
from ui import i18n
from ui.gallery import states
from ui.models.briefings import Briefings, Look
from ui.models.help import Help, ToBriefings
from ui.models.state import Screen, State
from ui.station.briefings import BriefingsPage
from ui.texts_briefings import when, with_new

Key = Qt.Key
STATES = states()


def told(name: str, **briefing: str) -> dict:
    rule = a_campaign()["rules"][0] | {"id": f"{name}-1"}
    return a_campaign(id=name, name=name.title(), rules=[rule], briefing=briefing)


def publish(bench: Bench, version: int, *campaigns: dict) -> None:
    body = a_program(version=version, campaigns=list(campaigns))
    bench.thread.call(lambda store: put_program(store, body, version=version))
    bench.model.refresh()


@pytest.fixture
def station(bench: Bench) -> Bench:
    bench.model.add_flows(Briefings, Help)
    publish(bench, 2, told("a", en="A.", ko="가."), told("b", en="B."), told("c", en="C."))
    bench.qtbot.waitUntil(lambda: len(bench.model.state.briefings) == 3)
    return bench


def new(bench: Bench) -> list[str]:
    return [card.campaign for card in bench.model.state.briefings if card.is_new]


def sign_in(bench: Bench, name: str) -> None:
    bench.model.take_over(SignedIn(name, name.title(), "cashier"))
    bench.settled()


def test_what_was_shown_counts_as_read_by_who_is_at_the_till(station: Bench) -> None:
    sign_in(station, "ada")
    assert new(station) == ["c", "b", "a"]
    station.model.open(Screen.BRIEFINGS)
    station.model.ask(Look("b"))
    assert new(station) == ["c", "b", "a"], "until the page is left"
    station.model.enter()
    assert station.model.state.screen is Screen.IDLE
    station.qtbot.waitUntil(lambda: new(station) == ["a"])
    sign_in(station, "ben")
    assert new(station) == ["c", "b", "a"]
    sign_in(station, "ada")
    assert new(station) == ["a"]
    publish(station, 3, told("a", en="A."), told("b", en="Another."))
    station.qtbot.waitUntil(lambda: new(station) == ["b", "a"])


def test_what_is_written_anew_behind_who_reads_stays_new(station: Bench) -> None:
    station.model.open(Screen.BRIEFINGS)
    station.model.ask(Look("b"))
    publish(station, 3, told("a", en="A."), told("b", en="B."), told("c", en="Other."))
    station.qtbot.waitUntil(lambda: station.model.state.briefings[0].text == "Other.")
    station.model.enter()
    station.qtbot.waitUntil(lambda: new(station) == ["c", "a"])


def test_who_signs_in_over_the_page_has_read_it(station: Bench) -> None:
    station.model.open(Screen.BRIEFINGS)
    sign_in(station, "ada")
    station.model.enter()
    station.qtbot.waitUntil(lambda: new(station) == ["b", "a"])


def test_an_order_waits_behind_the_page_and_help_leads_to_it(station: Bench) -> None:
    station.model.scan(station.card.code)
    station.until(Screen.MEMBER)
    station.model.open(Screen.HELP)
    station.model.ask(ToBriefings())
    assert station.model.state.screen is Screen.BRIEFINGS
    station.model.escape()
    assert station.model.state.screen is Screen.MEMBER
    assert station.model.state.member is not None


def test_what_is_stopped_goes_while_it_is_read(station: Bench) -> None:
    station.model.open(Screen.BRIEFINGS)
    station.model.ask(Look("b"))

    def stop(store) -> None:
        with store.atomic():
            store.stops.keep(write_stops(1, [Stop("campaign:b", NOW_MS)]), 1)

    station.thread.call(stop)
    station.model.refresh()
    station.qtbot.waitUntil(lambda: [card.campaign for card in station.model.state.briefings] == ["c", "a"])
    station.model.enter()
    station.qtbot.waitUntil(lambda: new(station) == ["a"])  # in the place of b stood c


def test_another_language_is_another_text(station: Bench) -> None:
    try:
        station.model.use_language("ko")
        station.qtbot.waitUntil(lambda: station.model.state.briefings[-1].text == "가.")
        assert [card.language for card in station.model.state.briefings] == ["en", "en", "ko"]
    finally:
        i18n.use("en")


# --- the window ------------------------------------------------------------------------------------------------------


def page_of(shown, state: State) -> BriefingsPage:
    shown.show(state)
    page = shown.window.pages[Screen.BRIEFINGS]
    assert isinstance(page, BriefingsPage)
    return page


def test_f7_leads_there_from_the_first_page_and_from_help_alone(shown) -> None:
    for name, asked in (("idle-briefings", True), ("help", True), ("member", False), ("briefings", False)):
        shown.show(STATES[name])
        assert shown.press(Key.Key_F7) == [("open", Screen.BRIEFINGS)] * asked, name
    shown.show(STATES["idle-briefings"])
    button = shown.window.idle.briefings
    assert button.accessibleName() == "What is on: 2 new (F7)"
    button.click()
    assert shown.model.asked == [("open", Screen.BRIEFINGS)]
    shown.show(replace(STATES["idle-briefings"], briefings=()))
    assert button.isHidden()
    shown.show(STATES["help"])
    shown.model.asked.clear()
    shown.window.pages[Screen.HELP]._briefings.click()
    assert isinstance(shown.model.asked[0][1], ToBriefings)


def test_arrows_choose_a_card_and_enter_goes_back(shown) -> None:
    page = page_of(shown, STATES["briefings-new"])
    assert QApplication.focusWidget() is page.cards
    assert shown.press(Key.Key_Down) == [("ask", Look("coffee"))]
    assert shown.press(Key.Key_Return, Key.Key_Escape) == [("enter",), ("escape",)]
    spoken = [page.cards.model().index(place, 0).data() for place in range(3)]
    assert spoken[0] == "New: Earl Grey, no end. Bergamot!"
    assert spoken[1].startswith("Coffee in the morning, until 2017-12-31. Every coffee is")
    shown.show(STATES["briefings"])  # the first one was left for the second
    assert page.cards.row().campaign == "coffee"
    assert page.cards.model().index(0, 0).data() == "Earl Grey, no end. Bergamot!"
    assert shown.model.asked == [], "what is drawn asks for nothing"


def test_a_long_text_is_turned_by_its_keys_and_begins_at_its_top(shown) -> None:
    page = page_of(shown, STATES["briefings-long"])
    shown.window.resize(700, 420)
    shown.show(STATES["briefings-long"])
    bar = page.card.text.verticalScrollBar()
    assert bar.maximum() > 0
    assert shown.press(Key.Key_PageDown) == []
    assert bar.value() > 0 and page.cards.row().campaign == "3"
    shown.press(Key.Key_PageUp)
    assert bar.value() == 0
    shown.press(Key.Key_PageDown)
    shown.show(STATES["briefings"])
    assert bar.value() == 0


def test_without_any_it_says_so_and_enter_goes_back_too(shown) -> None:
    page = page_of(shown, STATES["briefings-none"])
    said = page.card._words.whole
    assert (said, page.card._title.whole) == ("Head office has nothing to tell now.", "What is on")
    assert page.cards.isHidden() or not page.cards.isVisible()
    assert shown.press(Key.Key_Return) == [("enter",)]


def test_dates_are_whole_days_unless_an_hour_is_said() -> None:
    tea, coffee, late = STATES["briefings"].briefings
    assert [when(card) for card in (tea, coffee, late)] == [
        "From 2017-11-01 on",
        "2017-11-01 to 2017-12-31",
        "2017-11-24 09:30 to 2017-12-31",
    ]
    assert when(replace(coffee, ends_at="2017-12-31T18:00:00")) == "2017-11-01 to 2017-12-31 18:00"
    assert (with_new(0), with_new(3)) == ("What is on", "What is on: 3 new")
