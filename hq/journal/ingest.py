"""Taking a push in.

One transaction from the stored head to the new one, with exactly one effect however often it is sent.

The order of the checks is the protocol's: the signed head and the chain inside the batch first (nothing of a
broken batch is looked at), then how the batch joins what HQ holds (gap, fork, overlap), then each new entry for
itself. Rules of the business never refuse anything here; they give verdicts.
"""

from collections.abc import Sequence

from msgspec import ValidationError, convert
from sqlalchemy import Connection

from app.core.canonical import INTEGER_MAX
from app.core.chain import HASH_SIZE, ChainOwner, Head, follow, genesis, head_is_signed, next_hash
from app.core.entry import ORDER, REDEEM, REFUSE, Entry, EntryInvalid, read_entry
from app.failpoints import failpoint
from hq.campaigns.service import program_of
from hq.db import Whole, hold_whole
from hq.faults import Malformed, NotHere, TooLarge
from hq.feed import EVERYWHERE, MEMBER, VOUCHER, Change, announce
from hq.home import Hq
from hq.journal.cases import NewCase, open_cases
from hq.journal.held import hold
from hq.journal.judge import Books, judge
from hq.journal.schemas import EntryId
from hq.journal.store import (
    Kept,
    hash_at,
    insert_entries,
    insert_facts,
    move_balances,
    move_head,
    note_visits,
    read_orders,
    stored_results,
    taken_entry_ids,
    taken_redemption_ids,
)
from hq.members.store import lock_members, read_scopes
from hq.stores.devices import Device, read_device
from hq.vouchers.store import Uses, add_uses, lock_uses
from sync.protocol import (
    BATCH_BYTES_MAX,
    BATCH_ENTRIES_MAX,
    PushAnswer,
    PushRefusal,
    PushRefusalKind,
    PushRequest,
    Result,
    Verdict,
)


def push(hq: Hq, device_id: str, request: PushRequest) -> PushAnswer | PushRefusal:
    """Store and judge a push. Raises `Malformed`, `TooLarge`, `NotHere`, `Busy`."""
    _check_form(request)
    answer = hq.database.write(lambda connection: _push(hq, connection, device_id, request))
    failpoint("hq_after_commit")
    return answer


def _push(hq: Hq, connection: Connection, device_id: str, request: PushRequest) -> PushAnswer | PushRefusal:
    now_ms = hq.clock.now_ms()
    device = read_device(connection, device_id, for_update=True)
    if device is None:
        raise NotHere(f"There is no device {device_id}.")
    owner = device.owner
    refusal = _refusal(connection, device, request)
    if refusal is not None:
        if refusal.kind in (PushRefusalKind.FORK, PushRefusalKind.EPOCH_REVOKED):
            hold(connection, owner.device_id, request, refusal.kind, now_ms=now_ms)
        return refusal
    already = min(device.head.seq, request.head.seq)
    results: list[Result] = []
    if already >= request.from_seq:
        results += stored_results(connection, owner, first=request.from_seq, last=already)
    fresh = request.entries[device.head.seq + 1 - request.from_seq :]
    head = Head(request.head.seq, request.head.hash) if fresh else device.head
    move_head(connection, owner, head, request, now_ms=now_ms)
    if fresh:
        results += _take_in(hq, connection, device, fresh, now_ms=now_ms)
    failpoint("hq_before_commit")
    return PushAnswer(
        acked_seq=head.seq,
        acked_hash=head.hash,
        hq_incarnation=hq.incarnation,
        results=results,
        time_ms=now_ms,
    )


def _check_form(request: PushRequest) -> None:
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
    if not device.is_active or request.epoch != owner.epoch:
        detail = "This station was shut out or replaced. Its entries are kept for head office to look at."
        return PushRefusal(kind=PushRefusalKind.EPOCH_REVOKED, detail=detail)
    claimed = Head(request.head.seq, request.head.hash)
    if not head_is_signed(device.key, owner, claimed, request.head.sig):
        return _chain("The head's signature is not this device's.")
    if follow(Head(request.from_seq - 1, request.prev_hash), request.entries) != claimed:
        return _chain("The entries' hashes do not lead to the head.")
    if request.from_seq > head.seq + 1:
        detail = f"HQ holds entries up to {head.seq}. Send from {head.seq + 1} on."
        return PushRefusal(kind=PushRefusalKind.GAP, expect=head.seq + 1, hash=head.hash, detail=detail)
    return _join_refusal(connection, device, request)


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


def _take_in(
    hq: Hq, connection: Connection, device: Device, bodies: Sequence[bytes], *, now_ms: int
) -> list[Result]:
    """Judge and store new entries, which follow the stored head.

    Every writer holds what it holds in the same order: the device, vouchers, the number of cases, members, and last
    the number of the feed (see feed.py). Members come after the judging, which takes longest and needs them not.
    """
    owner = device.owner
    entries = [_read(body, owner, seq) for seq, body in enumerate(bodies, start=device.head.seq + 1)]
    books = _open_books(hq, connection, device, entries)
    counted_before = {code_hash: uses.uses for code_hash, uses in books.uses.items()}
    kept = _judge_all(device.head, bodies, entries, books)
    cases = open_cases(
        connection,
        _new_cases(kept),
        device=owner.device_id,
        epoch=owner.epoch,
        store=device.store,
        now_ms=now_ms,
    )
    insert_entries(connection, owner, kept, cases, now_ms=now_ms)
    failpoint("hq_mid_tx")
    insert_facts(connection, owner, kept, store=device.store)
    moved = {name: uses for name, uses in books.uses.items() if uses.uses != counted_before[name]}
    add_uses(connection, {name: uses.uses - counted_before[name] for name, uses in moved.items()})
    changes = _move_members(connection, kept, store=device.store)
    announce(connection, changes + _voucher_changes(moved))
    return [
        Result(
            seq=each.seq,
            verdict=each.judgement.verdict,
            codes=[flag.value for flag in each.judgement.flags],
            case=cases.get(each.seq),
        )
        for each in kept
    ]


