"""What the customer display shows: its own frozen state, made of the station's and nothing else.

Whoever stands in line can read it, so of a member it holds the given name and points, never more. Its countdowns go by
the station's own tick and trusted time, so both come to nothing in the same second.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance

from app.core.brand import NO_BRAND, Brand
from app.core.card_rest import Rest
from app.core.money import CURRENCIES, Currency
from app.core.reasons import Reason, Refusal
from ui.models.cards import CardRow
from ui.models.state import AnswerView, AnswerWord, MemberCard, OfferRow, OrderView, Screen, State, Undone

ANSWER_STAYS_MS = 10_000
DIGITS_MAX = 2  # in a word that passes for a name
GIVEN = (AnswerWord.APPROVED, AnswerWord.QUEUED)
# Reasons by which a reward is within reach. Others say nothing to the member, or what was scanned.
WITHIN_REACH = (Reason.MIN_TOTAL_NOT_MET, Reason.MIN_QTY_NOT_MET, Reason.INSUFFICIENT_POINTS)


class Slide(Enum):
    """The one thing that the display shows."""

    BRAND = "brand"  # nobody is at the till
    MEMBER = "member"  # greeting, points, rewards, what the order gets
    ANSWER = "answer"
    ASKED = "asked"  # consents, with Yes and No
    CODE = "code"  # a QR code to take along


@dataclass(frozen=True, slots=True)
class Question:
    """A text that somebody agrees to or not. Nothing is answered beforehand. `key` is whoever asks's own."""

    key: str
    text: str
    answer: bool | None = None


@dataclass(frozen=True, slots=True)
class ForMember:
    """What a flow wants the member to see: questions, a code, or how many points or how much money they have.

    `name` may be a whole name: the display takes the given one. `code` is the text of a QR code, such as a link.
    """

    name: str = ""
    points: int | None = None
    amount: int | None = None
    questions: tuple[Question, ...] = ()
    code: str = ""


@runtime_checkable
class HasForMember(Protocol):
    """The view of a flow that has something for the customer display."""

    @property
    def for_member(self) -> ForMember | None:
        """What the member is to see now; None while there is nothing."""
        ...


@dataclass(frozen=True, slots=True)
class MemberAnswered:
    """What the member said on the display: an intent of the flow that asked."""

    key: str
    is_yes: bool


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward or offer on the display. `key` picks it; `left_s` until it ends, if that is soon.

    `missing`: why not yet, of one that is within reach.
    """

    name: str
    key: int | None = None
    is_picked: bool = False
    discount: int = 0
    cost_points: int = 0
    left_s: int | None = None
    missing: Refusal | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, in the same second in which the station refuses it."""
        return self.left_s is not None and self.left_s <= 0


@dataclass(frozen=True, slots=True)
class Gets:
    """What an order comes to: taken off, left to pay, and points that it brings. Never what was typed for it.

    `by_card`: what gift cards pay of it; `card_left` what stays on them, None without a card.
    """

    discount: int
    payable: int
    points: int
    by_card: int = 0
    card_left: int | None = None


@dataclass(frozen=True, slots=True)
class DisplayState:
    """Everything that the display shows."""

    slide: Slide = Slide.BRAND
    brand: Brand = NO_BRAND
    shop: str = ""
    currency: Currency = CURRENCIES["EUR"]
    name: str = ""
    points: int | None = None
    amount: int | None = None
    rewards: tuple[Reward, ...] = ()
    order: Gets | None = None
    answer: AnswerWord | None = None
    undone: Undone | None = None  # the answer is about this
    questions: tuple[Question, ...] = ()
    code: str = ""


def given_name(name: str) -> str:
    """Return the first word of a name; nothing where somebody typed a number or an address for one."""
    word = (name.split() or [""])[0]
    return "" if "@" in word or sum(char.isdigit() for char in word) > DIGITS_MAX else word


def display_of(state: State) -> DisplayState:
    """Return what the display shows beside this state of the station's."""
    empty = DisplayState(brand=state.brand, shop=state.shop.name, currency=state.shop.currency)
    asked = state.flow.for_member if isinstance(state.flow, HasForMember) else None
    if asked is not None:
        return _for_member(empty, asked)
    if state.screen in (Screen.MEMBER, Screen.SWITCH):
        return _at_till(empty, state)
    if state.screen is Screen.ANSWER and state.answer is not None:
        if state.answer.put is not None:
            return _for_member(empty, ForMember(amount=state.answer.put.balance))
        is_of_order = state.member is not None or state.answer.word in GIVEN
        if is_of_order:
            answer = state.answer
            gets = _with_cards(Gets(answer.discount, answer.to_pay, answer.points), answer.cards)
            return replace(
                empty,
                slide=Slide.ANSWER,
                answer=answer.word,
                order=gets,
                undone=answer.undone,
                name="" if answer.undone else _name(state.member),  # who waits is somebody else
            )
    return replace(empty, code=state.brand.portal)


