"""The station without a window: one scan or order a line in, one answer a line out, JSON.

A line that starts with `{` is a command, anything else is a scan:
    L2:…                                     scan a member's code
    V0123456789ABC8                          scan a voucher for the next order
    {"order": {"order_id": "…", "lines": [{"sku": "…", "qty": 1, "amount": 499}]}}      or {"total": 4711} for the lines
    {"quote": {…as order…}} · {"sync": true} · {"status": true} · {"clear": true}
    {"enrol": {"phone": "…", "consents": [{"what": "mail", "version": "2", "language": "en", "yes": true}]}}
    {"void": {"order_id": "…", "reason": "mistake"}} · {"return": {"order_id": "…", "reason": "goods_back", "lines":
    [{"line": 1, "qty": 1}]}}, both with "preview": true to see what they would do, and with "approve": {"staff": "…",
    "pin": "…", "why": "goodwill"} where a manager has to
    {"till": true} · {"confirm": true}       the order that the shop's till handed over, where its API is on
    {"sign_in": {"staff": "…", "pin": "…"}} · {"sign_out": true} · {"staff": true} · {"briefings": {"language": "ko"}}
The member and the vouchers scanned before an order go with it. Amounts are minor units. An answer is written only after
what it tells is durable. It is a whole station: another front end on the same engine, as the window is.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

import orjson

from app.clock import Clock
from app.config import Config
from app.core.approvals import Approval
from app.core.document import DocumentInvalid, Place
from app.core.money import CURRENCIES, format_amount
from app.core.outcome import Outcome
from app.core.prompted import record_of
from app.core.quote import Quote
from app.core.reasons import Refusal, sentence
from app.core.voucher import Presentation
from app.headless_cards import Cards, card_answer
from app.headless_lines import read_joining, read_order
from app.headless_told import briefings_answer, counts, member_answer
from app.headless_undo import Undoing
from app.station.answer import OrderAnswer
from app.station.enrol import NotEnrolled, enrol
from app.station.gift_card import CardShown, SeenGiftCard
from app.station.identify import SeenBadge, SeenMember, SeenReceipt, identify
from app.station.opening import open_store
from app.station.prompts import prompts
from app.station.redeem import AtTill, NotRecorded, OrderIn, hand_in, quote_order, to_ask
from app.station.staff import SignedIn, sign_in, sign_out
from app.station.void import By
from app.store.faults import StoreFault
from app.store.store import StationStore
from app.store.thread import StoreThread
from sync.authorising import authoriser_of
from sync.client import DeviceSigner, HttpHq
from sync.line import Line as LineToHq
from sync.syncer import Syncer
from sync.worker import SyncWorker

if TYPE_CHECKING:
    from app.headless_till import HeadlessTill

LINE_CHARS_MAX = 1 << 20  # an order of 2,000 lines is about a tenth of it
VOUCHERS_MAX = 100  # on one order; more is a stuck scanner

Answer = dict[str, Any]


def run_headless(config: Config, *, clock: Clock, lines: Iterable[str], out: TextIO) -> int:
    """Serve `lines` until they end. Returns the exit status: 0, or 1 when the store can't be used."""
    try:
        thread = StoreThread(lambda: open_store(config, clock=clock))
    except StoreFault as fault:
        _write(out, _stopped(fault))
        return 1
    station = HeadlessStation(thread, config=config, clock=clock)
    try:
        _write(out, station.ready())
        for line in lines:
            if thread.found is not None:  # damage, while it went through all of its records beside the work
                break
            _write(out, station.answer(line.rstrip("\r\n")))
    except StoreFault as fault:
        _write(out, _stopped(fault))
        return 1
    finally:
        station.close()
    if thread.found is not None:
        _write(out, _stopped(thread.found))
    return 0 if thread.found is None else 1


