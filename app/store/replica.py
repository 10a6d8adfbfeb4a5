"""The store's copy of HQ's facts: members of its scope, vouchers, the signed program and keys.

It is read on every decision and written only when something from HQ is applied. Rows carry HQ's figures; what this
station has done since lies over them as effects of the journal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import zstandard
from sqlite_utils import Database

from app.core.program import Program
from app.core.voucher import Voucher
from app.store.meta import read_meta, write_meta
from app.store.programs import compiled

DOCUMENT_BYTES_MAX = 64 << 20  # a program with a hundred thousand products is about one mebibyte


@dataclass(frozen=True, slots=True)
class Table:
    """How rows of one type are kept: the columns in the order of the statement that puts them, and which hold JSON."""

    columns: tuple[str, ...]
    json_columns: frozenset[str]
    put: str
    delete: str


TABLES = {
    "member": Table(
        columns=("ref", "number_hash", "name", "tier", "segments", "balance", "state"),
        json_columns=frozenset({"segments"}),
        put="INSERT OR REPLACE INTO member (ref, number_hash, name, tier, segments, balance, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        delete="DELETE FROM member WHERE ref = ?",
    ),
    "voucher": Table(
        columns=("code_hash", "rule_id", "uses_max", "uses", "owner", "ends_on"),
        json_columns=frozenset(),
        put="INSERT OR REPLACE INTO voucher (code_hash, rule_id, uses_max, uses, owner, ends_on)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        delete="DELETE FROM voucher WHERE code_hash = ?",
    ),
}


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as the replica holds them, with what a card shows."""

    ref: str
    name: str
    tier: str
    segments: frozenset[str]
    balance: int
    state: str


@dataclass(frozen=True, slots=True)
class Position:
    """Where the replica stands: HQ's change number, HQ's moment, and our last entry that is in its figures."""

    set_id: str
    cursor: int
    as_of_ms: int
    included_seq: int


class Replica:
    """The replica in an open database."""

    def __init__(self, database: Database) -> None:
        """Read from `database`, which has been migrated."""
        self._db = database
        self._program: Program | None = None

    def member(self, ref: str) -> MemberRow | None:
        """Find a member by reference."""
        return self._member("ref", ref)

    def member_by_number(self, number_hash: str) -> MemberRow | None:
        """Find a member by the hash of their plain number."""
        return self._member("number_hash", number_hash)

    def _member(self, column: str, value: str) -> MemberRow | None:
        sql = {
            "ref": "SELECT ref, name, tier, segments, balance, state FROM member WHERE ref = ?",
            "number_hash": "SELECT ref, name, tier, segments, balance, state FROM member WHERE number_hash = ?",
        }[column]
        row = self._db.execute(sql, (value,)).fetchone()
        if row is None:
            return None
        return MemberRow(row[0], row[1], row[2], frozenset(orjson.loads(row[3])), row[4], row[5])

    def voucher(self, code_hash: str) -> Voucher | None:
        """Find a voucher by the hash of its number; its `uses` are HQ's count."""
        row = self._db.execute(
            "SELECT code_hash, rule_id, uses_max, uses, owner, ends_on FROM voucher WHERE code_hash = ?",
            (code_hash,),
        ).fetchone()
        if row is None:
            return None
        return Voucher(
            code_hash=row[0],
            rule_id=row[1],
            uses_max=row[2],
            uses=row[3],
            owner=row[4],
            ends_on=None if row[5] is None else date.fromisoformat(row[5]),
        )

    def program(self) -> Program | None:
        """Return the newest program, compiled once in this process for all stores that hold it."""
        if self._program is None:
            row = self._db.execute("SELECT version, sig FROM document WHERE kind = 'program'").fetchone()
            self._program = None if row is None else compiled(row[0], row[1], self._program_body)
        return self._program

    def _program_body(self) -> bytes:
        body = self.document_body("program")
        assert body is not None, "its row is there"
        return body

    def document_body(self, kind: str) -> bytes | None:
        """Return the bytes of the newest document of a kind."""
        row = self._db.execute("SELECT body FROM document WHERE kind = ?", (kind,)).fetchone()
        if row is None:
            return None
        return zstandard.decompress(row[0], max_output_size=DOCUMENT_BYTES_MAX)

    def document_version(self, kind: str) -> int:
        """Return the version of the newest document of a kind; 0 before the first."""
        row = self._db.execute("SELECT version FROM document WHERE kind = ?", (kind,)).fetchone()
        return row[0] if row else 0

    def put_document(self, *, kind: str, version: int, kid: str, signature: bytes, body: bytes) -> None:
        """Keep a document whose signature has been checked. Call it inside `atomic`."""
        self._db.execute(
            "INSERT INTO document (kind, version, kid, sig, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind) DO UPDATE"
            " SET version = excluded.version, kid = excluded.kid, sig = excluded.sig, body = excluded.body",
            (kind, version, kid, signature, zstandard.compress(body)),
        )
        self._program = None

    def copy_documents_from(self, other: "Replica") -> None:
        """Take over the documents of the replica that this one replaces. Call it inside `atomic`."""
        rows = other._db.execute("SELECT kind, version, kid, sig, body FROM document").fetchall()
        self._db.conn.executemany(
            "INSERT INTO document (kind, version, kid, sig, body) VALUES (?, ?, ?, ?, ?)", rows
        )

    def put_rows(self, kind: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert or replace rows given as lists in the order of `columns`. Call it inside `atomic`.

        Columns that this program doesn't know are left out; a kind it doesn't know is left alone (a newer HQ).
        """
        table = TABLES.get(kind)
        if table is None:
            return
        order = [columns.index(name) for name in table.columns]
        is_json = [name in table.json_columns for name in table.columns]
        self._db.conn.executemany(
            table.put,
            [
                [
                    orjson.dumps(row[i]).decode() if as_json else row[i]
                    for i, as_json in zip(order, is_json, strict=True)
                ]
                for row in rows
            ],
        )

    def put_row(self, kind: str, values: Mapping[str, Any]) -> None:
        """Insert or replace one row. Call it inside `atomic`."""
        self.put_rows(kind, list(values), [list(values.values())])

    def delete_row(self, kind: str, key: str) -> None:
        """Take a row out. Call it inside `atomic`."""
        if kind in TABLES:
            self._db.execute(TABLES[kind].delete, (key,))

    def position(self) -> Position | None:
        """Return where the replica stands, or None before the first snapshot."""
        set_id = read_meta(self._db, "set_id")
        if set_id is None:
            return None
        return Position(
            set_id,
            read_meta(self._db, "cursor"),
            read_meta(self._db, "as_of_ms"),
            read_meta(self._db, "included_seq"),
        )

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
