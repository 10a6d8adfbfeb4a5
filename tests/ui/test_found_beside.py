"""Damage that is found beside the work stops the station for good, in the window and without one, and says so."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.clock import SetClock
from app.config import Config
from app.headless import run_headless
from app.station.redeem import hand_in
from app.store import checking
from app.store.faults import JournalBroken
from app.store.keystore import FileKeyStore, save_verified
from app.store.store import StationStore, read_card
from app.store.watch import Watch
from scanner.source import Scanned, Source
from tests.builders import NOW_MS, AMember, an_order, at_till
from tests.store.through_key import without_triggers
from tests.ui.bad_hq import head_office
from tests.ui.real_station import RealStation, enrolled_store
from ui.models.state import Screen


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AMember]:
    """A station whose first entry was changed after it had been verified. Its files count as large."""
    monkeypatch.setattr(checking, "LARGE_BYTES", 0)
    with head_office(None) as url:
        card, config = enrolled_store(tmp_path, hq_url=url), Config.embedded(tmp_path)
        keys_in = FileKeyStore(config.state_dir / "keys")
        store = StationStore(config.store_dir, key_store=keys_in, clock=SetClock(NOW_MS))
        for number in range(3):
            hand_in(store, an_order(f"A-{number}"), at_till())
        save_verified(
            keys_in, read_card(config.store_dir).name, store.journal.reached_at(store.journal.head())
        )
        store.close()
        with without_triggers(config.store_dir) as database:
            database.execute("UPDATE journal SET tq = 'strong' WHERE seq = 1")
        yield card


@pytest.fixture
def let_it_look(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Keep the watch from looking before this is called."""
    gate, go_through = threading.Event(), Watch._go_through

    def waits(watch: Watch) -> None:
        gate.wait(20)
        go_through(watch)

    monkeypatch.setattr(Watch, "_go_through", waits)
    return gate.set


def test_the_window_stops_and_says_why(
    qtbot: QtBot, tmp_path: Path, card: AMember, let_it_look: Callable[[], None]
) -> None:
    station = RealStation(qtbot, tmp_path)
    station.redeem(card.code)
    let_it_look()
    station.until_screen(Screen.STOPPED)
    station.until(lambda: station.has_shown(JournalBroken.sentence))
    station._application._scanned(Scanned(card.code, Source.WEDGE))
    station.until(lambda: station.state.screen is Screen.STOPPED)
    station.close()


def test_an_answer_stays_until_it_has_been_left(
    qtbot: QtBot, tmp_path: Path, card: AMember, let_it_look: Callable[[], None]
) -> None:
    station = RealStation(qtbot, tmp_path)
    station.until_screen(Screen.IDLE)
    station.open_visit(card.code)
    assert station.confirm().discount == 500
    let_it_look()
    station.until(lambda: station.running.thread.found is not None)
    station.until(lambda: not station.state.is_new)
    assert station.state.screen is Screen.ANSWER
    station.leave_answer()
    station.until_screen(Screen.STOPPED)
    station.close()


@pytest.mark.usefixtures("card")
def test_without_a_window_the_next_line_is_answered_by_what_was_found(
    tmp_path: Path, let_it_look: Callable[[], None]
) -> None:
    out = io.StringIO()

    def lines() -> Iterator[str]:
        for number in range(2_000):
            if number == 3:
                let_it_look()
            threading.Event().wait(0.005)
            yield json.dumps({"order": {"order_id": f"B-{number}", "total": 500}})

    assert run_headless(Config.embedded(tmp_path), clock=SetClock(NOW_MS), lines=lines(), out=out) == 1
    first, *answers, last = map(json.loads, out.getvalue().splitlines())
    assert (first["answer"], first["head"]) == ("ready", 3)
    told = [answer["answer"] for answer in answers]
    assert set(told) <= {"approved_queued", "not_recorded"} and told.count("not_recorded") <= 1
    assert told[:3] == ["approved_queued"] * 3
    assert (last["answer"], last["reason"], last["detail"][:7]) == ("stopped", "journal_broken", "entry 1")
