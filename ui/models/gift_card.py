"""A gift card by itself: what is on it, how much of it pays for the order begun at the till, and what is put on it.

With an order behind it the page asks how much the card pays, and Enter adds that to the order; nothing is recorded
before the order itself is. What is put on a card is recorded here, under an id that its panel has had from the start.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject

from app.core.approvals import Approval, Why
from app.core.reasons import Reason, Refusal
from app.ids import new_id
from app.station.gift_card import SeenGiftCard, look_up
from app.station.identify import Seen, identify
from app.station.receipt import Card, Kind, Receipt
from app.station.redeem import ONLINE
from app.station.top_up import CardChange, CardDone, CardPreview, Movement, preview_change, record_change
from app.station.void import By
from app.store.store import StationStore
from ui.i18n import _
from ui.models.amount import AmountProblem, parse_amount
from ui.models.answers import after_fault
from ui.models.card_view import (
    AllOfIt,
    CardAmount,
    Doing,
    FindCard,
    GiftCardView,
    PrintCard,
    PutOn,
)
from ui.models.cards import CardPut
from ui.models.flow import Flow, Means
from ui.models.paying import PayingCard, face_of
from ui.models.state import AnswerView, AnswerWord, Screen
from ui.models.to_approve import ToApprove
from ui.models.which_card import ShowCard
from ui.texts import because
from ui.texts_card import amount_wrong, asked_first, ending_in, pays_at_most, to_approve
from ui.texts_goods import amount_as_typed

T = TypeVar("T")
WHYS = (Why.WRONG_AMOUNT, Why.CHANGED_MIND, Why.PROMISED, Why.NOT_WORKING)


class GiftCards(Flow):
    """One card after the other."""

    screen = Screen.GIFT_CARD

    def __init__(self, means: Means, parent: QObject) -> None:
        """Begin with no card."""
        super().__init__(means, parent)
        self._seen: SeenGiftCard | None = None
        self._view = GiftCardView()
        self._typed = ""
        self._change_id = ""
        self._pays_for = ""  # the order that it was looked at for, by its id
        self._asked = 0  # what was asked for another card or page is not this one's

    @property
    def view(self) -> object:
        """See `GiftCardView`."""
        return self._view

    @property
    def _by(self) -> By:
        who = self.desk.cashier
        return By(who.staff_id if who else "", self.desk.link)

    def begin(self) -> None:
        """Ask for a card, or go on with the last one that the order has."""
        self.end()
        visit = self.desk.visit
        if visit is not None and visit.cards:
            self._look_up(visit.cards[-1])

    def end(self) -> None:
        """Forget the card."""
        self._asked += 1
        self._seen, self._typed, self._change_id = None, "", ""
        self._view = GiftCardView(begun=self._view.begun + 1)

    def till_turned(self) -> bool:
        """Let a card that was to pay for one order not pay for the next, which is somebody else's."""
        visit = self.desk.visit
        is_same = visit is not None and visit.order.order_id == self._pays_for
        if self._view.doing is Doing.PAY and not is_same and not self.desk.state.is_busy:
            self.end()
            self.changed.emit()
        return False

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        if self.desk.state.is_busy:
            return
        match intent:
            case ShowCard(seen):
                self._turn_to(seen)
            case FindCard(text):
                self._find(text)
            case CardAmount(text) if self._view.doing is not Doing.LOOK:
                self._amount(text)
            case AllOfIt() if self._view.doing is Doing.PAY:
                self._panel(Doing.PAY, first=self._as_typed(self._view.most))
            case PutOn() if self._view.can_top_up:
                self._panel(Doing.TOP_UP)
            case PrintCard():
                self._print()

    def seen(self, seen: Seen) -> bool:
        """Take a gift card. Whatever else it is comes to the till."""
        if isinstance(seen, SeenGiftCard):
            self._turn_to(seen)
        elif isinstance(seen, Refusal):
            self.desk.notice(because(seen, self.desk.state.shop.currency))
        else:
            return False
        return True

    def enter(self) -> None:
        """Do what the page is for."""
        view, state = self._view, self.desk.state
        if state.is_busy or state.is_new:
            return
        if view.card is None:
            self.desk.notice(asked_first())
        elif view.doing is Doing.PAY:
            self._pay()
        elif view.doing is not Doing.LOOK:
            self._put(view.doing)
        elif view.card.is_new:
            self._panel(Doing.ACTIVATE)
        else:
            self.left.emit()

    def escape(self) -> None:
        """Back from what is put on a card to the card, and from there out; not while something is being recorded."""
        if self.desk.state.is_busy:
            return
        if self._view.doing in (Doing.TOP_UP, Doing.ACTIVATE) and self._seen is not None:
            self._turn_to(self._seen)
        else:
            super().escape()

    # --- which card -------------------------------------------------------------------------------------------------

    def _find(self, text: str) -> None:
        self._on_store(lambda store: identify(store, text), self._found)

    def _found(self, seen: object) -> None:
        if isinstance(seen, Refusal):
            self.desk.notice(because(seen, self.desk.state.shop.currency))
        elif isinstance(seen, SeenGiftCard):
            self._turn_to(seen)
        else:
            self.desk.notice(_("This is no gift card. Scan it where it belongs."))

    def _look_up(self, card: PayingCard) -> None:
        def found(seen: SeenGiftCard | None) -> None:
            if seen is not None:
                self._turn_to(seen)

        self._on_store(lambda store: look_up(store, card.ref, ends_with=card.ends_with), found)

    def _on_store(self, work: Callable[[StationStore], T], then: Callable[[T], None]) -> None:
        """Ask the store; what comes home when another card or page is up is nobody's."""
        self._asked += 1
        asked = self._asked

        def came(found: T) -> None:
            if asked == self._asked:
                then(found)

        self.tasks.on_store(work, then=came, failed=lambda problem: self._not_read(asked, problem))

    def _not_read(self, asked: int, problem: BaseException) -> None:
        if asked == self._asked:
            self.desk.notice(after_fault(problem).sentence)

    def _turn_to(self, seen: SeenGiftCard) -> None:
        """Show a card. With something at the till behind the page it is to pay, if it can."""
        self._asked += 1
        self.desk.notice("")
        self._seen = seen
        card, visit = face_of(seen), self.desk.visit
        self._view = replace(self._view, card=card, doing=Doing.LOOK, most=0, due=None)
        if visit is None or card.is_new or card.why_not is not None:
            self._panel(Doing.LOOK)
        else:
            self._pays_for = visit.order.order_id
            due, most = self._due(seen.ref), self._most(seen)
            asked = next((held.most for held in visit.cards if held.ref == seen.ref), None)
            self._view = replace(self._view, most=most, due=due)
            self._panel(Doing.PAY, first=self._as_typed(most if asked is None else min(asked, most)))
        self.desk.show_first()

    def _due(self, ref: str) -> int | None:
        """Return what is left for a card to pay; None while the order has no amount."""
        order = self.desk.state.order
        if order is None or order.total <= 0:
            return None
        return order.to_pay + sum(row.amount for row in order.cards if row.ref == ref)

    def _all(self, seen: SeenGiftCard) -> int:
        """Return what a card would pay if it were asked for all that it can."""
        due = self._due(seen.ref)
        return seen.balance if due is None else min(seen.balance, due)

    def _most(self, seen: SeenGiftCard) -> int:
        """Return what it can be asked for now: without head office no more than this station may take off it."""
        return self._all(seen) if self.desk.link == ONLINE else min(self._all(seen), seen.alone)

    # --- how much ---------------------------------------------------------------------------------------------------

    def _panel(self, doing: Doing, *, first: str = "") -> None:
        """Begin with an amount anew."""
        self._change_id = new_id() if doing in (Doing.TOP_UP, Doing.ACTIVATE) else ""
        self._view = replace(self._view, doing=doing, first=first, begun=self._view.begun + 1)
        self._amount(first)

    def _amount(self, text: str) -> None:
        self._typed = text
        self._asked += 1  # an Enter before it was for another amount
        amount = parse_amount(text, self.desk.state.shop.currency)
        self._view = replace(self._view, amount=amount if isinstance(amount, int) else None)
        self.desk.notice("")
        self.changed.emit()

    def _as_typed(self, amount: int) -> str:
        return amount_as_typed(amount, self.desk.state.shop.currency) if amount else ""

    def _read_amount(self) -> int | None:
        """Return the amount that stands there; of anything else say what is wrong with it."""
        currency = self.desk.state.shop.currency
        amount = parse_amount(self._typed, currency)
        if isinstance(amount, AmountProblem):
            self.desk.notice(amount_wrong(amount, currency))
            return None
        return amount

    # --- paying -----------------------------------------------------------------------------------------------------

    def _pay(self) -> None:
        view, seen, visit = self._view, self._seen, self.desk.visit
        amount = self._read_amount()
        if amount is None or seen is None or visit is None:
            return
        everything = self._all(seen)
        if amount > view.most:
            self.desk.notice(self._too_much(view.most, is_limit=view.most < everything))
            return
        most = None if amount == everything else amount  # None: whatever the order comes to in the end
        self.desk.keep(visit.with_card(PayingCard(seen.ref, seen.ends_with, most)))
        self.left.emit()

    def _too_much(self, most: int, *, is_limit: bool) -> str:
        """Return why a card doesn't pay so much: it can't, or this station may not take it alone."""
        currency = self.desk.state.shop.currency
        if is_limit:
            return because(Refusal(Reason.CARD_FLOOR, {"wanted": most}), currency)
        return pays_at_most(most, currency)

    # --- putting something on it ------------------------------------------------------------------------------------

    def _put(self, doing: Doing) -> None:
        amount, seen = self._read_amount(), self._seen
        if amount is None or seen is None:
            return
        change, by = CardChange(self._change_id, seen.ref, amount), self._by
        self._on_store(
            lambda store: preview_change(store, change, by), partial(self._previewed, doing, change)
        )

    def _previewed(self, doing: Doing, change: CardChange, found: CardPreview | Refusal) -> None:
        if isinstance(found, Refusal):
            self.desk.notice(because(found, self.desk.state.shop.currency))
        elif found.needs_approval:
            self._ask_manager(doing, change, found)
        else:
            self._record(change, found, None)

    def _ask_manager(self, doing: Doing, change: CardChange, found: CardPreview) -> None:
        ends_with = self._seen.ends_with if self._seen else ""
        self.desk.approve(
            ToApprove(
                action=change.action,
                what=to_approve(doing),
                detail=ending_in(ends_with),
                amount=change.amount,
                reasons=WHYS,
            ),
            then=partial(self._record, change, found),
        )

    def _record(self, change: CardChange, found: CardPreview, approval: Approval | None) -> None:
        by = replace(self._by, approval=approval)
        self.desk.busy(is_busy=True)
        self.tasks.on_store(
            lambda store: record_change(store, change, by),
            then=partial(self._recorded, change, found, by.link),
            failed=self.desk.failed,
        )

    def _recorded(self, change: CardChange, found: CardPreview, link: str, done: CardDone | Refusal) -> None:
        if isinstance(done, Refusal):
            self.desk.busy(is_busy=False)
            self.desk.notice(because(done, self.desk.state.shop.currency))
            return
        waits, ends_with = self.desk.visit, self._seen.ends_with if self._seen else ""
        answer = _answer(change, found, done, ends_with=ends_with, link=link)
        self.desk.answer(replace(answer, goes_back=waits is not None))
        self.desk.keep(waits)
        self.desk.refresh()
        self.desk.sync_now()

    def _print(self) -> None:
        """Print what is on the card, as it stands on the page."""
        card, state = self._view.card, self.desk.state
        if card is None or card.is_new:
            return
        self.desk.print(
            Receipt(
                kind=Kind.GIFT_CARD,
                store=state.shop.name,
                register=self.register,
                at_ms=state.now_ms,
                time_zone=state.time_zone,
                currency=state.shop.currency.code,
                card=Card(card.ends_with, balance=card.balance, ends_on=card.ends_on),
                is_training=state.shop.is_training,
                brand=state.brand,
            )
        )


def _answer(
    change: CardChange, found: CardPreview, done: CardDone, *, ends_with: str, link: str
) -> AnswerView:
    """Return what the cashier is told of what was put on a card."""
    put = CardPut(
        ends_with=ends_with,
        amount=change.amount,
        balance=done.data["balance"],
        ends_on=found.card.ends_on,
        is_new=found.movement is Movement.ACTIVATED,
    )
    word = AnswerWord.APPROVED if link == ONLINE else AnswerWord.QUEUED
    return AnswerView(word, is_repeat=done.is_repeat, receipt=change.change_id, put=put)
