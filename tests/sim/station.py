"""One shop's PC in a simulated world: its folder, keys and clock, and the product's own store and syncer on them.

Starts, crashes and stops as a machine would. `run` does what the store's thread does: after a fault the store is opened
anew before the next piece of work.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.store.faults import StoreFault
from app.store.keystore import MemoryKeyStore, load_keys
from app.store.store import StationStore, read_card
from sync.authorising import Authoriser
from sync.syncer import Syncer
from tests.sim.clock import StationClock
from tests.sim.disk import FULL, Image, after_power_cut, image_of, put_back, torn
from tests.sim.line import Line
from tests.sim.looking import Wire

if TYPE_CHECKING:
    from tests.sim.world import World


class Station:
    """A station and what it stands on."""

    def __init__(self, world: "World", name: str, folder: Path, keys: MemoryKeyStore) -> None:
        self.world = world
        self.name = name
        self.folder = folder
        self.keys = keys
        self.clock = StationClock(world.true, world.rng)
        self.line = Line(self)
        self.proto: int | None = None  # of an older program
        self.store: StationStore | None = None
        self.syncer: Syncer | None = None
        self.authoriser: Authoriser | None = None
        self.device_id = ""
        self.epoch = 0
        self.store_id = ""
        self.is_off = False  # until somebody switches the machine on
        self.is_in_use = True  # False once somebody has taken it away for good
        self.has_met_this_hq = True  # since HQ was restored, if it was
        self.is_doubtful = False
        self.is_at_work = False  # the store's thread: whoever wants a decision waits for it
        self._found_at_start: Image = {}

    @property
    def chain(self) -> tuple[str, int]:
        return self.device_id, self.epoch

    @property
    def is_running(self) -> bool:
        return self.is_in_use and self.store is not None

    @property
    def database_key(self) -> bytes:
        """The key of the files, for whoever holds the key store."""
        return load_keys(self.keys, read_card(self.folder).name).database

    def start(self) -> None:
        """Start the program. Raises the `StoreFault` that stands in the way."""
        self._found_at_start = image_of(self.folder)
        self.store = StationStore(self.folder, key_store=self.keys, clock=self.clock)
        self.is_doubtful = False
        device = self.store.device
        self.device_id, self.epoch, self.store_id = device.device_id, device.epoch, device.store_id
        self.syncer = Syncer(self.store, Wire(self.line, self.world.looking), run=self.run)
        self.line.asking = None  # whoever asked is gone
        self.authoriser = Authoriser(
            Wire(self.line, self.world.looking),
            epoch=device.epoch,
            clock=self.clock,
            total_s=0,
            begin=self.line.carry,
        )

    def run(self, work: Callable[[], Any]) -> Any:
        """Do work on the store, which is opened anew first when the last work ended in a fault."""
        assert self.store is not None
        if self.is_doubtful:
            self.store.reopen()
            self.is_doubtful = False
        was_at_work, self.is_at_work = self.is_at_work, True
        try:
            return work()
        except StoreFault:
            self.is_doubtful = True
            raise
        finally:
            self.is_at_work = was_at_work

    def close(self) -> None:
        """End the program as a person does."""
        if self.store is not None:
            store, self.store = self.store, None
            store.close()

    def crash(self, *, is_power_cut: bool = False, torn_from: int | None = None) -> None:
        """End the program without its doing, or the whole machine; `torn_from` bytes of the log were there before."""
        store, self.store = self.store, None
        if store is None:
            return
        waits = store._db.conn.execute("PRAGMA synchronous").fetchone()[0] >= FULL
        left = image_of(self.folder)
        store._close_files()
        store._lock.release()
        if torn_from is not None:
            left = torn(left, before=torn_from, cut=self.world.rng.random())
        if is_power_cut:
            left = after_power_cut(left if waits else self._found_at_start)
        put_back(self.folder, left)
