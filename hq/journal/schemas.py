"""What HQ needs of an entry's data for its own tables, checked strictly. The rest is the replay's business.

Texts have the lengths of the columns they go into. Amounts and points are no larger than a station takes of a till:
then nothing that is summed up here, such as a member's balance, outgrows its column or a JSON number, which would hold
up what comes after.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from app.core.canonical import INTEGER_MAX
from app.core.order import AMOUNT_MAX
from app.core.staff_change import BOX_BYTES_MAX

STORABLE = r"\A[^\x00]*\Z"  # PostgreSQL keeps every text but those with this character
Name = Annotated[str, Meta(max_length=80, pattern=STORABLE)]
Ref = Annotated[str, Meta(max_length=13, pattern=STORABLE)]
CodeHash = Annotated[str, Meta(max_length=32, pattern=STORABLE)]
Amount = Annotated[int, Meta(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
Moment = Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]  # UTC milliseconds
Taken = Annotated[int, Meta(ge=0, le=AMOUNT_MAX)]
EntryId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]


class Recorded(Struct, frozen=True, kw_only=True):
    """Read strictly, with unknown fields left alone."""


class MemberPart(Recorded, frozen=True, kw_only=True):
    """Who the order belongs to."""

    ref: Ref


class AuthPart(Recorded, frozen=True, kw_only=True):
    """By which right something was given; `leases` are pairs of a lease's id and how much of it was taken."""

    kind: Annotated[str, Meta(max_length=10, pattern=STORABLE)] = "always"
    leases: list[tuple[Name, Taken]] = field(default_factory=list)


CounterKey = Annotated[str, Meta(max_length=100, pattern=STORABLE)]  # a word, a colon and a name
Counts = list[tuple[CounterKey, Amount]]


class CampaignPart(Recorded, frozen=True, kw_only=True):
    """An automatic rule that applied. `credit` goes to the member's wallet."""

    campaign: Name
    discount: Amount
    credit: Taken = 0
    rule: Name = ""
    auth: AuthPart = AuthPart()
    counts: Counts = field(default_factory=list)  # changes of the member's counters


class PaidPart(Recorded, frozen=True, kw_only=True):
    """What a gift card or wallet paid, what is left on it and what becomes of that."""

    kind: Annotated[str, Meta(max_length=20, pattern=STORABLE)]
    ref: Name
    amount: Annotated[int, Meta(ge=0, le=AMOUNT_MAX)]
    left: Amount
    rest: Literal["stays", "forfeited", "paid_out"] = "stays"
    alone: Annotated[int, Meta(ge=0, le=AMOUNT_MAX)] = 0


class OrderData(Recorded, frozen=True, kw_only=True):
    """An `order` entry."""

    order_id: Name
    store: Name
    link: Literal["online", "offline"]
    t_eff: Moment
    currency: Annotated[str, Meta(max_length=3, pattern=STORABLE)]
    member: MemberPart | None
    lines: list[Any]
    program_version: Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
    program_hash: str
    stops_version: Annotated[int, Meta(ge=0, le=INTEGER_MAX)] = 0
    campaigns: list[CampaignPart]
    total: Amount
    discount: Amount
    points: Amount
    cashier: Name = ""  # who had signed in; older stations say nothing
    tz: str = ""
    paid: list[PaidPart] = field(default_factory=list)
    uses: list[tuple[Name, Amount]] = field(
        default_factory=list
    )  # of campaigns with limits: with its discount


class ReasonPart(Recorded, frozen=True, kw_only=True):
    """Why a redemption was refused."""

    code: Annotated[str, Meta(max_length=40, pattern=STORABLE)]


class ShownPart(Recorded, frozen=True, kw_only=True):
    """Which showing of a phone's code it was."""

    nonce_hash: CodeHash


class RedemptionData(Recorded, frozen=True, kw_only=True):
    """A `redeem` or `refuse` entry."""

    redemption_id: Name
    order_id: Name
    rule: Name
    campaign: Name
    code_hash: CodeHash
    member: Ref | None
    store: Name
    t_eff: Moment
    program_version: Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
    program_hash: str
    discount: Amount
    points: Annotated[int, Meta(ge=0, le=AMOUNT_MAX)] = 0
    credit: Taken = 0
    reasons: list[ReasonPart]
    cashier: Name = ""
    shown: ShownPart | None = None
    auth: AuthPart = AuthPart()
    counts: Counts = field(default_factory=list)


class DeniedData(Recorded, frozen=True, kw_only=True):
    """A `scan_denied` entry: a code that was turned away before there was an order."""

    store: Name
    reason: Name
    t_eff: Moment


class EpochStartData(Recorded, frozen=True, kw_only=True):
    """An `epoch_start` entry: where the epoch before had come to, as far as the station could read it."""

    store: Name
    from_epoch: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
    last_seq: Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
    reason: Name


class ClockJumpData(Recorded, frozen=True, kw_only=True):
    """A `clock_jump` entry: a wall clock that was set, or ran empty."""

    store: Name
    t_eff: Moment
    from_ms: Moment
    to_ms: Moment


class ShiftData(Recorded, frozen=True, kw_only=True):
    """A `shift` entry: somebody signed in or out."""

    store: Name
    t_eff: Moment
    staff: Name
    what: Literal["begin", "end"]


