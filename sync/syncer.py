"""One sync: push what waits, pull what changed, with every step small and in order. No sleep, no thread, no clock.

Store work goes through `run`, which the station points at its store thread: the network never holds the database,
and the database never waits for the network. Pushing comes first, so the balances pulled hold our own entries.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from app.core.chain import Head
from app.core.standing import Standing
from app.store.faults import JournalBroken
from app.store.journal import WordOfHq
from app.store.store import StationStore
from sync.documents import PROGRAM, Runner
from sync.faults import DeviceUnknown, HqBusy, HqFault, HqRefused, HqUntrusted
from sync.handing_over import KEEPS, HandingOver
from sync.hq_time import ask_time, take_time
from sync.leasing import LeaseGiver, Leasing
from sync.loading import Loading
from sync.pepper import fetch_pepper
from sync.protocol import (
    BATCH_BYTES_MAX,
    BATCH_ENTRIES_MAX,
    Box,
    BoxWord,
    HeadWire,
    HqProtocol,
    PushAnswer,
    PushRefusal,
    PushRefusalKind,
    PushRequest,
)
from sync.pull import NO_SET, Puller

log = logging.getLogger(__name__)

GAPS_MAX = (
    3  # HQ may name a gap once after a restore; more often means that the two ends talk past each other
)
BOXES_EVERY_MS = 3_600_000  # those on which HQ can't say anything yet are sent again
SOFTWARE = "tillside 0.1.0"
ASKS_FIRST_ABOVE = 50  # entries: sending more would keep a station from hearing for seconds what is stopped
# HQ has shut us out, or is not sure who we are. Another trouble with what we send must not keep new rules from us.
ENDS_SYNC = frozenset({PushRefusalKind.FORK, PushRefusalKind.EPOCH_REVOKED, PushRefusalKind.NOT_CONFIRMED})


# How we stand when HQ refuses what we send, and what any answer of its that is good makes good again.
STANDINGS = {
    PushRefusalKind.FORK: Standing.FORKED,
    PushRefusalKind.CHAIN: Standing.CHAIN_BROKEN,
    PushRefusalKind.EPOCH_REVOKED: Standing.REVOKED,
    PushRefusalKind.NOT_CONFIRMED: Standing.NOT_CONFIRMED,
}
HEALED = (Standing.HQ_DOUBTED, Standing.NOT_CONFIRMED, Standing.UNKNOWN_AT_HQ)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. `refusal` is set when HQ stopped the queue (see `PushRefusalKind`).

    `as_of_ms` is HQ's moment of which the replica speaks: where it stands still, so does HQ, or whoever passes for it.
    `update_by_ms`: until then HQ still gives facts to a program as old as this one, if it has said so.
    """

    pushed: int
    pulled: int
    refusal: PushRefusal | None = None
    as_of_ms: int | None = None
    update_by_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """Where our own journal stops holding: the last good entry, and how HQ said so."""

    good_seq: int
    refusal: PushRefusal


class StationsHq(HqProtocol, LeaseGiver, Protocol):
    """All that is asked of HQ in a sync."""


