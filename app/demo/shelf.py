"""What the plain till has on its shelf beside the demo's window: the products that the shop sells most."""

import json
import socket
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from app.demo.journey import JourneyOrder

GOODS = 8  # the till has a key for each
FILE = "till-goods.json"


def write_shelf(folder: Path, orders: Iterable[JourneyOrder]) -> Path:
    """Write the goods, each at what a unit of it costs in the last order that has one; return the file."""
    sold: Counter[int] = Counter()
    prices: dict[int, int] = {}
    for order in orders:
        for line in order.lines:
            if line.quantity > 0 and line.cents > 0:
                sold[line.product_id] += 1
                prices[line.product_id] = line.cents // line.quantity
    goods = [
        {"sku": str(product), "name": f"Product {product}", "amount": prices[product]}
        for product, _ in sold.most_common(GOODS)
    ]
    path = folder / FILE
    path.write_text(json.dumps(goods, indent=1) + "\n", encoding="utf-8")
    return path


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
