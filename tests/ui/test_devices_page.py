"""The store's devices: this one without a line, the others with one and how old that is; a code for ten minutes."""

from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt

from app.core.approvals import Why
from app.core.entry import PAIRING
from app.station.devices import PairingWanted
from sync.devices_wire import PairingAnswer, StoreDevices
from sync.faults import HqUnreachable
from tests.builders import NOW_MS
from tests.ui.office import Office, open_office
from tests.ui.station_bench import Bench
from ui import texts_devices
from ui.gallery import states
from ui.gallery.devices import LATE, OWN, TEXT
from ui.models.manager.devices_view import AskAgain, Line, PairNew
from ui.models.state import Screen

Key = Qt.Key
STATES = states()


@dataclass
class HeadOffice:
    """Answers until it is cut off."""

    is_there: bool = True
    answer: PairingAnswer = field(
        default_factory=lambda: PairingAnswer(text=TEXT, expires_ms=NOW_MS + 600_000)
    )
    wanted: list[PairingWanted] = field(default_factory=list)

    def devices(self) -> StoreDevices:
        self._or_not()
        return StoreDevices(devices=[OWN, LATE], as_of_ms=NOW_MS - 4_000)

    def pairing(self, wanted: PairingWanted) -> PairingAnswer:
        self._or_not()
        self.wanted.append(wanted)
        return self.answer

    def _or_not(self) -> None:
        if not self.is_there:
            raise HqUnreachable


@pytest.fixture
def office(bench: Bench) -> Office:
    return open_office(bench)


def come(office: Office, **how) -> HeadOffice:
    hq = HeadOffice(**how)
    office.bench.model.store_devices = hq
    office.open("devices")
    office.until(lambda: office.view.line is not Line.ASKING)
    return hq


def said(office: Office) -> str:
    return texts_devices.line(office.view, NOW_MS)


def test_cut_off_it_shows_this_one_and_then_what_was_known_with_its_age(office: Office) -> None:
    hq = come(office, is_there=False)
    assert [each.device_id for each in office.view.rows] == [office.view.this.device_id]
    assert "does not answer" in said(office) and "Known" not in said(office)
    hq.is_there = True
    office.ask(AskAgain())
    office.until(lambda: office.view.line is Line.HEARD)
    assert [each.name for each in office.view.rows] == ["till-1", "till-2"] and "4 s ago" in said(office)
    hq.is_there = False
    office.bench.model.escape()
    office.open("devices")
    office.until(lambda: office.view.line is Line.OFFLINE)
    assert len(office.view.rows) == 2 and "Known" in said(office) and "does not answer" in said(office)


def test_a_code_for_a_new_one_is_a_managers_and_is_gone_when_the_page_is_left(office: Office) -> None:
    hq = come(office)
    office.bench.model.enter()
    office.approve(Why.NEW_DEVICE)
    office.until(lambda: office.view.pairing is not None)
    assert (office.view.pairing.text, [each.approver for each in hq.wanted]) == (TEXT, [office.mia])
    assert office.store(lambda store: [e.type for e in store.journal.entries()].count(PAIRING)) == 1
    assert texts_devices.left(office.view.pairing.until_ms, NOW_MS).endswith("10:00")
    office.open("today")
    office.open("devices")
    assert office.view.pairing is None
    office.ask(PairNew())
    office.approve(Why.NEW_DEVICE)
    office.until(lambda: office.view.pairing is not None)
    office.bench.model.escape()
    assert office.state.screen is Screen.MANAGER and office.view.pairing is None


def test_without_a_line_there_is_no_code(office: Office) -> None:
    come(office, is_there=False)
    office.ask(PairNew())
    office.approve(Why.NEW_DEVICE)
    office.until(lambda: "needs a connection" in office.state.notice)
    assert not office.view.is_busy


def test_keys_of_the_page(shown) -> None:
    shown.show(STATES["devices"])
    (asked, entered) = shown.press(Key.Key_F6, Key.Key_Return)
    assert isinstance(asked[1], AskAgain) and entered == ("enter",)
    shown.show(STATES["devices-code-over"])
    assert shown.window.pages[Screen.MANAGER].page.code.qr.isHidden(), "nobody scans a code that is over"
