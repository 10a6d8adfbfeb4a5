"""What HQ holds about a member, for them to have: and from which stations something may be missing yet."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Table, and_, select

from hq.authority.counters import uses_of
from hq.authority.punches import punches_of
from hq.benefits.tables import granted, member_event, referral, subscription
from hq.faults import NotHere
from hq.home import Hq
from hq.journal.held import waiting_by_device
from hq.journal.reversal_tables import reversal_fact
from hq.members.merged import no_member, refs_of
from hq.members.store import account, money_of, read_scopes, wallet
from hq.members.tables import (
    by_hand,
    consent,
    enrolment,
    matter,
    matter_event,
    member_attribute,
    member_external,
    member_note,
    personal,
)
from hq.tables import (
    card,
    device,
    journal,
    member,
    order_fact,
    phone_token,
    posting,
    redemption_fact,
    voucher,
)

DAY_MS = 24 * 60 * 60 * 1000
NOT_ENROLLED = "waiting"


def export_member(hq: Hq, ref: str) -> dict[str, Any]:
    """Return everything about a member as of one moment. Raises `NotHere`.

    Entries of stations are in it up to the number that stands with each; `not_heard` names those that may hold more,
    since nobody has heard them for a day.
    """
    now_ms = hq.clock.now_ms()
    held = waiting_by_device(hq)
    with hq.database.reading() as connection:
        row = connection.execute(select(member).where(member.c.ref == ref)).one_or_none()
        if row is None:
            raise NotHere(no_member(connection, ref))
        refs = refs_of(connection, ref)
        stations = [_station(each, held, now_ms=now_ms) for each in _devices(connection)]
        return {
            "as_of_ms": now_ms,
            "member": {**row._mapping, "segments": orjson.loads(row.segments)},
            "aliases": refs[1:],
            "stores": read_scopes(connection, [ref]).get(ref, {}),
            "wallet": money_of(connection, ref),
            "postings": _rows(connection, posting, _is_theirs(refs), "entry_id", "unit", "amount"),
            "personal": _rows(
                connection,
                personal,
                personal.c.member == ref,
                "name",
                "phone",
                "email",
                "birthday",
                "stored_ms",
            ),
            "consents": _rows(
                connection,
                consent,
                consent.c.member == ref,
                "what",
                "version",
                "language",
                "is_given",
                "at_ms",
            ),
            "external_ids": _of(connection, member_external, ref, "external_id", "at_ms"),
            "attributes": _of(connection, member_attribute, ref, "name", "text", "number", "set_ms"),
            "notes": _of(connection, member_note, ref, "at_ms", "who", "body"),
            **_matters(connection, ref),
            "by_hand": _of(
                connection, by_hand, ref, "at_ms", "kind", "about", "points", "amount", "reason", "who"
            ),
            "enrolment": _entries(connection, enrolment, refs),
            "orders": _entries(connection, order_fact, refs),
            "redemptions": _entries(connection, redemption_fact, refs),
            "returns": _entries(connection, reversal_fact, refs),
            "events": _all(connection, member_event, refs, "name", "at_ms", "points", "said"),
            "granted": _all(connection, granted, refs, "source", "about", "number", "gives", "at_ms"),
            "brought_friends": _rows(
                connection, referral, referral.c.referrer.in_(refs), "scheme", "referred_on", "status"
            ),
            "was_brought": _rows(
                connection, referral, referral.c.friend.in_(refs), "scheme", "referred_on", "status"
            ),
            "paid_tiers": _all(connection, subscription, refs, "tier", "paid_ms", "last_day", "amount"),
            "cards": _rows(connection, card, card.c.member == ref, "kid", "issued_ms", "expires_ms"),
            "phone_links": _rows(connection, phone_token, phone_token.c.member == ref, "expires_ms"),
            "uses": uses_of(connection, [ref]).get(ref, {}),
            "punch_cards": punches_of(connection, [ref]).get(ref, {}),
            "vouchers": _rows(
                connection, voucher, voucher.c.owner == ref, "rule_id", "uses_max", "uses", "ends_on"
            ),
            "stations": stations,
            "not_heard": [each["device"] for each in stations if each["is_late"] and not each["is_over"]],
        }


def _matters(connection: Connection, ref: str) -> dict[str, list[dict[str, Any]]]:
    """Return what a member came with, and what was done with it."""
    said = "n", "opened_ms", "kind", "channel", "body", "order_entry", "state", "outcome"
    done = "n", "at_ms", "who", "changes", "note"
    return {
        "matters": _of(connection, matter, ref, *said),
        "matter_events": _of(connection, matter_event, ref, *done),
    }


def _is_theirs(refs: Sequence[str]) -> Any:
    """Return the condition that a posting is on an account or wallet of theirs."""
    return posting.c.account.in_([name(ref) for ref in refs for name in (account, wallet)])


def _devices(connection: Connection) -> Any:
    statement = select(device).where(device.c.state != NOT_ENROLLED).order_by(device.c.device_id)
    return connection.execute(statement).all()


def _station(row: Any, held: dict[str, int], *, now_ms: int) -> dict[str, Any]:
    """Say how far a station is included; one that erased itself has nothing left to say."""
    return {
        "device": row.device_id,
        "store": row.store,
        "state": row.state,
        "epoch": row.epoch,
        "included_seq": row.head_seq,
        "held_aside": held.get(row.device_id, 0),
        "heard_ms": row.last_seen_ms or None,
        "is_late": row.last_seen_ms < now_ms - DAY_MS,
        "is_over": row.wiped_ms is not None,
    }


def _entries(connection: Connection, of: Table, refs: Sequence[str]) -> list[dict[str, Any]]:
    """Return the entries of a member as they came, which hold more than HQ's tables do."""
    place = and_(journal.c.device == of.c.device, journal.c.epoch == of.c.epoch, journal.c.seq == of.c.seq)
    statement = (
        select(journal.c.device, journal.c.epoch, journal.c.seq, journal.c.verdict, journal.c.body)
        .join(of, place)
        .where(of.c.member.in_(refs))
        .order_by(journal.c.device, journal.c.epoch, journal.c.seq)
    )
    return [
        {
            "device": row.device,
            "epoch": row.epoch,
            "seq": row.seq,
            "verdict": row.verdict,
            "entry": orjson.loads(row.body),
        }
        for row in connection.execute(statement)
    ]


def _of(connection: Connection, table: Table, ref: str, *names: str) -> list[dict[str, Any]]:
    return _rows(connection, table, table.c.member == ref, *names)


def _all(connection: Connection, table: Table, refs: Sequence[str], *names: str) -> list[dict[str, Any]]:
    """Return rows of the member and of those who were merged into them."""
    return _rows(connection, table, table.c.member.in_(refs), *names)


def _rows(connection: Connection, table: Table, of: Any, *names: str) -> list[dict[str, Any]]:
    columns = [table.c[name] for name in names]
    found = connection.execute(select(*columns).where(of).order_by(*table.primary_key.columns))
    return [dict(row) for row in found.mappings()]
