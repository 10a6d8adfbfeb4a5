"""A station without a window whose till's API is on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.clock import SetClock
from app.config import Config
from app.headless import HeadlessStation
from app.station.opening import open_store
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from app.store.thread import StoreThread
from tests.builders import NOW_MS, AMember, a_person, a_voucher
from tests.till_api.asking import Till
from tests.ui.real_station import enrolled_store


@dataclass
class Shop:
    """The station, the till beside it, and what people carry."""

    config: Config
    station: HeadlessStation
    till: Till
    card: AMember
    voucher: str
    cashier: str

    def say(self, line: str | dict[str, Any]) -> dict[str, Any]:
        return self.station.answer(line if isinstance(line, str) else orjson.dumps(line).decode())

    def confirm(self) -> dict[str, Any]:
        return self.say({"confirm": True})

    def redeem(self, order_id: str, order: object) -> dict[str, Any]:
        """Hand an order in, show card and voucher, confirm."""
        assert self.till.put(order_id, order).status == 200
        self.say(self.card.code)
        self.say(self.voucher)
        return self.confirm()

    def restart(self) -> None:
        self.station.close()
        self.station, self.till = started(self.config)


def started(config: Config) -> tuple[HeadlessStation, Till]:
    clock = SetClock(NOW_MS)
    station = HeadlessStation(
        StoreThread(lambda: open_store(config, clock=clock)), config=config, clock=clock
    )
    ready = station.ready()
    return station, Till(ready["till_api"], Path(ready["till_token"]))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    card = enrolled_store(tmp_path, hq_url="http://127.0.0.1:1")
    config = replace(Config.embedded(tmp_path), till_api="0")
    keys_in = FileKeyStore(config.state_dir / "keys")
    store = StationStore(config.store_dir, key_store=keys_in, clock=SetClock(NOW_MS))
    voucher, cashier = a_voucher(store), a_person(store)
    store.close()
    shop = Shop(config, *started(config), card, voucher, cashier)
    yield shop
    shop.station.close()
