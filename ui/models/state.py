"""What the station's window shows, as plain frozen values. Pages draw them and know nothing else.

Amounts are minor units, points whole points, times UTC milliseconds, ages seconds. Reasons are `Refusal`s of the core;
texts.py makes sentences of them.
"""

from dataclasses import dataclass
from enum import Enum

from app.core.brand import NO_BRAND, Brand
from app.core.briefing import BriefingCard
from app.core.money import CURRENCIES, Currency
from app.core.prompted import NO_PROMPTS, Prompts
from app.core.reasons import Refusal
from app.core.reversal_kinds import Kind
from app.core.standing import Standing
from ui.models.cards import CardPut, CardRow

SECOND_MS = 1_000
SOON_S = 24 * 60 * 60  # what ends within a day is counted down


class Screen(Enum):
    """The one page in the middle of the window."""

    WELCOME = "welcome"  # first run: which language is spoken
    PAIRING = "pairing"  # first run: wait for the pairing code of head office
    NAMING = "naming"  # first run: what the station is to be called
    SCANNER = "scanner"  # cameras and hand scanners are tried
    PRINTER = "printer"  # the printer is tried
    PREPARING = "preparing"  # paired; the first download runs
    IDLE = "idle"  # wait for a scan
    MEMBER = "member"  # member card, offers, order
    SWITCH = "switch"  # another member's card was scanned: switch to that member?
    SIGN_IN = "sign_in"  # who is at the till; also the lock
    APPROVAL = "approval"  # a manager is to approve something
    ANSWER = "answer"  # full size
    STOPPED = "stopped"  # the store can't be used
    EARN = "earn"  # points for an order, and nothing else
    BALANCE = "balance"  # what a member has
    GIFT_CARD = "gift_card"  # what is on a gift card, and what it pays or gets
    ENROL = "enrol"  # somebody becomes a member
    UNDO = "undo"  # an order is undone, or goods come back
    QUEUE = "queue"  # what waits for head office
    SETTINGS = "settings"  # what is set on this station
    MANAGER = "manager"  # the manager's pages
    HELP = "help"  # what the keys do
    BRIEFINGS = "briefings"  # what head office tells of campaigns


class PillKind(Enum):
    """How the line to head office stands."""

    CONNECTING = "connecting"
    FRESH = "fresh"
    SENDING = "sending"
    OFFLINE = "offline"
    STALE = "stale"  # offline for longer than a day, or what head office says instead: warn
    ENDED = "ended"  # facts or rules are older than their limit: less is given, and only what needs no right
    ATTENTION = "attention"  # head office flagged or stopped something
    EARN_ONLY = "earn_only"  # this station may not redeem as it stands with head office
    UPDATE = "update"  # head office wants a newer program here
    REVOKED = "revoked"  # head office has shut this station out
    STORAGE = "storage"  # the station's own records can't be written, most likely because its disk is full


@dataclass(frozen=True, slots=True)
class Pill:
    """Always visible. `waiting` counts the rows of the list of what waits, `sent` what of it head office has by now.

    `age_s` is the age of what is shown: since the last sync, or the cut. `limit_s`: the limit of age that has ended,
    where it is that of the facts. `by_ms`: until then all works with this program.
    """

    kind: PillKind = PillKind.CONNECTING
    waiting: int = 0
    age_s: int | None = None
    attention: int = 0
    next_s: int | None = None  # until the next try
    tries: int = 0  # in a row that nobody answered
    sent: int = 0
    limit_s: int | None = None
    by_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Shop:
    """Where we are. `is_line_cut` says whether the demo's line is cut now."""

    name: str = ""
    store_id: str = ""
    currency: Currency = CURRENCIES["EUR"]
    is_demo: bool = False
    is_training: bool = False  # nothing counts: records of its own, and no head office
    is_line_cut: bool = False
    next_order_id: str = ""  # of the demo: the order of the data that the till would hand in next
    station: str = ""  # which of the store's this is


