"""What can be done to a station from outside, and the clear answer to each; nothing is lost by any of them."""

import os
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.store.db import open_database
from app.store.device import read_card
from app.store.keystore import FileKeyStore, load_keys
from tests.rig.audit import audit
from tests.rig.processes import HqProcess, StationProcess, World, an_order, eventually

TMPFS_BYTES = 112 << 20  # no new replica is taken while less than 64 MiB are left


def test_a_row_changed_through_the_key_stops_the_station_and_is_named(
    enrolled: World, station: StationProcess
):
    _some_orders(station, enrolled, 3)
    assert station.close() == 0
    database = open_database(enrolled.store_dir / "journal.db", _key(enrolled))
    database.executescript("DROP TRIGGER journal_is_never_changed")
    database.execute("UPDATE journal SET body = CAST(replace(body, '350', '950') AS BLOB) WHERE seq = 3")
    database.close()
    stopped = StationProcess(enrolled)
    assert (stopped.first["answer"], stopped.first["reason"]) == ("stopped", "journal_broken")
    assert "entry 3" in stopped.first["detail"]
    assert stopped.close() == 1
    _hq_still_has(enrolled, orders=3)


def test_a_flipped_byte_stops_the_station_and_the_file_is_left_alone(
    enrolled: World, station: StationProcess
):
    _some_orders(station, enrolled, 3)
    assert station.close() == 0
    path = enrolled.store_dir / "journal.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    stopped = StationProcess(enrolled)
    assert (stopped.first["answer"], stopped.first["reason"]) == ("stopped", "store_damaged")
    assert stopped.close() == 1
    assert path.read_bytes() == bytes(content)
    _hq_still_has(enrolled, orders=3)


def test_forged_expired_and_unknown_codes_and_an_ended_campaign_have_answers_of_their_own(
    enrolled: World, station: StationProcess
):
    good = enrolled.member_code
    place = len(good) - 20
    forged = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
    reasons = [
        station.ask(text)["reason"] for text in (forged, enrolled.expired_code, "V0000000000000Z", "hello")
    ]
    assert reasons == ["code_forged", "code_expired", "unknown_code", "unknown_code"]
    assert station.ask(good)["answer"] == "member"
    assert station.ask(enrolled.ended_voucher)["answer"] == "voucher"
    answer = station.ask(an_order("O-1"))
    assert answer["answer"] == "not_possible"
    assert answer["presented"][0]["reason"] == "expired"
    assert answer["presented"][0]["sentence"].startswith("This offer ended on 2")
    eventually(lambda: station.ask({"sync": True})["waiting"] == 0, within_s=30)
    assert station.close() == 0
    audit(enrolled, answered=["O-1"])


@pytest.mark.skipif(
    shutil.which("unshare") is None, reason="a full disk is made by unshare and tmpfs (Linux)"
)
def test_a_full_disk_refuses_in_words_and_recovers_when_there_is_room(
    enrolled: World, hq: HqProcess, tmp_path: Path
):
    """The store is copied onto a small tmpfs in a mount namespace of its own, filled to the brim, then freed."""
    small = tmp_path / "small"
    small.mkdir()
    mount = f'mount -t tmpfs -o size={TMPFS_BYTES} tmpfs {small} && cp -a {enrolled.store_dir} {small}/ && exec "$@"'
    on_tmpfs = replace(enrolled, store_dir=small / enrolled.store_dir.name)
    station = StationProcess(on_tmpfs, prefix=("unshare", "-rm", "sh", "-c", mount, "sh"))
    assert station.first["answer"] == "ready"
    assert station.ask({"sync": True})["answer"] == "synced"
    answered = [_order(station, enrolled, "O-before")["order_id"]]
    inside = Path(f"/proc/{station.process.pid}/root{small}")
    _fill(inside / "filler")
    refused = ""
    for number in range(200):
        answer = _order(station, enrolled, f"O-{number}")
        if answer["answer"] == "not_recorded":
            refused = f"O-{number}"
            break
        answered.append(answer["order_id"])
    assert refused, "the disk never filled up"
    assert answer["reason"] == "disk_full"
    assert "full" in answer["sentence"]
    (inside / "filler").unlink()
    assert _order(station, enrolled, refused)["answer"] in ("approved", "approved_queued")
    answered.append(refused)
    eventually(lambda: station.ask({"sync": True})["waiting"] == 0, within_s=30)
    shutil.rmtree(enrolled.store_dir)
    shutil.copytree(inside / "station", enrolled.store_dir)  # while it is idle: all is in the files
    station.kill()
    assert set(audit(enrolled, answered=answered).orders) == set(answered)


def _fill(path: Path) -> None:
    """Take all the room there is but a few pages, so that some commits still fit."""
    with path.open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass
    os.truncate(path, max(path.stat().st_size - 8 * 4096, 0))


def _order(station: StationProcess, world: World, order_id: str) -> dict:
    station.ask({"clear": True})
    station.ask(world.member_code)
    return station.ask(an_order(order_id))


def _some_orders(station: StationProcess, world: World, count: int) -> None:
    for number in range(count):
        station.ask(world.member_code)
        assert station.ask(an_order(f"O-{number}"))["answer"] == "approved"
    eventually(lambda: station.ask({"sync": True})["waiting"] == 0, within_s=30)


def _key(world: World) -> bytes:
    return load_keys(FileKeyStore(world.state_dir / "keys"), read_card(world.store_dir).name).database


def _hq_still_has(world: World, *, orders: int) -> None:
    from hq.figures import figures
    from hq.home import open_database as open_hq_database

    assert figures(open_hq_database(world.hq_dir)).orders == orders
