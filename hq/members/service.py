"""Members: added and changed in bulk, and given codes to show."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import IntegrityError

from app.core.authority import points_scope, voucher_scope
from app.core.codes import MEMBER_REF_SIZE, hash_number, number
from app.core.keyset import KeyUse
from app.core.signed_code import SIGNED_PREFIX, sign_token, written
from app.ids import MEMBER_BODY_LENGTH, REF_ALPHABET, REF_LENGTH, new_number
from hq.authority import home
from hq.db import ROWS_AT_ONCE, Whole, hold_whole
from hq.faults import NotHere, NotPossible
from hq.feed import ALIAS, EVERYWHERE, MEMBER, Change, announce
from hq.home import Hq
from hq.keysets.store import current_kid, note_cards
from hq.members.closed import closed_refs
from hq.members.merged import no_member, refs_of, survivors, survivors_of_numbers
from hq.members.store import (
    ACTIVE,
    codes_withdrawn,
    lock_members,
    parts_of,
    points_posted,
    read_members,
    read_scopes,
)
from hq.members.tables import merged_account
from hq.rows import insert_rows, upsert
from hq.segments.labels import names_for
from hq.tables import member, member_scope, phone_token, voucher
from hq.touched import touch
from hq.webhooks.outbox import Event, Kind, announce_events

DAY_MS = 24 * 60 * 60 * 1000
CODE_DAYS = 400  # as long as a station keeps a member who doesn't come; a new code costs nothing


@dataclass(frozen=True)
class MemberFacts:
    """A member as staff or an import gives them.

    `name` is short (given name and initial); `number` is the printed M number, `number_hash` what is kept of one that
    stays.
    """

    ref: str
    name: str = ""
    number: str | None = None
    tier: str = ""
    segments: tuple[str, ...] = ()
    home_store: str | None = None
    number_hash: str | None = None


def upsert_members(hq: Hq, members: Sequence[MemberFacts]) -> int:
    """Add members, or change those whose reference is known; balances are the ledger's and stay. Returns how many.

    Done in parts, each a transaction of its own, so that a large import doesn't keep stations waiting.
    """
    for each in members:
        check_facts(each)
    newest = list({each.ref: each for each in members}.values())  # of two with one reference, the later
    for some in parts_of(newest, ROWS_AT_ONCE):
        try:
            hq.database.write(partial(upsert_some, members=some, now_ms=hq.clock.now_ms()))
        except IntegrityError as problem:
            raise NotPossible("Two members can't have the same number.") from problem
    return len(newest)


def add_member(hq: Hq, facts: MemberFacts) -> None:
    """Add a member under a reference that no member has. Raises `NotPossible`."""
    check_facts(facts)

    def add(connection: Connection) -> None:
        hold_whole(connection, Whole.MEMBERS)
        if lock_members(connection, [facts.ref]):
            raise NotPossible(f"There is a member {facts.ref} already. Nothing was changed.")
        upsert_some(connection, [facts], now_ms=hq.clock.now_ms())

    try:
        hq.database.write(add)
    except IntegrityError as problem:
        raise NotPossible("Another member has that number.") from problem


def issue_code(hq: Hq, ref: str, *, days: int = CODE_DAYS, issued_ms: int | None = None) -> str:
    """Return a signed code (`L2:…`) for a member, good for `days` from now or from `issued_ms`."""
    return issue_codes(hq, [ref], days=days, issued_ms=issued_ms)[ref]


def reissue_code(hq: Hq, ref: str) -> str:
    """Return a new signed code for a member there is. Raises `NotHere`."""
    ref_bytes(ref)
    with hq.database.reading() as connection:
        if not read_members(connection, [ref]):
            raise NotHere(no_member(connection, ref))
    return issue_code(hq, ref)


def roll_code(hq: Hq, ref: str) -> str:
    """Withdraw all signed codes of a member, their phone's too, and return a new one. Raises `NotHere`.

    Stations that hold the member refuse the old ones from their next sync on. A code says its second of issue, so the
    new one is of the next second, and so is whatever is issued until then.
    """
    ref_bytes(ref)
    hq.database.write(partial(withdraw_codes, ref=ref, from_ms=(hq.clock.now_ms() // 1000 + 1) * 1000))
    return issue_code(hq, ref)


def issue_codes(
    hq: Hq, refs: Sequence[str], *, days: int = CODE_DAYS, issued_ms: int | None = None
) -> dict[str, str]:
    """Return a signed code for each member, by the newest good token key, and keep a note of who got one by which."""
    start_ms = hq.clock.now_ms() if issued_ms is None else issued_ms
    codes: dict[str, str] = {}
    for some in parts_of(list(dict.fromkeys(refs)), ROWS_AT_ONCE):
        with hq.database.atomic() as connection:
            tokens = issue_tokens(hq, connection, some, start_ms=start_ms, days=days)
        codes |= {ref: written(SIGNED_PREFIX, token) for ref, token in tokens.items()}
    return codes


def issue_tokens(
    hq: Hq,
    connection: Connection,
    refs: Sequence[str],
    *,
    start_ms: int,
    days: int = CODE_DAYS,
    phone: bytes | None = None,
) -> dict[str, bytes]:
    """Return what is signed for these members, at most ROWS_AT_ONCE of them; `phone` is the key it is bound to."""
    kid = current_kid(connection, KeyUse.TOKEN)
    withdrawn = codes_withdrawn(connection, refs)
    starts = {ref: max(start_ms, withdrawn.get(ref, 0)) for ref in refs}
    note_cards(connection, kid, refs, issued_ms=start_ms, expires_ms=start_ms + days * DAY_MS)
    return {
        ref: sign_token(
            hq.keys.key(kid),
            key_id=kid.encode("ascii"),
            ref=ref_bytes(ref),
            issued_ms=starts[ref],
            expires_ms=starts[ref] + days * DAY_MS,
            phone=phone,
        )
        for ref in refs
    }


def new_member_number() -> str:
    """Return a new plain number (M and 11 characters) for a printed card."""
    return number("M", new_number(MEMBER_BODY_LENGTH))


def ref_bytes(ref: str) -> bytes:
    """Return the 8 bytes that a reference of 13 characters stands for. Raises `NotPossible`."""
    places = [REF_ALPHABET.find(char) for char in ref]
    value = 0
    for place in places:
        value = value * len(REF_ALPHABET) + place
    if len(ref) != REF_LENGTH or min(places) < 0 or value >= 1 << (8 * MEMBER_REF_SIZE):
        raise NotPossible(f"{ref!r} is no member reference.")
    return value.to_bytes(MEMBER_REF_SIZE, "big")


def withdraw_codes(connection: Connection, *, ref: str, from_ms: int) -> None:
    """Withdraw all signed codes of a member that were issued before a moment (UTC ms). Raises `NotHere`."""
    if not lock_members(connection, [ref]):
        raise NotHere(no_member(connection, ref))
    connection.execute(delete(phone_token).where(phone_token.c.member == ref))
    later = max(from_ms, codes_withdrawn(connection, [ref]).get(ref, 0) + 1000)
    connection.execute(update(member).where(member.c.ref == ref).values(codes_from_ms=later))
    of_aliases = merged_account.c.survivor == ref
    connection.execute(update(merged_account).where(of_aliases).values(codes_from_ms=later))
    changes = [Change(EVERYWHERE, ALIAS, alias) for alias in refs_of(connection, ref)[1:]]
    scopes = read_scopes(connection, [ref])
    announce(connection, changes + [Change(store, MEMBER, ref) for store in sorted(scopes.get(ref, ()))])


def check_facts(each: MemberFacts) -> None:
    """Refuse what no column holds. Raises `NotPossible`."""
    ref_bytes(each.ref)
    for column, value in (("name", each.name), ("tier", each.tier), ("segments", json.dumps(each.segments))):
        room = member.c[column].type.length  # type: ignore[attr-defined]  # all three are String columns
        if len(value) > room:
            raise NotPossible(f"The {column} of member {each.ref} is longer than {room} characters.")


def upsert_some(connection: Connection, members: Sequence[MemberFacts], *, now_ms: int) -> None:
    """Add or change members in a transaction whose last rows but the audit's these are. Raises `NotPossible`."""
    # A new member has no row to hold yet, while a push may be posting to the account: see intake.
    hold_whole(connection, Whole.MEMBERS)
    refs = [each.ref for each in members]
    if closed := sorted(closed_refs(connection, refs)):
        raise NotPossible(
            f"{', '.join(closed)} was erased and can't come back. Add the member under a new reference."
        )
    for ref, survivor in survivors(connection, refs).items():
        raise NotPossible(f"Member {ref} was merged into {survivor}. Nothing was changed.")
    _check_numbers(connection, members)
    known = lock_members(connection, refs)
    posted = points_posted(connection, set(refs) - known)
    names = names_for(connection, {each.ref: each.segments for each in members}, now_ms=now_ms)
    rows = [
        {
            "ref": each.ref,
            "name": each.name,
            "number_hash": each.number_hash if each.number is None else hash_number(each.number),
            "tier": each.tier,
            "segments": json.dumps(names[each.ref]),
            "balance": posted.get(each.ref, 0),
            "home_store": each.home_store,
            "state": ACTIVE,
            "joined_ms": now_ms,  # of one who is there already it stays
        }
        for each in members
    ]
    held = home.held_now(connection, _owned_by_movers(connection, members))
    upsert(connection, member, rows, changes=("name", "number_hash", "tier", "segments", "home_store"))
    touch(connection, refs)
    new_members = [each for each in members if each.ref not in known]
    announce_events(connection, map(_added, new_members), now_ms=now_ms)
    scopes = read_scopes(connection, refs)
    at_home = [
        each for each in members if each.home_store and each.home_store not in scopes.get(each.ref, ())
    ]
    if at_home:
        new = [{"member": each.ref, "store": each.home_store, "last_visit_ms": 0} for each in at_home]
        insert_rows(connection, member_scope, new)
    for each in at_home:
        scopes.setdefault(each.ref, {})[str(each.home_store)] = 0
    announce(
        connection, (Change(store, MEMBER, ref) for ref in refs for store in sorted(scopes.get(ref, ())))
    )
    home.call_back_from(connection, held, now_ms=now_ms)  # or two stations would hold what they own