def _read(body: bytes, owner: ChainOwner, seq: int) -> Entry | None:
    """Read a body; None when it is no entry, or one of another device, epoch or place."""
    try:
        entry = read_entry(body)
        convert(entry.entry_id, EntryId)
    except (EntryInvalid, ValidationError):
        return None
    is_here = (entry.device_id, entry.epoch, entry.seq) == (owner.device_id, owner.epoch, seq)
    return entry if is_here else None


def _judge_all(
    head: Head, bodies: Sequence[bytes], entries: Sequence[Entry | None], books: Books
) -> list[Kept]:
    kept = []
    seq, last = head.seq, head.hash
    for body, entry in zip(bodies, entries, strict=True):
        seq, last = seq + 1, next_hash(last, body)
        kept.append(Kept(seq, last, body, entry, judge(entry, books)))
    return kept


def _open_books(hq: Hq, connection: Connection, device: Device, entries: Sequence[Entry | None]) -> Books:
    """Fetch everything that judging this batch may need: one question to the database for each kind of fact."""
    there = [entry for entry in entries if entry is not None]
    earlier = read_orders(connection, device.owner, _orders_before(there))
    programs = {
        version: program_of(hq, connection, version) for version in _versions([*there, *earlier.values()])
    }
    redemptions = [entry for entry in there if entry.type in (REDEEM, REFUSE)]
    return Books(
        store=device.store,
        program=programs.get,
        taken_ids=taken_entry_ids(connection, [entry.entry_id for entry in there]),
        taken_redemptions=taken_redemption_ids(connection, _texts(redemptions, "redemption_id")),
        uses=lock_uses(connection, _texts(redemptions, "code_hash")),
        earlier_orders=earlier,
    )


def _versions(entries: Sequence[Entry]) -> set[int]:
    """Return the versions of the program that entries name, as far as there could be such a version."""
    found = (entry.data.get("program_version") for entry in entries)
    return {version for version in found if isinstance(version, int) and 0 < version <= INTEGER_MAX}


def _orders_before(entries: Sequence[Entry]) -> list[str]:
    """Return the orders that redemptions here belong to and that didn't come before them in this batch."""
    here: set[str] = set()
    earlier: dict[str, None] = {}
    for entry in entries:
        for order_id in _texts([entry], "order_id"):
            if entry.type == ORDER:
                here.add(order_id)
            elif order_id not in here:
                earlier[order_id] = None
    return list(earlier)


def _texts(entries: Sequence[Entry], name: str) -> list[str]:
    """Return a field's different values, as far as they could be names: bodies have not been checked yet."""
    values = (entry.data.get(name) for entry in entries)
    return list(dict.fromkeys(value for value in values if isinstance(value, str) and "\x00" not in value))


def _new_cases(kept: Sequence[Kept]) -> list[NewCase]:
    return [
        NewCase(each.seq, " ".join(each.judgement.flags), each.judgement.detail)
        for each in kept
        if each.judgement.verdict is not Verdict.POSTED
    ]


def _move_members(connection: Connection, kept: Sequence[Kept], *, store: str) -> list[Change]:
    """Move balances and visits of known members; return who has to hear of it.

    An entry of a member whom HQ doesn't know has its postings all the same; adding the member later starts from
    them.
    """
    points: dict[str, int] = {}
    visits: dict[str, int] = {}
    for each in kept:
        order = each.judgement.order
        if order is not None and order.member is not None:
            ref = order.member.ref
            points[ref] = points.get(ref, 0) + order.points
            visits[ref] = max(visits.get(ref, 0), order.t_eff)
        redemption = each.judgement.redemption
        if redemption is not None and redemption.points and redemption.member is not None:
            points[redemption.member] = points.get(redemption.member, 0) - redemption.points
    if not points:
        return []
    hold_whole(connection, Whole.MEMBERS, is_shared=True)  # nobody adds a member whom we then wouldn't know
    known = lock_members(connection, points)
    points = {ref: amount for ref, amount in points.items() if ref in known}
    scopes = read_scopes(connection, known)
    first = {ref for ref in visits if ref in known and store not in scopes.get(ref, ())}
    later = {
        ref: at for ref, at in visits.items() if ref in first or (ref in known and at > scopes[ref][store])
    }
    move_balances(connection, points)
    note_visits(connection, later, store=store)
    changes = [Change(store, MEMBER, ref) for ref in sorted(first)]
    moved = sorted(ref for ref, amount in points.items() if amount)
    return changes + [Change(scope, MEMBER, ref) for ref in moved for scope in sorted(scopes.get(ref, ()))]


def _voucher_changes(moved: dict[str, Uses]) -> list[Change]:
    """Return the vouchers whose counter stations must know: those that have a limit."""
    return [Change(EVERYWHERE, VOUCHER, code_hash) for code_hash, uses in moved.items() if uses.uses_max]
