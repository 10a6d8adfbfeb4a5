"""Looks at what leaves a station, lies on disks, or is written when something goes wrong, for whoever judges it."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zstandard

from app.headless import _write
from app.headless_told import member_answer
from app.logs import FORM, QuietFormatter, told
from app.station.identify import SeenMember
from sync.client import HttpHq
from sync.line import Limits
from tests.sim.furniture_people import NAME_MARK, NUMBER_MARK, PIN_MARK, place_of
from tests.store.pages import folder_bytes

if TYPE_CHECKING:
    from tests.sim.station import Station
    from tests.sim.world import World

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
OURS = ("app", "hq", "scanner", "sync", "ui")


class Looking:
    """The eyes of one world's auditor where rows of databases don't show it."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._privacy = world.auditor.people.privacy
        self._privacy.watches(NAME_MARK, PIN_MARK, NUMBER_MARK)

    def asked(self, target: str, body: bytes) -> None:
        """A request goes out."""
        said = zstandard.decompress(body) if body else b""
        self._privacy.written("a request", target.encode() + said)

    def died(self, problem: BaseException) -> None:
        """A program ended by a bug, and said so."""
        self._privacy.written("a crash", told(problem).encode())

    def at_start(self, station: "Station") -> None:
        """A station was started: these were its files."""
        self._privacy.lies(station.name, station._found_at_start)
        self._world.auditor.people.bounds.lies(station.name, station._found_at_start)

    def around(self, station: "Station") -> None:
        """What there is, by its names: folders, files, tables."""
        folder, texts = self._world.folder, self._world.auditor.people.texts
        texts.lies(
            [path.name for path in folder.iterdir()],
            {station.folder.name: [path.name for path in station.folder.iterdir()]},
        )
        store = station.store
        for kind, database in (("a journal", store._db), ("a replica", store._replica_db)):
            texts.has_tables(kind, frozenset(name for (name,) in database.conn.execute(TABLES)))

    def shows(self, station: "Station", seen: SeenMember) -> None:
        """A station shows a member: to whoever draws it, as a line."""
        line = io.StringIO()
        _write(line, member_answer(seen))
        self._world.auditor.people.texts.shown(station.name, seen.member.ref, line.getvalue().encode())

    def erased(self, ref: str) -> None:
        """Head office has erased a member."""
        self._privacy.erases(ref, f"{NAME_MARK}{place_of(ref):03}")
        self._world.auditor.people.own.erased.add(ref)
        self.at_hq()

    def at_hq(self) -> None:
        """What lies at head office, packed or not."""
        if self._privacy.wants_to_look("HQ"):
            folder = self._world.hq_folder
            self._privacy.is_clean(
                "HQ", {path.name: _unpacked(path) for path in folder.rglob("*") if path.is_file()}
            )

    def after_sync(self, station: "Station") -> None:
        """A station has heard all that HQ had to say: what do its files hold, its key given?"""
        if not self._privacy.wants_to_look(station.name):
            return
        files = folder_bytes(station.folder, station.database_key)
        for former in station.folder.parent.glob(f"{station.folder.name}.*"):
            files |= {f"{former.name}/{path.name}": path.read_bytes() for path in former.glob("replica-*")}
        self._privacy.is_clean(station.name, files)

    @contextmanager
    def at_the_log(self) -> Iterator[None]:
        """Read what is logged by the product, in the form that it would be written in, instead of writing it."""
        handler, loggers = _Reader(self._privacy), [logging.getLogger(name) for name in OURS]
        before = [(each, each.level, each.propagate) for each in loggers]
        for each in loggers:
            each.addHandler(handler)
            each.setLevel(logging.INFO)
            each.propagate = False
        try:
            yield
        finally:
            for each, level, propagates in before:
                each.removeHandler(handler)
                each.setLevel(level)
                each.propagate = propagates


class _Reader(logging.Handler):
    """Formats as the product does, and hands over what would be written."""

    def __init__(self, privacy: Any) -> None:
        super().__init__()
        self._privacy = privacy
        self.setFormatter(QuietFormatter(FORM))

    def emit(self, record: logging.LogRecord) -> None:
        self._privacy.written("the log", self.format(record).encode())


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    return zstandard.decompress(content, max_output_size=1 << 26) if path.suffix == ".zst" else content


class Wire:
    """A line on which each request is made as for HTTP, and looked at, before it is carried."""

    def __init__(self, line: Any, looking: Looking) -> None:
        self._line = line
        self._http = HttpHq(_Letterbox(looking), _Unsigned())

    def __getattr__(self, name: str) -> Any:
        carry, write = getattr(self._line, name), getattr(self._http, name)

        def ask(*given: Any, **named: Any) -> Any:
            with suppress(_Written):
                write(*given, **named)
            return carry(*given, **named)

        return ask


class _Written(Exception):
    """A request has been written; it goes no further by this way."""


class _Letterbox:
    """Takes requests and carries none."""

    limits = Limits()

    def __init__(self, looking: Looking) -> None:
        self._looking = looking

    def send(self, method: str, target: str, *, body: bytes = b"", **_: Any) -> Any:
        self._looking.asked(f"{method} {target}", body)
        raise _Written


class _Unsigned:
    """Signs nothing: a signature names nobody."""

    device_id = "D0000000000000"

    def header(self, **_: Any) -> str:
        return ""
