"""How HQ's rows are kept in the replica: a table a kind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import orjson

from app.store.names import name_key

MEMBER, VOUCHER, STAFF, COUNTER, ALIAS = "member", "voucher", "staff", "counter", "alias"
GIFT_CARD, SIGNAL = "gift_card", "signal"
KEY = 0  # place in a row as it is kept
REF, NUMBER_HASH, NAME, TIER, NAME_KEY = 0, 1, 2, 3, -1  # and in a member's


@dataclass(frozen=True, slots=True)
class Table:
    """How rows of one type are kept: HQ's columns in the order in which `kept` reads them, and the statements.

    `added` are columns that an older HQ doesn't have, with what they say then.
    """

    columns: tuple[str, ...]
    kept: Callable[[Iterable[Sequence[Any]]], list[tuple[Any, ...]]]
    put: str
    delete: str
    include: str = ""  # rows with figures that entries of ours move
    included: str = ""
    added: Mapping[str, Any] = field(default_factory=dict)


def _members_kept(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return [
        (
            ref,
            number_hash,
            name,
            tier,
            orjson.dumps(segments).decode() if segments else "[]",
            balance,
            state,
            codes_from_ms,
            holder,
            None if uses is None else orjson.dumps(uses, option=orjson.OPT_NON_STR_KEYS).decode(),
            None if more is None else orjson.dumps(more).decode(),
            None if punches is None else orjson.dumps(punches).decode(),
            name_key(name),
        )
        for (
            ref,
            number_hash,
            name,
            tier,
            segments,
            balance,
            state,
            codes_from_ms,
            holder,
            uses,
            more,
            punches,
        ) in rows
    ]


def _vouchers_kept(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return [
        (
            *facts,
            None if ends_on is None else str(ends_on),
            holder,
            None if starts_on is None else str(starts_on),
            state,
        )  # dates of a snapshot, texts of the feed
        for *facts, ends_on, holder, starts_on, state in rows
    ]


def _cards_kept(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return [
        (*facts, int(is_single_use), rest, None if ends_on is None else str(ends_on))
        for *facts, is_single_use, rest, ends_on in rows
    ]


def _as_they_are(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in rows]


TABLES = {
    MEMBER: Table(
        columns=(
            "ref",
            "number_hash",
            "name",
            "tier",
            "segments",
            "balance",
            "state",
            "codes_from_ms",
            "holder",
            "uses",
            "more",
            "punches",
        ),
        kept=_members_kept,
        put="INSERT OR REPLACE INTO member"
        " (ref, number_hash, name, tier, segments, balance, state, codes_from_ms, holder, uses, more, punches,"
        " name_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        delete="DELETE FROM member WHERE ref = ?",
        include="UPDATE member SET included_seq = ? WHERE ref IN (SELECT value FROM json_each(?))",
        included="SELECT included_seq FROM member WHERE ref = ?",
        added={"codes_from_ms": 0, "holder": None, "uses": None, "more": None, "punches": None},
    ),
    VOUCHER: Table(
        columns=(
            "code_hash",
            "rule_id",
            "uses_max",
            "uses",
            "owner",
            "ends_on",
            "holder",
            "starts_on",
            "state",
        ),
        kept=_vouchers_kept,
        put="INSERT OR REPLACE INTO voucher"
        " (code_hash, rule_id, uses_max, uses, owner, ends_on, holder, starts_on, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        delete="DELETE FROM voucher WHERE code_hash = ?",
        include="UPDATE voucher SET included_seq = ? WHERE code_hash IN (SELECT value FROM json_each(?))",
        included="SELECT included_seq FROM voucher WHERE code_hash = ?",
        added={"holder": None, "starts_on": None, "state": "active"},
    ),
    GIFT_CARD: Table(
        columns=("code_hash", "kind", "currency", "balance", "state", "single_use", "rest", "ends_on"),
        kept=_cards_kept,
        put="INSERT OR REPLACE INTO gift_card"
        " (code_hash, kind, currency, balance, state, single_use, rest, ends_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        delete="DELETE FROM gift_card WHERE code_hash = ?",
        include="UPDATE gift_card SET included_seq = ? WHERE code_hash IN (SELECT value FROM json_each(?))",
        included="SELECT included_seq FROM gift_card WHERE code_hash = ?",
    ),
    STAFF: Table(
        columns=("staff_id", "name", "role", "pin_hash", "pepper", "member", "sign_in"),
        kept=_as_they_are,
        put="INSERT OR REPLACE INTO staff (staff_id, name, role, pin_hash, pepper, member, sign_in)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        delete="DELETE FROM staff WHERE staff_id = ?",
    ),
    ALIAS: Table(
        columns=("ref", "survivor", "number_hash", "codes_from_ms"),
        kept=_as_they_are,
        put="INSERT OR REPLACE INTO alias (ref, survivor, number_hash, codes_from_ms) VALUES (?, ?, ?, ?)",
        delete="DELETE FROM alias WHERE ref = ?",
    ),
    SIGNAL: Table(
        columns=("key", "name", "value", "until_ms"),
        kept=_as_they_are,
        put="INSERT OR REPLACE INTO signal (key, name, value, until_ms) VALUES (?, ?, ?, ?)",
        delete="DELETE FROM signal WHERE key = ?",
    ),
    COUNTER: Table(
        columns=("key", "n"),
        kept=_as_they_are,
        put="INSERT OR REPLACE INTO counter (key, n) VALUES (?, ?)",
        delete="DELETE FROM counter WHERE key = ?",
        include="UPDATE counter SET included_seq = ? WHERE key IN (SELECT value FROM json_each(?))",
        included="SELECT included_seq FROM counter WHERE key = ?",
    ),
}


def in_order(table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Return rows in the order of the table's columns."""
    added = [name for name in table.added if name not in columns]
    columns, more = [*columns, *added], [table.added[name] for name in added]
    order = itemgetter(*map(columns.index, table.columns))
    return [order([*row, *more]) for row in rows]