class Syncer:
    """Station and HQ, brought together."""

    def __init__(
        self, store: StationStore, hq: StationsHq, *, run: Runner, loading: Loading | None = None
    ) -> None:
        """Work on `store` through `run`, which calls a function on the store's thread and returns its result.

        `loading` is told how far a snapshot is.
        """
        self._store = store
        self._hq = hq
        self._run = run
        self._puller = Puller(store, hq, run=run, loading=loading)
        self._leasing = Leasing(store, hq, run=run, documents=self._puller.documents)
        self._begins_with_pull = False
        self._told = (0, 0, 0)  # the versions of keys, rules and stops that HQ's last answer to a batch named
        self._break: Break | None = None
        self._boxes_ms: int | None = None  # of the boot clock: when boxes of earlier entries were sent
        self._handing_over = HandingOver(store, hq, run=run, request_after=self._request_after)
        # Told of each batch that HQ has and that leaves more to send: the entry after which this push began.
        self.on_batch: Callable[[int], None] = lambda after_seq: None

    def sync(self) -> SyncReport:
        """Push, then pull. Raises `HqFault` or `StoreFault`; what was done until then stays done."""
        # Before the network is asked: offline too, the mark is never older than the time between two tries.
        self._run(self._store.note_mark)
        self._leasing.close_what_is_over()
        if self._begins_with_pull:
            self._begins_with_pull = False  # once: fetching may be what doesn't work
            self._pull_first()
        try:
            report = self.push()
        except HqFault as fault:
            self._begins_with_pull = not isinstance(fault, HqBusy)
            raise
        if report.refusal is not None and report.refusal.kind in ENDS_SYNC:
            self._fetch_stops(report.refusal.stops_version)
            return report
        pulled = self.pull()
        fetch_pepper(self._store, self._hq, run=self._run)
        self._leasing.refresh()
        self._run(self._store.note_mark)
        position = self._run(self._puller.position)
        as_of_ms = position.as_of_ms if position else None
        return replace(report, pulled=pulled, as_of_ms=as_of_ms, update_by_ms=self._puller.update_by_ms)

    def _pull_first(self) -> None:
        """Fetch keys, rules and rows before we send, after a push that failed: HQ may choke on one for days.

        What HQ refuses here it may say better of the push: that this device was shut out.
        """
        try:
            self.pull()
        except (HqRefused, HqUntrusted) as fault:
            log.info("nothing could be fetched: %s", fault)

    def pull(self) -> int:
        """Fetch what changed; the first time, or when HQ says so, the whole snapshot. Returns the number of rows."""
        return self._puller.pull()

    def push(self) -> SyncReport:
        """Send all entries that wait; with none it is a heartbeat. What HQ says of us goes into the standing."""
        try:
            report = self._push()
        except DeviceUnknown:
            self._run(partial(self._store.set_standing, Standing.UNKNOWN_AT_HQ))
            raise
        if report.refusal is not None and report.refusal.kind in STANDINGS:
            self._run(partial(self._store.set_standing, STANDINGS[report.refusal.kind]))
        return report

    def _push(self) -> SyncReport:
        self._ask_first()
        pushed = gaps = 0
        began_after: int | None = None
        while True:
            request = self._run(self._next_push)
            began_after = request.from_seq - 1 if began_after is None else began_after
            answer = self._hq.push(request)
            if isinstance(answer, PushRefusal):
                gaps += 1
                if answer.kind is PushRefusalKind.CHAIN and self._run(partial(self._find_break, answer)):
                    continue  # what comes before the break can still be sent
                if answer.kind in KEEPS:
                    return SyncReport(pushed, 0, self._handing_over.go_on(request, answer))
                if answer.kind is not PushRefusalKind.GAP or gaps > GAPS_MAX:
                    return SyncReport(pushed, 0, answer)
                self._handing_over.kept_seq = 0
                if not self._run(partial(self._go_back, answer)):
                    return SyncReport(pushed, 0, self._show_all(answer))
                continue
            waiting = self._run(partial(self._take_answer, request, answer))
            kept = min(answer.acked_seq, request.head.seq)
            pushed += kept - request.from_seq + 1
            broken = self._break
            if not waiting or (broken is not None and kept >= broken.good_seq):
                self._fetch_stops(answer.stops_version)
                return SyncReport(pushed, 0, None if broken is None else broken.refusal)
            self.on_batch(began_after)
            self._fetch_before_the_rest(answer)

    def _find_break(self, refusal: PushRefusal) -> bool:
        """Check what waits in our own journal, once; say whether it breaks off somewhere."""
        if self._break is not None:
            return False
        journal = self._store.journal
        try:
            journal.verify(after=journal.at(self._store.acked_seq()))
            return False
        except JournalBroken as problem:
            log.info("the journal does not hold: %s", problem)
            self._break = Break(problem.first_bad_seq - 1, refusal)
            return True

    def _ask_first(self) -> None:
        """Before much is sent, say where HQ has us, with no entries: its answer tells what is stopped.

        What it refuses it refuses again, when the entries come; and where it names a place that isn't ours, only our
        entries show it that there are two of us.
        """
        store = self._store
        if self._run(store.waiting_count) <= ASKS_FIRST_ABOVE:
            return
        request = self._run(lambda: self._request_after(store.acked_seq(), entries_max=0))
        answer = self._hq.push(request)
        if isinstance(answer, PushRefusal):
            if (
                answer.kind in ENDS_SYNC
            ):  # known from now on, though the line may fail before the entries are sent
                self._run(partial(store.set_standing, STANDINGS[answer.kind]))
        else:
            if self._run(partial(self._is_ours, Head(answer.acked_seq, answer.acked_hash))):
                self._run(partial(self._take_answer, request, answer))
            self._fetch_before_the_rest(answer)

    def _fetch_before_the_rest(self, answer: PushAnswer) -> None:
        """Fetch what is stopped, new keys and rules between two batches: sending all that waits may take hours.

        What goes wrong with them does not hold our entries up, and comes about again in the pull, which says so.
        """
        told = (answer.keyset_version, answer.program_version, answer.stops_version)
        if told == self._told:
            return
        self._told = told
        try:
            self._puller.documents.follow(
                keyset_version=answer.keyset_version,
                program_version=answer.program_version,
                stops_version=answer.stops_version,
            )
        except HqFault as fault:
            log.info("stops, keys or rules did not come between two batches: %s", fault)

    def _fetch_stops(self, version: int) -> None:
        """Fetch what is stopped before the first page of rows, or alone where HQ gives us nothing else.

        What goes wrong with it comes about again in the pull, which says so.
        """
        try:
            self._puller.documents.follow_stops(version)
        except HqFault as fault:
            log.info("what is stopped did not come after a push: %s", fault)

    def _next_push(self) -> PushRequest:
        return self._request_after(max(self._store.acked_seq(), self._handing_over.kept_seq))

    def _request_after(self, seq: int, *, entries_max: int | None = None) -> PushRequest:
        store = self._store
        store.settle_time()
        most = BATCH_ENTRIES_MAX if entries_max is None else entries_max
        if self._break is not None:
            most = min(most, max(self._break.good_seq - seq, 0))
        waiting = store.journal.waiting(after_seq=seq, entries_max=most, bytes_max=BATCH_BYTES_MAX)
        behind = store.journal.head().seq - waiting.head.seq
        position = store.replica.position()
        reading = store.time.reading()
        # By a push that is not full HQ has all that we wrote before we read so far, and gives others what we let go.
        holds_back = entries_max is not None or self._break is not None
        return PushRequest(
            epoch=store.device.epoch,
            boot=reading.boot,
            sw=SOFTWARE,
            from_seq=waiting.from_seq,
            prev_hash=waiting.prev_hash,
            entries=list(waiting.bodies),
            head=HeadWire(seq=waiting.head.seq, hash=waiting.head.hash, sig=waiting.signature),
            clock=ask_time(reading),
            pull_cursor=position.cursor if position and not holds_back else 0,
            program_version=store.replica.document_version(PROGRAM),
            standing=store.standing.value,
            rows_skipped=self._puller.skipped,
            stops_version=store.stops.version,
            behind=behind,
            behind_since_ms=self._since_ms(waiting.head.seq) if behind else 0,
            boxes=self._boxes(waiting.from_seq, waiting.head.seq),
        )

    def _since_ms(self, seq: int) -> int:
        """Return since when the entry behind one waits, by the machine's clock, which may stand before 1970."""
        return max(self._store.journal.entry_at(seq + 1).wall_ms, 0)

    def _boxes(self, from_seq: int, to_seq: int) -> list[Box]:
        """Return what new members of these entries said, and once an hour what HQ had no word on before."""
        now_ms, sent_ms = self._store.clock.boot_ms(), self._boxes_ms
        is_due = sent_ms is None or not 0 <= now_ms - sent_ms < BOXES_EVERY_MS
        found = self._store.enrolments.waiting(
            from_seq=from_seq, to_seq=to_seq, most=BATCH_ENTRIES_MAX, with_earlier=is_due
        )
        return [Box(member=each.member, kid=each.kid, box=each.box) for each in found]

    def _take_answer(self, request: PushRequest, answer: PushAnswer) -> int:
        try:
            return self._acknowledge(request, answer)
        except HqUntrusted:  # it was an answer in HQ's form and to our push: nobody's login page
            self._store.set_standing(Standing.HQ_DOUBTED)
            raise

    def _acknowledge(self, request: PushRequest, answer: PushAnswer) -> int:
        """Move our mark as far as HQ holds what was sent, if it names a hash of ours there. Returns how many wait.

        HQ may hold less than the batch, where judging it took too long, but not nothing of it. It may hold more, after
        an answer that got lost; that is sent again for its verdicts.
        """
        store, kept = self._store, min(request.head.seq, answer.acked_seq)
        head = store.journal.head()
        acked = Head(answer.acked_seq, answer.acked_hash)
        if kept < min(request.from_seq, request.head.seq):
            raise HqUntrusted(f"HQ was sent entries up to {request.head.seq} and holds {acked.seq}")
        if (
            acked.seq > head.seq
        ):  # HQ remembers more of us than we do: a backup was restored, key store and all
            store.set_standing(Standing.ROLLED_BACK)
        if not self._is_ours(acked):
            raise HqUntrusted(f"HQ acknowledges an entry {acked.seq} that isn't ours")
        if any(not request.from_seq <= result.seq <= kept for result in answer.results):
            raise HqUntrusted("HQ gives its word on entries that it was not sent, or does not hold")
        words = [WordOfHq(result.seq, result.verdict, tuple(result.codes)) for result in answer.results]
        with store.atomic():
            store.journal.append_verdicts(words)
            store.set_acked_seq(kept)
            take_time(store, request, answer)
            self._forget_boxes(request, answer)
        self._puller.skipped -= request.rows_skipped
        is_all = kept == head.seq
        store.heal_standing(*HEALED, *([Standing.CHAIN_BROKEN] if is_all else []))
        return head.seq - kept

    def _forget_boxes(self, request: PushRequest, answer: PushAnswer) -> None:
        """Let go what HQ has of what we sent. It says no word on what it does not know yet, or does not know of."""
        if request.boxes:
            self._boxes_ms = self._store.clock.boot_ms()
            sent = {each.member for each in request.boxes}
            done = {each.member for each in answer.boxes if each.word in set(BoxWord)}
            self._store.enrolments.forget(sent & done)

    def _show_all(self, gap: PushRefusal) -> PushRefusal:
        """HQ says that it stands on another history than ours: show it ours from the first entry on.

        If HQ was restored from a backup and a copy of this station was quicker, it finds the fork, and keeps both.
        """
        request = self._run(partial(self._request_after, 0))
        answer = self._hq.push(request)
        if not isinstance(answer, PushRefusal) or answer.kind not in KEEPS:
            raise HqUntrusted(f"HQ expects entry {gap.expect} of a journal that isn't ours")
        return self._handing_over.go_on(request, answer)

    def _go_back(self, gap: PushRefusal) -> bool:
        """HQ holds less than we thought (it was restored from a backup): send again from where it stands.

        Its feed lost numbers too and may give them again to other rows: hence a new snapshot. False if it does not
        stand at a place of ours.
        """
        store = self._store
        expected = Head(gap.expect - 1, gap.hash)
        if not self._is_ours(expected):
            return False
        position = store.replica.position()
        if position is not None:
            with store.replica_atomic():
                store.replica.move_to(replace(position, set_id=NO_SET))
        with store.atomic():
            store.set_acked_seq(expected.seq)
        return True

    def _is_ours(self, place: Head) -> bool:
        journal = self._store.journal
        return 0 <= place.seq <= journal.head().seq and journal.at(place.seq) == place
