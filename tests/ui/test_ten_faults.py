"""Whatever goes wrong, nothing on the screen is for programmers, and the cashier can go on or reads why not."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlcipher3 import dbapi2

from app.config import Config
from scanner.source import Scanned, Source
from sync.enrolment import PREFIX
from sync.line import Line
from tests.sync.scripted import SHORT
from tests.ui.bad_hq import HQ_FAULTS, head_office
from tests.ui.real_station import RealStation, enrolled_store, unfit
from ui.models.state import AnswerWord, PillKind, Screen
from ui.texts import title_and_hint

DETAIL = "KeyError at /var/lib/tillside/journal.db: [Errno 111] http://10.1.2.3:8470 timeout, status 500"


@pytest.fixture
def nobody() -> Iterator[str]:
    with head_office(None) as url:
        yield url


@contextmanager
def _station(qtbot: QtBot, folder: Path, **options: Any) -> Iterator[RealStation]:
    """Open a station; whatever was on its screen is read at the end."""
    station = RealStation(qtbot, folder, **options)
    try:
        yield station
        station.until(lambda: True)
        secrets = (str(folder), "127.0.0.1", "10.1.2.3", "Guest network", station.hq_port)
        assert len(station.seen) > 3, "there was something to read"
        assert {text: found for text in station.seen if (found := unfit(text, *secrets))} == {}
    finally:
        station.close()


def test_what_is_not_for_a_cashier_is_found():
    """The control of this file: each kind of slip is seen, and ordinary sentences are not."""
    for text in (
        DETAIL,
        "HqUnreachable",
        "journal.db",
        "disk_full",
        "Status 503",
        "at 10.0.0.1",
        "see /tmp/x",
        "None",
    ):
        assert unfit(text), text
    for text in (
        "Offline 12 s, 2 waiting",
        "$5.00 off from $30.00",
        "12:05",
        "Sync now (F9)",
        "The disk is full.",
    ):
        assert unfit(text) == [], text


@pytest.mark.parametrize("name", HQ_FAULTS)
def test_the_job_goes_on_whatever_head_office_does(
    name: str, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    act, problem = HQ_FAULTS[name]
    monkeypatch.setattr("sync.line.Line", partial(Line, limits=SHORT))
    with head_office(act) as url:
        card = enrolled_store(tmp_path, hq_url=url)
        with _station(qtbot, tmp_path) as station:
            station.until(lambda: station.state.pill.kind is PillKind.OFFLINE)
            assert station.running.worker.state.problem == problem
            first = station.redeem(card.code)
            assert (first.word, first.discount) == (AnswerWord.QUEUED, 500)
            station.until(lambda: station.state.pill.waiting == 1)
            station.press(Qt.Key.Key_F9)  # shows what waits, and syncs
            station.until_screen(Screen.QUEUE)
            station.press(Qt.Key.Key_Escape)
            # Whoever acknowledges what was never sent is told of by more than being away.
            kind = PillKind.ATTENTION if name == "wrongly signed" else PillKind.OFFLINE
            station.until(lambda: station.state.pill.kind is kind)
            assert station.redeem(card.code).discount == 500
            assert station.screens >= {Screen.IDLE, Screen.MEMBER, Screen.ANSWER}


def test_a_full_disk_says_so_and_the_same_order_goes_through_once_there_is_room(
    qtbot: QtBot, tmp_path: Path, nobody: str, monkeypatch: pytest.MonkeyPatch
):
    card = enrolled_store(tmp_path, hq_url=nobody)
    with _station(qtbot, tmp_path) as station:
        station.until_screen(Screen.IDLE)
        station.open_visit(card.code)
        with monkeypatch.context() as patch:
            patch.setattr("app.store.db.failpoint", _refuse_commit)
            refused = station.confirm()
        assert refused.word is AnswerWord.NOT_POSSIBLE
        assert "disk of this station is full" in refused.sentence
        assert all(station.has_shown(part) for part in title_and_hint(refused.sentence))
        _try_again(station)
        assert station.running.thread.call(lambda store: store.waiting_count()) == 2


def _refuse_commit(point: str) -> None:
    """Let a real database of one page fill up where the commit would stand: its complaint is the true one."""
    if point == "before_commit":
        from app.store.db import faults_mapped

        with faults_mapped():
            small = dbapi2.connect(":memory:")
            small.execute("PRAGMA max_page_count = 2")
            small.execute("CREATE TABLE t (x)")
            small.execute("INSERT INTO t VALUES (zeroblob(100000))")


def _try_again(station: RealStation) -> None:
    """Leave the refusal, and hand the same order in again."""
    station.leave_answer()
    station.until_screen(Screen.MEMBER)
    station.until(lambda: any(offer.is_picked for offer in station.state.offers))
    again = station.confirm()
    assert (again.word, again.discount, again.is_repeat) == (AnswerWord.QUEUED, 500, False)


@pytest.mark.loud("a bug is planted")
def test_a_bug_while_redeeming_is_one_plain_sentence_and_can_be_tried_again(
    qtbot: QtBot, tmp_path: Path, nobody: str, monkeypatch: pytest.MonkeyPatch
):
    card = enrolled_store(tmp_path, hq_url=nobody)
    with _station(qtbot, tmp_path) as station:
        station.until_screen(Screen.IDLE)
        station.open_visit(card.code)
        with monkeypatch.context() as patch:
            patch.setattr("ui.models.quoting.hand_in", _bug)
            refused = station.confirm()
        assert refused.word is AnswerWord.NOT_POSSIBLE
        assert station.has_shown("Nothing was recorded; try again.")
        _try_again(station)


@pytest.mark.loud("a bug is planted")
@pytest.mark.parametrize(
    "place", ["ui.models.scanning.identify", "ui.models.quotes.quote_visit", "ui.models.around.read_overview"]
)
def test_a_bug_anywhere_else_is_a_plain_notice(
    place: str, qtbot: QtBot, tmp_path: Path, nobody: str, monkeypatch: pytest.MonkeyPatch
):
    card = enrolled_store(tmp_path, hq_url=nobody)
    with _station(qtbot, tmp_path) as station:
        station.until_screen(Screen.IDLE)
        with monkeypatch.context() as patch:
            patch.setattr(place, _bug)
            if place.endswith("read_overview"):
                station.running.worker.wake()  # the figures are read anew after each sync
            else:
                station._application._scanned(Scanned(card.code, Source.WEDGE))
            station.until(lambda: station.state.notice != "")
            assert station.has_shown(station.state.notice)
        station.press(Qt.Key.Key_Escape)
        assert station.redeem(card.code).discount == 500


def _bug(*_: Any, **__: Any) -> None:
    raise KeyError(DETAIL)


@pytest.mark.parametrize("place", ["journal.db", "key file"])
def test_a_damaged_store_stops_and_says_what_to_do(place: str, qtbot: QtBot, tmp_path: Path, nobody: str):
    enrolled_store(tmp_path, hq_url=nobody)
    config = Config.embedded(tmp_path)
    if place == "journal.db":
        path = config.store_dir / place
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        for path in (config.state_dir / "keys").iterdir():
            path.unlink()
    with _station(qtbot, tmp_path) as station:
        station.until_screen(Screen.STOPPED)
        assert "call support" in station.state.stopped_sentence
        assert station.has_shown(station.state.stopped_sentence)


def test_without_its_camera_the_station_says_how_else_to_scan(qtbot: QtBot, tmp_path: Path, nobody: str):
    card = enrolled_store(tmp_path, hq_url=nobody)
    with _station(qtbot, tmp_path, camera=str(tmp_path / "gone.mp4")) as station:
        station.until(lambda: station.state.camera == "missing")
        assert station.has_shown("There is no camera")
        assert station.redeem(card.code).discount == 500


def test_without_a_program_the_station_says_that_it_is_not_ready(qtbot: QtBot, tmp_path: Path, nobody: str):
    card = enrolled_store(tmp_path, hq_url=nobody, has_program=False)
    with _station(qtbot, tmp_path) as station:
        station.until(lambda: station.state.pill.kind is PillKind.OFFLINE)
        station._application._scanned(Scanned(card.code, Source.WEDGE))
        station.until(lambda: station.has_shown("not ready yet"))
        assert station.state.screen is Screen.PREPARING


def _pairing_text(url: str) -> str:
    packed = json.dumps({"v": 1, "url": url, "token": "T" * 20, "fp": "0" * 64}).encode()
    return PREFIX + urlsafe_b64encode(packed).decode()


def test_a_members_card_on_the_pairing_page_is_called_one(qtbot: QtBot, tmp_path: Path):
    with _station(qtbot, tmp_path) as station:
        station.until_screen(Screen.WELCOME)
        station._application._scanned(Scanned("L2:6BF", Source.WEDGE))
        station.until(lambda: station.has_shown("This is a member's card."))
        assert not station.state.is_busy


@pytest.mark.parametrize("is_real_code", [True, False])
def test_pairing_that_fails_says_why_and_asks_again(
    is_real_code: bool, qtbot: QtBot, tmp_path: Path, nobody: str
):
    text = _pairing_text(nobody) if is_real_code else "TS:P:nonsense"
    with _station(qtbot, tmp_path) as station:
        station.until_screen(Screen.WELCOME)
        station._application._scanned(Scanned(text, Source.WEDGE))
        if is_real_code:
            station.until_screen(Screen.NAMING)
            station.press(Qt.Key.Key_Return)
        station.until(lambda: station.state.notice != "")
        assert station.has_shown("Head office can't be reached from here.") == is_real_code
        assert station.state.screen is Screen.PAIRING
