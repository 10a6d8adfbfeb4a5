"""Members as lists and one by one: looked for by whatever somebody has in hand, and all that is known of one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select

from app.core.codes import MemberNumber, fold, hash_number, parse
from hq.access.actor import Actor
from hq.api.paging import Paging, cut, page_of
from hq.db import plan_by_values
from hq.faults import NotHere
from hq.home import Hq
from hq.members.attributes import Attribute, Value, read_schema, values_of
from hq.members.closed import closed_refs
from hq.members.contacts import TEXTS, who_said
from hq.members.merged import no_member, refs_of, survivor_of, survivors_of_numbers
from hq.members.store import money_of, read_scopes
from hq.members.tables import consent, member_external, personal
from hq.tables import card, member, member_scope, phone_token

PLACE = (member.c.joined_ms, member.c.ref)
FOUND_MAX = 50
SEARCH_LENGTH_MAX = 254


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member in a list. `name` is short; the whole one is among what they said of themselves."""

    ref: str
    name: str
    tier: str
    segments: tuple[str, ...]
    balance: int
    home_store: str | None
    state: str
    joined_ms: int
    version: int
    external_ids: tuple[str, ...] = ()
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsentNow:
    """What a member said last when asked about one thing."""

    what: str
    version: str
    language: str
    is_given: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class MemberWhole:
    """All that is known of a member, but for what they did. `money`: of the wallet, minor units by currency."""

    row: MemberRow
    personal: Mapping[str, str]
    consents: tuple[ConsentNow, ...]
    aliases: tuple[str, ...]
    stores: Mapping[str, int]
    cards: tuple[tuple[str, int, int], ...]  # key, issued, expires
    phones: int
    has_number: bool
    schema: tuple[Attribute, ...]
    money: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which members a list shows. Empty texts ask for nothing."""

    q: str = ""
    store: str = ""
    tier: str = ""
    segment: str = ""


def list_members(hq: Hq, actor: Actor, wanted: Wanted, paging: Paging) -> tuple[list[MemberRow], str | None]:
    """Return members, who joined last first, and the cursor of the next page."""
    with hq.database.reading() as connection:
        plan_by_values(connection)
        statement = select(member).where(*_conditions(connection, actor, wanted))
        rows = connection.execute(page_of(statement, PLACE, paging, kinds=(int, str))).all()
        shown, following = cut(rows, paging, lambda row: (row.joined_ms, row.ref))
        return read_rows(connection, shown), following


def find_member(hq: Hq, ref: str) -> MemberWhole:
    """Return a member, by a reference that was merged too. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return whole(connection, ref)


def see(hq: Hq, actor: Actor, ref: str) -> str:
    """Return whose reference this is by now. Raises `NotHere`, also for a member whom none of their stores holds."""
    with hq.database.reading() as connection:
        found: str = row_of(connection, ref).ref
        check_seen(connection, actor, found)
    return found


def check_seen(connection: Connection, actor: Actor, ref: str) -> None:
    """Raise `NotHere` for a member whom none of somebody's stores holds."""
    if actor.ceilings.stores:
        held = held_by(actor).where(member_scope.c.member == ref)
        if connection.execute(held.limit(1)).one_or_none() is None:
            raise NotHere("There is no such member in your stores.")


def find_by_external(hq: Hq, external_id: str) -> MemberWhole:
    """Return the member whom another system calls so. Raises `NotHere`."""
    with hq.database.reading() as connection:
        of = select(member_external.c.member).where(member_external.c.external_id == external_id)
        ref = None if "\x00" in external_id else connection.execute(of).scalar_one_or_none()
        if ref is None:
            raise NotHere("There is no member with this external id.")
        return whole(connection, ref)


