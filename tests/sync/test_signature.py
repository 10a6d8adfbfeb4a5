"""Every request of a station is signed: the real server takes each once, as it was sent, and at its time."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clock import SetClock
from sync.client import DeviceSigner, HttpHq
from sync.faults import DeviceUnknown, HqRefused
from sync.line import Line
from sync.protocol import CLOCK_WINDOW_MS, SIGNATURE_HEADER
from tests.builders import NOW_MS
from tests.sync.test_contract import request_of


class Recording:
    """Stands in for a line: notes what is sent, after a test's change to it."""

    def __init__(self, hq):
        self._line = hq._line
        self.limits = self._line.limits
        self.sent = []
        self.change = lambda target, options: (target, options)
        hq._line = self

    def send(self, method, target, **options):
        target, options = self.change(target, options)
        self.sent.append((method, target, options))
        return self._line.send(method, target, **options)

    def send_last_again(self):
        method, target, options = self.sent[-1]
        return self._line.send(method, target, **options)

    def close(self):
        self._line.close()


def header_of(options):
    return options["headers"][SIGNATURE_HEADER]


def with_header(options, header):
    return options | {"headers": options["headers"] | {SIGNATURE_HEADER: header}}


@pytest.fixture
def shop(web_world):
    """One entry to send."""
    shop = web_world.shop().synced()
    shop.sell()
    return shop


@pytest.fixture
def line(shop):
    return Recording(shop.hq.real)


def signed_with(shop, **changes):
    device = shop.store.device
    facts = {"device_id": device.device_id, "epoch": device.epoch, "key": shop.store.keys.sign}
    return HttpHq(Line(shop.world.server.url), DeviceSigner(**facts | {"clock": SetClock(NOW_MS)} | changes))


@pytest.mark.parametrize(
    "ask", [lambda shop: shop.hq.manifest(), lambda shop: shop.hq.push(request_of(shop, 1, 1))]
)
def test_a_request_that_somebody_sends_again_is_refused(shop, line, ask):
    ask(shop)
    response = line.send_last_again()
    assert response.status == 401
    assert isinstance(response.fault(), HqRefused)


@pytest.mark.parametrize(
    "change",
    [
        lambda target, options: (target, options | {"body": options["body"] + b" "}),
        lambda target, options: (target + "?x=1", options),
        lambda target, options: (
            target,
            with_header(options, header_of(options).replace("epoch=1", "epoch=2")),
        ),
        lambda target, options: (
            target,
            with_header(options, header_of(options).replace("nonce=", "nonce=0")),
        ),
        lambda target, options: (target, with_header(options, "")),
    ],
    ids=["body", "query", "epoch", "nonce", "no header"],
)
def test_a_push_that_somebody_changed_is_refused(shop, line, change):
    line.change = change
    with pytest.raises(HqRefused, match="401"):
        shop.syncer.sync()
    assert (shop.world.entries_of(shop), shop.store.acked_seq()) == ([], 0)
    line.change = lambda target, options: (target, options)
    assert shop.syncer.sync().pushed == 1


def test_a_header_is_good_for_its_own_path_only(shop, line):
    shop.hq.document("keyset")
    method, _, options = line.sent[-1]
    assert line._line.send(method, "/v1/sync/document/program", **options).status == 401


def test_another_devices_journal_is_not_ours_to_write(shop, line):
    other = shop.world.shop()
    device_id = other.store.device.device_id
    line.change = lambda target, options: (target.replace(shop.store.device.device_id, device_id), options)
    with pytest.raises(HqRefused, match="401"):
        shop.hq.push(request_of(shop, 1, 1))
    assert shop.world.entries_of(other) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"key": Ed25519PrivateKey.generate()}, HqRefused),
        ({"device_id": "D0000000000000"}, DeviceUnknown),
        ({"epoch": 2}, DeviceUnknown),  # an HQ restored from before this station was enrolled anew
    ],
)
def test_a_stranger_is_refused(shop, changes, fault):
    hq = signed_with(shop, **changes)
    with pytest.raises(HqRefused) as found:
        hq.manifest()
    assert type(found.value) is fault
    hq.close()


@pytest.mark.parametrize("off_ms", [-(10**10), -CLOCK_WINDOW_MS - 1, CLOCK_WINDOW_MS + 1, 10**10])
def test_a_station_whose_clock_is_wrong_can_still_upload(shop, off_ms):
    """HQ says its time in the refusal, and the station signs with that from then on."""
    clock = SetClock(NOW_MS + off_ms)
    hq = signed_with(shop, clock=clock)
    line = Recording(hq)
    assert hq.push(request_of(shop, 1, 1)).acked_seq == 1
    assert len(line.sent) == 2
    clock.set_ms(clock.now_ms() + 1_000)
    hq.manifest()
    assert len(line.sent) == 3
    clock.set_ms(NOW_MS)  # somebody sets it right
    hq.manifest()
    assert len(line.sent) == 5
    hq.close()


def test_it_asks_a_second_time_and_not_for_ever(shop, line):
    later = iter(range(1, 99))

    def drift(target, options):
        shop.world.clock.set_ms(NOW_MS + next(later) * 10 * CLOCK_WINDOW_MS)
        return target, options

    line.change = drift
    with pytest.raises(HqRefused, match="401"):
        shop.hq.manifest()
    assert len(line.sent) == 2
