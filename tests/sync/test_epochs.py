"""A station that was copied, restored, damaged, shut out or stolen: what it still does, and how it goes on."""

import shutil
from base64 import b64decode

import pytest
from msgspec.structs import replace

from app.core.entry import EPOCH_START, ORDER, SALVAGED
from app.core.standing import Standing
from app.store.faults import (
    JournalBroken,
    StoreBusy,
    StoreDamaged,
    StoreMissing,
    StoreRolledBack,
)
from app.store.keystore import MemoryKeyStore
from app.store.replica_rows import MEMBER
from app.store.salvage import salvage
from app.store.store import StationStore
from hq.journal.desk import list_cases
from hq.stores.devices import DeviceState, devices
from hq.stores.pairing import new_epoch_pairing
from sync.enrolment import PairingInvalid, read_pairing
from sync.faults import HqUntrusted
from sync.protocol import PushRefusalKind
from sync.reenrolment import reenrol_station
from sync.syncer import Syncer
from tests.builders import NOW_MS
from tests.store.through_key import crash_image
from tests.sync.world import REF, Between, Shop

HOUR_MS = 3_600_000


@pytest.fixture
def shop(world) -> Shop:
    """Two entries acknowledged."""
    shop = world.shop().synced()
    sells(shop, 2).syncer.sync()
    return shop


def sells(shop, count) -> Shop:
    for _ in range(count):
        shop.sell()
    return shop


def spoil_a_page(path, key, *, spared):
    """Change a page that holds entries and not the one numbered `spared`, wherever the file's form has put them."""
    content = path.read_bytes()
    for at in range(0, len(content), 4096):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        found = salvage(path, key)
        if found.facts and not found.is_complete and spared in (numbers := {row.seq for row in found.rows}):
            assert len(numbers) > spared
            return
    raise AssertionError("no such page")


def device_of(shop):
    return next(
        each for each in devices(shop.world.hq) if each.owner.device_id == shop.store.device.device_id
    )


def backup(shop, target):
    """Copy a shop's files and its key store."""
    shop.store.save_mark()
    return crash_image(shop.folder, target), dict(shop.keys._texts)


def copy_of(shop, copied) -> Shop:
    """Open a copied station beside the one it was copied from."""
    folder, texts = copied
    twin = Shop.__new__(Shop)
    twin.world, twin.folder, twin.keys = shop.world, folder, MemoryKeyStore()
    twin.keys._texts.update(texts)
    twin.store = StationStore(folder, key_store=twin.keys, clock=shop.world.clock)
    twin.hq = Between(shop.world.connect(twin.store))
    twin.syncer = Syncer(twin.store, twin.hq, run=lambda work: work())
    return twin


def restore(shop, copied, *, keys: bool) -> None:
    folder, texts = copied
    shop.store.close()
    shutil.rmtree(shop.folder)
    shutil.copytree(folder, shop.folder)
    if keys:
        shop.keys._texts.clear()
        shop.keys._texts.update(texts)


def reenrol(shop, *, device_id=None, key_store=None, is_text_believed=False):
    """Do what `station reenrol` does with a text of `hq enrol --device`, and open what comes of it."""
    hq = shop.world.hq
    name = device_id or devices(hq)[0].owner.device_id
    done = reenrol_station(
        read_pairing(new_epoch_pairing(hq, device_id=name, url=shop.world.url).text),
        folder=shop.folder,
        key_store=key_store or shop.keys,
        key_store_kind="memory",
        clock=shop.world.clock,
        connect=shop.world.enrolment,
        is_text_believed=is_text_believed,
    )
    shop._real = None
    if key_store is None:
        shop.open()
        shop.syncer.pull()  # the program and its members again, before anything is told of the old journal
    return done


def kinds(shop) -> list[str]:
    return [entry.type for entry in shop.store.journal.entries()]


def carried(shop) -> list[tuple[int, int, bool]]:
    return [
        (entry.data["epoch"], entry.data["seq"], entry.data["is_signed"])
        for entry in shop.store.journal.entries()
        if entry.type == SALVAGED
    ]


def start_of(shop) -> dict:
    return next(shop.store.journal.entries()).data


# --- the backup of a station ------------------------------------------------------------------------------------------


