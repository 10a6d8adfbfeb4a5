"""HQ is backed up, its database destroyed, and put back: real stations send what came after, and all is as before."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import SetClock
from app.demo.cards import Cards
from app.demo.figures import compare
from app.demo.folder import DemoFolder, prepare
from app.demo.headquarters import HqProcess, pairing_texts, set_up
from app.demo.journey import Journey, Selection, load
from app.demo.replay import Replay
from app.demo.scans import Pictures
from app.demo.shop import DAILY, Shop
from app.store.keystore import FileKeyStore, KeyStoreKind
from app.store.store import StationStore
from hq.archive import write_archive
from hq.home import DATABASE_FILE, open_database
from hq.putting_back import put_back
from sync.client import DeviceSigner, HttpHq
from sync.enrolment import enrol_station, read_pairing
from sync.line import Line
from sync.syncer import Syncer
from tests.postgres import Postgres

SHOPS = 2
BEFORE, AFTER = (Selection(stores=SHOPS, first_week=week, last_week=week) for week in (33, 34))
pytestmark = pytest.mark.timeout(600)


def enrol(journey: Journey, folder: DemoFolder, url: str, now_ms: int) -> None:
    key_store, clock, line = FileKeyStore(folder.state / "keys"), SetClock(now_ms), Line(url)
    for shop, text in pairing_texts(folder.hq, journey.shops, url=url, now_ms=now_ms).items():
        place = folder.store(shop)
        enrol_station(
            read_pairing(text),
            folder=place,
            key_store=key_store,
            key_store_kind=KeyStoreKind.FILE,
            clock=clock,
        )
        Shop(place, key_store=key_store, clock=clock, line=line).close()
    line.close()


def replay(journey: Journey, folder: DemoFolder, cards: Cards, url: str) -> None:
    Replay(
        journey, folder, cards, Pictures((), at_most=0), hq_url=url, shops=journey.shops, sending=DAILY
    ).run(lambda _: None)


def sync_all(journey: Journey, folder: DemoFolder, url: str, now_ms: int) -> None:
    """Let each station sync once, as it does every half minute at a till."""
    line = Line(url)
    for shop in journey.shops:
        keys, clock = FileKeyStore(folder.state / "keys"), SetClock(now_ms)
        opened = StationStore(folder.store(shop), key_store=keys, clock=clock, is_alone=True)
        with closing(opened) as store:
            signer = DeviceSigner(
                device_id=store.device.device_id,
                epoch=store.device.epoch,
                key=store.keys.sign,
                clock=store.signing_clock,
            )
            Syncer(store, HttpHq(line, signer), run=lambda work: work()).sync()
    line.close()


@pytest.mark.parametrize("on", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_stations_refill_an_hq_that_was_put_back_and_all_figures_are_as_before(
    on: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: Postgres | None = request.getfixturevalue("postgres") if on == "postgresql" else None
    url = None if server is None else server.create()
    folder, archive = prepare(tmp_path / "out"), tmp_path / "hq.backup"
    first, second = load(BEFORE), load(AFTER)
    begins_ms, last_ms = next(first.orders()).at_ms, max(order.at_ms for order in second.orders())
    cards = set_up(first, folder.hq, now_ms=begins_ms, database_url=url).cards

    hq = HqProcess(folder.hq, now_ms=begins_ms)
    try:
        enrol(first, folder, hq.url, begins_ms)
        replay(first, folder, cards, hq.url)
        database = open_database(folder.hq)
        write_archive(database, folder.hq, archive, now_ms=begins_ms)  # while HQ serves
        database.close()
        replay(second, folder, cards, hq.url)
    finally:
        hq.stop()
    before = compare(folder)
    assert not before.differences
    assert before.figures.orders == first.order_count + second.order_count

    if server is None or url is None:
        for path in folder.hq.glob(f"{DATABASE_FILE}*"):
            path.unlink()
    else:
        server.drop(url)
        url = server.create()
    put_back(archive, folder.hq, url=url, clock=SetClock(last_ms))
    assert compare(folder).figures.orders == first.order_count

    hq = HqProcess(folder.hq, now_ms=last_ms)
    try:
        sync_all(second, folder, hq.url, last_ms)
    finally:
        hq.stop()
    after = compare(folder)
    assert not after.differences
    assert replace(after, peak_mib=None) == replace(before, peak_mib=None)