def _for_member(empty: DisplayState, asked: ForMember) -> DisplayState:
    slide = Slide.ASKED if asked.questions else Slide.CODE if asked.code else Slide.MEMBER
    return replace(
        empty,
        slide=slide,
        name=given_name(asked.name),
        points=asked.points,
        amount=asked.amount,
        questions=asked.questions,
        code=asked.code or (empty.brand.portal if slide is Slide.MEMBER else ""),
    )


def _at_till(empty: DisplayState, state: State) -> DisplayState:
    known = state.member if state.member is not None and state.member.is_known else None
    return replace(
        empty,
        slide=Slide.MEMBER,
        name=_name(state.member),
        points=known.balance if known is not None else None,
        rewards=tuple(_rewards(state)),
        order=_gets(state.order),
        code=state.brand.portal if known is not None else "",
    )


def _rewards(state: State) -> list[Reward]:
    usable = [_reward(row, state.now_ms) for row in state.offers if row.is_usable]
    near = [
        Reward(row.name, missing=_missing(row.refusals[0]))
        for row in state.offers
        if row.refusals and row.refusals[0].reason in WITHIN_REACH
    ]
    return usable + near


def _missing(refusal: Refusal) -> Refusal:
    """Return a reason with how much is missing of what, and nothing else that it may say."""
    numbers = {name: refusal.numbers[name] for name in ("missing", "wanted") if name in refusal.numbers}
    return Refusal(refusal.reason, numbers)


def _reward(row: OfferRow, now_ms: int) -> Reward:
    return Reward(
        name=row.name,
        key=row.key,
        is_picked=row.is_picked,
        discount=row.discount,
        cost_points=row.cost_points,
        left_s=row.left_s(now_ms),
    )


def _gets(order: OrderView | None) -> Gets | None:
    if order is None or order.total <= 0:
        return None
    return _with_cards(Gets(order.discount, order.to_pay, order.points), order.cards)


def _with_cards(gets: Gets, cards: tuple[CardRow, ...]) -> Gets:
    """Return it with what cards pay. Why one doesn't is said by the cashier, and not in front of all who wait."""
    paying = tuple(row for row in cards if row.amount)
    if not paying:
        return gets
    left = sum(row.left for row in paying if row.rest is Rest.STAYS)
    return replace(gets, by_card=sum(row.amount for row in paying), card_left=left)


def _name(member: MemberCard | None) -> str:
    return "" if member is None else given_name(member.name)


class Told(Protocol):
    """The station's model, as far as the display needs it."""

    changed: SignalInstance

    @property
    def state(self) -> State: ...  # noqa: D102
    def pick(self, key: int) -> None: ...  # noqa: D102
    def ask(self, intent: object) -> None: ...  # noqa: D102


class DisplayModel(QObject):
    """Follows the station, and keeps an answer for ten seconds, whatever the cashier does meanwhile."""

    changed = Signal()

    def __init__(self, station: Told, parent: QObject | None = None) -> None:
        """Show what belongs beside the station's present state."""
        super().__init__(parent)
        self._station = station
        self._kept: DisplayState | None = None  # an answer that its member is still reading
        self._read: AnswerView | None = None  # one that was shown for long enough
        self._clears = QTimer(self)
        self._clears.setSingleShot(True)
        self._clears.timeout.connect(self._clear)
        self._state = display_of(station.state)
        station.changed.connect(self._follow)

    @property
    def state(self) -> DisplayState:
        """What to show now."""
        return self._state

    def pick(self, key: int) -> None:
        """Pick a reward by touch, or put it back. What has ended can't be."""
        if any(reward.key == key and not reward.is_over for reward in self._state.rewards):
            self._station.pick(key)

    def say(self, key: str, *, is_yes: bool) -> None:
        """Answer a question."""
        if any(question.key == key for question in self._state.questions):
            self._station.ask(MemberAnswered(key, is_yes))

    def follow(self, station: Told) -> None:
        """Follow another model from now on."""
        self._station.changed.disconnect(self._follow)
        self._station = station
        station.changed.connect(self._follow)
        self._follow()

    def close(self) -> None:
        """Follow no longer."""
        self._station.changed.disconnect(self._follow)
        self._clears.stop()

    def _follow(self) -> None:
        answer, shown = self._station.state.answer, display_of(self._station.state)
        if shown.slide is Slide.ANSWER:
            if answer is not self._read:
                self._read = answer
                self._kept = shown
                self._clears.start(ANSWER_STAYS_MS)
            shown = self._kept or replace(
                shown, slide=Slide.BRAND, answer=None, order=None, undone=None, name=""
            )
        elif shown.slide is Slide.BRAND:
            shown = self._kept or shown
        else:
            self._clear_quietly()  # somebody is at the till
        self._show(shown)

    def _clear(self) -> None:
        self._clear_quietly()
        self._follow()

    def _clear_quietly(self) -> None:
        self._clears.stop()
        self._kept = None

    def _show(self, shown: DisplayState) -> None:
        if shown != self._state:
            self._state = shown
            self.changed.emit()
