"""Records what a station of the tree it is run in sends to HQ. README.md beside it says how.

Works with every tree that has tests/sync/world.py, so it imports nothing that is younger.
"""

import json
import sys
import tempfile
from base64 import b64encode
from pathlib import Path

from sqlalchemy import select

from app.station.identify import identify
from hq.tables import device, document, member, voucher
from tests.builders import an_order, at_till
from tests.sync.world import World, make_hq


def as_sent(model):
    """Return the JSON of a message as it goes over the wire: by msgspec, and by pydantic before that."""
    if hasattr(model, "model_dump_json"):
        return model.model_dump_json()
    from msgspec.json import encode

    return encode(model).decode()


def plain(row):
    return {
        name: b64encode(value).decode() if isinstance(value, bytes) else value for name, value in row.items()
    }


def recorded(name, folder):
    """Sell, redeem, be refused and turn a scan away; return what HQ was sent, and what it knew."""
    make_hq(folder / "hq")
    world = World(folder / "hq", folder, server=None)
    shop, printed = world.shop(), world.voucher()
    shop.syncer.sync()
    sent, push = [], shop.hq.real.push

    def noting(request):
        answer = push(request)
        sent.append({"request": json.loads(as_sent(request)), "answer": json.loads(as_sent(answer))})
        return answer

    shop.hq.push = noting
    shop.sell(card=world.card(), voucher=printed)
    milk = an_order("refused", ("milk", 300))
    from app.station.redeem import hand_in

    hand_in(shop.store, milk, at_till(identify(shop.store, world.card()), shop.show(printed)))
    identify(shop.store, "V00000000000")
    shop.syncer.sync()
    with world.hq.database.reading() as connection:
        facts = {
            table.name: [plain(row) for row in connection.execute(select(table)).mappings()]
            for table in (device, document, member, voucher)
        }
    world.close()
    return {"program": name, "pushes": [push for push in sent if push["request"]["entries"]], "facts": facts}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(recorded(sys.argv[1], Path(folder)), indent=1))
