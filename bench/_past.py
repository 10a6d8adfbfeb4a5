"""A station with a long past: entries as it writes them, with real decisions, chain, signatures and effects.

Each order is handed in by the product, at its own moment of the last ninety days. Only the wait for the disk is left
out: a thousand orders are one transaction here, where a till has a thousand.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.clock import SetClock, SystemClock
from app.config import Config
from app.core.order import Line
from app.core.voucher import Presentation
from app.ids import new_id
from app.station.identify import SeenMember, identify
from app.station.redeem import AtTill, OrderIn, hand_in
from app.store.creating import create_store
from app.store.journal import WordOfHq
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from tests.builders import (
    a_campaign,
    a_device,
    a_keyset,
    a_member,
    a_program,
    a_voucher,
    put_document,
    put_program,
    station_keys,
)

DAYS, MS_A_DAY = 90, 86_400_000
MEMBERS, VOUCHERS, CAMPAIGNS = 300, 50, 27
LINES = range(4, 15)
AT_ONCE = 1_000  # orders in a transaction
REFUSED, FLAGGED = (
    0.03,
    0.005,
)  # how many scans are of nothing that is known; how many entries HQ looked at twice


class InBatches(StationStore):
    """A store whose use cases share one transaction while a batch is open."""

    is_in_batch = False

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Join the open batch, or be a transaction."""
        if self.is_in_batch:
            yield
            return
        with super().atomic():
            yield

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction for many use cases."""
        with self.atomic():
            self.is_in_batch = True
            try:
                yield
            finally:
                self.is_in_batch = False


class Past:
    """The station that is filled. `voucher` can still be shown when it opens again."""

    def __init__(self, folder: Path) -> None:
        """Lay the store out, with a program of today and its members."""
        self.config = Config.embedded(folder)
        keys_in = FileKeyStore(self.config.state_dir / "keys")
        self._now_ms = SystemClock().now_ms()
        self._clock = SetClock(self._now_ms - DAYS * MS_A_DAY)
        self._chance = random.Random(1)
        create_store(
            self.config.store_dir,
            device=a_device(),
            keys=station_keys(),
            key_store=keys_in,
            key_store_kind="file",
        )
        self._store = InBatches(self.config.store_dir, key_store=keys_in, clock=self._clock)
        put_program(self._store, a_program(expires_ms=self._now_ms + 30 * MS_A_DAY, campaigns=_campaigns()))
        put_document(self._store, "keyset", a_keyset())
        self.voucher = a_voucher(self._store)
        self._vouchers = [
            self._seen(a_voucher(self._store, seed=at + 2), Presentation) for at in range(VOUCHERS)
        ]
        self._members = [
            self._seen(a_member(self._store, seed=at + 1, balance=at).number, SeenMember)
            for at in range(MEMBERS)
        ]

    def _seen(self, text: str, kind: type[Any]) -> Any:
        seen = identify(self._store, text)
        assert isinstance(seen, kind), seen
        return seen

    def write(self, entries: int) -> None:
        """Hand orders in until there are so many entries. HQ has the older half of them."""
        journal = self._store.journal
        while journal.head().seq < entries:
            with self._store.batch():
                for _ in range(AT_ONCE):
                    done = journal.head().seq / entries
                    if done >= 1:
                        break
                    self._clock.set_ms(self._now_ms - int((1 - done) * DAYS * MS_A_DAY))
                    self._hand_in()
        self._acknowledge(entries // 2)
        self._store.close()

    def _hand_in(self) -> None:
        chance = self._chance
        if chance.random() < REFUSED:
            identify(self._store, f"V{chance.getrandbits(60)}")
        shown = replace(chance.choice(self._vouchers), redemption_id=new_id())
        member = chance.choice(self._members)
        lines = tuple(
            Line(
                at,
                "coffee" if at == 1 else f"product-{chance.randrange(5_000):05}",
                1,
                chance.randrange(99, 1_500),
            )
            for at in range(1, chance.choice(LINES) + 1)
        )
        hand_in(self._store, OrderIn(new_id(), lines), AtTill(member, (shown,), "offline", "c-1"))

    def _acknowledge(self, until: int) -> None:
        """Keep HQ's word on the older entries, as pushes would have brought it."""
        for start in range(1, until + 1, AT_ONCE):
            end = min(start + AT_ONCE, until + 1)
            words = [WordOfHq(seq, *self._word()) for seq in range(start, end)]
            with self._store.atomic():
                self._store.journal.append_verdicts(words)
                self._store.set_acked_seq(end - 1)

    def _word(self) -> tuple[str, tuple[str, ...]]:
        is_flagged = self._chance.random() < FLAGGED
        return ("posted_flagged", ("COUPON_TWICE",)) if is_flagged else ("posted", ())


def _campaigns() -> list[dict[str, Any]]:
    today = datetime.now(UTC).date()
    days = {
        "starts_on": (today - timedelta(days=DAYS + 10)).isoformat(),
        "ends_on": (today + timedelta(days=20)).isoformat(),
    }
    rule = a_campaign()["rules"][0]
    others = [
        a_campaign(id=f"c-{at}", rules=[rule | {"id": f"c-{at}-1"}], **days) for at in range(1, CAMPAIGNS)
    ]
    return [a_campaign(**days), *others]
