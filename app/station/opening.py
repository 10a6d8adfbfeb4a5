"""Opening the store that the configuration names, with the key store that it was enrolled with."""

from app.clock import Clock
from app.config import Config
from app.store.checking import Check
from app.store.device import key_store_of, read_card
from app.store.store import StationStore


def open_store(config: Config, *, clock: Clock) -> StationStore:
    """Open the configured store. Raises a `StoreFault`."""
    key_store = key_store_of(read_card(config.store_dir).key_store, config.state_dir)
    return StationStore(config.store_dir, key_store=key_store, clock=clock, check=Check.BESIDE)
