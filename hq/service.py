"""What stations may ask of HQ, on its database and without HTTP: the other implementation of the sync protocol."""

from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from hq import snapshot
from hq.authority import home, leases
from hq.authority.authorising import authorise
from hq.campaigns.service import keyset_at, newest_document
from hq.campaigns.store import newest_version, newest_versions
from hq.deletions import horizon
from hq.faults import ClientTooOld, Malformed, NotConfirmed, NotHere, NotSigned, Revoked, UnknownDevice
from hq.feed import announce, last_number, read_page
from hq.home import Hq
from hq.journal import ingest
from hq.journal.store_day import day_of_store
from hq.staff.people import sealed_pepper
from hq.stores import asked_pairing, pairing
from hq.stores.devices import Device, DeviceState, devices_of_store, read_device
from hq.stores.updating import oldest_client, update_by
from sync.authority_wire import AuthorizeAnswer, AuthorizeRequest, LeaseAnswer, LeaseRequest
from sync.day_wire import StoreDay
from sync.devices_wire import PairingAnswer, PairingRequest, StoreDevices
from sync.enrolment_wire import EnrolAnswer, EnrolRequest
from sync.protocol import (
    CHANGES_ROWS_BEHIND,
    CHANGES_ROWS_MAX,
    Changes,
    DocumentKind,
    Health,
    MustRefetch,
    PushAnswer,
    PushRefusal,
    PushRequest,
    SealedPepper,
    SignedDocument,
    SignedManifest,
)

FIRST_YEAR, LAST_YEAR = 2000, 2999


