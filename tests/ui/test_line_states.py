"""The states of the line, with head office's real service behind a line that is faked, and a clock that is set.

An order is begun before the first of them: none takes it away, and none puts a page over it.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.core.money import CURRENCIES
from app.core.reasons import Reason
from app.store.store import StationStore
from app.store.thread import StoreThread
from hq.campaigns.service import publish_program
from hq.stops.service import lift, stop_it
from hq.stores.devices import revoke
from sync.faults import ClientTooOld, HqUnreachable
from sync.protocol import PushAnswer
from sync.syncer import Syncer
from sync.worker import SyncWorker
from tests.builders import a_campaign, a_program
from tests.sync.world import Between, World, make_hq
from tests.ui.station_bench import FIVE_OFF
from ui.models.known_flows import FLOWS
from ui.models.pill import STALE_AFTER_S
from ui.models.state import PillKind, Screen, Shop
from ui.models.station import StationModel
from ui.tasks import Tasks

INTERVAL_MS = 30_000
HOUR_MS = 3_600_000


class Dead:
    """A head office of which every call fails."""

    def __init__(self, fault: type[Exception]) -> None:
        self._fault = fault

    def __getattr__(self, name: str):
        def fail(*_args: object, **_named: object) -> None:
            raise self._fault("cut")

        return fail


@dataclass
class Till:
    """A station's model, its sync by hand, and the line between."""

    qtbot: QtBot
    world: World
    thread: StoreThread
    model: StationModel
    worker: SyncWorker
    line: Between

    @property
    def state(self):
        return self.model.state

    def wait(self, check) -> None:
        self.qtbot.waitUntil(lambda: bool(check()), timeout=10_000)

    def sync(self, *, after_ms: int = INTERVAL_MS) -> None:
        self.world.clock.set_ms(self.world.clock.now_ms() + after_ms)
        self.worker.sync_now()

    def becomes(self, kind: PillKind, *reasons: Reason) -> None:
        """Wait for a pill; the order that was begun is on the screen as before, and what it can have."""
        self.wait(lambda: self.state.pill.kind is kind and self.reasons == list(reasons))
        assert (self.state.screen, self.state.flow) == (Screen.MEMBER, None)
        assert (self.state.member.name, self.state.order.total) == ("Ada L.", 3500)

    def cut(self, fault: type[Exception] = HqUnreachable) -> None:
        self.line.real = Dead(fault)

    def mend(self) -> None:
        self.line.real = self.world.connect(self.thread.store)

    @property
    def reasons(self) -> list[Reason] | None:
        """Why the one reward is not possible, nothing where it is; None while it isn't on the page."""
        rows = [row for row in self.state.offers if row.rule_id == "five"]
        return [refusal.reason for refusal in rows[0].refusals] if rows else None


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("line") / "hq"
    make_hq(folder)
    return folder


@pytest.fixture
def till(qtbot: QtBot, tmp_path: Path, furnished: Path) -> Iterator[Till]:
    """A member with an order of 35.00, on line."""
    world = World(shutil.copytree(furnished, tmp_path / "hq"), tmp_path, server=None)
    publish_program(world.hq, a_program(version=2, campaigns=[a_campaign(), FIVE_OFF]))
    shop, card = world.shop(), world.card()
    shop.store.close()
    thread = StoreThread(lambda: StationStore(shop.folder, key_store=shop.keys, clock=world.clock))
    tasks = Tasks(thread)
    place = Shop("Store s-1", "s-1", CURRENCIES["USD"])
    model = StationModel(tasks, clock=world.clock, shop=place, time_zone="America/New_York", register="1")
    model.changed.connect(lambda: QTimer.singleShot(0, model, model.painted))
    model.add_flows(*FLOWS)
    line = Between(world.connect(thread.store))
    worker = SyncWorker(
        Syncer(thread.store, line, run=lambda work: thread.call(lambda _: work())),
        waiting=lambda: thread.call(StationStore.waiting_count),
        clock=world.clock,
        interval_s=INTERVAL_MS / 1000,
        on_change=model.link_changed,
    )
    made = Till(qtbot, world, thread, model, worker, line)
    made.sync()
    made.wait(lambda: made.state.screen is Screen.IDLE)
    model.scan(card)
    made.wait(lambda: made.state.screen is Screen.MEMBER)
    model.type_amount("35")
    made.wait(lambda: made.state.order.total == 3500 and made.reasons == [])
    made.wait(lambda: not made.state.is_new)
    yield made
    model.close()
    tasks.close()
    thread.close()
    world.hq.close()


