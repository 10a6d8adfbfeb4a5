"""What the machine itself costs: a bare PySide6 window, and a write that is on the disk. Imports nothing of ours
(for the bare window; `bench floors` starts it by our helpers).

`python bench/floors.py LOG` opens the bare window and stays until it is ended; like the station it writes a line with
the moment after its first paint, so both are measured in the same way.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench._report import Line

SIZE = (1024, 768)
FSYNC_BYTES = 4096
FSYNCS = 50


def bare_window(log: Path) -> int:
    """Show a widget with a label, write to `log` when it has been painted, and stay."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

    class Watch(QObject):
        is_painted = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt
            if event.type() in (QEvent.Type.UpdateRequest, QEvent.Type.Expose) and not self.is_painted:
                self.is_painted = True
                QTimer.singleShot(0, self.painted)
            return False

        def painted(self) -> None:
            line = {"t_ms": round(time.monotonic() * 1000, 3), "event": "window_painted"}
            log.write_text(json.dumps(line) + "\n", encoding="utf-8")

    application = QApplication(sys.argv[:1])
    window, watch = QWidget(), Watch()
    QVBoxLayout(window).addWidget(QLabel("A bare window"))
    window.resize(*SIZE)
    window.show()
    window.installEventFilter(watch)
    window.windowHandle().installEventFilter(watch)
    return application.exec()


Settings = Sequence[tuple[str, str | int]]
Writes = Sequence[tuple[str, Sequence[Sequence[Any]]]]  # a statement, and the rows it is for


class BareCipher:
    """A SQLCipher file used as directly as the driver allows."""

    def __init__(self, path: Path, key: bytes, settings: Settings, schema: Sequence[str] = ()) -> None:
        """Open or make the file with these settings; `schema` is made statement by statement."""
        from sqlcipher3 import dbapi2

        self.connection = dbapi2.connect(str(path), isolation_level=None)
        self.connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for name, value in settings:
            self.connection.execute(f"PRAGMA {name} = {value}")
        for statement in schema:
            self.connection.execute(statement)

    def commit_us(self, writes: Writes) -> tuple[float, float]:
        """Return the microseconds of the statements of a transaction, and of its COMMIT."""
        connection = self.connection
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for statement, rows in writes:
            connection.executemany(statement, rows)
        written = time.perf_counter()
        connection.execute("COMMIT")
        return (written - began) * 1e6, (time.perf_counter() - written) * 1e6

    def fill_s(self, writes: Writes, indexes: Sequence[str]) -> float:
        """Return the seconds of one transaction with all rows, then their indexes: faster than the other way round."""
        connection = self.connection
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for statement, rows in writes:
            connection.executemany(statement, rows)
        for statement in indexes:
            connection.execute(statement)
        connection.execute("COMMIT")
        return time.perf_counter() - began

    def look_up_us(self, statement: str, value: str) -> float:
        """Return the microseconds of a SELECT of one row."""
        execute = self.connection.execute
        began = time.perf_counter()
        execute(statement, (value,)).fetchone()
        return (time.perf_counter() - began) * 1e6


class BareFsync:
    """A file that grows by a small write at a time, each of them on the disk before the next."""

    def __init__(self, folder: Path) -> None:
        """Make the file in the folder."""
        self._file = tempfile.NamedTemporaryFile(dir=folder)  # noqa: SIM115 it goes when this does

    def write_us(self) -> float:
        """Return the microseconds of one write until it is on the disk."""
        began = time.perf_counter()
        self._file.write(bytes(FSYNC_BYTES))
        self._file.flush()
        os.fsync(self._file.fileno())
        return (time.perf_counter() - began) * 1e6


def fsync_ms(folder: Path, *, times: int = FSYNCS) -> list[float]:
    """Return how long each of some small writes took until it was on the disk."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(times):
            began = time.perf_counter()
            file.write(bytes(FSYNC_BYTES))
            file.flush()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return took


Batch = list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]  # table, columns, rows


def insert_sqlite(path: Path, batches: list[Batch]) -> float:
    """Insert batches of rows into an SQLite file, each batch durable before the next; return the seconds."""
    import sqlcipher3.dbapi2 as sqlite

    connection = sqlite.connect(str(path), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}").close()
    began = time.perf_counter()
    for batch in batches:
        connection.execute("BEGIN IMMEDIATE")
        for table, columns, rows in batch:
            marks = ",".join("?" * len(columns))
            statement = f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})"  # noqa: S608
            connection.executemany(statement, rows)
        connection.execute("COMMIT")
    took_s = time.perf_counter() - began
    connection.close()
    return took_s


def insert_postgres(url: str, batches: list[Batch]) -> float:
    """Insert batches of rows into PostgreSQL, each batch durable before the next; return the seconds."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        types = {
            (table, column): kind
            for table, column, kind in connection.execute(
                "SELECT table_name, column_name, udt_name FROM information_schema.columns"
            )
        }
        began = time.perf_counter()
        for batch in batches:
            with connection.transaction():
                for table, columns, rows in batch:
                    kinds = (types[table, column].replace("varchar", "text") for column in columns)
                    arrays = ",".join(f"%b::{kind}[]" for kind in kinds)
                    connection.execute(
                        f"INSERT INTO {table} ({','.join(columns)}) SELECT * FROM unnest({arrays})",  # noqa: S608
                        list(map(list, zip(*rows, strict=True))),
                    )
        return time.perf_counter() - began


def run(words: list[str]) -> list["Line"]:
    """Measure the floors alone."""
    from bench._process import Screen, watched
    from bench._report import Line

    times = int(words[words.index("--repeats") + 1]) if "--repeats" in words else 5
    paints, sizes = [], []
    with Screen() as screen, tempfile.TemporaryDirectory() as folder:
        for at in range(times):
            log = Path(folder) / f"{at}.jsonl"
            with watched([sys.executable, __file__, str(log)], log, screen.environment) as window:
                paints.append(window.first_paint_ms())
                sizes.append(window.idle_mb())
        synced = fsync_ms(Path(folder))
    return [
        Line("bare window, first paint", "ms", tuple(paints)),
        Line("bare window, memory", "MB", tuple(sizes)),
        Line("fsync of 4 KiB", "ms", tuple(synced)),
    ]


if __name__ == "__main__":
    sys.exit(bare_window(Path(sys.argv[1])))
