"""Both ends for real: an HQ on its files, its server on a port, and stations with stores of their own.

    world = World(hq_folder, tmp_path, server=None)        # the service itself; with a server: over HTTP
    shop = world.shop()                                    # enrolled, not yet synced
    shop.syncer.sync(); shop.sell(voucher=world.voucher())

Each shop talks through a `Between`, on which a test replaces single calls.
"""

from pathlib import Path

from sqlalchemy import func, select

from app.clock import SetClock
from app.core.voucher import Presentation
from app.ids import ref_of
from app.station.answer import OrderAnswer
from app.station.identify import SeenMember, identify
from app.station.redeem import hand_in
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from hq.campaigns.service import publish_program
from hq.feed import head_of
from hq.home import Hq, open_hq
from hq.members.service import MemberFacts, issue_code, upsert_members
from hq.members.store import read_members
from hq.rows import upsert
from hq.service import DeviceSession, EnrolService
from hq.setup import init_hq
from hq.stores.pairing import new_pairing
from hq.stores.service import add_store
from hq.tables import journal, meta, posting
from hq.vouchers.service import NewVoucher, create_vouchers
from hq.web import create_app
from sync.client import DeviceSigner, HttpHq
from sync.enrolment import HttpEnrolment, enrol_station, read_pairing
from sync.faults import HqUnreachable
from sync.line import Line
from sync.syncer import Syncer
from tests.builders import NOW_MS, a_program, an_order, at_till
from tests.databases import Homes, OnSqlite
from tests.sync.server import Server

REF = ref_of((1).to_bytes(8, "big"))
STORES = ("s-1", "s-2")
RULE = "coffee-1"  # of the builders' program: 1.00 off coffee
OTHER_SET = "00000000000000ff"  # what a restored HQ may call its facts
NOWHERE = "http://127.0.0.1:1"


def make_hq(folder: Path, *, database_url: str | None = None) -> None:
    """Make an HQ with two stores, a program, and a member at home in the first."""
    clock = SetClock(NOW_MS)
    init_hq(folder, database_url=database_url, clock=clock)
    hq = open_hq(folder, clock=clock)
    for store_id in STORES:
        add_store(
            hq, store_id=store_id, name=f"Store {store_id}", time_zone="America/New_York", currency="USD"
        )
    publish_program(hq, a_program())
    upsert_members(hq, [MemberFacts(REF, name="Ada L.", home_store="s-1")])
    hq.close()


class Between:
    """Hands calls on to HQ; a test puts its own function in the place of one."""

    def __init__(self, hq) -> None:
        self.real = hq

    def __getattr__(self, name):
        return getattr(self.real, name)

    def lose_answer_of(self, name: str) -> None:
        """Let the next call reach HQ, but not its answer."""

        def call(*args, **named):
            delattr(self, name)
            getattr(self.real, name)(*args, **named)
            raise HqUnreachable("cut")

        setattr(self, name, call)

    def alter(self, name: str, change) -> None:
        """Let `change` make another answer of the answer, from now on."""
        setattr(self, name, lambda *args, **named: change(getattr(self.real, name)(*args, **named)))


class _Direct:
    """The service itself, of whichever HQ the world has at the moment."""

    def __init__(self, world: "World", device_id: str) -> None:
        self._world = world
        self._device_id = device_id

    def __getattr__(self, name):
        return getattr(DeviceSession(self._world.hq, self._device_id), name)


