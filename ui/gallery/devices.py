"""The store's devices: this one alone, as head office told, offline, and a code for a new one."""

from dataclasses import replace

from app.core.standing import Standing
from app.station.devices import ThisDevice
from sync.devices_wire import DeviceTold, PairingRefusal
from ui.gallery.samples import COUNTS, LONG_NAME, LONG_WORD, NOW_MS, OFFLINE
from ui.gallery.today import SHOP, opened
from ui.models.manager.devices_view import DevicesView, Line, Pairing
from ui.models.state import State
from ui.texts_devices import no_code

DAY_MS, TEN_MINUTES_MS = 86_400_000, 600_000
THIS = ThisDevice("D1K6Q4", 1, "014", "Blue Bean", Standing.GOOD, 37, NOW_MS - DAY_MS, NOW_MS - 12_000)
TEXT = "TSE1:" + "A1B2C3D4E5" * 24


def device(device_id: str, name: str, **more: object) -> DeviceTold:
    """Return a device as head office tells of it."""
    told = {
        "state": "active",
        "software": "1.4.0",
        "enrolled_ms": NOW_MS - 90 * DAY_MS,
        "seen_ms": NOW_MS - 30_000,
        "behind": 0,
        "behind_since_ms": 0,
    }
    return DeviceTold(device_id=device_id, name=name, **told | more)  # type: ignore[arg-type]  # its fields


OWN = device("D1K6Q4", "till-1", behind=12, behind_since_ms=NOW_MS - DAY_MS)
LATE = device("D2M7R5", "till-2", seen_ms=NOW_MS - 3 * DAY_MS, behind=5, behind_since_ms=NOW_MS - 3 * DAY_MS)
NEW = device("D3N8S6", "", state="waiting", seen_ms=0, software="")
OUT = device("D4P9T7", "till-0", state="revoked", seen_ms=NOW_MS - 40 * DAY_MS)
FORKED = device("D5Q1V8", "till-9", state="forked")
LATER = device("D6R2W9", "till-8", state="a later word")


def devices(*found: DeviceTold, **more: object) -> State:
    """Return a state of the page."""
    view = DevicesView(THIS, found, NOW_MS - 4_000, Line.HEARD, THIS.device_id)
    return opened("devices", replace(view, **more))  # type: ignore[arg-type]  # fields of DevicesView


def states() -> dict[str, State]:
    """Return every state of the page."""
    all_of_them = (OWN, LATE, NEW, OUT, FORKED, LATER)
    many = tuple(device(f"D{place:05}", f"till-{place}", behind=place) for place in range(COUNTS[-1]))
    long = tuple(
        device(
            f"D{place:05}",
            f"{LONG_NAME} {LONG_WORD}",
            state="waiting",
            software=LONG_WORD[:32],
            behind=99_999_999,
        )
        for place in range(9)
    )
    good = Pairing(TEXT, NOW_MS + TEN_MINUTES_MS)
    return {
        "devices": devices(*all_of_them),
        "devices-alone": devices(OWN),
        "devices-asking": devices(OWN, as_of_ms=0, line=Line.ASKING),
        "devices-offline-first-time": replace(devices(OWN, as_of_ms=0, line=Line.OFFLINE), pill=OFFLINE),
        "devices-offline": replace(
            devices(*all_of_them, as_of_ms=NOW_MS - DAY_MS, line=Line.OFFLINE, chosen=LATE.device_id),
            pill=OFFLINE,
        ),
        "devices-not-told": devices(OWN, as_of_ms=0, line=Line.REFUSED),
        "devices-new-one": devices(*all_of_them, chosen=NEW.device_id),
        "devices-many": devices(*many, chosen=many[5].device_id),
        "devices-long": devices(*long, chosen=long[0].device_id),
        "devices-busy": devices(*all_of_them, is_busy=True),
        "devices-code": devices(*all_of_them, pairing=good),
        "devices-code-over": devices(*all_of_them, pairing=replace(good, until_ms=NOW_MS - 1)),
        "devices-code-refused": replace(devices(OWN), notice=no_code(PairingRefusal.TOO_OFTEN)),
        "devices-code-offline": replace(devices(OWN), notice=no_code(""), pill=OFFLINE),
        "devices-training": replace(
            devices(OWN, as_of_ms=0, line=Line.NOBODY), shop=replace(SHOP, is_training=True)
        ),
    }