class HeadlessStation:
    """A station that talks in lines."""

    def __init__(self, thread: StoreThread, *, config: Config, clock: Clock) -> None:
        """Begin to sync with HQ in the background."""
        self._thread = thread
        self._config = config
        store = thread.store
        device = store.device
        self._device = device
        signer = DeviceSigner(
            device_id=device.device_id, epoch=device.epoch, key=store.keys.sign, clock=store.signing_clock
        )
        self._hq = HttpHq(LineToHq(device.hq_url), signer)
        self._authoriser = authoriser_of(device.hq_url, signer, epoch=device.epoch, clock=clock)
        syncer = Syncer(store, self._hq, run=lambda work: thread.call(lambda _: work()))
        self._worker = SyncWorker(
            syncer,
            waiting=lambda: thread.call(StationStore.waiting_count),
            clock=clock,
            interval_s=config.sync_interval_s,
        )
        self._member: SeenMember | None = None
        self._presented: list[Presentation] = []
        self._cards: dict[str, CardShown] = {}
        self._signed_in: SignedIn | None = None
        undoing = Undoing(thread, self._worker.wake, by=self._by, refusal=self._refusal)
        self._gift_cards = Cards(thread, self._worker.wake, by=self._by, refusal=self._refusal)
        self._commands: dict[str, Callable[[Place], Answer]] = {
            "order": self._order,
            "quote": self._quote,
            "sync": self._sync,
            "status": self._status,
            "clear": self._clear,
            "enrol": self._enrol,
            "void": undoing.void,
            "return": undoing.give_back,
            "top_up": self._gift_cards.top_up,
            "sign_in": self._sign_in,
            "sign_out": self._sign_out,
            "staff": self._staff,
            "till": self._at_window,
            "confirm": self._confirm,
            "briefings": partial(briefings_answer, thread.call, lambda: self._signed_in),
        }
        self._till = self._open_till()
        self._worker.start()

    def ready(self) -> Answer:
        """Return the first line: who this is."""
        return {
            "answer": "ready",
            "store": self._device.store_id,
            "device": self._device.device_id,
            "head": self._thread.call(lambda store: store.journal.head().seq),
        } | ({} if self._till is None else self._till.told())

    def answer(self, text: str) -> Answer:
        """Answer one line. Never raises for what the world or the caller did."""
        try:
            if not 0 < len(text) <= LINE_CHARS_MAX:
                raise DocumentInvalid("the line is empty or too long")
            answer = self._command(text) if text.startswith("{") else self._scan(text)
            if self._till is not None:
                self._till.look()
            return answer
        except DocumentInvalid as problem:
            return {"answer": "not_understood", "sentence": f"This line can't be used: {problem}"}
        except (NotRecorded, StoreFault) as problem:
            return {"answer": "not_recorded", "reason": problem.code, "sentence": problem.sentence}

    def close(self) -> None:
        """Stop syncing and close the store."""
        if self._till is not None:
            self._till.close()
        self._worker.stop()
        self._hq.close()
        self._authoriser.close()
        self._thread.close()

    def _scan(self, text: str) -> Answer:
        seen = self._thread.call(lambda store: identify(store, text))
        match seen:
            case SeenMember():
                self._member = seen
                return member_answer(seen) | (self._refusal(seen.stopped) if seen.stopped else {})
            case Presentation() | SeenGiftCard() if len(self._presented) + len(self._cards) >= VOUCHERS_MAX:
                raise DocumentInvalid(f"more than {VOUCHERS_MAX} vouchers for one order")
            case Presentation():
                self._presented.append(seen)
                return {
                    "answer": "voucher",
                    "redemption_id": seen.redemption_id,
                    "rule": seen.voucher.rule_id,
                }
            case SeenGiftCard():
                self._cards[seen.ref] = CardShown(seen.ref)
                return card_answer(seen) | (self._refusal(seen.refusal) if seen.refusal else {})
            case SeenBadge():
                return {"answer": "badge", "staff": seen.staff_id}
            case SeenReceipt():
                return {"answer": "receipt", "order": seen.order}
            case Refusal():
                self._worker.wake()
                return {"answer": "refused", **self._refusal(seen)}

    def _command(self, text: str) -> Answer:
        try:
            command = Place("line", orjson.loads(text))
        except orjson.JSONDecodeError as problem:
            raise DocumentInvalid(f"not JSON: {problem}") from problem
        for name, serve in self._commands.items():
            if command.has(name):
                return serve(command)
        raise DocumentInvalid(f"expected one of {', '.join(self._commands)}")

    def _open_till(self) -> "HeadlessTill | None":
        """Open the till's API, where it is on."""
        if self._config.till_port is None:
            return None
        from app.headless_till import open_till  # noqa: PLC0415 it brings a web server along

        return open_till(
            self._config,
            self._thread,
            self._worker.wake,
            at_till=self._at_till,
            begin_anew=self._begin_anew,
            by=self._by,
        )

    def _at_window(self, _: Place) -> Answer:
        return {"answer": "till", "order": "" if self._till is None else self._till.order_id}

    def _confirm(self, _: Place) -> Answer:
        """Record the order that the till handed over."""
        order_in = None if self._till is None else self._till.begin()
        if self._till is None or order_in is None:
            raise DocumentInvalid("no order of the till is there")
        is_recorded = False
        try:
            answer = self._hand_in(order_in)
            is_recorded = True
        finally:
            self._till.end(is_recorded=is_recorded)
        return answer

    def _order(self, command: Place) -> Answer:
        return self._hand_in(read_order(command.inner("order"), self._config.register))

    def _hand_in(self, order_in: OrderIn) -> Answer:
        since, at_till = monotonic(), self._at_till()
        heard = self._ask_head_office(order_in, at_till, since)
        answer = self._thread.call(lambda store: hand_in(store, order_in, heard))
        self._begin_anew()
        self._worker.wake()
        return self._order_answer(answer)

    def _ask_head_office(self, order_in: OrderIn, at_till: AtTill, since: float) -> AtTill:
        """Return what is at the till with head office's words, where the order needs any and they come in time."""
        asking = self._thread.call(lambda store: to_ask(store, order_in, at_till))
        return (
            at_till if asking is None else replace(at_till, heard=self._authoriser.ask(asking, since=since))
        )

    def _quote(self, command: Place) -> Answer:
        order_in, at_till = read_order(command.inner("quote"), self._config.register), self._at_till()
        found = self._thread.call(lambda store: quote_order(store, order_in, at_till))
        said = record_of(self._thread.call(lambda store: prompts(store, order_in, at_till, found)))
        return self._quote_answer(found) | ({"prompts": said} if said else {})

    def _sync(self, _: Place) -> Answer:
        state = self._worker.sync_now()
        return {
            "answer": "synced" if state.is_online else "offline",
            "problem": state.problem,
            "waiting": self._thread.call(StationStore.waiting_count),
        }

    def _status(self, _: Place) -> Answer:
        state = self._worker.state
        return {
            "answer": "status",
            "link": "online" if state.is_online else "offline",
            "problem": state.problem,
            "gone_through": self._thread.is_gone_through,
            **self._thread.call(counts),
        }

    def _begin_anew(self) -> None:
        self._member, self._presented, self._cards = None, [], {}

    def _clear(self, _: Place) -> Answer:
        self._begin_anew()
        if self._till is not None:
            self._till.clear()
        return {"answer": "cleared"}

    def _enrol(self, command: Place) -> Answer:
        """Make somebody a member; the next order is theirs, as if their card had been scanned."""
        joining, at_till = read_joining(command.inner("enrol")), self._at_till()
        found = self._thread.call(
            lambda store: enrol(store, joining, link=at_till.link, cashier=at_till.cashier)
        )
        if isinstance(found, NotEnrolled):
            return {"answer": "refused", "reason": found.code, "sentence": found.sentence}
        self._member = found.member
        self._worker.wake()
        told = {"answer": "enrolled", "number": found.number, "repeat": found.is_repeat}
        return member_answer(found.member) | told

    def _sign_in(self, command: Place) -> Answer:
        """Sign somebody in. The visit begins anew: nobody redeems what somebody else has begun."""
        asked = command.inner("sign_in")
        before = self._signed_in
        found = sign_in(self._thread.call, asked.name("staff"), asked.text("pin"), instead_of=before)
        self._worker.wake()
        if isinstance(found, Refusal):
            return {"answer": "refused", **self._refusal(found)}
        self._signed_in = found
        self._begin_anew()
        return {"answer": "signed_in", "staff": found.staff_id, "name": found.name, "role": found.role}

    def _sign_out(self, _: Place) -> Answer:
        """Sign out whoever is signed in. What waits to be sent waits on."""
        who, self._signed_in = self._signed_in, None
        self._begin_anew()
        if who is not None:
            self._thread.call(lambda store: sign_out(store, who))
            self._worker.wake()
        return {"answer": "signed_out", "waiting": self._thread.call(StationStore.waiting_count)}

    def _staff(self, _: Place) -> Answer:
        rows = self._thread.call(lambda store: store.people.all())
        people = [{"staff": row.staff_id, "name": row.name, "role": row.role} for row in rows]
        return {"answer": "staff", "staff": people}

    def _at_till(self) -> AtTill:
        link = "online" if self._worker.state.is_online else "offline"
        cashier = self._signed_in.staff_id if self._signed_in else ""
        cards = tuple(self._cards.values())
        return AtTill(self._member, tuple(self._presented), link, cashier, cards=cards)

    def _by(self, approval: Approval | None) -> By:
        at_till = self._at_till()
        return By(at_till.cashier, at_till.link, approval)

    def _order_answer(self, answer: OrderAnswer) -> Answer:
        return {
            "answer": answer.kind,
            "order_id": answer.order_id,
            "seq": answer.seq,
            "total": answer.total,
            "discount": answer.discount,
            "payable": answer.payable,
            "points": answer.points,
            "repeat": answer.is_repeat,
            "presented": [self._outcome(outcome) for outcome in answer.presented],
            **self._gift_cards.tenders(answer.tenders, answer.due),
        } | (self._refusal(answer.stopped) if answer.stopped else {})

    def _outcome(self, outcome: Outcome) -> Answer:
        found: Answer = {
            "redemption_id": outcome.redemption_id,
            "rule": outcome.rule_id,
            "approved": outcome.is_approved,
            "discount": outcome.discount,
        }
        return found | (self._refusal(outcome.refusals[0]) if outcome.refusals else {})

    def _quote_answer(self, found: Quote) -> Answer:
        return {
            "answer": "quote",
            "offers": [
                {
                    "rule": offer.rule_id,
                    "name": offer.name,
                    "usable": offer.is_usable,
                    "discount": offer.discount,
                    "why_not": [self._refusal(refusal) for refusal in offer.refusals],
                }
                for offer in found.offers
            ],
            "total": found.decision.total,
            "discount": found.decision.discount,
            "payable": found.decision.payable,
            "points": found.decision.points,
            **self._gift_cards.tenders(found.decision.tenders, found.decision.due),
        }

    def _refusal(self, refusal: Refusal) -> Answer:
        currency = CURRENCIES[self._device.currency]
        return {
            "reason": refusal.reason.code,
            "numbers": dict(refusal.numbers),
            "sentence": sentence(refusal, money=lambda minor: format_amount(minor, currency)),
        }


def _stopped(fault: StoreFault) -> Answer:
    return {"answer": "stopped", "reason": fault.code, "sentence": fault.sentence, "detail": fault.detail}


def _write(out: TextIO, answer: Answer) -> None:
    out.write(orjson.dumps(answer).decode("utf-8") + "\n")
    out.flush()
