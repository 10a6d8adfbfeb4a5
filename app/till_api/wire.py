"""What is said over the till's API, as types: FastAPI checks by them what comes in, and makes the OpenAPI of them.

Amounts are whole minor units of the store's currency (499 for 4.99), quantities whole units with thousandths beside.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.core.order import AMOUNT_MAX, ID_LENGTH_MAX, LINES_MAX, MILLI, TAX_MAX, LineKind
from app.core.prompted import Want
from app.core.reversal_rules import ReversalReason

ORDER_ID = r"^[A-Za-z0-9._:~-]{1,80}$"  # it stands in a path
NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
CATEGORIES_MAX = 50
LINES_OF_RETURN_MAX = 200

Amount = Annotated[int, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
Positive = Annotated[int, Field(ge=0, le=AMOUNT_MAX)]
Milli = Annotated[int, Field(ge=0, lt=MILLI)]
Name = Annotated[str, StringConstraints(max_length=ID_LENGTH_MAX, pattern=NO_CONTROL)]


class Told(BaseModel):
    """What comes in: nothing is guessed, and what isn't known is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class LineIn(Told):
    """A line. `amount` is what the whole line costs as priced, whatever the quantity; it may be 0 or below."""

    sku: Name = ""
    quantity: Amount = 1
    milli: Milli = 0  # thousandths of a unit on top: 0.350 kg are quantity 0, milli 350
    amount: Amount
    unit_price: Positive | None = None
    categories: Annotated[list[Name], Field(max_length=CATEGORIES_MAX)] = []
    brand: Name = ""
    reduced: bool = False  # the till has reduced it already
    kind: Annotated[LineKind, Field(strict=False)] = LineKind.GOODS
    floor: Positive = 0  # what must stay of the amount
    tax_ppm: Annotated[int, Field(ge=0, le=TAX_MAX)] = 0
    net: bool = False  # the price is without its tax
    levy: Positive = 0  # paid on top, never discounted


class OrderIn(Told):
    """An order: its lines, or only what they come to."""

    currency: str
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=LINES_MAX)] | None = None
    total: Annotated[int, Field(ge=1, le=AMOUNT_MAX)] | None = None
    register_name: Annotated[Name, Field(alias="register")] = ""  # the station's own, if none is named

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.lines is None) == (self.total is None):
            raise ValueError("expected either lines or total")
        return self


class VoidIn(Told):
    """Why an order is undone."""

    reason: Annotated[ReversalReason, Field(strict=False)] = ReversalReason.TILL_VOIDED


class UnitsIn(Told):
    """Units of a line that come back."""

    line: Annotated[int, Field(ge=1, le=LINES_MAX)]
    quantity: Positive = 0
    milli: Milli = 0


class ReturnIn(Told):
    """What comes back, and why."""

    reason: Annotated[ReversalReason, Field(strict=False)] = ReversalReason.GOODS_BACK
    lines: Annotated[list[UnitsIn], Field(min_length=1, max_length=LINES_OF_RETURN_MAX)]


# --- what is answered -------------------------------------------------------------------------------------------------


class State(StrEnum):
    """How an order stands."""

    WAITING = "waiting"
    QUOTED = "quoted"
    CONFIRMING = "confirming"
    RECORDED = "recorded"
    GIVEN_UP = "given_up"
    VOIDED = "voided"


class Why(BaseModel):
    """Why something is not possible: a stable code, and a sentence that can be read out."""

    code: str
    sentence: str


class LineOff(BaseModel):
    """What comes off a line."""

    line: int
    take_off: int


class Tender(BaseModel):
    """What is paid by something else than the till's money: `gift_card`, `wallet` or `points`."""

    kind: str
    amount: int


class Gift(BaseModel):
    """Units that are handed out for nothing."""

    sku: str
    units: int


class Given(BaseModel):
    """One offer that applies. `redemption_id` only of what was shown or picked, once it is recorded."""

    rule: str
    name: str
    redemption_id: str | None = None
    take_off: int
    lines: list[LineOff]
    points_spent: int = 0
    points_pay: int = 0
    gifts: list[Gift] = []


class NotGiven(BaseModel):
    """One offer that doesn't apply, and all reasons why."""

    rule: str
    name: str
    redemption_id: str | None = None
    reasons: list[Why]


class Sums(BaseModel):
    """What an order comes to. `due` is what is left for the till's own money: `total` - `discount` (with taxes and
    levies on top: `payable`), less all `tenders`.
    """

    total: int
    discount: int
    payable: int
    tax: int
    tenders: list[Tender]
    due: int
    points_earned: int
    points_spent: int
    lines: list[LineOff]


class NextBest(BaseModel):
    """An offer that applies once what is `missing` is there: minor units, units or points, by `want`."""

    rule: str
    name: str
    want: Want
    missing: int
    worth: int


class Joining(BaseModel):
    """What this order would get more if whoever stands there became a member now."""

    off: int
    points: int


class Quoted(Sums):
    """What an order would get if it was confirmed now. `usable` are offers that could be picked beside those.

    `next_best` and `joining` are for the cashier to say; they come a moment behind the rest.
    """

    given: list[Given]
    usable: list[Given]
    not_usable: list[NotGiven]
    next_best: NextBest | None = None
    joining: Joining | None = None


class ReceiptLine(BaseModel):
    """A line for the till's receipt: `right` is a figure at the right edge. `style`: plain, strong, large or small."""

    text: str
    right: str = ""
    style: str = "plain"


class Result(Sums):
    """What was recorded: what the till does now. `entry` is the number in the station's journal."""

    entry: int
    recorded_at: str
    is_sent: bool
    given: list[Given]
    not_given: list[NotGiven]
    receipt: list[ReceiptLine]
    receipt_code: str


class LineBack(BaseModel):
    """What comes back of a line: a quantity in thousandths of a unit, and what is paid back for it."""

    line: int
    quantity_milli: int
    amount: int
    tax: int


class Undone(BaseModel):
    """A void or a return. `till` is what the till pays back of its own money; below 0: what is still to be paid."""

    kind: str
    reversal_id: str
    recorded_at: str
    reason: str
    amount: int
    till: int
    tenders: list[Tender]
    points_back: int
    points_earned: int
    lines: list[LineBack]


class Approval(StrEnum):
    """Whether a manager has been asked."""

    ASKED = "asked"
    DECLINED = "declined"


class OrderOut(BaseModel):
    """How an order stands. `revision` is another one whenever anything of it has changed.

    `approval`: of something that is to be undone and needs a manager's word at the station. `returned`, in the answer
    to a return, is that one of the `returns`.
    """

    order_id: str
    state: State
    revision: str
    why: str | None = None
    quote: Quoted | None = None
    result: Result | None = None
    void: Undone | None = None
    returns: list[Undone] | None = None
    returned: Undone | None = None
    approval: Approval | None = None


class Health(BaseModel):
    """How the station is. `is_ready`: it takes orders. `link` is its line to head office; it works without one, too."""

    is_ready: bool
    store: str
    store_name: str
    device: str
    register_name: Annotated[str, Field(serialization_alias="register")]
    currency: str
    link: str
    waiting: int
    program_version: int


class Problem(BaseModel):
    """A refusal (RFC 9457). `type` names its kind, `detail` says it in plain words."""

    type: str
    title: str
    status: int
    detail: str
