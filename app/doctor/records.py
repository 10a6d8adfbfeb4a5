"""The station's own things: database library, keys, records, and the line to head office. Nothing is changed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from app.clock import Clock
from app.config import Config
from app.core.standing import Standing
from app.doctor.finding import Check, Finding, Level
from app.store.device import Card, Device, key_store_of, read_card
from app.store.faults import StoreFault, StoreMissing
from app.store.health import device_of, is_in_use, library, standing_of, verify_journal
from app.store.keystore import KeyStore, StationKeys, load_keys
from sync.client import DeviceSigner, HttpHq
from sync.faults import DeviceUnknown, HqBusy, HqFault, HqRefused, HqUnreachable
from sync.line import Limits, Line
from sync.protocol import Health, SignedDocument

ANSWER_WAIT = Limits(connect_s=3.0, total_s=8.0)  # somebody is watching
SKEW_MAX_MS = 60_000  # a station signs by HQ's time where they differ, but its records carry its own
MS_A_MINUTE = 60_000
PLACES = {"os": "the keyring of this computer", "file": "files of this user"}
NO_KEY = "doctor"  # a name under which nothing is kept

PAIR = "Let head office show a pairing code for this shop, then scan it in the window or run: tillside station enrol"
KEEP = "Keep the folder as it is and call support."


class AsksHq(Protocol):
    """What is asked here: whether HQ lives, and by a signed request that moves nothing, whether it knows us."""

    def health(self) -> Health:
        """See `HqProtocol.health`."""
        ...

    def document(self, kind: Literal["program", "keyset"]) -> SignedDocument:
        """See `HqProtocol.document`."""
        ...

    def close(self) -> None:
        """Let the line go."""
        ...


Connect = Callable[[str, DeviceSigner], AsksHq]


def connect_by_http(url: str, signer: DeviceSigner) -> AsksHq:
    """Return HQ at a URL, asked with little patience."""
    return HttpHq(Line(url, limits=ANSWER_WAIT), signer)


def check_library() -> Finding:
    """Look at the database library."""
    found = library()
    versions = f"SQLite {found.sqlite}, SQLCipher {found.cipher}"
    if found.is_safe:
        return Finding("database", Level.OK, f"{versions}.")
    return Finding(
        "database",
        Level.BAD,
        f"{versions} has a fault that can lose records.",
        "Install Tillside anew, with the versions in its lock file.",
    )


def record_checks(config: Config, *, clock: Clock, connect: Connect) -> list[Check]:
    """Return the checks of this station's records, or of what setting it up will need."""
    try:
        card = read_card(config.store_dir)
    except StoreMissing:
        return [
            partial(Finding, "records", Level.WARN, "This station is not set up yet.", PAIR),
            partial(_check_key_store, config.key_store, key_store_of(config.key_store, config.state_dir)),
        ]
    except StoreFault as fault:
        return [partial(_stopped, "records", fault)]
    key_store = key_store_of(card.key_store, config.state_dir)
    return [
        partial(_check_keys, card, key_store),
        partial(_check_journal, config.store_dir, key_store, clock),
        partial(_check_standing, config.store_dir, card, key_store),
        partial(_check_hq, config.store_dir, card, key_store, clock, connect),
    ]


def station_of(config: Config) -> Device | None:
    """Return who this station is, None when it can't be known."""
    try:
        card = read_card(config.store_dir)
        return device_of(config.store_dir, _keys(card, key_store_of(card.key_store, config.state_dir)))
    except StoreFault:
        return None


def _keys(card: Card, key_store: KeyStore) -> StationKeys:
    return load_keys(key_store, card.name)


def _stopped(name: str, fault: StoreFault) -> Finding:
    return Finding(name, Level.BAD, fault.sentence, KEEP)


def _check_key_store(kind: str, key_store: KeyStore) -> Finding:
    place = _place(kind)
    try:
        key_store.read(NO_KEY)
    except StoreFault:
        return Finding(
            "keys",
            Level.WARN,
            f"Keys are to be kept in {place}, which can't be used.",
            "Unlock the keyring, or on a computer without one add --key-store file when setting the station up.",
        )
    return Finding("keys", Level.OK, f"To be kept in {place}, which can be used.")


