"""A chain of shops on its real files: HQ and a station a shop, in one process, with lines that can be cut."""

import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from app.clock import SetClock
from app.demo.journey import VoucherKey
from app.demo.program import CURRENCY, TIME_ZONE, rule_id
from app.ids import chance_from, ref_of
from app.store.keystore import MemoryKeyStore
from hq.authority.tables import recall
from hq.campaigns.service import publish_program
from hq.home import open_hq
from hq.members.service import MemberFacts, issue_codes, upsert_members
from hq.setup import init_hq
from hq.stores.service import add_store
from hq.tables import member
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.sim.clock import SeededChance
from tests.sim.furniture import MEMORY_DISK, enrol
from tests.sim.policies.offers import Policy, Terms, program_of
from tests.sim.policies.shop import Shop
from tests.sim.policies.year import Year, midnight_ms

DAY_MS = 86_400_000
CODE_DAYS = 800


@dataclass(frozen=True)
class Template:
    """HQ with its shops, and their stations enrolled, in a folder to be copied for each policy."""

    folder: Path
    key_texts: Mapping[int, dict[str, str]]  # of each station's key store, by shop


@contextmanager
def template_of(year: Year) -> Iterator[Template]:
    """Make it once, always the same."""
    disk = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    with TemporaryDirectory(prefix="tillside-policies-", dir=disk) as folder:
        clock = SetClock(start_ms(year))
        with chance_from(SeededChance(clock, random.Random(0))):
            yield _made(Path(folder) / "template", year, clock)


def start_ms(year: Year) -> int:
    """Return a moment before the first order: a day earlier."""
    return midnight_ms(year.orders[0].local_date) - DAY_MS


def _made(folder: Path, year: Year, clock: SetClock) -> Template:
    init_hq(folder / "hq", clock=clock)
    hq = open_hq(folder / "hq", clock=clock)
    texts = {}
    for shop in year.shops:
        add_store(hq, store_id=str(shop), name=f"Shop {shop}", time_zone=TIME_ZONE, currency=CURRENCY)
        keys = MemoryKeyStore()
        enrol(hq, str(shop), folder / f"shop-{shop}", keys, clock)
        texts[shop] = dict(keys._texts)
    hq.close()
    return Template(folder, texts)


class Chain:
    """HQ and its stations under one policy."""

    def __init__(self, template: Template, folder: Path, year: Year, policy: Policy, terms: Terms) -> None:
        """Copy the template, publish the policy's program, and add members, their cards and coupons."""
        self.clock = SetClock(start_ms(year))
        self.folder = shutil.copytree(template.folder, folder)
        self.hq = open_hq(self.folder / "hq", clock=self.clock)
        self._texts = template.key_texts
        self.running: dict[int, Shop] = {}
        self.refs = {household: ref_of(household.to_bytes(8, "big")) for household in year.households}
        self._add_members(year, has_homes=policy.has_homes)
        body = program_of(year, policy, self.refs, terms, now_ms=self.clock.now_ms())
        publish_program(self.hq, body)
        self.cards = self._issue_cards()
        self.coupons = self._issue_coupons(year)

    def _add_members(self, year: Year, *, has_homes: bool) -> None:
        homes = year.homes if has_homes else {}
        facts = [
            MemberFacts(ref, name=f"Household {each}", home_store=str(homes[each]) if each in homes else None)
            for each, ref in self.refs.items()
        ]
        upsert_members(self.hq, facts)

    def _issue_cards(self) -> dict[int, str]:
        """Return each household's card: a code that HQ signed, good for the whole year."""
        codes = issue_codes(self.hq, list(self.refs.values()), days=CODE_DAYS, issued_ms=self.clock.now_ms())
        return {household: codes[ref] for household, ref in self.refs.items()}

    def _issue_coupons(self, year: Year) -> dict[tuple[int, VoucherKey], list[str]]:
        """Return each household's coupons, each to be used once, by them alone."""
        wanted = [(each, count) for each, count in sorted(year.coupons.items())]
        new = [
            NewVoucher(rule_id(key), uses_max=1, owner=self.refs[household])
            for (household, key), count in wanted
            for _ in range(count)
        ]
        numbers = iter(create_vouchers(self.hq, new))
        return {each: [next(numbers) for _ in range(count)] for each, count in wanted}

    def shop(self, number: int) -> Shop:
        """Return a shop; its station is started when it is first needed, and then runs on."""
        found = self.running.get(number)
        if found is None:
            keys = MemoryKeyStore()
            keys._texts = dict(self._texts[number])
            found = self.running[number] = Shop(self.hq, self.folder / f"shop-{number}", keys, self.clock)
        return found

    def opened(self) -> list[Shop]:
        """Return the shops whose stations run."""
        return [self.running[number] for number in sorted(self.running)]

    def asked_to_give_back(self) -> set[str]:
        """Return the devices that were told to give a home lease back, and have not said that they know."""
        statement = select(recall.c.device).where(recall.c.confirmed_ms.is_(None)).distinct()
        with self.hq.database.reading() as connection:
            return set(connection.execute(statement).scalars())

    def balance(self, household: int) -> int:
        """Return a member's points as HQ has them."""
        statement = select(member.c.balance).where(member.c.ref == self.refs[household])
        with self.hq.database.reading() as connection:
            return int(connection.execute(statement).scalar_one())

    def close(self) -> None:
        """End all programs."""
        for shop in self.running.values():
            shop.store._close_files()
            shop.store._lock.release()
        self.hq.close()
