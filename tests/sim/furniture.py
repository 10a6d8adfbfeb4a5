"""What every world starts from, made once a process and copied for each seed: HQ, its stores, members and vouchers, and
stations that are enrolled."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.clock import SetClock
from app.ids import chance_from
from app.store.keystore import MemoryKeyStore
from hq.authority.stocks import set_left
from hq.campaigns.service import publish_program
from hq.home import Hq, open_hq
from hq.members.service import MemberFacts, issue_code, upsert_members
from hq.service import EnrolService
from hq.setup import init_hq
from hq.stores.pairing import new_pairing
from hq.stores.service import add_store
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.enrolment import enrol_station, read_pairing
from tests.sim.clock import SeededChance
from tests.sim.furniture_people import Folk, gather, name_of, number_of, ref_at
from tests.sim.program import CARD, COFFEE, START_MS, TOY, TOYS, program_body

NOWHERE = "http://127.0.0.1:1"
MEMBERS, VOUCHERS, CARDS = 24, 40, 2  # cards: each member's
MEMORY_DISK = Path("/dev/shm")  # noqa: S108 where there is one, it is much quicker than a disk, and nothing here must last


@dataclass(frozen=True)
class Shopper:
    """A member and what they can show."""

    ref: str
    texts: tuple[str, ...]  # a signed code, a plain number
    cards: tuple[str, ...] = ()  # vouchers that are theirs, each for once


@dataclass(frozen=True)
class Furniture:
    """A furnished HQ and enrolled stations, in a folder to be copied."""

    folder: Path
    key_texts: tuple[dict[str, str], ...]  # of each station's key store
    shoppers: tuple[Shopper, ...]
    vouchers: tuple[str, ...]
    folk: Folk


@contextmanager
def furnished(stations: int) -> Iterator[Furniture]:
    """Make it once, always the same."""
    with TemporaryDirectory(
        prefix="tillside-sim-", dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None
    ) as folder:
        true = SetClock(START_MS)
        with chance_from(SeededChance(true, random.Random(0))):
            yield _furnish(Path(folder) / "template", stations, true)


def _furnish(folder: Path, stations: int, true: SetClock) -> Furniture:
    init_hq(folder / "hq", clock=true)
    hq = open_hq(folder / "hq", clock=true)
    stores = store_ids(stations)
    for store in stores:
        add_store(hq, store_id=store, name=f"Store {store}", time_zone="America/New_York", currency="USD")
    publish_program(hq, program_body(1))
    set_left(hq, TOY, TOYS)
    shoppers = tuple(new_shopper(hq, place, stores) for place in range(MEMBERS))
    vouchers = new_vouchers(hq, VOUCHERS, random.Random(0))
    folk = gather(hq, stores, [shopper.ref for shopper in shoppers])
    texts = []
    for number in range(stations):
        keys = MemoryKeyStore()
        enrol(hq, stores[number % len(stores)], folder / f"station-{number}", keys, true)
        texts.append(dict(keys._texts))
    hq.close()
    return Furniture(folder, tuple(texts), shoppers, tuple(vouchers), folk)


def store_ids(stations: int) -> tuple[str, ...]:
    """Return the stores: two stations in each, as far as they go."""
    return tuple(f"s-{number}" for number in range(1, (stations + 1) // 2 + 1))


def enrol(hq: Hq, store_id: str, folder: Path, keys: MemoryKeyStore, clock: Any) -> None:
    """Enrol a station by the product's own way."""
    enrol_station(
        read_pairing(new_pairing(hq, store_id=store_id, url=NOWHERE).text),
        folder=folder,
        key_store=keys,
        key_store_kind="memory",
        clock=clock,
        connect=lambda _: EnrolService(hq),
    )


def new_shopper(hq: Hq, place: int, stores: tuple[str, ...]) -> Shopper:
    """Add a member at home in one of the stores."""
    ref, printed = ref_at(place), number_of(place)
    facts = MemberFacts(ref, name=name_of(place), number=printed, home_store=stores[place % len(stores)])
    upsert_members(hq, [facts])
    cards = create_vouchers(hq, [NewVoucher(CARD, uses_max=1, owner=ref) for _ in range(CARDS)])
    return Shopper(ref, (issue_code(hq, ref), printed), tuple(cards))


def new_vouchers(hq: Hq, count: int, rng: random.Random) -> list[str]:
    """Make vouchers that can be used once, a few times, or as often as their rule holds."""
    return create_vouchers(
        hq, [NewVoucher(COFFEE, uses_max=rng.choice((1, 1, 1, 3, 0))) for _ in range(count)]
    )


def laid_out(furniture: Furniture, folder: Path) -> Path:
    """Copy the furniture for one world."""
    return shutil.copytree(furniture.folder, folder)