class World:
    """An HQ and its shops."""

    def __init__(
        self, hq_folder: Path, shops_folder: Path, *, server: Server | None, homes: Homes | None = None
    ) -> None:
        self.hq_folder = hq_folder
        self._homes = homes or OnSqlite()
        self.clock = SetClock(NOW_MS)
        self.server = server
        self._shops_folder = shops_folder
        self._shops: list[Shop] = []
        self.hq: Hq = None
        self.start_hq()

    def start_hq(self, folder: Path | None = None) -> None:
        """Open the HQ in a folder, in place of the one that runs."""
        if self.hq is not None:
            self.hq.close()
        self.hq_folder = folder or self.hq_folder
        self.hq = open_hq(self.hq_folder, clock=self.clock)
        if self.server:
            self.server.app = create_app(self.hq)

    def back_up(self, folder: Path) -> Path:
        """Copy the HQ while it stands still."""
        self.hq.close()
        copied = self._homes.copy(self.hq_folder, folder)
        self.start_hq()
        return copied

    @property
    def url(self) -> str:
        return self.server.url if self.server else NOWHERE

    def pairing_text(self, store_id: str = "s-1", *, url: str | None = None) -> str:
        return new_pairing(self.hq, store_id=store_id, url=url or self.url).text

    def enrolment(self, url: str):
        """What `enrol_station` connects with."""
        return HttpEnrolment(url) if self.server else EnrolService(self.hq)

    def shop(self, store_id: str = "s-1") -> "Shop":
        shop = Shop(self, self._shops_folder / f"shop{len(self._shops)}", store_id)
        self._shops.append(shop)
        return shop

    def connect(self, store: StationStore):
        """Return this world's implementation of HqProtocol for a station."""
        if not self.server:
            return _Direct(self, store.device.device_id)
        return HttpHq(Line(self.server.url), signer_of(store))

    def card(self, ref: str = REF) -> str:
        return issue_code(self.hq, ref)

    def voucher(self, *, uses_max: int = 0) -> str:
        return create_vouchers(self.hq, [NewVoucher(RULE, uses_max=uses_max)])[0]

    def balance(self, ref: str = REF) -> int:
        with self.hq.database.reading() as connection:
            return read_members(connection, [ref])[ref]["balance"]

    def head_of(self, shop: "Shop") -> int:
        with self.hq.database.reading() as connection:
            return head_of(connection, shop.store.device.owner)

    def entries_of(self, shop: "Shop") -> list[int]:
        """Return the numbers of the entries that HQ holds, one for each row."""
        with self.hq.database.reading() as connection:
            statement = select(journal.c.seq).where(journal.c.device == shop.store.device.device_id)
            return sorted(connection.execute(statement).scalars())

    def posted_points(self, ref: str = REF) -> int:
        with self.hq.database.reading() as connection:
            statement = select(func.coalesce(func.sum(posting.c.amount), 0))
            return connection.execute(statement.where(posting.c.account == f"member:{ref}")).scalar_one()

    def set_set_id(self, value: str) -> None:
        """Do to HQ's identity what a restore does."""
        with self.hq.database.atomic() as connection:
            upsert(connection, meta, [{"k": "set_id", "v": value}], changes=("v",))
        self.start_hq()

    def close(self) -> None:
        for shop in self._shops:
            shop.close()
        self.hq.close()


class Shop:
    """A station, enrolled by the product's own way."""

    def __init__(self, world: World, folder: Path, store_id: str) -> None:
        self.world = world
        self.folder = folder
        self.keys = MemoryKeyStore()
        enrol_station(
            read_pairing(world.pairing_text(store_id)),
            folder=folder,
            key_store=self.keys,
            key_store_kind="memory",
            clock=world.clock,
            connect=world.enrolment,
        )
        self._real = None
        self.open()

    def open(self) -> None:
        """Open the store, as a start of the program does."""
        self.store = StationStore(self.folder, key_store=self.keys, clock=self.world.clock)
        self._real = self._real or self.world.connect(self.store)
        self.hq = Between(self._real)
        self.syncer = Syncer(self.store, self.hq, run=lambda work: work())

    def restart(self) -> None:
        self.store.close()
        self.open()

    def synced(self) -> "Shop":
        self.syncer.sync()
        return self

    def sell(self, *, cents: int = 500, card: str | None = None, voucher: str | None = None) -> OrderAnswer:
        """Sell a coffee to a member, or with a voucher, or both."""
        member = None if card is None else identify(self.store, card)
        shown = () if voucher is None else (self.show(voucher),)
        epoch, seq = self.store.device.epoch, self.store.journal.head().seq
        order = an_order(f"{self.folder.name}-{seq}" + f"-{epoch}" * (epoch > 1), ("coffee", cents))
        return hand_in(self.store, order, at_till(member, *shown))

    def show(self, voucher: str) -> Presentation:
        seen = identify(self.store, voucher)
        assert isinstance(seen, Presentation), seen
        return seen

    def member(self, card: str) -> SeenMember:
        seen = identify(self.store, card)
        assert isinstance(seen, SeenMember), seen
        return seen

    def verdicts(self) -> list[tuple[int, str]]:
        """Return what HQ said, in the order it came."""
        return self.store._db.execute("SELECT seq, verdict FROM verdict ORDER BY rowid").fetchall()

    def close(self) -> None:
        if isinstance(self._real, HttpHq):
            self._real.close()
        self.store.close()


def signer_of(store: StationStore) -> DeviceSigner:
    device = store.device
    return DeviceSigner(
        device_id=device.device_id, epoch=device.epoch, key=store.keys.sign, clock=store.signing_clock
    )
