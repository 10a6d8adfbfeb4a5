"""Run by test_kill.py: hands in orders until it is killed, and says each one's number after its commit.

python -m tests.store.busy_station STORE KEYS FIRST_ORDER
"""

import os
import sys
from itertools import count
from pathlib import Path

from app.clock import SetClock
from app.station.identify import identify
from app.station.redeem import hand_in
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from tests.builders import NOW_MS, a_voucher, an_order, at_till


def main(folder: Path, keys: Path, first: int) -> None:
    store = StationStore(folder, key_store=FileKeyStore(keys), clock=SetClock(NOW_MS))
    voucher = a_voucher(store)
    for number in count(first):
        answer = hand_in(store, an_order(f"A-{number}"), at_till(None, identify(store, voucher)))
        line = f"{number} {answer.seq} {'repeat' if answer.is_repeat else 'new'}\n"
        os.write(1, line.encode())  # one write, no buffer: said is said
        if number % 7 == 0:
            store.save_mark()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
