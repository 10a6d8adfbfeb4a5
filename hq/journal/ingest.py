"""Taking a push in.

One transaction from the stored head to the new one, with exactly one effect however often it is sent.

The order of the checks is the protocol's: the signed head and the chain inside the batch first (nothing of a
broken batch is looked at), then how the batch joins what HQ holds (gap, fork, overlap), then each new entry for
itself. Rules of the business never refuse anything here; they give verdicts.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial

from msgspec import structs
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from app.core.canonical import INTEGER_MAX
from app.core.chain import HASH_SIZE, ChainOwner, Head, follow, genesis, head_is_signed
from app.core.entry import BODY_BYTES_MAX
from app.core.standing import Standing
from app.failpoints import failpoint
from hq.authority import home
from hq.campaigns.store import newest_versions
from hq.faults import ClientTooOld, HqFault, Malformed, TooLarge, UnknownDevice
from hq.home import Hq
from hq.journal.device_cases import Trouble, tell_of_device
from hq.journal.held import hold, holds
from hq.journal.intake import take_in, take_in_one_by_one
from hq.journal.receipt import receipt_of
from hq.journal.store import hash_at, move_head, stored_results
from hq.members.boxes import Opened, open_boxes
from hq.members.late_boxes import settle_boxes
from hq.signed_time import sign_time, vouches_for_time
from hq.stores.devices import (
    Device,
    DeviceState,
    move_epoch_head,
    note_contact,
    note_wiped,
    read_device,
    read_epoch,
    set_state,
)
from sync.protocol import (
    BATCH_BYTES_MAX,
    BATCH_ENTRIES_MAX,
    PROTO_OLDEST,
    PushAnswer,
    PushRefusal,
    PushRefusalKind,
    PushRequest,
    Result,
)

log = logging.getLogger(__name__)

# What people are told of a device: because of HQ's own refusal, or because the station says it of itself.
TROUBLES = {PushRefusalKind.FORK: Trouble.FORKED, PushRefusalKind.CHAIN: Trouble.CHAIN_BROKEN}
SAID_TROUBLES: dict[str, Trouble] = {
    Standing.ROLLED_BACK: Trouble.ROLLED_BACK,
    Standing.CHAIN_BROKEN: Trouble.CHAIN_BROKEN,
}

CUT_BYTES_MIN = BATCH_BYTES_MAX - BODY_BYTES_MAX  # a push with fewer bytes had room for one more entry

TakeIn = Callable[..., list[Result]]


def push(hq: Hq, device_id: str, request: PushRequest) -> PushAnswer | PushRefusal:
    """Store and judge a push. Raises `Malformed`, `TooLarge`, `ClientTooOld`, `UnknownDevice`, `Busy`."""
    _check_form(request)
    boxes = open_boxes(hq.keys, request.boxes)
    answer = _store(hq, device_id, request, boxes)
    failpoint("hq_after_commit")
    if isinstance(answer, PushAnswer) and boxes:
        answer = structs.replace(answer, boxes=settle_boxes(hq, boxes))
    if isinstance(answer, PushAnswer) and request.clock.nonce:
        # Only now, after the commit, since every millisecond until the answer makes it less true.
        return structs.replace(answer, time=sign_time(hq, request.clock.nonce))
    return answer


def _store(
    hq: Hq, device_id: str, request: PushRequest, boxes: Mapping[str, Opened]
) -> PushAnswer | PushRefusal:
    """Take a push in whole; where something in it makes that fail, entry by entry, so that the others get through."""

    def store(take: TakeIn) -> PushAnswer | PushRefusal:
        return hq.database.write(
            lambda connection: _push(hq, connection, device_id, request, partial(take, boxes=boxes))
        )

    try:
        return store(take_in)
    except (HqFault, OperationalError):
        raise  # the station may ask again
    except Exception:  # outermost: of one batch, so that what one entry breaks does not stop a queue for ever
        if not request.entries:
            raise
        log.exception("a batch could not be stored as a whole", extra={"device": device_id})
        return store(take_in_one_by_one)


def _push(
    hq: Hq, connection: Connection, device_id: str, request: PushRequest, take: TakeIn
) -> PushAnswer | PushRefusal:
    now_ms = hq.clock.now_ms()
    device = read_device(connection, device_id, for_update=True)
    if device is None:
        raise UnknownDevice(f"There is no device {device_id}.")
    owner = device.owner
    refusal = _refusal(connection, device, request)
    if refusal is not None:
        said = _refused(connection, device, request, refusal, now_ms=now_ms)
        return structs.replace(said, stops_version=newest_versions(connection)["stops_version"])
    already = min(device.head.seq, request.head.seq)
    results: list[Result] = []
    if already >= request.from_seq:
        results += stored_results(connection, owner, first=request.from_seq, last=already)
    fresh = request.entries[device.head.seq + 1 - request.from_seq :]
    head = Head(request.head.seq, request.head.hash) if fresh else device.head
    move_head(connection, owner, head, request, now_ms=now_ms)
    if fresh:
        receipt = receipt_of(request, now_ms=now_ms) if vouches_for_time(hq) else None
        taken = take(hq, connection, device, fresh, now_ms=now_ms, receipt=receipt)
        results += taken
        if len(taken) < len(fresh):  # it took too long: what is left comes again, with the next push
            head = follow(device.head, fresh[: len(taken)])
            move_epoch_head(connection, owner, head)
    if head.seq == request.head.seq and is_all(request):
        home.confirm(connection, owner.device_id, cursor=request.pull_cursor, now_ms=now_ms)
    if request.standing in SAID_TROUBLES:
        tell_of_device(connection, device, SAID_TROUBLES[request.standing], now_ms=now_ms)
    failpoint("hq_before_commit")
    return PushAnswer(
        acked_seq=head.seq,
        acked_hash=head.hash,
        hq_incarnation=hq.incarnation,
        results=results,
        time_ms=now_ms,
        **newest_versions(connection),
    )


def is_all(request: PushRequest) -> bool:
    """Tell whether a push holds all that its station had written when it was made: a longer rest would fill it."""
    is_cut = len(request.entries) == BATCH_ENTRIES_MAX or sum(map(len, request.entries)) > CUT_BYTES_MIN
    return not is_cut


def _check_form(request: PushRequest) -> None:
    if request.proto < PROTO_OLDEST:
        raise ClientTooOld(
            f"This station's program speaks framing {request.proto} and head office takes {PROTO_OLDEST} and newer. "
            "Update Tillside on it; its entries stay there until then."
        )
    if len(request.entries) > BATCH_ENTRIES_MAX or sum(map(len, request.entries)) > BATCH_BYTES_MAX:
        raise TooLarge(f"A push has at most {BATCH_ENTRIES_MAX} entries and {BATCH_BYTES_MAX} bytes.")
    if len(request.prev_hash) != HASH_SIZE or len(request.head.hash) != HASH_SIZE:
        raise Malformed(f"A hash has {HASH_SIZE} bytes.")
    if not 1 <= request.from_seq <= INTEGER_MAX:
        raise Malformed("The first entry of a journal has the number 1.")
    if request.head.seq != request.from_seq - 1 + len(request.entries):
        raise Malformed("The head must be the last of the entries sent.")


def _refusal(connection: Connection, device: Device, request: PushRequest) -> PushRefusal | None:
    """Say why a push may not be stored, or None. Its own signature and chain come before everything HQ remembers."""
    owner, head = device.owner, device.head
    if request.epoch != owner.epoch or not device.is_active:
        return _shut_out(device, request)
    claimed = Head(request.head.seq, request.head.hash)
    if not head_is_signed(device.key, owner, claimed, request.head.sig):
        return _chain("The head's signature is not this device's.")
    if follow(Head(request.from_seq - 1, request.prev_hash), request.entries) != claimed:
        return _chain("The entries' hashes do not lead to the head.")
    if request.from_seq > head.seq + 1:
        detail = f"HQ holds entries up to {head.seq}. Send from {head.seq + 1} on."
        return PushRefusal(kind=PushRefusalKind.GAP, expect=head.seq + 1, hash=head.hash, detail=detail)
    return _join_refusal(connection, device, request)


def _shut_out(device: Device, request: PushRequest) -> PushRefusal:
    """Say why nothing of this epoch is posted, whatever is sent."""
    if request.epoch == device.owner.epoch and device.state is DeviceState.WAITING:
        detail = "Head office has to confirm this station first. Nothing of it is lost."
        return PushRefusal(kind=PushRefusalKind.NOT_CONFIRMED, detail=detail)
    if request.epoch == device.owner.epoch and device.state is DeviceState.FORKED:
        return _fork(device, device.head.seq)
    detail = "This station was shut out or replaced. Its entries are kept for head office to look at."
    return PushRefusal(kind=PushRefusalKind.EPOCH_REVOKED, detail=detail)


def _refused(
    connection: Connection, device: Device, request: PushRequest, refusal: PushRefusal, *, now_ms: int
) -> PushRefusal:
    """Keep what people may have to look at, and note what a refused push tells."""
    note_contact(connection, device, request.epoch, now_ms=now_ms)
    if refusal.kind in TROUBLES:
        tell_of_device(connection, device, TROUBLES[refusal.kind], now_ms=now_ms)
    if refusal.kind not in (PushRefusalKind.FORK, PushRefusalKind.EPOCH_REVOKED):
        return refusal
    owner = device.owner
    if refusal.kind is PushRefusalKind.FORK:  # nobody knows which of the two histories is the real one
        set_state(connection, owner.device_id, DeviceState.FORKED)
    said = read_epoch(connection, device, request.epoch)
    if request.wiped and said is not None:
        note_wiped(connection, said.owner, now_ms=now_ms)
    is_kept = hold(connection, owner.device_id, request, refusal.kind, now_ms=now_ms) or not request.entries
    before = Head(request.from_seq - 1, request.prev_hash)
    kept_seq = request.head.seq if is_kept else before.seq
    if said is not None:  # an HQ that was put back may hold less than it had acknowledged
        refusal = structs.replace(refusal, expect=said.head.seq + 1, hash=said.head.hash)
    return structs.replace(
        refusal,
        kept_seq=kept_seq if holds(connection, ChainOwner(owner.device_id, request.epoch), before) else 0,
        wipe=said is not None and said.is_to_wipe,
    )


def _join_refusal(connection: Connection, device: Device, request: PushRequest) -> PushRefusal | None:
    """Compare the batch with what HQ holds, at its beginning and where the two end together.

    The chain covers the rest.
    """
    before = request.from_seq - 1
    if before == 0 and request.prev_hash != genesis(device.owner, device.nonce).hash:
        return _chain("The chain does not begin with the hash of this device's enrolment.")
    if before > 0 and request.prev_hash != _held_hash(connection, device, before):
        return _fork(device, before)
    both = min(device.head.seq, request.head.seq)
    if both > before:
        shared = follow(Head(before, request.prev_hash), request.entries[: both - before])
        if shared.hash != _held_hash(connection, device, both):
            return _fork(device, both)
    return None


def _held_hash(connection: Connection, device: Device, seq: int) -> bytes | None:
    return device.head.hash if seq == device.head.seq else hash_at(connection, device.owner, seq)


def _chain(detail: str) -> PushRefusal:
    return PushRefusal(kind=PushRefusalKind.CHAIN, detail=detail)


def _fork(device: Device, seq: int) -> PushRefusal:
    detail = f"HQ holds another history up to entry {seq}: this station was copied or restored from a backup."
    head = device.head
    return PushRefusal(kind=PushRefusalKind.FORK, expect=head.seq + 1, hash=head.hash, detail=detail)
