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
