"""Publishing program versions, and reading them back for judging."""

from typing import Any

from orjson import loads
from sqlalchemy import Connection, select

from app.core.contradictions import contradictions
from app.core.keyset import KeyUse
from app.core.program import Program, ProgramInvalid
from app.core.program_format import read_program
from hq.access.actor import SYSTEM, Actor
from hq.audit.service import record
from hq.authority.counters import begin_counters
from hq.benefits.asking import asks
from hq.campaigns.catching_up import bring_up_to_date
from hq.campaigns.store import insert_document, newest_version, read_document
from hq.db import Whole, hold_whole
from hq.faults import NotHere, NotPossible
from hq.feed import COUNTED, EVERYWHERE, Change, announce
from hq.home import Hq
from hq.keys import sign_document
from hq.keysets.store import current_kid
from hq.tables import store
from hq.touched import BENEFITS, touch_all
from hq.touched_table import TOLD
from sync.protocol import DocumentKind, SignedDocument

NONE_YET = {"stops": "Nothing was ever stopped.", "brand": "Nobody has said yet how stations look."}
PROGRAMS_KEPT = 32  # compiled ones in memory: more versions than stations that were away can bring along


PROGRAM, CAMPAIGN = "program", "campaign"


def publish_program(
    hq: Hq, body: bytes, *, is_meant: bool = False, actor: Actor = SYSTEM, note: str = ""
) -> SignedDocument:
    """Check, sign and store a program version, which stays as it is from then on. Raises `NotPossible`.

    `body` is the canonical JSON of program format 1. Its version must be higher than every one before. What it says
    that can't be meant is refused too, unless `is_meant` says that somebody has looked at it.
    """
    with hq.database.atomic() as connection:
        hold_whole(connection, Whole.PROGRAMS)
        return publish_in(hq, connection, body, is_meant=is_meant, actor=actor, note=note)


def publish_in(
    hq: Hq,
    connection: Connection,
    body: bytes,
    *,
    is_meant: bool,
    actor: Actor,
    note: str = "",
    what: str = PROGRAM,
) -> SignedDocument:
    """Do so in a transaction that holds all programs, with what follows from it: the drafts are brought up to it.

    `what` is new in it, for the audit: `campaign:spring`, `program:tiers`, or all of the program.
    """
    try:
        program = read_program(body)
    except ProgramInvalid as problem:
        raise NotPossible(f"This program can't be published: {problem}") from problem
    if not is_meant and (found := contradictions(program)):
        said = "".join(f"\n- {contradiction}" for contradiction in found)
        raise NotPossible(f"This program says what can hardly be meant:{said}")
    newest, asked = newest_version(connection, "program"), asks(connection)
    _check_currency(connection, program)
    if program.version <= newest:
        raise NotPossible(f"Version {newest} is published already; the next one must be higher.")
    before = _as_it_was(hq, connection, newest)
    now_ms = hq.clock.now_ms()
    kid = current_kid(connection, KeyUse.SIGN)
    signed = sign_document(hq.keys, kind="program", version=program.version, body=body, kids=[kid])
    insert_document(connection, signed, now_ms=now_ms)
    bring_up_to_date(connection, program, loads(body), actor=actor, now_ms=now_ms, note=note)
    announce(connection, [Change(EVERYWHERE, COUNTED, key) for key in begin_counters(connection, program)])
    if before is None or _benefits_of(before) != _benefits_of(program):
        touch_all(connection, BENEFITS)
    if asks(connection) != asked:
        touch_all(connection, TOLD)
    said_of_it = {"version": program.version, "hash": program.hash}
    if what.startswith(f"{CAMPAIGN}:"):
        record(connection, actor, "campaign.published", what, now_ms=now_ms, reason=note, after=said_of_it)
    else:
        record(connection, actor, "program.published", what, now_ms=now_ms, reason=note, after=said_of_it)
    return signed


def _benefits_of(program: Program) -> tuple[Any, ...]:
    """Return what members come to something by whatever they do: other rules for it concern all of them."""
    schemes = program.schemes
    marks = (schemes.milestones, schemes.challenges, schemes.referrals)
    return program.tiers, program.expiry, program.time_zone, *marks


def publish_lost(hq: Hq, body: bytes) -> SignedDocument:
    """Store a version that HQ lost with a day of its database, so that what was decided by it can be judged.

    It must be older than the newest: stations go by that one as before. Raises `NotPossible`.
    """
    try:
        program = read_program(body)
    except ProgramInvalid as problem:
        raise NotPossible(f"This program can't be published: {problem}") from problem
    with hq.database.atomic() as connection:
        hold_whole(connection, Whole.PROGRAMS)
        _check_currency(connection, program)
        if program.version > newest_version(connection, "program"):
            raise NotPossible(
                f"Version {program.version} is newer than all that HQ holds: publish it as new."
            )
        if read_document(connection, "program", program.version) is not None:
            raise NotPossible(f"HQ holds a version {program.version}; what was published stays as it is.")
        kid = current_kid(connection, KeyUse.SIGN)
        signed = sign_document(hq.keys, kind="program", version=program.version, body=body, kids=[kid])
        insert_document(connection, signed, now_ms=hq.clock.now_ms())
    return signed


def _as_it_was(hq: Hq, connection: Connection, version: int) -> Program | None:
    """Return the version before; None where there is none, or one of a form that this HQ can't read."""
    try:
        return program_of(hq, connection, version)
    except ProgramInvalid:
        return None


def _check_currency(connection: Connection, program: Program) -> None:
    """Refuse amounts that some store would read as another money."""
    others = (
        select(store.c.store_id).where(store.c.currency != program.currency.code).order_by(store.c.store_id)
    )
    found = connection.execute(others.limit(1)).scalar_one_or_none()
    if found is not None:
        raise NotPossible(f"Store {found} has another currency than this program ({program.currency.code}).")


def newest_document(hq: Hq, kind: DocumentKind) -> SignedDocument:
    """Return the newest document of a kind. Raises `NotHere` while there is none."""
    with hq.database.reading() as connection:
        found = read_document(connection, kind, newest_version(connection, kind))
    if found is None:
        raise NotHere(NONE_YET.get(kind, "No program has been published yet."))
    return found


def keyset_at(hq: Hq, version: int) -> SignedDocument:
    """Return one version of the set of keys. Raises `NotHere`."""
    with hq.database.reading() as connection:
        found = read_document(connection, "keyset", version)
    if found is None:
        raise NotHere(f"There is no set of keys {version}.")
    return found


def program_of(hq: Hq, connection: Connection, version: int) -> Program | None:
    """Return the version of the program that an entry was decided under, or None when HQ has no such version.

    A version never changes, so each is read and compiled once in the life of the process.
    """
    kept = hq.programs.get(version)
    if kept is not None:
        return kept
    found = read_document(connection, "program", version)
    if found is None:
        return None
    if len(hq.programs) >= PROGRAMS_KEPT:
        hq.programs.pop(min(hq.programs), None)  # another thread may have dropped the same
    compiled = hq.programs[version] = read_program(found.body)
    return compiled
