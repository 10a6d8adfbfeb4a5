"""An HQ at work: open, and with everything that it does by itself beside answering."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app.clock import Clock, SystemClock
from hq.benefits.keeping import follow as follow_benefits
from hq.benefits.keeping import tell_again
from hq.campaigns.schedule import Schedule
from hq.drafts import drop_old_drafts
from hq.home import FOLDERS, JUDGING_FOLDER, Hq, open_hq
from hq.jobs.runner import JobRunner
from hq.journal.deaths import DeathWatch
from hq.members.merging import merge_again
from hq.segments.keeping import follow as follow_segments
from hq.touched import BENEFITS, SEGMENTS, Follow, Followers
from hq.touched_table import TOLD
from hq.upkeep import Upkeep
from hq.webhooks.courier import Courier

FOLLOWING: dict[str, Follow] = {  # who works out more from members that changed
    SEGMENTS: follow_segments,
    BENEFITS: follow_benefits,
    TOLD: tell_again,
}


@contextmanager
def running(folder: Path, *, clock: Clock | None = None) -> Iterator[Hq]:
    """Open the HQ in a data folder and let it work until the context ends. Raises `SetUpFault`."""
    hq = open_hq(folder, clock=clock)
    drop_old_drafts([folder, *(folder / name for name in FOLDERS)], now_ms=SystemClock().now_ms())
    watch = DeathWatch(folder / JUDGING_FOLDER)
    hq = replace(hq, watch=watch)
    merge_again(hq)  # before anybody is served, as far as that can be
    workers = Upkeep(hq), JobRunner(hq), Followers(hq, FOLLOWING), Schedule(hq), Courier(hq)
    for worker in workers:
        worker.start()
    try:
        yield hq
    finally:
        for worker in reversed(workers):
            worker.stop()
        watch.close()
        hq.close()
