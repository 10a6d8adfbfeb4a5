"""Points for an order, and nothing else: the member, the amount, and Enter. Offers to pick and vouchers stay out of it.

What applies by itself applies here too: it is decided like every order, and HQ decides it again. The order is the one
that was begun at the till, if there is one, so its id can't become a second order. Enter records the amount that stands
there; where its points are still being worked out, that is waited for.
"""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from app.core.reasons import Refusal
from app.core.voucher import Presentation
from app.station.answer import OrderAnswer
from app.station.earned import EarnedBy
from app.station.gift_card import SeenGiftCard
from app.station.identify import Seen, SeenMember, SeenReceipt
from ui.i18n import _
from ui.models.answers import after_fault, after_order
from ui.models.display import ForMember
from ui.models.flow import Flow, Means
from ui.models.quotes import Quotes
from ui.models.quoting import Quoted, QuoteOutdated
from ui.models.state import MemberCard, OrderView, Screen
from ui.models.till import Visit, card_of, new_visit, order_meanwhile, order_view
from ui.texts import because, typed_problem


@dataclass(frozen=True, slots=True)
class EarnView:
    """What the page shows. `why` are the rules behind the order's points; `begun`: how often the page has come up."""

    member: MemberCard | None = None
    order: OrderView | None = None
    why: tuple[EarnedBy, ...] = ()
    begun: int = 0

    @property
    def for_member(self) -> ForMember | None:
        """What the customer display shows: whose points they are, and how many there were."""
        member = self.member
        return None if member is None else ForMember(member.name, member.balance if member.is_known else None)


@dataclass(frozen=True, slots=True)
class EarnAmount:
    """What stands in the amount field now."""

    text: str


