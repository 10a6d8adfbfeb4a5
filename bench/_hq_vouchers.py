"""How fast a batch of voucher codes is made, how its progress shows, and what a station's push waits meanwhile.

On a database file and on PostgreSQL, both as durable as real ones. The job runs in a thread beside the pushes, as in a
serving HQ; each push brings one order, and between two of them the batch is read as the console's page reads it.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from app.clock import SetClock
from bench._report import Line, p95
from hq.access.actor import SYSTEM
from hq.batches.making import CODES_A_STEP
from hq.batches.service import NewVouchers, find_batch, make_vouchers
from hq.home import Hq, open_hq
from hq.jobs.service import DONE, find_job, work
from hq.setup import init_hq
from tests.hq.station import NOW_MS, VOUCHER_RULE, Station, add_store_and_program, enrol_station
from tests.postgres import running_postgres

CODES = 100_000
WHOLE_S, PUSH_MS = 60.0, 1_000.0
LOOKS_MIN = 20  # so often at least the progress must have moved on
QUIET = 60  # pushes with nothing beside them
BETWEEN_S = 0.02  # two pushes of one station, which is far more often than any asks


def run(codes: int = CODES) -> list[Line]:
    """Measure on both databases."""
    with ExitStack() as stack:
        server = stack.enter_context(running_postgres({}))
        found: list[Line] = []
        for name, url in (("SQLite", None), ("PostgreSQL", server.create())):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tillside-codes-"))) / "hq"
            init_hq(folder, database_url=url, clock=SetClock(NOW_MS))
            hq = open_hq(folder, clock=SetClock(NOW_MS))
            try:
                add_store_and_program(hq)
                found += measure(hq, enrol_station(hq, "S1"), name, codes)
            finally:
                hq.close()
        return found


def measure(hq: Hq, station: Station, name: str, codes: int) -> Iterator[Line]:
    """Make a batch while a station pushes."""
    quiet = [1000 * _seconds(_push_of(station)) for _ in range(QUIET)]
    made = make_vouchers(hq, SYSTEM, NewVouchers("Bench", VOUCHER_RULE, codes))
    took: list[float] = []
    job = threading.Thread(target=lambda: took.append(_seconds(lambda: work(hq))))
    job.start()
    pushes, seen = [], set()
    while job.is_alive():
        pushes.append(1000 * _seconds(_push_of(station)))
        seen.add(find_batch(hq, made.batch_id).made)
        time.sleep(BETWEEN_S)
    job.join()
    assert find_job(hq, made.job).state == DONE, find_job(hq, made.job).said
    assert find_batch(hq, made.batch_id).made == codes
    yield Line(
        f"{name}: {codes:,} voucher codes",
        "s",
        tuple(took),
        limit=WHOLE_S,
        note=f"{CODES_A_STEP} a step, stations told",
    )
    yield Line(f"{name}: progress seen by polling", "times", (float(len(seen)),), least=LOOKS_MIN)
    note = f"{len(pushes)} pushes, p95; slowest {max(pushes):.0f} ms"
    yield Line(f"{name}: a push meanwhile", "ms", tuple(pushes), p95(pushes), PUSH_MS, note)
    yield Line(f"{name}: a push with nothing beside it", "ms", tuple(quiet), p95(quiet), note="p95")


def _push_of(station: Station) -> Callable[[], object]:
    station.order(f"o{len(station.bodies)}", ref=None)
    request = station.request(len(station.bodies))
    return lambda: station.session.push(request)


def _seconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun
