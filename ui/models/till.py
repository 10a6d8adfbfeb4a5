"""What is at the till right now: the member, the order, the vouchers scanned and the offers picked. Frozen, no Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.core.asking import NOTHING_HEARD, Heard
from app.core.ending import over_at
from app.core.money import Currency
from app.core.order import Line
from app.core.quote import Offer, Quote
from app.core.reasons import Reason, Refusal
from app.core.voucher import Presentation, picked
from app.ids import new_id
from app.station.identify import SeenMember
from app.station.redeem import ONLINE, AtTill, OrderIn
from ui.models.amount import parse_amount
from ui.models.paying import PayingCard, card_rows
from ui.models.state import MemberCard, OfferRow, OrderView

KEYS = 9


@dataclass(frozen=True, slots=True)
class TillOrder:
    """An order as far as it is known: handed over by the till with its lines, or typed as a total."""

    order_id: str
    lines: tuple[Line, ...] = ()
    typed: str = ""
    is_from_till: bool = False
    register: str = ""  # that the till named

    @property
    def total(self) -> int:
        """What the order comes to before any offer."""
        return sum(line.amount for line in self.lines)

    def retyped(self, text: str, currency: Currency) -> "TillOrder":
        """Return the order as it is typed now; without lines while that is no amount.

        The till's own order is then not this one: it would take what comes off for its lines.
        """
        amount = parse_amount(text, currency)
        lines = (Line(line=1, sku="", quantity=1, amount=amount),) if isinstance(amount, int) else ()
        return TillOrder(new_id() if self.is_from_till else self.order_id, lines, text)

    def order_in(self, register: str) -> OrderIn:
        """Return what is handed to the station."""
        return OrderIn(self.order_id, self.lines, self.register or register)


@dataclass(frozen=True, slots=True)
class Visit:
    """One customer at the till. Every redemption id is made here, before anything is written.

    `choices` are the rules that can be picked, with the redemption id that each would have. `wishes` are the cashier's
    own: which to pick and which not, kept while the order changes; with any of them nothing is picked by itself.
    `picks` are those that count now. `is_earning`: points are all that is wanted, so nothing is picked by itself.
    `cards` are the gift cards that pay.
    """

    order: TillOrder
    member: SeenMember | None = None
    vouchers: tuple[Presentation, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    picks: frozenset[str] = frozenset()
    wishes: Mapping[str, bool] = field(default_factory=dict)
    is_earning: bool = False
    cashier: str = ""  # the id of who is at the till
    cards: tuple[PayingCard, ...] = ()

    @property
    def is_begun(self) -> bool:
        """Whether there is work in it that would be missed."""
        return bool(self.order.lines or self.order.typed or self.vouchers or self.cards)

    @property
    def wished(self) -> frozenset[str]:
        """The rules that the cashier picked."""
        return frozenset(rule_id for rule_id, is_wished in self.wishes.items() if is_wished)

    def turned(self, rule_id: str) -> "Visit":
        """Return the visit with a rule picked by hand, or put back; what else is picked now is the cashier's, too."""
        now = dict.fromkeys(self.picks, True) | dict(self.wishes)
        return replace(self, wishes=now | {rule_id: not now.get(rule_id, False)})

    def holds(self, shown: Presentation) -> bool:
        """Whether the same voucher was scanned before."""
        return any(held.voucher.code_hash == shown.voucher.code_hash for held in self.vouchers)

    def holds_card(self, ref: str) -> bool:
        """Whether a gift card is to pay already."""
        return any(held.ref == ref for held in self.cards)

    def with_card(self, card: PayingCard) -> "Visit":
        """Return the visit with a gift card that pays, or pays otherwise from now on."""
        if not self.holds_card(card.ref):
            return replace(self, cards=(*self.cards, card))
        return replace(self, cards=tuple(card if held.ref == card.ref else held for held in self.cards))

    def without(self, key: str) -> "Visit":
        """Return the visit without a voucher, by its redemption's id, or without a gift card, by its reference."""
        vouchers = tuple(held for held in self.vouchers if held.redemption_id != key)
        return replace(self, vouchers=vouchers, cards=tuple(held for held in self.cards if held.ref != key))

    @property
    def taken_out_first(self) -> str:
        """What the key Delete takes out: the last card, else the last voucher; "" where there is neither."""
        if self.cards:
            return self.cards[-1].ref
        return self.vouchers[-1].redemption_id if self.vouchers else ""

    def is_of_another(self, seen: SeenMember) -> bool:
        """Whether it belongs to a member who is not the one just seen."""
        return self.member is not None and self.member.member.ref != seen.member.ref

    def at_till(self, *, link: str, heard: Heard = NOTHING_HEARD) -> AtTill:
        """Return who and what goes with the order, and head office's words on it."""
        level = self.member.level if self.member else ""
        chosen = tuple(
            Presentation(self.choices[rule_id], picked(rule_id), level)
            for rule_id in self.choices
            if rule_id in self.picks
        )
        cards = tuple(card.shown for card in self.cards)
        return AtTill(self.member, (*self.vouchers, *chosen), link, self.cashier, heard, cards)