@dataclass(frozen=True, slots=True)
class MemberCard:
    """The member at the till. `is_known` is false on a first visit while cut off: then there is no name or balance.

    `stopped`: why this card is good for nothing.
    """

    name: str
    tier: str
    balance: int
    pending: int
    is_known: bool
    as_of_ms: int
    stopped: Refusal | None = None


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer as it stands for this order. `key` (1…9) picks it; `is_picked` shows the mark.

    `is_voucher` marks one that was scanned rather than picked. Not usable: `refusals`, the one to show first in front.
    `is_to_ask`: head office is asked when the order is confirmed, and `discount` is not known before. `over_ms`: the
    second from which it is refused, because its dates have ended.
    """

    rule_id: str
    name: str
    key: int | None
    is_picked: bool
    is_voucher: bool
    discount: int
    refusals: tuple[Refusal, ...] = ()
    cost_points: int = 0
    redemption_id: str = ""  # of a voucher: names it where it is taken out of the order
    is_to_ask: bool = False
    over_ms: int | None = None

    def left_s(self, now_ms: int) -> int | None:
        """Return the seconds for which it can still be had, if they are few: 0 in the one that refuses it."""
        if self.over_ms is None:
            return None
        left = (self.over_ms - now_ms // SECOND_MS * SECOND_MS) // SECOND_MS
        return left if left <= SOON_S else None

    @property
    def is_usable(self) -> bool:
        """Whether it can be used now."""
        return not self.refusals


@dataclass(frozen=True, slots=True)
class OrderView:
    """The order beside the member. `typed` is what stands in the amount field; `lines` 0 = known by its total only.

    `cards` are gift cards that pay for it, and `due` is what is left to pay then.
    """

    order_id: str
    typed: str
    lines: int
    total: int
    discount: int
    payable: int
    points: int
    is_from_till: bool
    cards: tuple[CardRow, ...] = ()
    due: int = 0

    @property
    def to_pay(self) -> int:
        """What is left for other money."""
        return self.due if self.cards else self.payable


class AnswerWord(Enum):
    """The five answers; each has its own shape, colour and word."""

    APPROVED = "approved"
    QUEUED = "approved_queued"
    LOOK = "look"
    NOT_POSSIBLE = "not_possible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undoing came to. `due`: what the till gives back, below 0: what is still to be paid there.

    `value` is what had been given and counts no more; `points` is the change of all points; `on_cards` went back on
    the gift cards that had paid.
    """

    is_return: bool
    due: int
    value: int
    points: int
    on_cards: int = 0


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What the cashier is told. `sentence` is set for refusals and faults; it is ready to be read out.

    `is_repeat`: the order had been recorded before.
    """

    word: AnswerWord
    discount: int = 0
    payable: int = 0
    points: int = 0
    sentence: str = ""
    is_repeat: bool = False
    undecided: tuple[Refusal, ...] = ()  # further reasons, for the detail line
    receipt: str = ""  # the order, void or return whose receipt can be printed
    undone: Undone | None = None  # it is about this, and not about an order
    goes_back: bool = False  # an order that was begun waits behind it
    put: CardPut | None = None  # or about this
    cards: tuple[CardRow, ...] = ()  # what gift cards have paid
    due: int = 0  # what was left to pay then

    @property
    def to_pay(self) -> int:
        """What is left for other money."""
        return self.due if self.cards else self.payable

    @property
    def is_of_order(self) -> bool:
        """Whether an order was answered, so that the customer at the till is done."""
        return self.undone is None and self.put is None

    @property
    def is_to_retry(self) -> bool:
        """Whether the same order may be handed in again, if it is still there."""
        return self.word in (AnswerWord.LOOK, AnswerWord.NOT_POSSIBLE)


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One of the last actions on this station. `refusal`: why nothing that was presented could be used.

    `is_member`: a card was shown; its member may have no name, or none that is known here yet. `undone`: what was done
    to it since.
    """

    at_ms: int
    member_name: str
    discount: int
    points: int
    is_queued: bool
    refusal: Refusal | None = None
    is_member: bool = False
    undone: Kind | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """The strip of the idle page."""

    orders: int = 0
    redemptions: int = 0
    value_given: int = 0
    members: int = 0  # who joined


@dataclass(frozen=True, slots=True)
class State:
    """Everything that the window shows."""

    screen: Screen = Screen.IDLE
    shop: Shop = Shop()
    brand: Brand = NO_BRAND
    cashier: str = ""  # the name of who signed in
    language: str = "en"  # so that a change of it is one
    pill: Pill = Pill()
    member: MemberCard | None = None
    newcomer: MemberCard | None = None  # the other member, while SWITCH is asked
    order: OrderView | None = None
    offers: tuple[OfferRow, ...] = ()  # usable first, then the others, the nearest to reachable first
    prompts: Prompts = NO_PROMPTS  # what to say beside them; comes behind the quote
    answer: AnswerView | None = None
    flow: object = None  # what the page of a flow shows: that flow's own view
    is_new: bool = False  # it came so lately that Enter doesn't act on it yet
    notice: str = ""  # one sentence that goes away by itself or with the next scan
    today: Today = Today()
    recent: tuple[ActionRow, ...] = ()
    tour: int = 0  # in training, the step that is to be done next
    tour_code: str = ""  # and the code for it
    briefings: tuple[
        BriefingCard, ...
    ] = ()  # what head office tells of campaigns, as read by who is at the till
    unseen: int = 0  # exceptions that no manager has looked at
    rows_loaded: int = 0  # while PREPARING
    percent_loaded: int | None = None  # of the first download, where that is known
    name: str = ""  # while NAMING, the one that is proposed
    stopped_sentence: str = ""
    standing: Standing = Standing.GOOD
    camera: str = ""  # "", "on", "missing", "busy", "forbidden"
    scanner: str = ""  # on a serial line: "", "on", "missing", "forbidden", "busy"
    receipt_notice: str = ""  # while it is the notice, what it is about can be printed again
    prints: bool = False  # there is a printer, or a folder for receipts
    is_busy: bool = False  # something was asked and its answer is on the way
    time_zone: str = "UTC"
    now_ms: int = 0  # the station's trusted time

    @property
    def has_ended_offer(self) -> bool:
        """Whether an offer on the page has ended since it was quoted, so that this order must be quoted anew."""
        is_asked = self.screen is Screen.MEMBER and not self.is_busy
        return is_asked and any(row.over_ms is not None and row.over_ms <= self.now_ms for row in self.offers)
