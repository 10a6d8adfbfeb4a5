"""What happened with a member, the newest first: orders, redemptions and refusals, returns, cards, consents, notes,
matters, and what people did for them by hand.

Each kind of thing is asked for by itself, as many as a page has, and the newest of all are shown.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, select

from hq.api.paging import Paging, cut, read_cursor
from hq.home import Hq
from hq.journal.own import OWNER
from hq.journal.reversal_tables import reversal_fact
from hq.journal.store import REFUSED
from hq.members.finding import row_of
from hq.members.merged import refs_of
from hq.members.tables import by_hand, consent, matter, member_note, merged_account
from hq.tables import card, journal, order_fact, redemption_fact

AT_ONE_MOMENT = 50  # things of one kind that may have the same moment without one being left out


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing. `about` is an id, `said` words of a program or a person, `numbers` by name; `at_ms` UTC."""

    at_ms: int
    kind: str
    key: str
    about: str = ""
    who: str = ""
    said: str = ""
    numbers: dict[str, int] = field(default_factory=dict)
    reasons: tuple[dict[str, Any], ...] = ()  # of a refusal, as its entry says them


def timeline(
    hq: Hq, ref: str, paging: Paging, *, kinds: Collection[str] = ()
) -> tuple[list[Happened], str | None]:
    """Return a page of what happened (of some kinds, or all), and the cursor of the next one.

    Raises `NotHere`, `Malformed`.
    """
    before = read_cursor(paging.cursor, (int, str, str))
    with hq.database.reading() as connection:
        row = row_of(connection, ref)
        refs = refs_of(connection, row.ref)
        found = list(_all(connection, refs, before, paging.limit + 1 + AT_ONE_MOMENT))
        found += [Happened(row.joined_ms, "joined", row.ref)] if row.joined_ms else []
    place = [
        each
        for each in found
        if (before is None or _place(each) < tuple(before)) and (not kinds or each.kind in kinds)
    ]
    newest = sorted(place, key=_place, reverse=True)[: paging.limit + 1]
    shown, following = cut(newest, paging, lambda each: list(_place(each)))
    said = _reasons(hq, [each.key for each in shown if each.kind == REFUSED])
    return [replace(each, reasons=said.get(each.key, ())) for each in shown], following


def _reasons(hq: Hq, refused: Sequence[str]) -> dict[str, tuple[dict[str, Any], ...]]:
    """Return why redemptions were refused, with the numbers, by their ids."""
    if not refused:
        return {}
    of = redemption_fact.c
    place = (journal.c.device == of.device) & (journal.c.epoch == of.epoch) & (journal.c.seq == of.seq)
    statement = select(of.redemption_id, journal.c.body).join(journal, place)
    with hq.database.reading() as connection:
        rows = connection.execute(statement.where(of.redemption_id.in_(refused)))
        return {row.redemption_id: tuple(orjson.loads(row.body)["data"]["reasons"]) for row in rows}


def _place(each: Happened) -> tuple[int, str, str]:
    return each.at_ms, each.kind, each.key


def _all(
    connection: Connection, refs: Sequence[str], before: Sequence[Any] | None, limit: int
) -> Iterator[Happened]:
    def newest(statement: Select[Any], at: Any, of: ColumnElement[bool]) -> Iterator[Any]:
        if before is not None:
            of = of & (at <= before[0])
        yield from connection.execute(statement.where(of).order_by(at.desc()).limit(limit))

    orders, uses, undone = order_fact.c, redemption_fact.c, reversal_fact.c
    place = (
        (journal.c.device == orders.device)
        & (journal.c.epoch == orders.epoch)
        & (journal.c.seq == orders.seq)
    )
    recorded = select(order_fact, journal.c.entry_id).join(journal, place)
    for row in newest(recorded, orders.t_eff, orders.member.in_(refs)):
        numbers = {"gross": row.gross, "discount": row.discount, "points": row.points}
        yield Happened(row.t_eff, "order", row.entry_id, row.order_id, row.store, numbers=numbers)
    by_stations = uses.member.in_(refs) & (uses.device != OWNER.device_id)
    for row in newest(select(redemption_fact), uses.t_eff, by_stations):
        numbers = {"discount": row.discount, "points": row.points}
        key, about = row.redemption_id, row.rule
        yield Happened(row.t_eff, row.outcome, key, about, row.store, row.reason, numbers)
    of_stations = undone.member.in_(refs) & (undone.device != OWNER.device_id)
    for row in newest(select(reversal_fact), undone.t_eff, of_stations):
        numbers = {"value": row.value, "points": row.points + row.points_back}
        yield Happened(row.t_eff, row.kind, row.reversal_id, row.order_id, row.store, row.reason, numbers)
    for row in newest(select(by_hand), by_hand.c.at_ms, by_hand.c.member.in_(refs)):
        numbers = {"points": row.points, "amount": row.amount}
        yield Happened(row.at_ms, f"given_{row.kind}", row.act_id, row.about, row.who, row.reason, numbers)
    for row in newest(select(member_note), member_note.c.at_ms, member_note.c.member.in_(refs)):
        yield Happened(row.at_ms, "note", row.note_id, "", row.who, row.body)
    for row in newest(select(matter), matter.c.opened_ms, matter.c.member.in_(refs)):
        yield Happened(row.opened_ms, "matter", f"M-{row.n}", f"M-{row.n}", row.opened_by, row.body)
    for row in newest(select(consent), consent.c.at_ms, consent.c.member.in_(refs)):
        word = "agreed" if row.is_given else "declined"
        yield Happened(row.at_ms, word, f"{row.n:06}", row.what, "", row.version)
    for row in newest(select(card), card.c.issued_ms, card.c.member.in_(refs)):
        yield Happened(row.issued_ms, "card", row.kid, row.kid)
    merged = merged_account.c
    for row in newest(select(merged_account), merged.at_ms, merged.ref.in_(refs)):
        yield Happened(row.at_ms, "merged", row.ref, row.ref, row.who)