def test_a_restored_backup_stays_shut_and_goes_on_under_a_new_epoch(shop, tmp_path):
    """F73: what the backup doesn't hold is at HQ; what it holds and HQ doesn't, a person decides about."""
    shop.sell()
    copied = backup(shop, tmp_path / "backup")
    sells(shop, 3).store.save_mark()
    restore(shop, copied, keys=False)
    with pytest.raises(StoreRolledBack):
        shop.open()
    done = reenrol(shop)
    assert (done.device.epoch, done.salvaged, done.lost) == (2, 1, 3)  # by the mark
    assert (start_of(shop)["reason"], start_of(shop)["last_seq"]) == ("rolled_back", 3)
    assert carried(shop) == [(1, 3, True)]
    sells(shop, 1).syncer.sync()
    assert shop.verdicts() == [(1, "posted"), (2, "quarantined"), (3, "posted")]
    assert (done.aside / "journal.db").exists()
    opened = StationStore(done.aside, key_store=no_marks(shop.keys), clock=shop.world.clock)
    assert opened.journal.head().seq == 3
    opened.close()


def no_marks(keys) -> MemoryKeyStore:
    found = MemoryKeyStore()
    found._texts.update({name: text for name, text in keys._texts.items() if name.endswith(".keys")})
    return found


def test_a_restored_disk_with_its_key_store_is_found_out_by_the_head_at_hq(shop, tmp_path):
    """F73: nothing on the machine could know."""
    copied = backup(shop, tmp_path / "backup")
    sells(shop, 2).syncer.sync()
    restore(shop, copied, keys=True)
    shop.open()
    with pytest.raises(HqUntrusted):
        shop.syncer.sync()
    assert shop.store.standing is Standing.ROLLED_BACK
    with pytest.raises(HqUntrusted):
        shop.syncer.sync()
    assert [each.flags for each in list_cases(shop.world.hq)] == [("ROLLED_BACK",)]


def test_entries_that_hq_holds_are_no_news_and_those_of_a_rolled_back_head_are_not_reused(shop, tmp_path):
    copied = backup(shop, tmp_path / "backup")
    sells(shop, 2).syncer.sync()
    restore(shop, copied, keys=True)
    shop.open()
    sells(shop, 1)
    assert shop.syncer.sync().refusal.kind is PushRefusalKind.FORK
    shop.store.close()
    done = reenrol(shop)
    assert (done.salvaged, carried(shop)) == (1, [(1, 3, True)])
    shop.syncer.sync()
    assert shop.verdicts() == [(1, "posted"), (2, "quarantined")]
    assert device_of(shop).state is DeviceState.ACTIVE


# --- damage -----------------------------------------------------------------------------------------------------------


def test_a_lost_wal_is_noticed_and_the_station_goes_on(shop, tmp_path):
    """F10: after a crash somebody deletes the WAL; what only lay in it is gone, and that is said."""
    sells(shop, 3).store.save_mark()
    image = crash_image(shop.folder, tmp_path / "image")
    (image / "journal.db-wal").unlink()
    restore(shop, (image, {}), keys=False)
    with pytest.raises((StoreRolledBack, StoreDamaged)):
        shop.open()
    done = reenrol(shop)
    assert done.device.epoch == 2
    sells(shop, 1).syncer.sync()
    assert {verdict for _, verdict in shop.verdicts()} <= {"posted", "quarantined"}


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused_and_the_station_goes_on(shop, share):
    """F12."""
    sells(shop, 3).store.close()
    path = shop.folder / "journal.db"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(StoreDamaged):
        shop.open()
    done = reenrol(shop)
    assert start_of(shop)["reason"] == "damaged"
    assert (kinds(shop)[0], done.aside.is_dir()) == (EPOCH_START, True)
    sells(shop, 1).syncer.sync()


def test_what_lies_around_a_bad_page_is_carried_over(shop):
    key = sells(shop, 40).store.keys.database
    shop.store.close()
    spoil_a_page(shop.folder / "journal.db", key, spared=2)
    with pytest.raises(StoreDamaged):
        shop.open()
    done = reenrol(shop)
    assert done.lost > 0
    assert done.salvaged + done.lost == 40
    assert all(is_signed for _, _, is_signed in carried(shop))
    shop.syncer.sync()
    assert shop.store.waiting_count() == 0


def test_a_changed_entry_is_carried_as_what_it_is(shop):
    """F74: by HQ's word on the chain, what was before it goes up; the rest waits for a person."""
    sells(shop, 4)
    spoil(shop, seq=5)
    report = shop.syncer.sync()
    assert report.refusal.kind is PushRefusalKind.CHAIN
    assert (shop.store.acked_seq(), device_of(shop).head.seq) == (4, 4)
    shop.store.close()
    with pytest.raises(JournalBroken):
        shop.open()
    done = reenrol(shop)
    assert (done.salvaged, carried(shop)) == (2, [(1, 5, False), (1, 6, True)])
    shop.syncer.sync()
    assert shop.verdicts() == [(1, "posted"), (2, "quarantined"), (3, "quarantined")]


