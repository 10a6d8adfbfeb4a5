"""`tillside demo` from start to end: HQ, stations, the replay, then the figures by another process."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.clock import SetClock
from app.demo import headquarters
from app.demo.folder import DemoFolder, prepare
from app.demo.journey import Journey, Selection, load
from app.demo.replay import Progress, Replay
from app.demo.scans import SAMPLE_MEMBERS, Pictures, evenly_spaced
from app.demo.shop import Shop
from app.demo.summary import summary_text
from app.store.keystore import FileKeyStore, KeyStoreKind
from sync.enrolment import enrol_station, read_pairing

Say = Callable[[str], None]
SHEET_PNG = "codes.png"


def run_demo(selection: Selection, out: Path, *, say: Say, with_window: bool = False) -> dict[str, Any]:
    """Run a demo into `out` and return its summary. Raises `FolderTaken` or `JourneyUnavailable`."""
    started = time.perf_counter()
    folder = prepare(out)
    say("Reading the shopping year …")
    journey = load(selection)
    first = next(journey.orders())
    say(f"Setting up head office: {len(journey.households):,} members, {len(journey.coupons):,} vouchers …")
    cards = headquarters.set_up(journey, folder.hq, now_ms=first.at_ms)
    pictures = Pictures(evenly_spaced(journey.members(), SAMPLE_MEMBERS))
    hq = headquarters.HqProcess(folder.hq, now_ms=first.at_ms)
    try:
        say(f"Enrolling {len(journey.shops)} stations with head office at {hq.url} …")
        _enrol(journey, folder, url=hq.url, now_ms=first.at_ms)
        say(f"Replaying {journey.order_count:,} orders from {journey.first_day} to {journey.last_day} …")
        Replay(journey, folder, cards, pictures, hq_url=hq.url).run(lambda progress: say(_line(progress)))
    finally:
        hq.stop()
    say("Counting at head office …")
    found = count(folder)
    found |= {
        "pictures_read": pictures.read_count,
        "key_store": KeyStoreKind.FILE,
        "seconds": round(time.perf_counter() - started, 1),
    }
    folder.summary.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    say(summary_text(found))
    if with_window:
        _open_window(journey, folder, cards, say)
    return found


def _open_window(journey: Journey, folder: DemoFolder, cards: headquarters.Cards, say: Say) -> None:
    from app.demo.window import open_window

    *_, last = journey.orders()
    say(f"\nOpening the station of shop {journey.largest_shop()}. Codes to scan: {folder.path / SHEET_PNG}")
    open_window(journey, folder, cards, last_ms=last.at_ms)


def count(folder: DemoFolder) -> dict[str, Any]:
    """Return the figures of `tillside demo --figures`, run as a process that knows nothing of the replay."""
    command = [sys.executable, "-m", "app.cli", "demo", "--figures", str(folder.path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _enrol(journey: Journey, folder: DemoFolder, *, url: str, now_ms: int) -> None:
    key_store, clock = FileKeyStore(folder.state / "keys"), SetClock(now_ms)
    texts = headquarters.pairing_texts(folder.hq, journey.shops, url=url, now_ms=now_ms)
    for shop, text in texts.items():
        enrol_station(
            read_pairing(text),
            folder=folder.store(shop),
            key_store=key_store,
            key_store_kind=KeyStoreKind.FILE,
            clock=clock,
        )
        # The first download belongs to setting a station up: a shop may be cut off on its first day.
        Shop(folder.store(shop), key_store=key_store, clock=clock, hq_url=url).close()


def _line(progress: Progress) -> str:
    return (
        f"  {progress.orders:>7,} of {progress.orders_total:,} orders · {progress.day} · "
        f"{progress.shops_open} shops open, {progress.shops_cut_off} cut off · {progress.redeemed} redemptions"
    )