class Earn(Flow):
    """An order that only earns."""

    screen = Screen.EARN

    def __init__(self, means: Means, parent: QObject) -> None:
        """Begin with nothing at the till."""
        super().__init__(means, parent)
        who = lambda: self.desk.cashier  # noqa: E731 asked anew each time
        self._quotes = Quotes(means.tasks, register=means.register, who=who, parent=self)
        self._quotes.came.connect(self._quoted)
        self._quotes.failed.connect(self._not_quoted)
        self._begun = 0
        self._began_with = ""  # the order that was there, by its id
        self._visit: Visit = new_visit()
        self._order: OrderView | None = None
        self._is_hasty = False  # Enter came while the points were being worked out
        self._is_to_look_at = False  # the next quote is not what Enter was pressed for

    @property
    def view(self) -> object:
        """See `EarnView`."""
        shown = self._quotes.newest
        return EarnView(card_of(self._visit.member), self._order, shown.why if shown else (), self._begun)

    def begin(self) -> None:
        """Go on with the member and the order at the till."""
        self._is_hasty = self._is_to_look_at = False
        self._order = None
        self._begun += 1
        self._turn_to(self._earning(), is_told=False)

    def _earning(self) -> Visit:
        """Return what is at the till as far as it is this page's."""
        before = self.desk.visit or new_visit()
        self._began_with = before.order.order_id
        return replace(before, vouchers=(), cards=(), wishes={}, picks=frozenset(), is_earning=True)

    def end(self) -> None:
        """Let no quote count any more."""
        self._is_hasty = False
        self._quotes.drop()

    def take(self, intent: object) -> None:
        """Take another amount."""
        visit = self._visit
        if (
            isinstance(intent, EarnAmount)
            and not self.desk.state.is_busy
            and intent.text != visit.order.typed
        ):
            self._is_hasty = False
            self.desk.notice("")
            currency = self.desk.state.shop.currency
            self._turn_to(replace(visit, order=visit.order.retyped(intent.text, currency)))

    def seen(self, seen: Seen) -> bool:
        """Take the member's card. Another's, vouchers and gift cards are the station's, with the order as it stands."""
        if isinstance(seen, Refusal):
            self.desk.notice(because(seen, self.desk.state.shop.currency))
            return True
        if isinstance(seen, SeenReceipt) and self._visit.is_begun:
            self.desk.notice(_("Finish this order first, or press Esc. Then scan the receipt again."))
            return True
        if not isinstance(seen, SeenMember | Presentation | SeenGiftCard):
            return False  # a badge: this page comes up again behind it
        if not isinstance(seen, SeenMember) or self._visit.is_of_another(seen):
            self.desk.keep(self._as_before())
            return False
        self.desk.notice("")
        self._turn_to(replace(self._visit, member=seen))
        return True

    def till_turned(self) -> bool:
        """Go on with the till's order as it is by now, and never with one that the till has changed or taken back."""
        if self._visit.is_begun and not self._visit.order.is_from_till:
            return False  # it was typed here
        before, earning = self._visit, self._earning()
        is_theirs = not before.is_begun or before.order.order_id == earning.order.order_id
        if is_theirs and earning.member is None:
            earning = replace(earning, member=before.member)
        self._is_hasty, self._is_to_look_at = False, True
        self._turn_to(earning)
        return True

    def enter(self) -> None:
        """Record the order; before that can be done, say what is missing."""
        visit, state = self._visit, self.desk.state
        if state.is_busy or state.is_new:
            return
        if visit.order.total <= 0 and not visit.order.is_from_till:
            self.desk.notice(typed_problem(visit.order.typed, state.shop.currency))
        elif visit.member is None:
            self.desk.notice(_("Scan the member's card first."))
        elif self._quotes.newest is not None:
            self._record(self._quotes.newest)
        elif self._quotes.is_awaited:
            self._is_hasty = not self._is_to_look_at
        else:
            self._turn_to(visit)  # the last quote failed

    def escape(self) -> None:
        """Leave, unless something is being recorded."""
        if not self.desk.state.is_busy:
            super().escape()

    def _turn_to(self, visit: Visit, *, is_told: bool = True) -> None:
        self._visit = visit
        self._order = order_meanwhile(visit, self._order)
        self._quotes.ask(visit, link=self.desk.link)
        if is_told:
            self.changed.emit()

    def _quoted(self, found: Quoted) -> None:
        self._visit, self._order = found.visit, order_view(found.visit, found.quote)
        if self._is_to_look_at:
            self._is_to_look_at = False
            self.desk.show_first()
        else:
            self.changed.emit()
        if self._is_hasty:
            self._is_hasty = False
            self._record(found)

    def _not_quoted(self, problem: BaseException) -> None:
        self._is_hasty = False
        self.desk.notice(after_fault(problem).sentence)

    def _record(self, shown: Quoted) -> None:
        self.desk.busy(is_busy=True)
        self._quotes.head_office = self.desk.head_office
        self._quotes.record(shown, link=self.desk.link, then=self._recorded, failed=self._not_recorded)

    def _recorded(self, answer: OrderAnswer) -> None:
        waits = self.desk.visit
        is_next = waits is not None and waits.order.is_from_till and waits.order.order_id != self._began_with
        told = after_order(answer, self.desk.state.shop.currency)
        self.desk.answer(replace(told, goes_back=is_next))
        if is_next:  # the till handed it over while this one was typed
            self.desk.keep(waits)
        self.desk.refresh()
        self.desk.sync_now()

    def _not_recorded(self, problem: BaseException) -> None:
        if isinstance(problem, QuoteOutdated):
            self._is_to_look_at = True
            self._turn_to(self._visit)
            self.desk.notice(_("What this order gets has changed. Look again, then confirm."))
            self.desk.busy(is_busy=False)
        else:
            self.desk.keep(self._as_before())
            self.desk.failed(problem)

    def _as_before(self) -> Visit:
        """Return what is at the till as the member's page goes on with it: with what was scanned and waited there."""
        before = self.desk.visit or new_visit()
        return replace(self._visit, vouchers=before.vouchers, cards=before.cards, is_earning=False)
