"""Filling the head office of `tillside hq --demo`: the whole work of a process beside the one that serves it.

It knows nothing of HQ's pages and its API, so that it starts sooner: people wait for it.
"""

from multiprocessing.connection import Connection

from app.demo.beside import end_with
from app.demo.cards import Cards
from app.demo.folder import DemoFolder
from app.demo.headquarters import HqProcess, pairing_texts
from app.demo.journey import Journey
from app.demo.parts import IN_PARTS, Manner, Task, run_parts
from app.demo.run import Counted
from app.demo.shop import WEEKLY
from app.terminal import say

IN_TWO = Manner(parts=2, sending=WEEKLY, pictures_max=0, is_passing=True)  # as fast as can be


def fill(journey: Journey, folder: DemoFolder, cards: Cards, url: str | None, held: Connection) -> None:
    """Replay through stations and the HQ at `url`, or one that is there for that alone."""
    first_ms = next(journey.orders()).at_ms
    own = HqProcess(folder.hq, now_ms=first_ms) if url is None else None
    end_with(held, before=own.stop if own else lambda: None)
    hq_url = own.url if own else str(url)
    try:
        pairing = pairing_texts(folder.hq, journey.shops, url=hq_url, now_ms=first_ms)
        manner = IN_TWO if own else IN_PARTS
        run_parts(Task(journey, folder, cards, pairing, hq_url, manner), Counted(journey, say).report)
    finally:
        if own:
            own.stop()
