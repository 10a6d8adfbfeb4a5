"""A store's devices as its manager sees them, and asking for a new one."""

from pathlib import Path

import pytest

from app.core.approvals import Approval, Why
from app.core.entry import PAIRING
from app.core.order import local_date
from app.core.pins import Role
from app.core.standing import Standing
from app.station.approval import ApprovalOver
from app.station.devices import PAIR, PairingWanted, this_device, want_pairing
from app.station.staff import approve
from app.store.keystore import MemoryKeyStore
from hq.staff.people import add_person, remove_person
from hq.stores.devices import list_devices, revoke
from sync.devices import DevicesAtHq
from sync.devices_wire import PairingAnswer, PairingRequest
from sync.enrolment import PairingInvalid, enrol_station, read_pairing
from sync.faults import HqFault, HqRefused, HqUnreachable
from tests.builders import NOW_MS
from tests.sync.test_staff import add
from tests.sync.world import Shop, World, signer_of

MINUTE_MS, MANAGER_PIN = 60_000, "739215"


def a_manager(world: World) -> str:
    mia = add_person(world.hq, store_id="s-1", name="Mia", role=Role.MANAGER, pin=MANAGER_PIN)
    return mia.staff_id


def request_of(shop: Shop, who: str, n: int = 0, **changes) -> PairingRequest:
    facts = {"epoch": 1, "url": "http://127.0.0.1:1", "approver": who, "approval": f"{n:032x}"}
    return PairingRequest(**facts | changes)


def wanted(shop: Shop, mia: str) -> PairingWanted:
    approval = approve(lambda work: work(shop.store), mia, MANAGER_PIN, action=PAIR, why=Why.GOODWILL)
    assert isinstance(approval, Approval)
    found = want_pairing(shop.store, approval, cashier=mia)
    with pytest.raises(ApprovalOver):
        want_pairing(shop.store, approval, cashier=mia)
    return found


def test_a_station_sees_its_stores_devices_and_no_others(web_world: World) -> None:
    here, there, _ = web_world.shop().synced(), web_world.shop().synced(), web_world.shop("s-2")
    there.sell()
    there.sell()
    web_world.clock.set_ms(NOW_MS + 5 * MINUTE_MS)
    there.hq.push(there.syncer._request_after(0, entries_max=0))  # all it says is that two wait
    told = here.hq.devices()
    found = {each.device_id: each for each in told.devices}
    assert set(found) == {shop.store.device.device_id for shop in (here, there)}
    assert told.as_of_ms == NOW_MS + 5 * MINUTE_MS
    other = found[there.store.device.device_id]
    assert (other.state, other.seen_ms, other.behind, other.behind_since_ms) == (
        "active",
        NOW_MS + 5 * MINUTE_MS,
        2,
        NOW_MS,
    )
    assert found[here.store.device.device_id].behind == 0 and other.software.startswith("tillside")
    there.syncer.sync()
    assert {each.behind for each in here.hq.devices().devices} == {0}
    revoke(web_world.hq, here.store.device.device_id)
    with pytest.raises((HqFault, Exception), match="shut out"):
        here.hq.devices()


def test_this_one_is_known_without_a_line(world: World) -> None:
    shop = world.shop()
    assert this_device(shop.store).synced_ms == 0
    shop.syncer.sync()
    world.clock.set_ms(NOW_MS + MINUTE_MS)
    shop.sell()
    found = this_device(shop.store)
    assert (found.device_id, found.store_name) == (shop.store.device.device_id, "Store s-1")
    assert (found.standing, found.waiting, found.waiting_since_ms, found.synced_ms) == (
        Standing.GOOD,
        1,
        NOW_MS + MINUTE_MS,
        NOW_MS,
    )
    world.clock.set_ms(-MINUTE_MS)  # before 1970: no number below 0 may keep a push from HQ
    shop.sell()
    request = shop.syncer._request_after(1, entries_max=0)
    assert (request.behind > 0, request.behind_since_ms) == (True, 0)


def test_a_manager_asks_for_a_new_device_which_head_office_confirms(web_world: World, tmp_path: Path) -> None:
    mia = a_manager(web_world)
    shop = web_world.shop().synced()
    asked = wanted(shop, mia)
    line = DevicesAtHq(web_world.url, signer_of(shop.store))
    void, answer = line.pairing(asked), line.pairing(asked)  # the first answer got lost
    assert answer.expires_ms == NOW_MS + 10 * MINUTE_MS and not answer.refusal

    def pair(text: str, folder: str) -> None:
        enrol_station(
            read_pairing(text),
            folder=tmp_path / folder,
            key_store=MemoryKeyStore(),
            key_store_kind="memory",
            clock=web_world.clock,
        )

    with pytest.raises(PairingInvalid):
        pair(void.text, "void")
    pair(answer.text, "new")
    new, old = list_devices(web_world.hq)
    assert (new.state, new.asked_by, new.approver) == ("waiting", shop.store.device.device_id, mia)
    assert (old.state, old.asked_by) == ("active", "")
    assert line.pairing(asked) == PairingAnswer(refusal="used")
    shop.syncer.sync()
    (entry,) = [entry for entry in shop.store.journal.entries() if entry.type == PAIRING]
    assert entry.data["approver"] == mia and (entry.seq, "posted") in shop.verdicts()
    with pytest.raises(HqUnreachable):
        DevicesAtHq("http://127.0.0.1:1", signer_of(shop.store)).pairing(asked)


def test_who_may_not_gets_no_text_and_nobody_gets_many(world: World) -> None:
    mia, ben = a_manager(world), add(world)
    shop, other = world.shop().synced(), world.shop().synced()
    elsewhere = world.shop("s-2").synced()
    assert shop.hq.pairing(request_of(shop, ben)).refusal == "not_a_manager"
    assert elsewhere.hq.pairing(request_of(elsewhere, mia)).refusal == "not_a_manager"
    told = [each.hq.pairing(request_of(each, mia, n)) for n in range(3) for each in (shop, other)]
    assert [each.refusal for each in told[:2]] == ["", ""]
    told += [shop.hq.pairing(request_of(shop, mia, n)) for n in range(3, 6)]
    assert sum(bool(each.text) for each in told) == 5 and told[-1].refusal == "too_often"
    world.clock.set_ms(NOW_MS + 61 * MINUTE_MS)
    assert shop.hq.pairing(request_of(shop, mia, 9)).text
    remove_person(world.hq, mia)
    assert shop.hq.pairing(request_of(shop, mia, 10)).refusal == "not_a_manager"
    with pytest.raises((HqFault, Exception), match=r"anew|another epoch"):
        shop.hq.pairing(request_of(shop, mia, 11, epoch=2))


def test_a_day_of_the_store_comes_over_the_line(web_world: World) -> None:
    here, there = web_world.shop().synced(), web_world.shop().synced()
    there.sell()
    there.syncer.sync()
    today = local_date(NOW_MS, there.store.device.time_zone)
    told = DevicesAtHq(web_world.url, signer_of(here.store)).store_day(today)
    found = {each.device_id: each.orders for each in told.stations}
    assert found == {here.store.device.device_id: 0, there.store.device.device_id: 1}
    with pytest.raises(HqRefused):
        here.hq.store_day("yesterday")
