"""Adding members and changing them, one at a time, by what another program, a person or a file says of them.

What isn't said stays as it is. Everything that is said of one member is done in one transaction, or none of it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.codes import MemberNumber, fold, hash_number, parse
from app.core.consents import WORD
from app.core.personal import NOTHING_SAID, Part, Personal, PersonalInvalid, personal
from app.ids import new_ref
from hq.access.actor import Actor
from hq.audit.service import record
from hq.db import Whole, hold_whole
from hq.faults import Malformed, NotHere, NotPossible
from hq.home import Hq
from hq.members.applying import Applying, check_joining
from hq.members.attributes import Side, Value, set_values
from hq.members.closed import closed_refs
from hq.members.contacts import change_personal
from hq.members.finding import check_seen
from hq.members.merged import no_member, survivor_of
from hq.members.service import MemberFacts, ref_bytes, upsert_some
from hq.members.store import lock_members
from hq.members.tables import consent, member_external
from hq.rows import insert_rows
from hq.tables import member, store
from hq.touched import touch

CONSENTS_AT_ONCE, CONSENTS_KEPT_MAX = 20, 1_000
EXTERNAL_LENGTH_MAX = 80
ADDED, CHANGED = "member.added", "member.changed"


@dataclass(frozen=True, slots=True)
class ConsentSaid:
    """What a member said when they were asked: to what, by which version and language of the text, yes or no."""

    what: str
    version: str
    language: str
    is_given: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a member; None says nothing, an empty text that there is none.

    `personal` are `name`, `phone`, `email` and `birthday` as typed. `number` is a printed one. `applying`: what they
    say to join, None where the rules for joining aren't asked, as of somebody who is a member elsewhere already.
    """

    ref: str | None = None
    external_id: str | None = None
    personal: Mapping[str, str] = field(default_factory=dict)
    number: str | None = None
    home_store: str | None = None
    attributes: Mapping[str, Value | None] = field(default_factory=dict)
    consents: Sequence[ConsentSaid] = ()
    applying: Applying | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """What came of it. `changed` are names of what is another now; `same` says in words who might be the same."""

    ref: str
    is_new: bool
    changed: tuple[str, ...]
    same: tuple[str, ...] = ()


def put_member(
    hq: Hq,
    actor: Actor,
    said: Said,
    *,
    side: Side,
    reason: str = "",
    check: Callable[[int], None] = lambda version: None,
) -> Put:
    """Add a member or change one. `check` gets the version that would be changed.

    Raises `Malformed`, `NotHere`, `NotPossible`, `Forbidden` or what `check` raises.
    """
    work = partial(put_in, hq, actor=actor, said=said, side=side, reason=reason, check=check)
    try:
        return hq.database.write(work)
    except IntegrityError as problem:
        raise NotPossible("Another member has that number.") from problem


def add_new(hq: Hq, actor: Actor, said: Said, *, side: Side, reason: str = "") -> Put:
    """Add a member who isn't one yet. Raises `Malformed`, `NotPossible` or `Forbidden`."""

    def refuse(_version: int) -> None:
        raise NotPossible("There is a member with this external id already. Nothing was changed.")

    return put_member(hq, actor, said, side=side, reason=reason, check=refuse)


