"""Another card in the place of a lost one; merging, erasing and exporting by people. Each says why in the audit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.core.codes import fold
from hq.access.actor import Actor
from hq.audit.service import record
from hq.db import Whole, hold_whole
from hq.faults import NotPossible
from hq.home import Hq
from hq.members.cards import read_number
from hq.members.closing import Closing
from hq.members.erasing import erase_member, what_goes
from hq.members.exporting import export_member
from hq.members.finding import find_member, row_of
from hq.members.giving import check_reason
from hq.members.merging import Merging, merge_members
from hq.members.service import (
    MemberFacts,
    issue_code,
    new_member_number,
    reissue_code,
    upsert_some,
    withdraw_codes,
)
from hq.webhooks.outbox import Kind, announce_event


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card: its number to print, and the signed code on it. Neither is kept."""

    number: str
    code: str


def replace_card(hq: Hq, actor: Actor, ref: str, *, number: str | None, reason: str) -> NewCard:
    """Give a member another number and code; the old ones open nothing any more, at stations from their next sync on.

    Raises `NotHere`, `NotPossible`.
    """
    check_reason(reason)
    printed = new_member_number() if not number else read_number(number)

    def replace(connection: Connection) -> str:
        now_ms = hq.clock.now_ms()
        hold_whole(connection, Whole.MEMBERS)
        row = row_of(connection, ref)
        withdraw_codes(connection, ref=row.ref, from_ms=(now_ms // 1000 + 1) * 1000)
        facts = MemberFacts(
            row.ref, row.name, fold(printed), row.tier, tuple(json.loads(row.segments)), row.home_store
        )
        upsert_some(connection, [facts], now_ms=now_ms)
        record(connection, actor, "member.card_replaced", f"member:{row.ref}", now_ms=now_ms, reason=reason)
        found: str = row.ref
        return found

    try:
        of = hq.database.write(replace)
    except IntegrityError as problem:
        raise NotPossible("This card is somebody's already. Take another one.") from problem
    return NewCard(printed, issue_code(hq, of))


def give_code(hq: Hq, actor: Actor, ref: str, *, reason: str) -> str:
    """Return another signed code for a member, beside those they have. Raises `NotHere`."""
    of = find_member(hq, ref).row.ref
    code = reissue_code(hq, of)
    hq.database.write(partial(_note, hq, actor=actor, action="member.code_given", ref=of, reason=reason))
    return code


def merge(hq: Hq, actor: Actor, ref: str, into: str, *, reason: str) -> Merging:
    """Merge a member into another one. Raises `NotHere`, `NotPossible`."""
    check_reason(reason)
    find_member(hq, ref)

    def note(connection: Connection, done: Merging) -> None:
        after = {"into": done.survivor}
        _note(hq, connection, actor, "member.merged", ref, reason=reason, after=after)

    return merge_members(hq, ref, into, who=actor.name, note=note)


def erase(hq: Hq, actor: Actor, ref: str, *, reason: str) -> Closing:
    """Erase a member: reports keep their totals, and nobody's name. Raises `NotHere`, `NotPossible`."""
    check_reason(reason)
    of = find_member(hq, ref).row.ref
    what_goes(hq, of)

    def note(connection: Connection, done: Closing) -> None:
        after = {"rest": done.rest, "vouchers": done.vouchers}
        _note(hq, connection, actor, "member.erased", of, reason=reason, after=after)

    return erase_member(hq, of, note=note)


def export(hq: Hq, actor: Actor, ref: str, *, reason: str) -> dict[str, Any]:
    """Return all that HQ holds about a member, and note that somebody had it. Raises `NotHere`."""
    of = find_member(hq, ref).row.ref
    found = export_member(hq, of)
    hq.database.write(partial(_note, hq, actor=actor, action="member.exported", ref=of, reason=reason))
    return found


def _note(
    hq: Hq,
    connection: Connection,
    actor: Actor,
    action: str,
    ref: str,
    *,
    reason: str,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down what is done in this transaction, and tell those outside of what cannot be taken back."""
    now_ms, about = hq.clock.now_ms(), f"member:{ref}"
    kind = {"member.merged": Kind.MEMBER_MERGED, "member.erased": Kind.MEMBER_ERASED}.get(action)
    if kind is not None:
        announce_event(connection, kind, {"member": ref, **(after or {})}, now_ms=now_ms)
    record(connection, actor, action, about, now_ms=now_ms, reason=reason, after=after)
