"""The store's copy of HQ's facts: members of its scope, vouchers, its staff, the signed program and keys.

It is read on every decision and written only when something from HQ is applied. Rows carry HQ's figures; what this
station has done since lies over them as effects of the journal.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import zstandard
from sqlite_utils import Database

from app.core.program import Program
from app.core.voucher import Voucher
from app.store.aliases import Aliases
from app.store.gift_cards import GiftCards
from app.store.meta import write_meta
from app.store.names import LAST_LETTER, later_keys, name_key
from app.store.people import People
from app.store.programs import compiled
from app.store.replica_rows import KEY, MEMBER, NAME, NAME_KEY, NUMBER_HASH, REF, TABLES, TIER, in_order
from app.store.rights import Rights
from app.store.signals import read_signals

SMALL_DOCUMENT_BYTES = 1 << 16  # the set of keys, which each scan needs, and no program
DOCUMENT_BYTES_MAX = 64 << 20  # a program with a hundred thousand products is about one mebibyte
SETTINGS = (
    (
        "wal_autocheckpoint",
        200,
    ),  # pages folded into the file at once; SQLite's thousand would hold up a redemption
    (
        "cache_size",
        -4_096,
    ),  # KiB: the inner pages of a million members, so that a look-up reads no more than leaves
    ("secure_delete", "ON"),  # of a member who was erased no page keeps the name
)
NAMED_MAX = 20  # more than a person reads; who sees this many types another letter

HELD = "SELECT ref, number_hash, name FROM member WHERE ref IN (SELECT value FROM json_each(?))"
PUT_SAME_NAME = (
    "UPDATE member SET tier = ?, segments = ?, balance = ?, state = ?, codes_from_ms = ?, holder = ?, uses = ?,"
    " more = ?, punches = ? WHERE ref = ?"
)
VOUCHERS = "SELECT code_hash, rule_id, uses_max, uses, owner, ends_on, starts_on FROM voucher"
FROZEN = (
    "SELECT code_hash FROM voucher WHERE state = 'frozen' AND code_hash IN (SELECT value FROM json_each(?))"
)
OWNED_MAX = 500  # of one member; more come from a campaign that has gone wrong
BY_REF = "SELECT ref, name, tier, segments, balance, state, codes_from_ms, more FROM member WHERE ref = ?"
NAMES_OF = """
SELECT asked.value, member.name FROM json_each(?) AS asked LEFT JOIN alias ON alias.ref = asked.value
JOIN member ON member.ref = COALESCE(alias.survivor, asked.value) WHERE member.name <> ''
"""
BY_NUMBER = """
SELECT ref, name, tier, segments, balance, state, codes_from_ms, more FROM member WHERE number_hash = ?
"""
BY_NAME = """
SELECT ref, name, tier, segments, balance, state, codes_from_ms, more FROM member
WHERE name_key >= ? AND name_key < ? ORDER BY name_key LIMIT ?
"""
BY_LATER_WORD = """
SELECT member.ref, name, tier, segments, balance, state, codes_from_ms, more
FROM member_word JOIN member ON member.ref = member_word.ref
WHERE member_word.name_key >= ? AND member_word.name_key < ? ORDER BY member_word.name_key LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as the replica holds them, with what a card shows."""

    ref: str
    name: str
    tier: str
    segments: frozenset[str]
    balance: int
    state: str
    codes_from_ms: int = 0  # signed codes that were issued before are withdrawn
    more: str | None = None  # JSON: what ends, and attributes that conditions ask about; see sync/rows.py


@dataclass(frozen=True, slots=True)
class Position:
    """Where the replica stands: HQ's change number, HQ's moment, and our last entry that is in its figures.

    After a pull that broke off some rows are ahead of it (`Replica.included_seq`).
    """

    set_id: str
    cursor: int
    as_of_ms: int
    included_seq: int


def _member_row(row: Sequence[Any]) -> MemberRow:
    ref, name, tier, segments, balance, state, codes_from_ms, more = row
    return MemberRow(ref, name, tier, frozenset(orjson.loads(segments)), balance, state, codes_from_ms, more)


class Replica:
    """The replica in an open database."""

    def __init__(self, database: Database, *, is_new: bool = False) -> None:
        """Read from `database`, which has been migrated; into a new one no row comes twice."""
        self._db = database
        self._is_new = is_new
        for name, value in SETTINGS:
            database.execute(f"PRAGMA {name} = {value}")
        self._program: Program | None = None
        self._small_bodies: dict[str, bytes] = {}

    def member(self, ref: str) -> MemberRow | None:
        """Find a member by reference."""
        return self._member("ref", ref)

    def member_by_number(self, number_hash: str) -> MemberRow | None:
        """Find a member by the hash of their plain number."""
        return self._member("number_hash", number_hash)

    def survivor(self, ref: str) -> MemberRow | None:
        """Find a member by a reference that an entry names: of one who was merged, the survivor."""
        return self._member("ref", self.aliases.survivor(ref))

    def names_of(self, refs: Collection[str]) -> dict[str, str]:
        """Return the names of members by references that entries name, also of those who were merged."""
        rows = self._db.conn.execute(NAMES_OF, (orjson.dumps(list(refs)).decode(),))
        return dict(rows.fetchall())

    def _member(self, column: str, value: str) -> MemberRow | None:
        sql = {"ref": BY_REF, "number_hash": BY_NUMBER}[column]
        row = self._db.conn.execute(sql, (value,)).fetchone()
        if row is None:
            return None
        return _member_row(row)

    def members_named(self, typed: str, *, limit: int = NAMED_MAX) -> list[MemberRow]:
        """Find members whose name, or a later word of it, begins with what was typed; the whole names first.

        Case, accents and marks don't count. Both ranges are read in the order of their index, and no further than
        `limit`, so that one letter takes no longer than a whole name.
        """
        key = name_key(typed)
        if not key:
            return []
        found: dict[str, MemberRow] = {}
        for sql in (BY_NAME, BY_LATER_WORD):
            if len(found) < limit:
                for row in self._db.conn.execute(sql, (key, key + LAST_LETTER, limit)).fetchall():
                    found.setdefault(row[0], _member_row(row))
        return list(found.values())[:limit]

    def voucher(self, code_hash: str) -> Voucher | None:
        """Find a voucher by the hash of its number; its `uses` are HQ's count."""
        row = self._db.conn.execute(f"{VOUCHERS} WHERE code_hash = ?", (code_hash,)).fetchone()
        return None if row is None else _voucher(row)

    def frozen_among(self, code_hashes: Collection[str]) -> list[str]:
        """Return those of these vouchers that head office has stopped."""
        if not code_hashes:
            return []
        return [code for (code,) in self._db.conn.execute(FROZEN, (orjson.dumps([*code_hashes]).decode(),))]

    def vouchers_of(self, owner: str) -> list[Voucher]:
        """Return the vouchers that are a member's own, those that end first in front."""
        rows = self._db.conn.execute(
            f"{VOUCHERS} WHERE owner = ? ORDER BY ends_on IS NULL, ends_on, code_hash LIMIT ?",
            (owner, OWNED_MAX),
        )
        return [_voucher(row) for row in rows]

    @property
    def people(self) -> People:
        """Who works in this store."""
        return People(self._db)

    @property
    def gift_cards(self) -> GiftCards:
        """Gift cards, as HQ knows them."""
        return GiftCards(self._db)

    @property
    def aliases(self) -> Aliases:
        """Which references lead to another member."""
        return Aliases(self._db)

    @property
    def rights(self) -> Rights:
        """Who may spend what by itself, and how much of it is used, as HQ says."""
        return Rights(self._db)

    def signals(self, names: Collection[str], *, at_ms: int) -> dict[str, str]:
        """Return those of some signals that are so in this store at a moment (UTC ms), by name, as HQ says."""
        return read_signals(self._db, names, at_ms=at_ms)

    def program(self) -> Program | None:
        """Return the newest program, compiled once in this process for all stores that hold it."""
        if self._program is None:
            row = self._db.conn.execute("SELECT version, sig FROM document WHERE kind = 'program'").fetchone()
            self._program = None if row is None else compiled(row[0], row[1], self._program_body)
        return self._program

    def _program_body(self) -> bytes:
        body = self.document_body("program")
        assert body is not None, "its row is there"
        return body

    def document_body(self, kind: str) -> bytes | None:
        """Return the bytes of the newest document of a kind."""
        if kind in self._small_bodies:
            return self._small_bodies[kind]
        row = self._db.conn.execute("SELECT body FROM document WHERE kind = ?", (kind,)).fetchone()
        if row is None:
            return None
        body = zstandard.decompress(row[0], max_output_size=DOCUMENT_BYTES_MAX)
        if len(body) <= SMALL_DOCUMENT_BYTES:
            self._small_bodies[kind] = body
        return body

    def document_version(self, kind: str) -> int:
        """Return the version of the newest document of a kind; 0 before the first."""
        row = self._db.conn.execute("SELECT version FROM document WHERE kind = ?", (kind,)).fetchone()
        return row[0] if row else 0

    def document_kid(self, kind: str) -> str:
        """Return the id of the key that signed the newest document of a kind; empty before the first."""
        row = self._db.conn.execute("SELECT kid FROM document WHERE kind = ?", (kind,)).fetchone()
        return row[0] if row else ""

    def drop_document(self, kind: str) -> None:
        """Let a document go that isn't believed any more. Call it inside `atomic`."""
        self._db.conn.execute("DELETE FROM document WHERE kind = ?", (kind,))
        self._program = None
        self._small_bodies.pop(kind, None)

    def put_document(self, *, kind: str, version: int, kid: str, signature: bytes, body: bytes) -> None:
        """Keep a document whose signature has been checked. Call it inside `atomic`."""
        self._db.conn.execute(
            "INSERT INTO document (kind, version, kid, sig, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind) DO UPDATE"
            " SET version = excluded.version, kid = excluded.kid, sig = excluded.sig, body = excluded.body",
            (kind, version, kid, signature, zstandard.compress(body)),
        )
        self._program = None
        self._small_bodies.pop(kind, None)

    def copy_documents_from(self, other: "Replica") -> None:
        """Take over the documents of the replica that this one replaces. Call it inside `atomic`."""
        rows = other._db.conn.execute("SELECT kind, version, kid, sig, body FROM document").fetchall()
        self._db.conn.executemany(
            "INSERT INTO document (kind, version, kid, sig, body) VALUES (?, ?, ?, ?, ?)", rows
        )

    def put_rows(
        self, kind: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, included_seq: int = 0
    ) -> None:
        """Insert or replace rows given as lists in the order of `columns`. Call it inside `atomic`.

        `included_seq` is our last entry in these figures, where that may be more than the replica's position says.
        Columns that this program doesn't know are left out, those that an older HQ doesn't know are filled in; a kind
        it doesn't know is left alone (a newer HQ).
        """
        table = TABLES.get(kind)
        if table is None:
            return
        if tuple(columns) != table.columns:
            rows = in_order(table, columns, rows)
        kept = table.kept(rows)
        keys = [] if self._is_new else [row[KEY] for row in kept]
        if kind == MEMBER and not self._is_new:
            kept = self._put_same_names(kept)
        self._db.conn.executemany(table.put, kept)
        if table.include and not self._is_new:  # rows of a snapshot come with their position
            self._db.conn.execute(table.include, (included_seq, orjson.dumps(keys).decode()))
        if kind == MEMBER:
            self._forget_words([row[REF] for row in kept])
            self._put_words([(row[REF], key) for row in kept for key in later_keys(row[NAME_KEY])])

    def _put_same_names(self, kept: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Put members who are held with this number and name, and return the others: who buys gets points, no new name.

        Their indexes stay as they are, which is three pages out of four that would be read and written.
        """
        listed = orjson.dumps([row[REF] for row in kept]).decode()
        held = set(self._db.conn.execute(HELD, (listed,)).fetchall())
        same = [row for row in kept if (row[REF], row[NUMBER_HASH], row[NAME]) in held]
        self._db.conn.executemany(PUT_SAME_NAME, [(*row[TIER:NAME_KEY], row[REF]) for row in same])
        return [row for row in kept if (row[REF], row[NUMBER_HASH], row[NAME]) not in held]

    def put_row(self, kind: str, values: Mapping[str, Any]) -> None:
        """Insert or replace one row. Call it inside `atomic`."""
        self.put_rows(kind, list(values), [list(values.values())])

    def delete_row(self, kind: str, key: str) -> None:
        """Take a row out. Call it inside `atomic`."""
        if kind in TABLES:
            self._db.conn.execute(TABLES[kind].delete, (key,))
        if kind == MEMBER:
            self._forget_words([key])

    def fold_wal(self) -> None:
        """Write the WAL back and empty it: its frames hold pages as they were. Not inside `atomic`.

        Where somebody reads beside us it stays, and goes when the station next starts, closes or forgets a member.
        """
        self._db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _forget_words(self, refs: list[str]) -> None:
        if refs and not self._is_new:
            listed = orjson.dumps(refs).decode()
            self._db.conn.execute(
                "DELETE FROM member_word WHERE ref IN (SELECT value FROM json_each(?))", (listed,)
            )

    def _put_words(self, words: list[tuple[str, str]]) -> None:
        """Keep the words, after the first, that members are found by."""
        if words:
            self._db.conn.executemany(
                "INSERT OR IGNORE INTO member_word (ref, name_key) VALUES (?, ?)", words
            )

    def position(self) -> Position | None:
        """Return where the replica stands, or None before the first snapshot."""
        kept = dict(self._db.conn.execute("SELECT k, v FROM meta").fetchall())
        if "set_id" not in kept:
            return None
        return Position(kept["set_id"], kept["cursor"], kept["as_of_ms"], kept["included_seq"])

    def included_seq(self, kind: str, key: str) -> int:
        """Return our last entry that is in HQ's figures of a row, which may have come ahead of the position."""
        position = self.position()
        row = self._db.conn.execute(TABLES[kind].included, (key,)).fetchone()
        return max(position.included_seq if position else 0, row[0] if row else 0)

    def move_to(self, position: Position) -> None:
        """Note that everything up to a checkpoint has been applied. Call it inside `atomic` with its last rows."""
        write_meta(
            self._db,
            set_id=position.set_id,
            cursor=position.cursor,
            as_of_ms=position.as_of_ms,
            included_seq=position.included_seq,
        )

    def count(self, kind: str) -> int:
        """Return how many rows of a kind there are."""
        return int(self._db.table(kind).count)


def _voucher(row: Sequence[Any]) -> Voucher:
    code_hash, rule_id, uses_max, uses, owner, *days = row
    ends_on, starts_on = (None if day is None else date.fromisoformat(day) for day in days)
    return Voucher(code_hash, rule_id, uses_max, uses, owner, ends_on, starts_on)