class DeviceSession:
    """HQ as one device sees it (`HqProtocol`). That the device is who it says has been made sure of before."""

    def __init__(self, hq: Hq, device_id: str, epoch: int | None = None) -> None:
        """Answer for this device, in the epoch that it signs for; None stands for the present one."""
        self._hq = hq
        self.device_id = device_id
        self._epoch = epoch

    def health(self) -> Health:
        """See `HqProtocol.health`."""
        return health(self._hq)

    def push(self, request: PushRequest) -> PushAnswer | PushRefusal:
        """See `HqProtocol.push`. A revoked device gets its refusal as a value: its entries are kept."""
        if self._epoch not in (None, request.epoch):
            raise NotSigned("The signature is of another epoch.")
        return ingest.push(self._hq, self.device_id, request)

    def document(self, kind: DocumentKind) -> SignedDocument:
        """See `HqProtocol.document`. What is stopped is for those too who are shut out: they may still serve people."""
        if kind == "stops":
            self._known_device()
        else:
            self._device()
        return newest_document(self._hq, kind)

    def keyset(self, version: int) -> SignedDocument:
        """See `HqProtocol.keyset`."""
        return keyset_at(self._hq, version)

    def manifest(self) -> SignedManifest:
        """See `HqProtocol.manifest`."""
        with self._hq.database.reading() as connection:
            device = self._current_device_in(connection)
        self._note_told()
        return snapshot.make_manifest(self._hq, device)

    def snapshot(self, name: str) -> bytes:
        """See `HqProtocol.snapshot`."""
        return self.snapshot_path(name).read_bytes()

    def snapshot_path(self, name: str) -> Path:
        """Return where a snapshot lies, for sending it in parts."""
        return snapshot.snapshot_path(self._hq, self._device(), name)

    def changes(self, *, cursor: int, set_id: str, limit: int = CHANGES_ROWS_MAX) -> Changes | MustRefetch:
        """See `HqProtocol.changes`. What a station is shown is noted first: it must never be shown again as another."""
        self._note_told()
        page = self._changes(cursor=cursor, set_id=set_id, limit=limit)
        if isinstance(page, Changes):
            self._hq.mark.note(feed=page.next, program=page.program_version)
        return page

    def pepper(self) -> SealedPepper:
        """See `HqProtocol.pepper`. A device that isn't confirmed, or was shut out, gets none. Raises `NotHere`."""
        with self._hq.database.reading() as connection:
            device = self._device_in(connection)
            box = sealed_pepper(self._hq, connection, device.owner.device_id)
        if box is None:
            raise NotHere("This store has no staff, so nothing that their PINs rest on.")
        return SealedPepper(box=box)

    def _changes(self, *, cursor: int, set_id: str, limit: int) -> Changes | MustRefetch:
        """Read a page and what it includes in one transaction."""
        if cursor < 0 or limit < 1:
            raise Malformed("A cursor is 0 or more and a page has at least one row.")
        with self._hq.database.reading() as connection:
            device = self._current_device_in(connection)
            is_known = horizon(connection) <= cursor <= last_number(connection)
            if set_id != self._hq.set_id or not is_known:
                return MustRefetch(set_id=self._hq.set_id)
            page = read_page(
                connection, store=device.store, cursor=cursor, limit=min(limit, CHANGES_ROWS_BEHIND)
            )
            chosen = update_by(connection)
            return Changes(
                rows=page.rows,
                next=page.next,
                checkpoint=page.is_last,
                as_of_ms=self._hq.clock.now_ms(),
                included_seq=device.head.seq,
                included_epoch=device.owner.epoch,
                set_id=self._hq.set_id,
                min_client=oldest_client(self._hq, chosen),
                next_client=chosen.framing,
                update_by_ms=chosen.by_ms,
                brand_version=newest_version(connection, "brand"),
                **newest_versions(connection),
            )

    def authorize(self, request: AuthorizeRequest) -> AuthorizeAnswer:
        """See `AuthorityProtocol.authorize`. The device's row is not held: its own push may be at work for long."""

        def say(connection: Connection) -> AuthorizeAnswer:
            return authorise(
                self._hq, connection, self._present_device_in(connection, request.epoch), request
            )

        return self._hq.database.write_together(say)

    def _note_told(self) -> None:
        """Note first until when a device that leads its store may hold home leases by what it is about to read."""
        now_ms = self._hq.clock.now_ms()
        with self._hq.database.reading() as connection:
            device = self._device_in(connection)
            if not home.is_to_note(connection, device, now_ms=now_ms):
                return
        self._hq.database.write(lambda connection: home.note_told(connection, device, now_ms=now_ms))

    def leases(self, request: LeaseRequest) -> LeaseAnswer:
        """See `AuthorityProtocol.leases`."""

        def give(connection: Connection) -> LeaseAnswer:
            device = self._present_device_in(connection, request.epoch, for_update=True)
            answer = leases.answer(self._hq, connection, device, request)
            announce(connection, home.take_lead(connection, device, now_ms=self._hq.clock.now_ms()))
            return answer

        answer = self._hq.database.write(give)
        self._hq.holders.note(self.device_id)  # before it hears of it
        return answer

    def devices(self) -> StoreDevices:
        """See `DevicesProtocol.devices`."""
        with self._hq.database.reading() as connection:
            found = devices_of_store(connection, self._device_in(connection).store)
        return StoreDevices(devices=found, as_of_ms=self._hq.clock.now_ms())

    def store_day(self, day: str) -> StoreDay:
        """See `DayProtocol.store_day`. There is no other store to ask about than the device's own."""
        wanted = _local_day(day)
        with self._hq.database.reading() as connection:
            found, is_whole = day_of_store(connection, self._device_in(connection).store, wanted)
        return StoreDay(day=day, stations=found, as_of_ms=self._hq.clock.now_ms(), is_whole=is_whole)

    def pairing(self, request: PairingRequest) -> PairingAnswer:
        """See `DevicesProtocol.pairing`."""

        def make(connection: Connection) -> PairingAnswer:
            device = self._present_device_in(connection, request.epoch)
            return asked_pairing.pairing_for(self._hq, connection, device, request)

        return self._hq.database.write(make)

    def _present_device_in(self, connection: Connection, epoch: int, *, for_update: bool = False) -> Device:
        """Return the device if it is active in this epoch, by its signature and by what it says."""
        if self._epoch not in (None, epoch):
            raise NotSigned("The signature is of another epoch.")
        device = self._device_in(connection, for_update=for_update)
        if epoch != device.owner.epoch:
            raise Revoked("This station was set up anew. Its entries can still be sent.")
        return device

    def _device(self) -> Device:
        with self._hq.database.reading() as connection:
            return self._device_in(connection)

    def _known_device(self) -> None:
        """Make sure that there is the device, and that nobody has to confirm it yet."""
        with self._hq.database.reading() as connection:
            self._known_device_in(connection)

    def _known_device_in(self, connection: Connection, *, for_update: bool = False) -> tuple[Device, bool]:
        """Return the device, and whether it speaks for its present epoch. Raises `UnknownDevice` or `NotConfirmed`."""
        found = read_device(connection, self.device_id, for_update=for_update)
        if found is None:
            raise UnknownDevice(f"There is no device {self.device_id}.")
        is_present = self._epoch is None or self._epoch == found.owner.epoch
        if found.state is DeviceState.WAITING and is_present:
            raise NotConfirmed(f"Head office has to confirm this station first: device {self.device_id}.")
        return found, is_present

    def _device_in(self, connection: Connection, *, for_update: bool = False) -> Device:
        """Return the device, which must be active. Raises `UnknownDevice`, `NotConfirmed` or `Revoked`."""
        found, is_present = self._known_device_in(connection, for_update=for_update)
        if not found.is_active or not is_present:
            raise Revoked("This station was shut out at head office. Its entries can still be sent.")
        return found

    def _current_device_in(self, connection: Connection) -> Device:
        """Return the device if it may be given new facts. Raises `ClientTooOld` too."""
        found = self._device_in(connection)
        if found.proto < oldest_client(self._hq, update_by(connection)):
            raise ClientTooOld(
                "Update Tillside on this station: head office gives new members, vouchers and rules to newer programs "
                "only. What this station holds stays good until its rules expire, and its entries are taken in."
            )
        return found


class EnrolService:
    """HQ as a device sees it that has no identity yet (`EnrolProtocol`)."""

    def __init__(self, hq: Hq) -> None:
        """Enrol at this HQ."""
        self._hq = hq

    def keyset(self) -> SignedDocument:
        """See `EnrolProtocol.keyset`."""
        return newest_document(self._hq, "keyset")

    def enrol(self, request: EnrolRequest) -> EnrolAnswer | None:
        """See `EnrolProtocol.enrol`."""
        return pairing.enrol(self._hq, request)


def _local_day(text: str) -> date:
    """Read a day. Raises `Malformed`, and `NotHere` for a year that clocks can't reach."""
    try:
        day = date.fromisoformat(text)
    except ValueError as problem:
        raise Malformed("A day is written like 2017-11-21.") from problem
    if day.isoformat() != text:
        raise Malformed("A day is written like 2017-11-21.")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotHere(f"HQ knows of days from {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def health(hq: Hq) -> Health:
    """Tell that HQ lives."""
    return Health(ok=True, hq_incarnation=hq.incarnation, time_ms=hq.clock.now_ms())