def test_offline_stale_and_back_without_a_click(till: Till) -> None:
    till.becomes(PillKind.FRESH)
    till.cut()
    for _try in range(2):
        till.sync()
    till.becomes(PillKind.OFFLINE)
    till.sync(after_ms=STALE_AFTER_S * 1_000 + HOUR_MS)
    till.becomes(PillKind.STALE)
    till.mend()
    till.sync()
    till.becomes(PillKind.FRESH)


def test_what_was_recorded_offline_is_sent_with_the_first_try_that_works(till: Till) -> None:
    till.cut()
    for _try in range(2):
        till.sync()
    till.becomes(PillKind.OFFLINE)
    till.model.enter()
    till.wait(lambda: till.state.screen is Screen.ANSWER)
    till.wait(lambda: till.state.pill.waiting == 1)
    till.mend()
    till.sync()
    till.wait(lambda: (till.state.pill.kind, till.state.pill.waiting) == (PillKind.FRESH, 0))
    assert till.state.screen is Screen.ANSWER, "nothing comes over an answer either"


def test_update_needed_and_updated(till: Till) -> None:
    till.cut(ClientTooOld)
    till.sync()
    till.becomes(PillKind.UPDATE)
    till.mend()
    till.sync()
    till.becomes(PillKind.FRESH)


def test_shut_out(till: Till) -> None:
    device = till.thread.store.device.device_id
    revoke(till.world.hq, device)
    till.sync()
    till.becomes(PillKind.REVOKED, Reason.SPENDING_STOPPED)
    till.model.open(Screen.QUEUE)
    till.wait(lambda: till.state.screen is Screen.QUEUE)


def test_a_paused_campaign_says_so_within_one_pull_and_goes_on_with_the_next(till: Till) -> None:
    stop_it(till.world.hq, "campaign:c-five")
    till.sync()
    till.becomes(PillKind.FRESH, Reason.STOPPED)
    lift(till.world.hq, "campaign:c-five")
    till.sync()
    till.wait(lambda: till.reasons == [])


def test_a_station_that_is_cut_off_hears_of_a_pause_before_anything_is_sent(till: Till) -> None:
    till.cut()
    for _try in range(2):
        till.sync()
    stop_it(till.world.hq, "campaign:c-five")
    till.sync()
    till.becomes(PillKind.OFFLINE)  # and nobody could tell it
    till.mend()
    till.sync()
    till.wait(lambda: till.reasons == [Reason.STOPPED])


def record(till: Till) -> None:
    till.model.enter()
    till.wait(lambda: till.state.screen is Screen.ANSWER)


def test_what_is_recorded_is_being_sent_until_head_office_has_it(till: Till) -> None:
    record(till)
    till.wait(lambda: (till.state.pill.kind, till.state.pill.waiting) == (PillKind.SENDING, 1))
    till.sync()
    till.wait(lambda: (till.state.pill.kind, till.state.pill.waiting) == (PillKind.FRESH, 0))


def test_what_head_office_flags_needs_a_look_and_stops_nobody(till: Till) -> None:
    def flagged(answer: PushAnswer) -> PushAnswer:
        told = [replace(each, verdict="posted_flagged", codes=["RULE_STALE"]) for each in answer.results]
        return replace(answer, results=told)

    till.line.alter("push", flagged)
    record(till)
    till.sync()
    till.wait(lambda: till.state.pill.kind is PillKind.ATTENTION and till.state.pill.attention)
    assert till.state.screen is Screen.ANSWER
