"""Asking HQ again when it said to come back: the demo's processes are more at once than shops would be."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from sync.faults import HqBusy

Done = TypeVar("Done")

PATIENCE_S = 300  # of a demo; whatever keeps HQ busy for longer is worth being told


def patiently(work: Callable[[], Done]) -> Done:
    """Do what needs HQ, again after the time that it named while it is busy. Raises `HqFault`."""
    until = monotonic() + PATIENCE_S
    while True:
        try:
            return work()
        except HqBusy as busy:
            if monotonic() > until:
                raise
            sleep(busy.retry_after_s)
