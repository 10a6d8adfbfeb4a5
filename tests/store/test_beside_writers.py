"""A writer, a walk along what it writes, and two that fold the WAL: nothing is lost, nothing looks broken."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.voucher import Presentation
from app.ids import new_id
from app.station.identify import identify
from app.station.redeem import hand_in
from app.store.db import look_into_database, open_database
from app.store.faults import StoreBusy
from app.store.store import StationStore
from app.store.thread import StoreThread
from app.store.verifying import Verification
from tests.builders import a_store, a_voucher, an_order, at_till, station_keys


@pytest.mark.parametrize("seconds", [1.5, pytest.param(60.0, marks=pytest.mark.slow)])
def test_no_commit_is_lost_and_no_walk_is_misled(tmp_path: Path, seconds: float) -> None:
    thread = StoreThread(lambda: a_store(tmp_path / "store"))
    path, until = tmp_path / "store" / "journal.db", time.monotonic() + seconds
    problems: list[BaseException] = []
    folds, walked = [0], [0]

    def fold(kind: str) -> None:
        database = open_database(path, station_keys().database)
        while time.monotonic() < until:
            try:
                folds[0] += database.execute(f"PRAGMA wal_checkpoint({kind})").fetchone()[0] == 0
            except StoreBusy:
                continue  # the other one, or the writer, was quicker
        database.close()

    def walk() -> None:
        database = look_into_database(path, station_keys().database)
        device, beginning = thread.store.device, thread.store.journal.beginning
        while time.monotonic() < until:
            verification = Verification(
                database, owner=device.owner, key=station_keys().sign.public_key(), since=beginning
            )
            walked[0] = verification.finish().head.seq
        database.close()

    def kept(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as problem:  # outermost: of this thread; the test ends by it
                problems.append(problem)

        started = threading.Thread(target=run)
        started.start()
        return started

    others = [kept(lambda: fold("RESTART")), kept(lambda: fold("TRUNCATE")), kept(walk)]
    told = write_until(thread, until)
    for other in others:
        other.join()
    assert not problems, problems
    assert len(told) > 20 and folds[0] > 20 and walked[0] > 20
    claims = thread.call(lambda store: {order: store.journal.claimed("order", order) for order in told})
    assert claims == told
    assert thread.call(lambda store: store.journal.verify()).seq == 2 * len(told)
    thread.close()


def write_until(thread: StoreThread, until: float) -> dict[str, int]:
    """Hand orders in and return each one's number, as it was told after its commit."""
    shown = thread.call(lambda store: identify(store, a_voucher(store)))
    assert isinstance(shown, Presentation)
    told: dict[str, int] = {}

    def redeem(store: StationStore) -> int:
        presented = replace(shown, redemption_id=new_id())
        return hand_in(store, an_order(f"A-{len(told)}"), at_till(None, presented)).seq

    while time.monotonic() < until:
        try:
            told[f"A-{len(told)}"] = thread.call(redeem)
        except StoreBusy:
            continue  # two that fold without a pause can hold the file for longer than a till waits: refused, not lost
    return told