class ModeChangeData(Recorded, frozen=True, kw_only=True):
    """A `mode_change` entry: a station was taken for training, or is used for real again. `staff` may be nobody.

    `walked`: they have done every step of the walk, and so completed their training.
    """

    store: Name
    t_eff: Moment
    staff: str
    mode: Literal["training", "live"]
    walked: bool = False


class OverrideData(Recorded, frozen=True, kw_only=True):
    """An `override` entry: a manager has let somebody try their PIN again. `cashier` may be nobody."""

    store: Name
    t_eff: Moment
    cashier: str
    what: Literal["pin_lock"]
    staff: Name
    approver: Name


class PairingData(Recorded, frozen=True, kw_only=True):
    """A `pairing` entry: a manager asked for a text to pair a new device with."""

    store: Name
    t_eff: Moment
    cashier: str
    approver: Name


class PinLockData(Recorded, frozen=True, kw_only=True):
    """A `pin_lock` entry: all tries of a PIN were wrong, and how long the wait is."""

    store: Name
    t_eff: Moment
    staff: Name
    locks: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
    wait_s: Annotated[int, Meta(ge=0, le=INTEGER_MAX)]


class StaffChangeData(Recorded, frozen=True, kw_only=True):
    """A `staff_change` entry: a manager gave somebody an emergency PIN, sealed in `box`, or suspended them."""

    store: Name
    t_eff: Moment
    cashier: str
    staff: Name
    what: Literal["pin", "suspend"]
    approver: Name
    kid: Annotated[str, Meta(pattern=r"\A(b[1-9][0-9]{0,3})?\Z")] = ""
    box: Annotated[bytes, Meta(max_length=BOX_BYTES_MAX)] = b""


Named = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z._-]{1,40}\Z")]


class ConsentPart(Recorded, frozen=True, kw_only=True):
    """What a new member said when they were asked: to what, by which text, yes or no."""

    what: Named
    version: Named
    language: Named
    yes: bool
    at_ms: Moment


class EnrolData(Recorded, frozen=True, kw_only=True):
    """An `enrol` entry: somebody became a member. What they said is in a box, whose hash (SHA-256) is here."""

    store: Name
    t_eff: Moment
    link: Literal["online", "offline"]
    member: Annotated[str, Meta(pattern=r"\A[0-9A-F][0-9A-HJKMNP-TV-Z]{12}\Z")]
    number_hash: Annotated[str, Meta(pattern=r"\A([0-9a-f]{32})?\Z")]
    consents: Annotated[list[ConsentPart], Meta(max_length=20)]
    box_hash: Annotated[str, Meta(pattern=r"\A([0-9a-f]{64})?\Z")]


class LeaseCloseData(Recorded, frozen=True, kw_only=True):
    """A `lease_close` entry: the station gives nothing more by a lease, of which it has used so many units."""

    store: Name
    lease_id: Name
    used: Taken
    t_eff: Moment


class CardChangeData(Recorded, frozen=True, kw_only=True):
    """A `gift_card` entry: money was put on a card."""

    change_id: Name
    store: Name
    t_eff: Moment
    tz: str
    link: Literal["online", "offline"]
    cashier: Annotated[str, Meta(max_length=20, pattern=STORABLE)]
    approver: Annotated[str, Meta(max_length=20, pattern=STORABLE)] = ""
    movement: Literal["activated", "topped_up"]
    card: CodeHash
    amount: Annotated[int, Meta(ge=1, le=AMOUNT_MAX)]
    currency: Annotated[str, Meta(min_length=3, max_length=3, pattern=STORABLE)]
    program_version: Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
    program_hash: str


class DayCloseData(Recorded, frozen=True, kw_only=True):
    """A `day_close` entry: a station's day, of which entries it is, and what they come to."""

    store: Name
    t_eff: Moment
    day: Annotated[str, Meta(pattern=r"\A\d{4}-\d\d-\d\d\Z")]
    from_seq: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
    until_seq: Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
    before: Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
    figures: dict[str, Any]
    cashier: str = ""
    approver: str = ""


class AboutPart(Recorded, frozen=True, kw_only=True):
    """Which entry a note is about, and as which exception."""

    epoch: Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
    seq: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
    what: str


class NotedData(Recorded, frozen=True, kw_only=True):
    """A `noted` entry: a manager has seen an exception. `staff` may be nobody."""

    store: Name
    t_eff: Moment
    staff: str
    about: AboutPart
    note: str


UNITS_MAX = 10_000  # far more than an order has lines


class ReversalData(Recorded, frozen=True, kw_only=True):
    """A `void` or `return` entry: which order's entry it undoes, and by whom. What comes back HQ works out itself."""

    reversal_id: Name
    order_id: Name
    order_entry: EntryId
    store: Name
    t_eff: Moment
    link: Literal["online", "offline"]
    cashier: Annotated[str, Meta(max_length=20, pattern=STORABLE)]
    approver: Annotated[str, Meta(max_length=20, pattern=STORABLE)] = ""
    reason: Annotated[str, Meta(max_length=20, pattern=STORABLE)]
    units: Annotated[list[tuple[int, int]], Meta(max_length=UNITS_MAX)] | None = None
