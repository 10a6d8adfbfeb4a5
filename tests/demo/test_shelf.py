"""The shelf of the till beside the demo's window: what the shop sells most, at its last price."""

import json
from datetime import date
from pathlib import Path

from app.cli_till import _read_goods
from app.demo.journey import JourneyLine, JourneyOrder
from app.demo.shelf import GOODS, write_shelf


def order(*lines: tuple[int, int, int]) -> JourneyOrder:
    return JourneyOrder(1, 1, 1, 0, date(2017, 1, 1), tuple(JourneyLine(*line) for line in lines), ())


def test_what_is_sold_most_stands_first_at_its_last_price(tmp_path: Path) -> None:
    rest = [order((product, 1, 50)) for product in range(10, 30)]
    path = write_shelf(tmp_path, [order((7, 2, 400), (8, 1, 0)), *rest, order((7, 1, 210), (8, 0, 99))])
    goods = json.loads(path.read_text(encoding="utf-8"))
    assert goods[0] == {"sku": "7", "name": "Product 7", "amount": 210} and len(goods) == GOODS
    assert [good.sku for good in _read_goods(path)] == [row["sku"] for row in goods]
    assert _read_goods(None)[0].sku == "ESPRESSO", "without a file there is a shelf, too"