def _place(kind: str) -> str:
    return PLACES.get(kind, kind)


def _check_keys(card: Card, key_store: KeyStore) -> Finding:
    place = _place(card.key_store)
    try:
        _keys(card, key_store)
    except StoreFault:
        return Finding(
            "keys",
            Level.BAD,
            f"The keys of this station can't be read from {place}.",
            "Log in as the user who set the station up, with the keyring unlocked. If the keys are lost, call support.",
        )
    return Finding("keys", Level.OK, f"Kept in {place}, and readable.")


def _check_journal(folder: Path, key_store: KeyStore, clock: Clock) -> Finding:
    if is_in_use(folder):
        return Finding("records", Level.NOTE, "In use by Tillside, which goes through them itself.")
    try:
        count = verify_journal(folder, key_store, clock=clock)
    except StoreFault as fault:
        return _stopped("records", fault)
    return Finding(
        "records",
        Level.OK,
        f"{count.entries:,} entries, all in order; {count.waiting:,} wait for head office.",
    )


def _check_standing(folder: Path, card: Card, key_store: KeyStore) -> Finding:
    try:
        standing = standing_of(folder, _keys(card, key_store))
    except StoreFault:
        return Finding("standing", Level.NOTE, "Not known, since the records of this station can't be read.")
    if standing is Standing.GOOD:
        return Finding("standing", Level.OK, "This station may redeem, as far as head office has said.")
    return Finding(
        "standing",
        Level.BAD if standing.forbids_spending else Level.WARN,
        standing.sentence,
        "Let it sync once. If this stays, ask head office.",
    )


def _check_hq(folder: Path, card: Card, key_store: KeyStore, clock: Clock, connect: Connect) -> Finding:
    try:
        keys = _keys(card, key_store)
        device = device_of(folder, keys)
    except StoreFault:
        return Finding(
            "head office", Level.NOTE, "Not asked, since the records of this station can't be read."
        )
    signer = DeviceSigner(device_id=device.device_id, epoch=device.epoch, key=keys.sign, clock=clock)
    hq = connect(device.hq_url, signer)
    try:
        health = hq.health()
        hq.document("keyset")  # only a station that HQ knows and hasn't shut out gets one by its signature
        return _of_health(health, now_ms=clock.now_ms())
    except HqFault as fault:
        return _of_fault(fault, device.hq_url)
    finally:
        hq.close()


def _of_health(health: Health, *, now_ms: int) -> Finding:
    ahead_ms = now_ms - health.time_ms
    if abs(ahead_ms) <= SKEW_MAX_MS:
        return Finding("head office", Level.OK, "Reached, and it knows this station.")
    direction = "ahead of" if ahead_ms > 0 else "behind"
    return Finding(
        "head office",
        Level.WARN,
        "Reached, and it knows this station. "
        f"This computer's clock is {abs(ahead_ms) / MS_A_MINUTE:,.0f} minutes {direction} head office's.",
        "Set the clock, or let the computer set it by itself from a time server.",
    )


def _of_fault(fault: HqFault, url: str) -> Finding:
    if isinstance(fault, HqUnreachable | HqBusy):
        return Finding(
            "head office",
            Level.WARN,
            f"{url} can't be reached now. The station works on and sends later.",
            "Look at the network. If this lasts, ask head office whether its server runs.",
        )
    if isinstance(fault, DeviceUnknown):
        return Finding(
            "head office",
            Level.BAD,
            f"Head office at {url} was reached and does not know this station. Nothing here is lost.",
            "Ask head office whether it was moved or put back from a backup, and for a pairing code of this station.",
        )
    if isinstance(fault, HqRefused):
        return Finding(
            "head office",
            Level.BAD,
            f"Head office at {url} was reached and gives this station nothing: it is not confirmed yet, shut out or "
            "replaced. Nothing here is lost.",
            "Ask head office to look for this station in its list of devices.",
        )
    return Finding(
        "head office",
        Level.BAD,
        f"Whoever answers at {url} is not head office ({fault.code}).",
        "On a public network, log in to it first. If this stays, ask head office.",
    )
