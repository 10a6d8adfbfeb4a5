"""A card that head office has stopped: whoever stands at the till hears of it, before the order and with it."""

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.clock import SetClock
from app.config import Config
from app.core.reasons import Reason
from app.core.stops import Stop, write_stops
from app.headless import HeadlessStation
from app.store.store import StationStore
from app.store.thread import StoreThread
from tests.builders import NOW_MS, a_member, a_store
from tests.ui.station_bench import Bench, open_member
from ui.models.state import AnswerWord, Screen
from ui.station.member_card import MemberColumn

SAID = "Head office has stopped this member's card. No points are earned or spent with it."


def stop(store: StationStore, what: str) -> None:
    with store.atomic():
        store.stops.keep(write_stops(1, [Stop(what, NOW_MS)]), 1)


def test_the_window_says_it_with_the_scan_and_with_the_answer(bench: Bench, qtbot: QtBot) -> None:
    bench.thread.call(lambda store: stop(store, f"member:{bench.card.ref}"))
    open_member(bench)
    assert bench.model.state.member.stopped.reason is Reason.MEMBER_STOPPED
    column = MemberColumn()
    qtbot.addWidget(column)
    column.draw(bench.model.state)
    assert column._stop._words.text() == SAID and not column._note.text()
    bench.model.type_amount("20.00")
    bench.quoted(2000)
    bench.model.enter()
    bench.until(Screen.ANSWER)
    answer = bench.model.state.answer
    assert (answer.word, answer.points, answer.sentence) == (AnswerWord.QUEUED, 0, SAID)


@pytest.mark.parametrize(("what", "reason"), [("member:", "member_stopped"), ("program", "program_not_live")])
def test_a_till_reads_it_in_both_answers(tmp_path: Path, what: str, reason: str) -> None:
    clock, found = SetClock(NOW_MS), {}

    def open_store() -> StationStore:
        store = a_store(tmp_path / "store", clock=clock)
        found["card"] = a_member(store)
        stop(store, what + found["card"].ref if what.endswith(":") else what)
        return store

    station = HeadlessStation(StoreThread(open_store), config=Config.embedded(tmp_path), clock=clock)
    order = {"order_id": "o1", "lines": [{"sku": "coffee", "qty": 1, "amount": 500}]}
    try:
        member = station.answer(found["card"].number)
        ordered = station.answer(json.dumps({"order": order}))
        other = station.answer(json.dumps({"order": order | {"order_id": "o2"}}))
    finally:
        station.close()
    assert (member["answer"], member["reason"]) == ("member", reason)
    assert (ordered["answer"], ordered["points"], ordered["reason"]) == ("approved_queued", 0, reason)
    assert other.get("reason") == (None if what.endswith(":") else reason), "nobody's order"
