"""Training behind the window: everything works, and nothing of it is in the real journal, queue or head office."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.config import Config
from app.core.entry import MODE_CHANGE, ORDER, REDEEM, REFUSE
from app.core.reasons import Reason
from app.station.training import CASHIER, CASHIER_PIN, ENDED, GOOD, MEMBERS, SPENT
from app.store.faults import DiskFull
from app.store.store import StationStore
from app.window_training import SHEET, Means, WindowTraining, training_folder
from tests.builders import an_order
from tests.ui.station_bench import Bench
from ui.models.known_flows import FLOWS
from ui.models.pin_pad import Choose, GivePin
from ui.models.receipts import Printing
from ui.models.signing_in import Train
from ui.models.state import Screen
from ui.models.till_part import Word


@dataclass
class Station:
    bench: Bench
    training: WindowTraining
    config: Config
    shown: list = field(default_factory=list)

    @property
    def model(self):
        """What the window draws."""
        return self.shown[-1]

    def begin(self) -> None:
        self.bench.model.open(Screen.SIGN_IN)
        self.bench.model.ask(Train())
        self.bench.qtbot.waitUntil(lambda: self.model.state.screen is Screen.IDLE)

    def until(self, condition) -> None:
        self.bench.qtbot.waitUntil(lambda: condition(self.model.state))

    def redeem(self, code: str, amount: str) -> None:
        """Scan a member and something more, type an amount, and confirm."""
        self.model.scan(MEMBERS[0].code)
        self.until(lambda state: state.screen is Screen.MEMBER)
        self.model.type_amount(amount)
        self.model.scan(code)
        self.until(lambda state: any(row.is_voucher for row in state.offers))
        self.bench.qtbot.waitUntil(lambda: not self.model.state.is_new)
        self.model.enter()
        self.until(lambda state: state.screen is Screen.ANSWER)

    def entries(self) -> list[tuple[str, dict]]:
        found = self.bench.thread.call(lambda store: list(store.journal.entries()))
        return [(entry.type, entry.data) for entry in found]


def at_once(work, then, failed) -> None:
    try:
        result = work()
    except Exception as problem:  # outermost: of what stands in for a thread
        failed(problem)
    else:
        then(result)


@pytest.fixture
def station(bench: Bench, tmp_path: Path) -> Station:
    shown: list = []
    config = Config.embedded(tmp_path / "embedded")
    config.store_dir.parent.mkdir(parents=True)

    def show(model) -> None:
        shown.append(model)
        model.changed.connect(model.painted)

    means = Means(bench.thread, bench.model, at_once, show, Printing, lambda data: None)
    training = WindowTraining(config, bench.clock, means)
    bench.model.training = training
    bench.model.add_flows(*FLOWS)
    yield Station(bench, training, config, shown)
    training.close()


def test_nothing_of_a_training_is_in_the_real_journal_or_queue(station: Station) -> None:
    before = station.bench.head()
    station.begin()
    assert station.model.state.shop.is_training and station.model is not station.bench.model
    station.redeem(GOOD, "40")
    assert station.model.state.answer.discount > 0
    practised = station.training._practice.thread.call(
        lambda store: [e.type for e in store.journal.entries()]
    )
    assert practised.count(ORDER) == practised.count(REDEEM) == 1
    station.model.end_training()
    assert station.model is station.bench.model and not station.model.state.shop.is_training
    told = station.entries()[before:]
    assert [(kind, data["mode"]) for kind, data in told] == [(MODE_CHANGE, "training"), (MODE_CHANGE, "live")]
    assert not any("walked" in data for _, data in told), "one step of six is no whole training"
    assert station.bench.thread.call(StationStore.waiting_count) == 2  # these two go up, and nothing else
    assert not training_folder(station.config).exists()


def test_the_shops_till_is_told_that_nobody_would_see_its_order(station: Station) -> None:
    real, lines = station.bench.model, an_order("T-1").lines
    assert real.hand_over("T-1", lines, "") is Word.YES
    assert real.take_back("T-1") is Word.YES
    station.begin()
    assert real.hand_over("T-1", lines, "") is Word.NOT_READY
    station.model.end_training()
    assert real.hand_over("T-1", lines, "") is Word.YES


def test_refusals_and_signing_in_can_be_practised_too(station: Station) -> None:
    station.begin()
    station.redeem(ENDED, "40")
    assert station.model.state.answer.sentence
    types = station.training._practice.thread.call(lambda store: [e.type for e in store.journal.entries()])
    assert REFUSE in types
    station.bench.qtbot.waitUntil(lambda: not station.model.state.is_new)
    station.model.enter()
    station.model.open(Screen.SIGN_IN)
    station.until(lambda state: state.flow is not None and state.flow.pin.staff is not None)
    station.model.ask(Choose(CASHIER))
    station.model.ask(GivePin(CASHIER_PIN))
    station.until(lambda state: state.screen is Screen.IDLE)
    assert station.model.state.cashier == "Cashier"
    station.model.end_training()
    assert station.model.state.cashier == ""  # nobody of the training is at the real till


def test_a_real_card_is_told_as_one(station: Station) -> None:
    station.begin()
    station.model.scan(station.bench.card.code)
    station.until(lambda state: "a real one" in state.notice)
    assert station.model.state.screen is Screen.IDLE


def test_a_used_voucher_is_told_before_an_order_is_asked_for(station: Station) -> None:
    station.begin()
    station.model.scan(SPENT)
    station.until(lambda state: any(row.is_voucher for row in state.offers))
    (voucher,) = (row for row in station.model.state.offers if row.is_voucher)
    assert [why.reason for why in voucher.refusals] == [Reason.LIMIT_TOTAL_REACHED, Reason.ORDER_NEEDED]


def test_what_was_begun_for_real_is_still_there_afterwards(station: Station) -> None:
    model = station.bench.model
    model.scan(station.bench.card.code)
    station.bench.until(Screen.MEMBER)
    model.type_amount("60")
    station.bench.quoted(6000)
    station.begin()
    station.model.end_training()
    model.escape()
    station.bench.quoted(6000)
    assert (model.state.screen, model.state.order.typed) == (Screen.MEMBER, "60")


def test_the_sheet_lies_beside_its_records_while_it_lasts(station: Station) -> None:
    station.begin()
    sheet = training_folder(station.config) / SHEET
    assert sheet.read_bytes().startswith(b"%PDF") and SHEET in station.model.state.notice
    station.training.close()
    assert not sheet.exists()
    assert station.entries()[-1][1]["mode"] == "live"  # also when the window is closed in training


def test_without_room_for_the_entry_there_is_no_training(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise DiskFull

    monkeypatch.setattr("app.station.staff.change_mode", full)
    station.bench.model.open(Screen.SIGN_IN)
    station.bench.model.ask(Train())
    assert station.shown == [] and station.bench.model.state.notice
