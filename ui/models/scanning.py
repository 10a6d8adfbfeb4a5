"""What a scan does, wherever the station stands: whoever or whatever it is comes to the till."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from app.core.reasons import Reason, Refusal
from app.core.voucher import Presentation
from app.station.gift_card import SeenGiftCard
from app.station.identify import Seen, SeenMember, SeenReceipt, identify, owner_of
from app.store.store import StationStore
from ui.i18n import _
from ui.models.answers import after_refusal
from ui.models.flows import CLOSED, Flows
from ui.models.paying import PayingCard
from ui.models.state import AnswerView, Screen, State
from ui.models.till import Visit, new_visit
from ui.models.which_card import ShowCard
from ui.models.which_order import FindOrder
from ui.tasks import Tasks
from ui.texts import because


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan is; of a voucher that is bound to a member also who that is."""

    seen: Seen
    owner: SeenMember | None = None


def look_up(store: StationStore, *, text: str, aim: str) -> Scanned:
    """Say what a scan is."""
    seen = identify(store, text, aim=aim)
    return Scanned(seen, owner_of(store, seen) if isinstance(seen, Presentation) else None)


class ScanPart:
    """A part of `StationModel`: scans and pictures from any screen."""

    _tasks: Tasks
    _state: State
    _flows: Flows
    _visit: Visit | None
    _newcomer: SeenMember | None
    _held_scan: Callable[[], None] | None
    _read_picture: Callable[[bytes], str | None]
    open: Callable[[Screen], None]  # these two are a flow part's
    ask: Callable[[object], None]

    if TYPE_CHECKING:  # what the whole has; defined here it would hide the others' own

        def _show(self, **changes: Any) -> None: ...
        def _answer(self, answer: AnswerView) -> None: ...
        def _go_idle(self) -> None: ...
        def _begin(self, visit: Visit) -> None: ...
        def _ask(self, visit: Visit, newcomer: SeenMember) -> None: ...
        def _notice_fault(self, problem: BaseException) -> None: ...
        def _takes_as_staff(self, again: Callable[[], None], seen: Seen) -> bool: ...
        def sync_now(self) -> None: ...  # noqa: D102

    def scan(self, text: str, *, aim: str = "") -> None:
        """Take a scan, from any screen. `aim` is the symbology identifier, where the source said one."""
        if self._state.screen in CLOSED:
            self._show(notice=_("One moment, this station is not ready yet."))
        elif self._state.is_busy:
            self._held_scan = partial(self.scan, text, aim=aim)
        elif self._flows.current is None or not self._flows.current.scanned(text, aim):
            seen = partial(self._seen, partial(self.scan, text, aim=aim))
            self._tasks.on_store(partial(look_up, text=text, aim=aim), then=seen, failed=self._notice_fault)

    def picture(self, data: bytes) -> None:
        """Take a picture of a code that was dropped or pasted."""
        self._tasks.on_net(
            lambda: self._read_picture(data), then=self._picture_read, failed=self._notice_fault
        )

    def _picture_read(self, text: str | None) -> None:
        if text is None:
            self._show(notice=_("There is no single code in this picture."))
        else:
            self.scan(text)

    def _seen(self, again: Callable[[], None], found: Scanned) -> None:
        seen = found.seen
        if self._state.is_busy:
            self._held_scan = again
            return
        if self._takes_as_staff(again, seen):
            return
        if self._flows.current is not None and self._flows.current.seen(seen):
            return
        visit = self._open_visit()
        match seen:
            case SeenMember():
                self._member_came(visit or new_visit(), seen)
            case Presentation() if self._newcomer is not None:
                self._show(notice=_("Switch or stay first, then scan the voucher again."))
            case Presentation() if visit is not None and visit.holds(seen):
                self._show(notice=_("This voucher is in the order already."))
            case Presentation():
                visit = visit or new_visit()
                member = visit.member or found.owner
                self._begin(replace(visit, member=member, vouchers=(*visit.vouchers, seen)))
            case SeenGiftCard():
                self._card_came(seen, visit)
            case SeenReceipt(order):
                self._receipt_came(order, visit)
            case Refusal():
                # An order that waits behind an answer goes on after it, so nothing may take the answer's place.
                self._refused(seen, is_open=visit is not None or self._visit is not None)
        self.sync_now()

    def _open_visit(self) -> Visit | None:
        """Return the visit on the page or behind a flow's; what stays behind an answer is none."""
        is_open = self._flows.current is not None or self._state.screen in (Screen.MEMBER, Screen.SWITCH)
        return self._visit if is_open else None

    def _member_came(self, visit: Visit, seen: SeenMember) -> None:
        """Open the member's page; where another member's work would be lost, ask first."""
        if not visit.is_of_another(seen):
            self._begin(replace(visit, member=seen))
        elif visit.is_begun:
            self._ask(visit, seen)
        else:
            self._begin(new_visit(member=seen))

    def _card_came(self, card: SeenGiftCard, visit: Visit | None) -> None:
        """Let a gift card pay for what is at the till; where there is nothing, show what is on it."""
        visit = visit or self._visit  # or for what waits behind an answer
        if self._newcomer is not None:
            self._show(notice=_("Switch or stay first, then scan the gift card again."))
        elif visit is None:
            if self._state.screen is Screen.ANSWER:
                self._go_idle()
            self.open(Screen.GIFT_CARD)
            self.ask(ShowCard(card))
        elif visit.holds_card(card.ref):
            self._show(notice=_("This gift card is in the order already."))
        else:
            self._begin(visit.with_card(PayingCard(card.ref, card.ends_with)))

    def _receipt_came(self, order: str, visit: Visit | None) -> None:
        """Bring up what can be undone of an order; not where work on another one would have to wait for it."""
        if visit is not None and (visit.is_begun or self._newcomer is not None):
            self._show(notice=_("Finish this order first, or press Esc. Then scan the receipt again."))
            return
        if self._state.screen is Screen.ANSWER:
            self._go_idle()
        self.open(Screen.UNDO)
        self.ask(FindOrder(order))

    def _refused(self, refusal: Refusal, *, is_open: bool) -> None:
        if refusal.reason is Reason.CODE_TOO_NEW and self._state.shop.is_training:
            self._show(notice=_("This card is a real one. In training only its own codes work."))
        elif is_open:
            self._show(notice=because(refusal, self._state.shop.currency))
        else:
            self._answer(after_refusal(refusal, self._state.shop.currency))

    def _scan_what_was_held(self) -> None:
        held, self._held_scan = self._held_scan, None
        if held is not None:
            held()