def put_in(
    hq: Hq,
    connection: Connection,
    *,
    actor: Actor,
    said: Said,
    side: Side,
    reason: str = "",
    check: Callable[[int], None] = lambda version: None,
) -> Put:
    """Do what `put_member` does within a transaction of the caller's."""
    now_ms = hq.clock.now_ms()
    new = _read(said)
    hold_whole(connection, Whole.MEMBERS)
    ref = find_ref(connection, said)
    if said.home_store:
        _check_store(connection, said.home_store)
    if ref is None:
        return _add(hq, connection, actor, said, new, side=side, reason=reason, now_ms=now_ms)
    check_seen(connection, actor, ref)
    lock_members(connection, [ref])
    row = connection.execute(select(member).where(member.c.ref == ref)).one()
    check(row.version)
    changed, same = change_personal(connection, ref, new, now_ms=now_ms)
    changed += _set_rest(connection, actor, ref, said, side=side, now_ms=now_ms)
    facts = _facts(row, said, new)
    is_told = facts != _facts(row, Said(), {})
    changed += [] if facts.number is None else ["number"]
    changed += ["home_store"] if facts.home_store != row.home_store else []
    if not changed:
        return Put(ref, is_new=False, changed=())
    later = update(member).where(member.c.ref == ref).values(version=member.c.version + 1)
    connection.execute(later)
    touch(connection, [ref])
    if is_told or any(name.startswith("attributes.") for name in changed):
        upsert_some(connection, [facts], now_ms=now_ms)
    _record(connection, actor, CHANGED, ref, changed, reason=reason, now_ms=now_ms)
    return Put(ref, is_new=False, changed=tuple(changed), same=tuple(same))


def find_ref(connection: Connection, said: Said) -> str | None:
    """Return whose reference or external id it is, by now; None for an external id that is new, or none.

    Raises `NotHere`, `NotPossible`.
    """
    by_id = None if said.external_id is None else ref_by_external(connection, said.external_id)
    if said.ref is None:
        return by_id
    ref_bytes(said.ref)
    ref = survivor_of(connection, said.ref)
    known = connection.execute(select(member.c.ref).where(member.c.ref == ref)).scalar_one_or_none()
    if known is None:
        if closed_refs(connection, [ref]):
            raise NotHere(f"Member {said.ref} was erased.")
        raise NotHere(no_member(connection, said.ref))
    if by_id not in (None, ref):
        raise NotPossible(f"This external id is that of member {by_id}.")
    return ref


def ref_by_external(connection: Connection, external_id: str) -> str | None:
    """Return the member whom another system calls so."""
    statement = select(member_external.c.member).where(member_external.c.external_id == external_id)
    found: str | None = connection.execute(statement).scalar_one_or_none()
    return found


def _add(
    hq: Hq,
    connection: Connection,
    actor: Actor,
    said: Said,
    new: Mapping[str, str],
    *,
    side: Side,
    reason: str,
    now_ms: int,
) -> Put:
    attributes = {name: value for name, value in said.attributes.items() if value is not None}
    if said.applying is not None:
        check_joining(hq, connection, said.applying, attributes, store=said.home_store, now_ms=now_ms)
    ref = new_ref()
    changed, same = change_personal(connection, ref, new, now_ms=now_ms)
    changed += _set_rest(connection, actor, ref, said, side=side, now_ms=now_ms)
    shown = Personal(name=new.get("name", "")).display_name
    touch(connection, [ref])
    upsert_some(
        connection,
        [
            MemberFacts(
                ref, shown, fold(said.number) if said.number else None, home_store=said.home_store or None
            )
        ],
        now_ms=now_ms,
    )
    _record(connection, actor, ADDED, ref, changed, reason=reason, now_ms=now_ms)
    return Put(ref, is_new=True, changed=tuple(changed), same=tuple(same))


def _set_rest(
    connection: Connection, actor: Actor, ref: str, said: Said, *, side: Side, now_ms: int
) -> list[str]:
    """Set external id, attributes and consents; return the names of what is another now."""
    changed = []
    if said.external_id is not None and ref_by_external(connection, said.external_id) is None:
        row = {"external_id": said.external_id, "member": ref, "at_ms": now_ms}
        connection.execute(insert(member_external), row)
        changed.append("external_id")
    values = set_values(connection, actor, ref, said.attributes, side=side, now_ms=now_ms)
    changed += [f"attributes.{name}" for name in values]
    changed += [f"consents.{name}" for name in _add_consents(connection, ref, said.consents, now_ms=now_ms)]
    return changed


