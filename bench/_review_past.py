"""A station with a hundred thousand orders, made in a minute: decided some hundred times, written many times over.

The orders at the beginning are handed in by the product. Their records are what the rest is made of: another number,
moment, member, cashier and redemption each, through the real journal with its chain, signatures and effects, a
thousand entries a transaction.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from app.clock import ResumedClock
from app.core.entry import ENROL, ORDER, SCAN_DENIED, VOID, Entry
from app.core.order import Line, local_date
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from app.core.voucher import Presentation
from app.ids import new_id, ref_of
from app.station.day_close import CloseBy, look_at_days, record_close
from app.station.identify import SeenMember, identify
from app.station.redeem import AtTill, OrderIn, hand_in
from app.station.void import Asked, By, record_reversal
from app.store.journal import Draft, WordOfHq
from app.store.store import StationStore
from tests.builders import NOW_MS, a_campaign, a_member, a_program, a_store, a_voucher

DAYS, HOUR_MS, MS_A_DAY = 90, 3_600_000, 86_400_000
OPEN_MS = 10 * HOUR_MS  # a day
MEMBERS, CASHIERS, CAMPAIGNS, TEMPLATES = 2_000, 12, 27, 200
AT_ONCE = 400  # orders in a transaction
VOIDED, DENIED, JOINED, FLAGGED, ALONE = 0.02, 0.03, 0.01, 0.005, 0.3
NAMES = ("Ada", "Ben", "Cem", "Dilara", "Eva", "Finn", "Grete", "Hana")

Group = list[Entry]  # an order and its redemptions, or a void


class Past:
    """The store that is filled; `store` is open, `voucher` can still be shown."""

    def __init__(self, folder: Path) -> None:
        """Lay it out, and let the product hand in what the rest is made of."""
        self._chance = random.Random(1)
        self._is_closed = False  # yesterday
        self.store = a_store(folder, clock=ResumedClock(NOW_MS), program=a_program(campaigns=_campaigns()))
        self._vouchers: list[Any] = [
            identify(self.store, a_voucher(self.store, seed=at)) for at in range(1, 6)
        ]
        self.voucher: Presentation = self._vouchers[0]
        self._put_members()
        self._orders, self._voids = self._templates()
        self.orders = len(self._orders)

    def _put_members(self) -> None:
        rows = [
            (ref_of(at.to_bytes(8, "big")), None, f"{NAMES[at % len(NAMES)]} {at:05}", "", [], at, "active")
            for at in range(1, MEMBERS + 1)
        ]
        self._refs = [row[0] for row in rows]
        columns = ("ref", "number_hash", "name", "tier", "segments", "balance", "state")
        with self.store.replica_atomic():
            self.store.replica.put_rows("member", columns, rows)

    def _templates(self) -> tuple[list[Group], list[Group]]:
        member: Any = identify(self.store, a_member(self.store, seed=MEMBERS + 1, balance=500).code)
        for at in range(TEMPLATES):
            self._hand_in(f"first-{at}", member)
        for at in range(3):  # a fourth a day needs a manager
            asked = Asked(new_id(), Kind.VOID, f"first-{at}", ReversalReason.MISTAKE, ())
            record_reversal(self.store, asked, By(cashier="c-01"))
        groups: list[Group] = []
        for entry in self.store.journal.entries():
            if entry.type in (ORDER, VOID):
                groups.append([])
            groups[-1].append(entry)
        orders = [group for group in groups if group[0].type == ORDER]
        return orders, [group for group in groups if group[0].type == VOID]

    def _hand_in(self, number: str, member: SeenMember) -> None:
        chance = self._chance
        lines = tuple(
            Line(at, "coffee" if at == 1 else f"product-{at:02}", 1, chance.randrange(99, 1_500))
            for at in range(1, chance.randrange(4, 15))
        )
        shown: Presentation = replace(chance.choice(self._vouchers), redemption_id=new_id())
        hand_in(self.store, OrderIn(number, lines), AtTill(member, (shown,), "online", "c-01"))

    def write(self, orders: int) -> None:
        """Write until there are so many orders, the last of them today; all days but today are closed."""
        while self.orders < orders:
            drafts: list[Draft] = []
            for _ in range(min(AT_ONCE, orders - self.orders)):
                at_ms = self._moment(self.orders / orders)
                if (
                    local_date(at_ms, self.store.device.time_zone) == self.today(self.store)
                    and not self._is_closed
                ):
                    break
                drafts += self._copied(at_ms)
            with self.store.atomic():
                self.store.journal.append(drafts)
            if len(drafts) < AT_ONCE and not self._is_closed and self.orders < orders:
                self._close_yesterday()
        self._acknowledge()

    @staticmethod
    def today(store: StationStore) -> date:
        """Return the local day."""
        return local_date(store.now_ms(), store.device.time_zone)

    def _close_yesterday(self) -> None:
        store, today = self.store, self.today(self.store)
        yesterday = today.fromordinal(today.toordinal() - 1)
        days = look_at_days(
            store.journal.listing, time_zone=store.device.time_zone, today=today, day=yesterday
        )
        assert days.open is not None, days
        record_close(store, days.open, CloseBy())
        self._is_closed = True

    def _moment(self, share: float) -> int:
        """Return when an order was: days are open from eight till six."""
        day, within = divmod(share * DAYS, 1)
        midnight = NOW_MS - 12 * HOUR_MS - int(DAYS - 1 - day) * MS_A_DAY
        is_today = int(day) == DAYS - 1
        return midnight + 8 * HOUR_MS + int(within * (3.5 * HOUR_MS if is_today else OPEN_MS))

    def _copied(self, at_ms: int) -> Iterator[Draft]:
        chance = self._chance
        self.orders += 1
        number, cashier = f"o-{self.orders:07}", f"c-{chance.randrange(CASHIERS):02}"
        if chance.random() < DENIED:
            denied = {
                "store": "S-0007",
                "reason": "unknown_code",
                "code_hash": f"{chance.getrandbits(128):032x}",
            }
            yield Draft(SCAN_DENIED, {**denied, "t_eff": at_ms})
        if chance.random() < JOINED:
            joined = {"store": "S-0007", "t_eff": at_ms, "link": "online", "cashier": cashier, "consents": []}
            own = {"member": new_id()[:13], "number_hash": "", "box_hash": "", "kid": ""}
            yield Draft(ENROL, joined | own)
        ref = None if chance.random() < ALONE else chance.choice(self._refs)
        yield from self._group(chance.choice(self._orders), number, at_ms, ref, cashier)
        if chance.random() < VOIDED:
            yield from self._group(chance.choice(self._voids), number, at_ms + 60_000, ref, cashier)

    def _group(self, group: Group, number: str, at_ms: int, ref: str | None, cashier: str) -> Iterator[Draft]:
        ids = {entry.data["redemption_id"]: new_id() for entry in group if "redemption_id" in entry.data}
        for entry in group:
            record = entry.data | {"order_id": number, "t_eff": at_ms, "cashier": cashier}
            if entry.type == ORDER:
                shown = [each | {"redemption_id": ids[each["redemption_id"]]} for each in record["presented"]]
                member = None if ref is None else record["member"] | {"ref": ref}
                record |= {"presented": shown, "member": member}
            elif entry.type == VOID:
                record |= {"reversal_id": new_id(), "member": ref, "uses": [], "leases": []}
            else:
                record |= {"redemption_id": ids[record["redemption_id"]], "member": ref}
            yield Draft(entry.type, record)

    def _acknowledge(self) -> None:
        """Keep HQ's word on all but today's entries."""
        until = self.store.journal.head().seq * (DAYS - 1) // DAYS
        for start in range(1, until + 1, 1_000):
            words = [WordOfHq(seq, *self._word()) for seq in range(start, min(start + 1_000, until + 1))]
            with self.store.atomic():
                self.store.journal.append_verdicts(words)
                self.store.set_acked_seq(words[-1].seq)

    def _word(self) -> tuple[str, tuple[str, ...]]:
        is_flagged = self._chance.random() < FLAGGED
        return ("posted_flagged", ("COUPON_TWICE",)) if is_flagged else ("posted", ())


def _campaigns() -> list[dict[str, Any]]:
    days = {"starts_on": "2025-01-01", "ends_on": "2026-12-31"}
    rule = a_campaign()["rules"][0]
    others = [
        a_campaign(id=f"c-{at}", rules=[rule | {"id": f"c-{at}-1", "name": f"offer {at}"}], **days)
        for at in range(1, CAMPAIGNS)
    ]
    return [a_campaign(**days), *others]