def _added(new: MemberFacts) -> Event:
    return Event(
        Kind.MEMBER_ADDED, {"member": new.ref, "tier": new.tier, "store": new.home_store, "by": "hq"}, new.ref
    )


def _check_numbers(connection: Connection, members: Sequence[MemberFacts]) -> None:
    """Let nobody get a number that leads to another member, of whom somebody else is a part by now."""
    hashes = {hash_number(each.number): each.ref for each in members if each.number is not None}
    for number_hash, survivor in survivors_of_numbers(connection, hashes).items():
        if hashes[number_hash] != survivor:
            raise NotPossible(
                f"The number of member {hashes[number_hash]} leads to {survivor}, by a merging."
            )


def _owned_by_movers(connection: Connection, members: Sequence[MemberFacts]) -> list[str]:
    """Return the scopes of what those members own who are to be at home in another store than now."""
    to = {each.ref: each.home_store for each in members}
    homes = select(member.c.ref, member.c.home_store).where(member.c.ref.in_(list(to)))
    movers = [row.ref for row in connection.execute(homes) if row.home_store not in (None, to[row.ref])]
    if not movers:
        return []
    codes = connection.execute(select(voucher.c.code_hash).where(voucher.c.owner.in_(movers))).scalars()
    return [*map(points_scope, movers), *map(voucher_scope, codes)]