def _add_consents(
    connection: Connection, ref: str, consents: Sequence[ConsentSaid], *, now_ms: int
) -> list[str]:
    """Note what a member says behind what they said before; the same once more is nothing new."""
    held = select(consent).where(consent.c.member == ref).order_by(consent.c.n)
    rows = connection.execute(held).all()
    newest = {row.what: (row.version, row.language, bool(row.is_given)) for row in rows}
    new = [each for each in consents if newest.get(each.what) != (each.version, each.language, each.is_given)]
    if len(rows) + len(new) > CONSENTS_KEPT_MAX:
        raise NotPossible("Of no member are more consents kept.")
    first = connection.execute(
        select(func.coalesce(func.max(consent.c.n), 0)).where(consent.c.member == ref)
    ).scalar_one()
    insert_rows(
        connection,
        consent,
        [
            {
                "member": ref,
                "n": n,
                "what": each.what,
                "version": each.version,
                "language": each.language,
                "is_given": int(each.is_given),
                "at_ms": now_ms,
            }
            for n, each in enumerate(new, start=first + 1)
        ],
    )
    return [each.what for each in new]


def _facts(row: Any, said: Said, new: Mapping[str, str]) -> MemberFacts:
    """Return what stations get of a member, changed by what is said."""
    name = Personal(name=new["name"]).display_name if "name" in new else row.name
    number = fold(said.number) if said.number else None
    if number is not None and hash_number(number) == row.number_hash:
        number = None
    home = row.home_store if said.home_store is None else said.home_store or None
    segments = tuple(json.loads(row.segments))
    return MemberFacts(row.ref, name, number, row.tier, segments, home, row.number_hash)


def _read(said: Said) -> dict[str, str]:
    """Return what was said of oneself in the form that is kept, and check the rest. Raises `Malformed`."""
    if said.external_id is not None and not is_external(said.external_id):
        raise Malformed(f"An external id has 1 to {EXTERNAL_LENGTH_MAX} characters in one line.")
    if said.number and not isinstance(parse(said.number, keys={}, now_ms=0), MemberNumber):
        raise Malformed("This is no member number. It begins with M and has 11 letters or digits behind it.")
    if len(said.consents) > CONSENTS_AT_ONCE:
        raise Malformed(f"At most {CONSENTS_AT_ONCE} consents come at once.")
    for each in said.consents:
        if not all(WORD.fullmatch(word) for word in (each.what, each.version, each.language)):
            raise Malformed("A consent names what, version and language by words of 40 characters at most.")
    try:
        read = personal(**said.personal) if said.personal else NOTHING_SAID
    except PersonalInvalid as problem:
        raise Malformed(SAID_WRONG[problem.part]) from problem
    return {name: getattr(read, name) for name in said.personal}


SAID_WRONG = {
    Part.NAME: "This name can't be used. It has letters, 80 at most.",
    Part.PHONE: "This is no phone number. It has 6 to 15 digits, with a + before a country's code.",
    Part.EMAIL: "This is no e-mail address. It looks like name@example.com.",
    Part.BIRTHDAY: "This is no birthday. Give month and day, such as 05-17.",
}


def is_external(text: str) -> bool:
    """Tell whether another system may call a member so."""
    return 0 < len(text) <= EXTERNAL_LENGTH_MAX and text.isprintable() and text == text.strip()


def _check_store(connection: Connection, store_id: str) -> None:
    found = connection.execute(select(store.c.store_id).where(store.c.store_id == store_id))
    if found.scalar_one_or_none() is None:
        raise NotPossible("There is no such store.")


def _record(
    connection: Connection,
    actor: Actor,
    action: str,
    ref: str,
    changed: Sequence[str],
    *,
    reason: str,
    now_ms: int,
) -> None:
    """Write down what was changed, by name only: the audit stays when a member is erased."""
    after = {"changed": list(changed)}
    record(connection, actor, action, f"member:{ref}", now_ms=now_ms, reason=reason, after=after)