def whole(connection: Connection, ref: str) -> MemberWhole:
    """Return a member as of this transaction. Raises `NotHere`."""
    row = row_of(connection, ref)
    ref = row.ref
    said = connection.execute(select(personal).where(personal.c.member == ref)).mappings().one_or_none()
    cards = select(card).where(card.c.member == ref).order_by(card.c.issued_ms.desc())
    phones = select(func.count()).where(phone_token.c.member == ref, phone_token.c.phone.is_not(None))
    return MemberWhole(
        row=read_rows(connection, [row])[0],
        personal={name: "" if said is None else said[name] for name in TEXTS},
        consents=_consents(connection, ref),
        aliases=tuple(refs_of(connection, ref)[1:]),
        stores=read_scopes(connection, [ref]).get(ref, {}),
        cards=tuple((each.kid, each.issued_ms, each.expires_ms) for each in connection.execute(cards)),
        phones=int(connection.execute(phones).scalar_one()),
        has_number=row.number_hash is not None,
        schema=tuple(read_schema(connection).values()),
        money=money_of(connection, ref),
    )


def row_of(connection: Connection, ref: str) -> Any:
    """Return the row of a member, or of whom they were merged into. Raises `NotHere`."""
    if "\x00" in ref:
        raise NotHere("There is no such member.")
    to = survivor_of(connection, ref)
    row = connection.execute(select(member).where(member.c.ref == to)).one_or_none()
    if row is None:
        raise NotHere(
            f"Member {ref} was erased." if closed_refs(connection, [ref]) else no_member(connection, ref)
        )
    return row


def read_rows(connection: Connection, rows: Sequence[Any]) -> list[MemberRow]:
    """Return rows of the table with what stands in other ones."""
    refs = [row.ref for row in rows]
    values = values_of(connection, refs)
    of = select(member_external).where(member_external.c.member.in_(refs))
    names: dict[str, list[str]] = {}
    for each in connection.execute(of.order_by(member_external.c.at_ms, member_external.c.external_id)):
        names.setdefault(each.member, []).append(each.external_id)
    return [
        MemberRow(
            row.ref,
            row.name,
            row.tier,
            tuple(json.loads(row.segments)),
            int(row.balance),
            row.home_store,
            row.state,
            row.joined_ms,
            row.version,
            tuple(names.get(row.ref, ())),
            values.get(row.ref, {}),
        )
        for row in rows
    ]


def _consents(connection: Connection, ref: str) -> tuple[ConsentNow, ...]:
    rows = connection.execute(select(consent).where(consent.c.member == ref).order_by(consent.c.n))
    newest = {row.what: row for row in rows}
    return tuple(
        ConsentNow(row.what, row.version, row.language, bool(row.is_given), row.at_ms)
        for row in newest.values()
    )


def _conditions(connection: Connection, actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if actor.ceilings.stores:
        found.append(exists(held_by(actor).where(member_scope.c.member == member.c.ref)))
    if wanted.store:
        found.append(member.c.home_store == wanted.store)
    if wanted.tier:
        found.append(member.c.tier == wanted.tier)
    if wanted.segment:
        found.append(member.c.segments.contains(json.dumps(wanted.segment), autoescape=True))
    if text := wanted.q.strip():
        found.append(_is_meant(connection, text))
    return found


def held_by(actor: Actor) -> Select[Any]:
    """Return the members whom somebody's stores hold, for those who see certain stores only."""
    return select(member_scope.c.member).where(member_scope.c.store.in_(sorted(actor.ceilings.stores)))


def _is_meant(connection: Connection, text: str) -> ColumnElement[bool]:
    """Return the condition that somebody is whom a person looks for: by any id, number, contact, or part of a name."""
    refs = {survivor_of(connection, text.upper()), *who_said(connection, text)}
    of = select(member_external.c.member).where(member_external.c.external_id == text)
    refs |= set(connection.execute(of).scalars())
    number = parse(text, keys={}, now_ms=0)
    if isinstance(number, MemberNumber):
        hashed = hash_number(fold(text))
        refs |= set(survivors_of_numbers(connection, [hashed]).values())
        return or_(member.c.number_hash == hashed, member.c.ref.in_(sorted(refs)))
    if len(refs) > 1 or "@" in text:
        return member.c.ref.in_(sorted(refs))
    return or_(
        member.c.ref.in_(sorted(refs)),
        func.lower(member.c.name).contains(text.lower(), autoescape=True),
        member.c.name.contains(text, autoescape=True),
        member.c.ref.in_(_named(text)),
    )


def _named(text: str) -> Select[Any]:
    name = personal.c.name
    return select(personal.c.member).where(
        or_(
            func.lower(name).contains(text.lower(), autoescape=True),
            name.contains(text, autoescape=True),
        )
    )