def spoil(shop, *, seq) -> None:
    """Change a byte of an entry in the open store, as somebody with its key would."""
    connection = shop.store._db.conn
    (sql,) = connection.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'journal_is_never_changed'"
    ).fetchone()
    connection.execute("DROP TRIGGER journal_is_never_changed")
    connection.execute("UPDATE journal SET body = CAST(body || x'20' AS BLOB) WHERE seq = ?", (seq,))
    connection.execute(sql)


def test_another_program_may_not_be_running(shop):
    with pytest.raises(StoreBusy):
        reenrol(shop)


def test_nothing_happens_without_a_store_or_with_a_text_that_is_used_up(shop, tmp_path):
    text = new_epoch_pairing(
        shop.world.hq, device_id=device_of(shop).owner.device_id, url=shop.world.url
    ).text
    options = {"key_store": shop.keys, "key_store_kind": "memory", "clock": shop.world.clock}
    with pytest.raises(StoreMissing):
        reenrol_station(read_pairing(text), folder=tmp_path / "none", connect=shop.world.enrolment, **options)
    shop.store.close()
    for is_good in (True, False):
        if not is_good:
            with pytest.raises(PairingInvalid):
                reenrol_station(
                    read_pairing(text), folder=shop.folder, connect=shop.world.enrolment, **options
                )
        else:
            reenrol_station(read_pairing(text), folder=shop.folder, connect=shop.world.enrolment, **options)
    shop._real = None
    shop.open()
    assert shop.store.device.epoch == 2


def test_versions_never_go_down_with_a_new_epoch(shop):
    """I12: what this device has seen once it holds against every HQ that shows it less."""
    with shop.store.atomic():
        shop.store.versions.set_to("program", 99, signer="s1")
    shop.store.close()
    with pytest.raises(HqUntrusted):
        reenrol(shop)
    versions = shop.store.versions
    assert (shop.store.device.epoch, versions.highest("program"), versions.signer("program")) == (2, 99, "s1")


def test_time_does_not_begin_anew_with_an_epoch(shop):
    """I18: a clock set back before the new epoch makes nothing valid again."""
    shop.world.clock.set_ms(NOW_MS + 3 * HOUR_MS)
    sells(shop, 1).syncer.sync()
    shop.store.close()
    shop.world.clock.set_ms(NOW_MS + HOUR_MS)
    reenrol(shop)
    assert shop.store.now_ms() >= NOW_MS + 3 * HOUR_MS


def test_a_new_epoch_ends_what_a_wrong_hq_once_said_of_the_time(shop):
    shop.world.clock.set_ms(NOW_MS + 365 * 24 * HOUR_MS)
    sells(shop, 1).syncer.sync()
    shop.store.close()
    shop.world.clock.set_ms(NOW_MS)
    reenrol(shop)
    assert shop.store.now_ms() > NOW_MS + 364 * 24 * HOUR_MS, "nothing is valid again before HQ has spoken"
    shop.syncer.sync()
    assert (shop.store.now_ms(), shop.store.time.is_doubtful()) == (NOW_MS, False)


def test_the_overlay_counts_entries_of_this_epoch_alone(shop):
    """Figures that include entry 2 of the old epoch include nothing of the new one."""
    shop.store.close()
    reenrol(shop)
    assert shop.store.replica.included_seq(MEMBER, REF) == 0  # the replica is a new one
    answer = shop.hq.real.changes(cursor=0, set_id=shop.world.hq.set_id)
    assert (answer.included_epoch, answer.included_seq) == (2, 0)
    shop.syncer.sync()
    shop.hq.alter("changes", lambda page: replace(page, included_epoch=1, included_seq=2))
    sells(shop, 3)
    shop.syncer.pull()
    assert shop.store.replica.position().included_seq == 0
    shop.hq.alter("changes", lambda page: replace(page, included_epoch=3, included_seq=0))
    with pytest.raises(HqUntrusted):
        shop.syncer.pull()


def test_salvaged_entries_are_not_wrapped_twice(shop):
    sells(shop, 2).store.close()
    reenrol(shop)
    shop.store.close()
    reenrol(shop)
    assert (kinds(shop)[0], carried(shop)) == (EPOCH_START, [(2, 1, True), (1, 3, True), (1, 4, True)])
    inner = [
        b64decode(entry.data["body"]) for entry in shop.store.journal.entries() if entry.data.get("seq") == 3
    ]
    assert f'"type":"{ORDER}"'.encode() in inner[0]
