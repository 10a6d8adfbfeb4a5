"""The oracles at HQ's end: chains, postings, balances, cases, revoked and forked devices, what a restored HQ lost."""

import base64
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from tests.sim.budget_oracles import Budgets, Known
from tests.sim.claims import Memory
from tests.sim.flag_oracles import BREAKAGE, FlagOracles
from tests.sim.own_oracles import OwnOracles
from tests.sim.reading import (
    ISSUED,
    KNOWN_TYPES,
    POINTS,
    REVERSALS,
    Chain,
    Content,
    Place,
    genesis,
    next_hash,
    points_of,
    postings_of,
    read,
    uses_of,
)
from tests.sim.rows import HeldEntry, HqRows
from tests.sim.stop_oracles import StopOracles

VERDICTS = ("posted", "posted_flagged", "quarantined")
EXCUSES = {"UNKNOWN_PROGRAM", "OLD_EPOCH", "NO_SUCH_ORDER"}  # why an entry that can be read may be set aside
BY_CLOCK = {"CLOCK_SUSPECT", "RULE_STALE"}
POSTED = ("posted", "posted_flagged")
BY_TIME = {"COUPON_TWICE", "OVERSPENT"}  # flags that move when an earlier entry comes later
OVERSPENT = "exception:overspent"
OF_THEIR_OWN = {(OVERSPENT, POINTS), (OVERSPENT, "money"), (BREAKAGE, POINTS)}


