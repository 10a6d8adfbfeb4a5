"""What an HQ comes to, for Prometheus: read from its database when asked, at most every few seconds."""

import threading
import time
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Column, Connection, func, select

from hq.faults import HqFault
from hq.feed import last_number
from hq.home import Hq
from hq.jobs.tables import job
from hq.journal.case_tables import case
from hq.journal.cases import OPEN
from hq.journal.held import HeldState
from hq.journal.held_tables import held_push
from hq.stores.devices import DeviceState
from hq.stores.seeing import OFFLINE_MS
from hq.tables import device, journal

KEPT_S = 5.0  # so that whoever asks often costs no more
NEVER = float("-inf")


class HqCollector(Collector):
    """Reads figures of an HQ's database; one that doesn't answer is a figure too: `tillside_database_up 0`."""

    def __init__(self, hq: Hq) -> None:
        """Read this HQ."""
        self._hq = hq
        self._lock = threading.Lock()
        self._read_at, self._kept = NEVER, list[Metric]()

    def collect(self) -> Iterable[Metric]:
        """Return the figures, of a few seconds ago at most."""
        with self._lock:
            if time.monotonic() - self._read_at >= KEPT_S:
                self._kept = list(self._read())
                self._read_at = time.monotonic()
            return self._kept

    def describe(self) -> Iterable[Metric]:
        """Return nothing: a registry would read the whole database to learn the names."""
        return []

    def _read(self) -> Iterator[Metric]:
        try:
            with self._hq.database.reading() as connection:
                found = list(_figures(connection, now_ms=self._hq.clock.now_ms()))
        except HqFault:
            yield _gauge("tillside_database_up", "Whether HQ's database answers.", 0)
            return
        yield _gauge("tillside_database_up", "Whether HQ's database answers.", 1)
        yield from found


def new_registry(hq: Hq) -> CollectorRegistry:
    """Return the figures of an HQ and of this process."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(HqCollector(hq))
    return registry


def _figures(connection: Connection, *, now_ms: int) -> Iterator[Metric]:
    states: dict[str, int] = dict.fromkeys(DeviceState, 0)
    states |= _counts(connection, device.c.state)
    yield _by("tillside_devices", "Stations by state.", "state", states)
    active = device.c.state == DeviceState.ACTIVE
    online, queue, oldest = connection.execute(
        select(
            func.count().filter(device.c.last_seen_ms > now_ms - OFFLINE_MS),
            func.coalesce(func.sum(device.c.behind), 0),
            func.min(device.c.last_seen_ms),
        ).where(active)
    ).one()
    yield _gauge("tillside_devices_online", "Active stations heard of within five minutes.", online)
    yield _gauge("tillside_queue_entries", "Entries that wait at active stations, as they said last.", queue)
    silent_s = 0 if oldest is None else max(now_ms - oldest, 0) / 1000
    yield _gauge("tillside_silence_seconds", "Since when the most silent active station is silent.", silent_s)
    newest = connection.execute(select(func.max(journal.c.received_ms))).scalar()
    yield _gauge(
        "tillside_last_entry_seconds", "UTC time of the newest entry of any journal.", (newest or 0) / 1000
    )
    yield _gauge(
        "tillside_feed_number",
        "The number of the newest change that stations are told.",
        last_number(connection),
    )
    waiting, since = connection.execute(
        select(func.count(), func.min(case.c.opened_ms)).where(case.c.state == OPEN)
    ).one()
    yield _gauge("tillside_exceptions_open", "Exceptions that wait for a person.", waiting)
    age_s = 0 if since is None else max(now_ms - since, 0) / 1000
    yield _gauge("tillside_exceptions_oldest_seconds", "How long the oldest of them waits.", age_s)
    held = select(func.coalesce(func.sum(held_push.c.to_seq - held_push.c.from_seq + 1), 0))
    kept_aside = connection.execute(held.where(held_push.c.state == HeldState.HELD.value)).scalar_one()
    yield _gauge("tillside_held_entries", "Entries that are kept aside.", int(kept_aside))
    jobs = _counts(connection, job.c.state)
    yield _by("tillside_jobs", "Jobs by state.", "state", {name: jobs.get(name, 0) for name in _JOB_STATES})


def _counts(connection: Connection, column: Column[str]) -> dict[str, int]:
    rows = connection.execute(select(column, func.count()).group_by(column))
    return {row[0]: row[1] for row in rows}


_JOB_STATES = "waiting", "running", "done", "failed", "stopped"


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _by(name: str, about: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
