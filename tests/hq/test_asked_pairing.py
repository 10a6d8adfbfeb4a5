"""A pairing text that a manager asks for at a station, and how the store's devices are, on either database."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.pins import Role
from hq.home import Hq
from hq.service import EnrolService
from hq.stores.devices import list_devices
from sync.devices_wire import PairingRequest
from tests.hq.station import NOW_MS, URL, Station, enrol_request, pairing_token
from tests.hq.test_store_staff import add


def test_a_manager_asks_for_one_device_on_either_database(hq: Hq, station: Station) -> None:
    ben, mia = add(hq), add(hq, "Mia", role=Role.MANAGER, pin="739215")

    def ask(who: str) -> PairingRequest:
        return PairingRequest(epoch=1, url=URL, approver=who, approval="a" * 32)

    assert station.session.pairing(ask(ben)).refusal == "not_a_manager"
    void, good = station.session.pairing(ask(mia)), station.session.pairing(ask(mia))
    for text, is_good in ((void.text, False), (good.text, True)):
        key = Ed25519PrivateKey.generate()
        assert (EnrolService(hq).enrol(enrol_request(pairing_token(text), key)) is not None) is is_good
    assert station.session.pairing(ask(mia)).refusal == "used"
    new, _ = list_devices(hq)
    assert (new.state, new.asked_by, new.approver) == ("waiting", station.owner.device_id, mia)
    station.push(behind=3, behind_since_ms=NOW_MS)
    told = {each.device_id: (each.state, each.behind) for each in station.session.devices().devices}
    assert told == {new.device_id: ("waiting", 0), station.owner.device_id: ("active", 3)}