def card_of(seen: SeenMember | None) -> MemberCard | None:
    """Return what the page shows of a member."""
    if seen is None:
        return None
    member = seen.member
    return MemberCard(
        seen.name, member.tier, member.balance, seen.pending, member.is_known, member.as_of_ms, seen.stopped
    )


def new_visit(**known: object) -> Visit:
    """Begin with an order that has an id and nothing else."""
    return replace(Visit(TillOrder(new_id())), **known)  # type: ignore[arg-type]  # fields of Visit


def is_to_ask(offer: Offer, link: str) -> bool:
    """Whether an offer lacks only head office's word, which is asked for when the order is confirmed."""
    return link == ONLINE and offer.is_to_ask


def settled(visit: Visit, found: Quote, *, link: str) -> Visit:
    """Return the visit with picks that a quote allows: the cashier's own, or without any the only usable one.

    What head office must be asked for is never picked by itself: nobody knows yet whether it will be given. Nor what
    takes points of a member who is new here: nobody knows whether they have any.
    """
    if visit.is_earning:
        return replace(visit, picks=frozenset())
    rules = (offer.rule_id for offer in found.offers if offer.is_usable)
    usable = frozenset(rules) & frozenset(visit.choices)
    if visit.wishes:
        to_ask = frozenset(offer.rule_id for offer in found.offers if is_to_ask(offer, link))
        return replace(visit, picks=(usable | to_ask) & frozenset(visit.choices) & visit.wished)
    if visit.member is not None and not visit.member.member.is_known:
        usable -= {offer.rule_id for offer in found.offers if offer.outcome.points}
    return replace(visit, picks=usable if len(usable) == 1 else frozenset())


def offer_rows(visit: Visit, found: Quote, *, link: str, time_zone: str, now_ms: int) -> tuple[OfferRow, ...]:
    """Return the offers as the page lists them; usable ones that can be picked have the keys 1…9."""
    rows = []
    key = 0
    for offer in found.offers:
        asks = is_to_ask(offer, link)
        can_pick = (offer.is_usable or asks) and offer.rule_id in visit.choices
        key += can_pick
        row = _row(visit, offer, key if can_pick and key <= KEYS else None, is_to_ask=asks)
        if offer.ends_at and row.is_usable:
            row = replace(row, over_ms=over_at(offer.ends_at, time_zone, after_ms=now_ms))
        rows.append(row)
    return tuple(rows)


def _row(visit: Visit, offer: Offer, key: int | None, *, is_to_ask: bool) -> OfferRow:
    can_apply = offer.is_usable or is_to_ask
    is_voucher = any(shown.redemption_id == offer.redemption_id for shown in visit.vouchers)
    return OfferRow(
        rule_id=offer.rule_id,
        name=offer.name,
        key=key,
        is_picked=offer.rule_id in visit.picks or (can_apply and offer.rule_id not in visit.choices),
        is_voucher=is_voucher,
        discount=offer.discount,
        refusals=() if is_to_ask else _to_tell(offer.refusals),
        cost_points=offer.cost_points,
        redemption_id=offer.redemption_id or "",
        is_to_ask=is_to_ask,
    )


def _to_tell(refusals: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
    """Return the reasons that help.

    Before there is an order, nobody can say which products it lacks; and what no order changes, such as that a voucher
    has been used, comes before asking for one.
    """
    if any(refusal.reason is Reason.ORDER_NEEDED for refusal in refusals):
        told = [refusal for refusal in refusals if refusal.reason is not Reason.LINES_NEEDED]
        return tuple(sorted(told, key=lambda refusal: refusal.reason.is_transient))
    return refusals


def order_view(visit: Visit, found: Quote | None, *, link: str = "") -> OrderView:
    """Return the order beside the member, with the totals of the quote once there is one."""
    order = visit.order
    cards = card_rows(visit.cards, found.decision.tenders, link=link) if found else ()
    return OrderView(
        order_id=order.order_id,
        typed=order.typed,
        lines=len(order.lines) if order.is_from_till else 0,
        total=order.total,
        discount=found.decision.discount if found else 0,
        payable=found.decision.payable if found else order.total,
        points=found.decision.points if found else 0,
        is_from_till=order.is_from_till,
        cards=cards,
        due=found.decision.due if found else order.total,
    )


def order_meanwhile(visit: Visit, now: OrderView | None) -> OrderView:
    """Keep the totals on the page while the new quote is on its way, as long as the order is the same."""
    if now is not None and now.order_id == visit.order.order_id and now.typed == visit.order.typed:
        return now
    return order_view(visit, None)