class HqBooks:
    """HQ's journal and ledger, added up by the auditor's own reading."""

    def __init__(
        self,
        memory: Memory,
        stops: StopOracles,
        own: OwnOracles,
        rights: Known,
        *,
        known: Mapping[Place, HeldEntry] = MappingProxyType({}),
    ) -> None:
        """`known` are the entries that HQ held before it was restored."""
        self._memory = memory
        self._stops = stops
        self._known = known
        before = {place: entry.flags for place, entry in known.items()}
        self._flags = FlagOracles(memory, own, before=before)
        self.budgets = Budgets(memory, rights)
        self.entries: dict[Place, HeldEntry] = {}
        self.held: set[bytes] = set()  # SHA-256 of the bodies in pushes that were kept aside
        self.documents: dict[str, int] = {}  # the newest version of each kind
        self._heads: dict[Chain, tuple[int, bytes]] = {}
        self._ledger: Counter[tuple[str, str]] = Counter()
        self._earned = 0  # by the orders that were posted
        self._points: Counter[str] = Counter()  # by member
        self._uses: Counter[str] = Counter()  # of vouchers, by the hash of the code
        self._words: dict[Place, tuple[str, str]] = {}
        self._users: dict[str, list[tuple[int, str, int, int]]] = defaultdict(
            list
        )  # of those with a limit, when
        self._orders: dict[str, Place] = {}
        self._posted_ids: set[str] = set()
        self.doubled = 0
        self.uses_max: dict[str, int] = {}  # of vouchers, by the hash of the code

    def holds(self, place: Place, digest: bytes) -> bool:
        entry = self.entries.get(place)
        return entry is not None and entry.hash == digest

    def word_on(self, place: Place) -> tuple[str, str]:
        """Return HQ's newest verdict and flags on an entry that it holds."""
        entry = self.entries[place]
        return self._words.get(place, (entry.verdict, entry.flags))

    def take_in(self, rows: HqRows, *, now_ms: int) -> None:
        """Hold what is new at HQ against what the stations wrote, and the whole against the sums."""
        self._words = rows.words
        made: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for entry_id, _, account, unit, amount in rows.postings:
            name = (account, unit if unit == POINTS else "money")
            made[entry_id][name] += amount
            self._ledger[name] += amount
        self.documents = rows.documents
        new = [self._chained(entry) for entry in rows.journal]
        for entry, content in zip(rows.journal, new, strict=True):
            self._judged(entry, content, made, rows)
            if entry.verdict in POSTED:
                uses_max, _ = rows.vouchers.get(content.data.get("code_hash", ""), (0, 0))
                is_of_erased = self._flags.is_of_erased(content)
                self.budgets.posted(content, now_ms=now_ms, uses_max=uses_max, is_of_erased=is_of_erased)
        self._twice(rows)
        self._too_much(rows)
        for entry_id, amounts in made.items():  # postings of entries that came earlier, or never
            if (
                amounts.keys() & OF_THEIR_OWN
            ):  # of what was too much, or of a closed account: under ids of their own
                continue
            is_first = entry_id not in self._posted_ids
            self._memory.claim("I3", is_first, f"entry {entry_id} was posted again, or was never posted")
        self._posted_ids |= {entry.entry_id for entry in rows.journal if entry.entry_id}
        for _, body in rows.held:
            self._hold(body)
        self._flags.is_read()
        self._sums(rows)

    def _chained(self, entry: HeldEntry) -> Content:
        memory = self._memory
        chain, place = (entry.device, entry.epoch), (entry.device, entry.epoch, entry.seq)
        nonce, _ = memory.owners[chain]
        seq, last = self._heads.get(chain, (0, genesis(chain, nonce)))
        memory.claim("I2", entry.seq == seq + 1, f"HQ has entry {entry.seq} of {chain} after {seq}")
        memory.claim("I2", next_hash(last, entry.body) == entry.hash, f"the chain breaks at HQ at {place}")
        self._heads[chain] = entry.seq, entry.hash
        is_genuine = entry.hash in memory.written.get(place, {})
        memory.claim("I21", is_genuine, f"HQ took in {place}, which no station wrote")
        is_allowed = chain not in memory.revoked or place in self._known
        memory.claim("I11", is_allowed, f"{place} came in after its device was revoked")
        is_one = chain not in memory.fenced or place in self._known
        memory.claim("I10", is_one, f"{place} came in though HQ knows two histories of {chain}")
        self.entries[place] = entry
        return read(place, entry.hash, entry.body)

    def _judged(
        self,
        entry: HeldEntry,
        content: Content,
        made: dict[str, Counter[tuple[str, str]]],
        rows: HqRows,
    ) -> None:
        memory, is_posted = self._memory, entry.verdict in POSTED
        memory.claim("I9", entry.verdict in VERDICTS, f"{content.place} has no verdict")
        is_visible = entry.verdict == "posted" or entry.case_id in rows.cases
        memory.claim("I9", is_visible, f"{content.place} is {entry.verdict} and nobody is told")
        if entry.type in KNOWN_TYPES and not set(entry.flags.split()) & EXCUSES:
            memory.claim("I15", is_posted, f"{content.place} was set aside, and nothing is wrong with it")
        if entry.type not in KNOWN_TYPES:
            memory.claim("I23", not is_posted, f"{content.place} of a type nobody knows was posted")
        self._flags.came(content)
        expected = self._flags.moved_on(content, postings_of(content)) if is_posted else Counter()
        found = Counter(
            {name: amount for name, amount in made.pop(content.entry_id, Counter()).items() if amount}
        )
        memory.claim("I3", found == expected, f"{content.place} posted {dict(found)}, not {dict(expected)}")
        memory.claim(
            "I6", not any(_sums_by_unit(found).values()), f"{content.place} does not add up to nothing"
        )
        if is_posted:
            self._points.update(points_of(content))
            self._uses.update(uses_of(content))
            self._flagged(entry, content, rows)
            if content.type == "order":
                self._count_order(content)
            if content.type in REVERSALS and content.data["member"]:
                self._earned += content.data["points"]

    def _flagged(self, entry: HeldEntry, content: Content, rows: HqRows) -> None:
        """A posted entry has a flag where it must, and none otherwise; those that clocks bring are not foretold."""
        expected = set()
        for code in uses_of(content):
            uses_max, _ = rows.vouchers.get(code, (0, 0))
            if code not in rows.vouchers and self._flags.is_erased_by_now(content):
                expected |= {"REPLAY_DIFFERS"} & set(
                    entry.flags.split()
                )  # it may have gone since it was used
            elif code not in rows.vouchers:  # lost by a restored HQ
                expected.add("REPLAY_DIFFERS")
            elif uses_max:
                self._users[code].append((content.data["t_eff"], *content.place))
        found = set(entry.flags.split()) - BY_CLOCK - BY_TIME
        expected |= self._flags.of_people(content, found)
        if entry.type == "lease_close" and self.budgets.differs(content):  # entries that were set aside
            expected |= found & {"REPLAY_DIFFERS"}
        if "LATE" in found and self._stops.was_ever_stopped(
            content
        ):  # who heard of it when is not foretold here
            expected.add("LATE")
        self._memory.claim("I9", found == expected, f"{content.place} has {found}, should have {expected}")

    def _twice(self, rows: HqRows) -> None:
        """Of a voucher's uses the last by effective time are too many, in whatever order they came."""
        for code, users in self._users.items():
            uses_max, _ = rows.vouchers.get(code, (0, 0))
            if len(users) <= uses_max or not uses_max:
                continue
            for turn, (_, *place) in enumerate(sorted(users), start=1):
                where = place[0], place[1], place[2]
                flags = self.word_on(where)[1].split()
                is_right = ("COUPON_TWICE" in flags) == (turn > uses_max)
                self._memory.claim("I9", is_right, f"{where} is use {turn} of {uses_max} and has {flags}")

    def _too_much(self, rows: HqRows) -> None:
        """What was no more there is flagged where it was taken last, and stands in the exception account."""
        self.uses_max = {code: uses_max for code, (uses_max, _) in rows.vouchers.items()}
        changed = self.budgets.settle(self.uses_max)
        for place in changed:
            flags, is_overspent = self.word_on(place)[1].split(), self.budgets.is_overspent(place)
            is_right = ("OVERSPENT" in flags) == is_overspent
            self._memory.claim("I7", is_right, f"{place} took too much: {is_overspent}, and has {flags}")
        for unit in (POINTS, "money"):
            found, expected = self._ledger[OVERSPENT, unit], self.budgets.total(unit)
            self._memory.claim(
                "I7", found == expected, f"{found} {unit} stand in the exception account, not {expected}"
            )

    def _count_order(self, content: Content) -> None:
        """One order at a till is one order at HQ, however often somebody or something asked again."""
        order_id = content.data["order_id"]
        first = self._orders.setdefault(order_id, content.place)
        self.doubled += first != content.place
        self._memory.claim(
            "I3", first == content.place, f"order {order_id} was posted as {first} and {content.place}"
        )
        if content.data["member"]:
            self._earned += content.data["points"]

    def _hold(self, push: bytes) -> None:
        for packed in json.loads(push)["entries"]:
            self.held.add(hashlib.sha256(base64.b64decode(packed)).digest())

    def _sums(self, rows: HqRows) -> None:
        memory = self._memory
        for unit, total in _sums_by_unit(self._ledger).items():
            memory.claim("I6", total == 0, f"all postings of {unit} together are {total}")
        issued = -self._ledger[ISSUED, POINTS]
        memory.claim(
            "I6", issued == self._earned, f"{issued} points were issued, orders earned {self._earned}"
        )
        for ref, balance in rows.members.items():
            posted = self._ledger[f"member:{ref}", POINTS]
            memory.claim("I5", balance == posted, f"member {ref} has {balance}, the postings say {posted}")
            memory.claim(
                "I5", balance == self._points[ref], f"member {ref} has {balance}, their entries say otherwise"
            )
        for code, (_, uses) in rows.vouchers.items():
            used = self._uses[code]
            memory.claim("I5", uses == used, f"voucher {code} has {uses} uses, its entries say {used}")
        for device, (epoch, state, seq, digest) in rows.devices.items():
            is_told = state != "forked" or (device, epoch) in rows.devices_told
            memory.claim("I10", is_told, f"{device} has two histories, and nobody is told")
            head = self._heads.get((device, epoch), (0, None))
            is_there = head[0] == seq and head[1] in (digest, None)
            memory.claim("I4", is_there, f"HQ says that {device} stands at {seq}, and holds {head[0]}")


def _sums_by_unit(amounts: Counter[tuple[str, str]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for (_, unit), amount in amounts.items():
        sums[unit] += amount
    return sums
