"""A station whose API is on, with a voucher that takes 1.00 off coffee."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import SetClock
from app.config import Config
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from tests.builders import NOW_MS, a_program, a_voucher
from tests.till_api.conftest import Shop, started
from tests.ui.real_station import enrolled_store


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    card = enrolled_store(tmp_path, hq_url="http://127.0.0.1:1", program=a_program())
    config = replace(Config.embedded(tmp_path), till_api="0")
    keys_in = FileKeyStore(config.state_dir / "keys")
    store = StationStore(config.store_dir, key_store=keys_in, clock=SetClock(NOW_MS))
    voucher = a_voucher(store)
    store.close()
    shop = Shop(config, *started(config), card, voucher, cashier="")
    yield shop
    shop.station.close()
