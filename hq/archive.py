"""A whole HQ as one file: every table of its database as of one moment, and what lies beside it in its folder.

The same for both databases, so a backup of one may be put back into the other. The file is zstd-compressed lines of
JSON: a head, then for each table its columns and its rows, then the files, then an end that says how many lines there
were, so that a file that was cut off is found out. Bytes stand as `{"b": <Base64>}`.

Keys are not in it: they have their own backup under a passphrase, and whoever finds this file alone can't be HQ. It
holds members' names. Left out is what helps nobody later: who is signed in, what was answered to requests, which
signatures were seen.
"""

import io
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
import zstandard
from sqlalchemy import Connection, MetaData, Table, func, insert, select

from hq import schema
from hq.db import Database
from hq.drafts import DRAFT, draft_of, write_whole
from hq.faults import SetUpFault
from hq.holders import HOLDERS_FILE
from hq.keysets import kept as keysets
from hq.mark import MARK_FILE
from hq.members import kept as erasures
from hq.members import kept_merges
from hq.stops import kept as stops

FORM = "tillside-hq-backup-1"
ZSTD_LEVEL = 6
ROWS_AT_ONCE = 1_000
READ_BYTES = 1 << 20
MODE = 0o600  # members' names are in it
VERSIONS = "alembic_version"
LEFT_OUT = frozenset({VERSIONS, "console_session", "idempotency", "nonce", "password_link"})
PLAIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")  # what HQ calls its files
FILES = MARK_FILE, HOLDERS_FILE, stops.FILE
FOLDERS = keysets.FOLDER, erasures.FOLDER, kept_merges.FOLDER


@dataclass(frozen=True)
class Written:
    """What a backup holds."""

    tables: int
    rows: int
    files: int


@dataclass(frozen=True)
class Head:
    """The first line of a backup: the form of its database, and when it was made (UTC ms)."""

    schema: str
    made_ms: int


def write_archive(database: Database, folder: Path, target: Path, *, now_ms: int) -> Written:
    """Write a new backup file, whole or not at all, also while HQ serves. Raises `SetUpFault`."""
    if target.exists():
        raise SetUpFault(f"{target} is there already. Nothing was changed.")
    try:
        with draft_of(target) as draft:
            draft.touch(MODE)
            with draft.open("wb") as file, _packing(file) as packed, database.reading() as connection:
                return _write(connection, folder, packed, now_ms=now_ms)
    except OSError as problem:
        raise SetUpFault(f"{target} can't be written: {problem.strerror}.") from problem


def check_archive(path: Path) -> Head:
    """Read a backup through to its end, and return what its head says. Raises `SetUpFault` where it is none, or cut."""
    every = _lines(path)
    head = next(every, {})
    if head.get("form") != FORM:
        raise SetUpFault(f"{path} is no backup of an HQ.")
    count, last = 1, head
    for each in every:
        count, last = count + 1, each
    if last.get("end") != count - 1:
        raise SetUpFault(f"{path} is not whole: its end is missing. Nothing was changed.")
    return Head(str(head["schema"]), int(head["made_ms"]))


def put_rows(path: Path, database: Database) -> int:
    """Put all rows of a backup into a database of its form, in place of all that is there; return how many.

    What is there is what migrations put into a new one.
    """
    rows = 0
    with database.atomic() as connection:
        held = MetaData()
        held.reflect(connection)
        for table in reversed(held.sorted_tables):
            if table.name != VERSIONS:
                connection.execute(table.delete())
        for each in _lines(path):
            if "table" in each:
                rows += _put(connection, held.tables, each)
        for table in held.sorted_tables:
            _go_on_counting(connection, table)
    return rows


def put_files(path: Path, folder: Path) -> int:
    """Put those files of a backup into HQ's folder that it doesn't have: what it has is newer."""
    put = 0
    for each in _lines(path):
        if "file" not in each:
            continue
        within, _, name = each["file"].rpartition("/")
        if (name if within == "" else within) not in (FOLDERS if within else FILES) or not PLAIN.fullmatch(
            name
        ):
            raise SetUpFault(f"{path} names a file that is none of HQ's: {each['file']}.")
        place = folder / within / name
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            write_whole(place, _from_text(each["content"]))
            put += 1
    return put


def _write(connection: Connection, folder: Path, packed: IO[bytes], *, now_ms: int) -> Written:
    lines, rows, tables = 0, 0, 0

    def say(**line: Any) -> None:
        nonlocal lines
        packed.write(orjson.dumps(line, default=_to_text) + b"\n")
        lines += 1

    say(form=FORM, schema=schema.form_of(connection), made_ms=now_ms)
    held = MetaData()
    held.reflect(connection)
    for table in held.sorted_tables:  # those that others refer to come first
        if table.name in LEFT_OUT:
            continue
        tables += 1
        names = [column.name for column in table.columns]
        for part in _parts(connection, table):
            say(table=table.name, columns=names, rows=part)
            rows += len(part)
    files = list(_files(folder))
    for name, content in files:
        say(file=name, content=content)
    packed.write(orjson.dumps({"end": lines}) + b"\n")
    return Written(tables, rows, len(files))


def _parts(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    order = list(table.primary_key.columns)
    found = connection.execute(select(table).order_by(*order).execution_options(yield_per=ROWS_AT_ONCE))
    for part in found.partitions():
        yield [list(row) for row in part]


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for name in FILES:
        if (folder / name).is_file():
            yield name, (folder / name).read_bytes()
    for within in FOLDERS:
        for path in sorted((folder / within).glob("*")):
            if path.is_file() and not path.name.endswith(DRAFT):
                yield f"{within}/{path.name}", path.read_bytes()


def _put(connection: Connection, tables: Mapping[str, Table], line: dict[str, Any]) -> int:
    table = tables.get(line["table"])
    if table is None:
        raise SetUpFault(f"The backup has a table {line['table']}, which a database of its form has not.")
    rows = [dict(zip(line["columns"], map(_from_text, row), strict=True)) for row in line["rows"]]
    if rows:
        connection.execute(insert(table), rows)
    return len(rows)


def _go_on_counting(connection: Connection, table: Table) -> None:
    """Let PostgreSQL's own numbers go on behind those that were put back. SQLite looks at the rows."""
    if connection.dialect.name == "sqlite":
        return
    is_reached = False  # the next number is the one that is set, and not the one after it
    for column in table.columns:
        if column.identity is not None or "nextval" in str(getattr(column.server_default, "arg", "")):
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            newest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(sequence, newest, is_reached)))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as unpacked:
            for line in io.BufferedReader(unpacked, READ_BYTES):
                found = orjson.loads(line)
                if not isinstance(found, dict):
                    raise SetUpFault(f"{path} is no backup of an HQ.")
                yield found
    except (OSError, zstandard.ZstdError, orjson.JSONDecodeError) as problem:
        raise SetUpFault(f"{path} can't be read as a backup of an HQ: {problem}") from problem


def _packing(file: IO[bytes]) -> Any:
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True).stream_writer(file, closefd=False)


def _to_text(value: object) -> dict[str, str]:
    assert isinstance(value, bytes | memoryview), f"no value of a column: {type(value)}"
    return {"b": b64encode(value).decode("ascii")}


def _from_text(value: Any) -> Any:
    return b64decode(value["b"]) if isinstance(value, dict) else value
