"""What the till's window shows, as frozen values. Amounts are minor units."""

from dataclasses import dataclass
from enum import Enum

from app.core.money import CURRENCIES, Currency

GOODS_MAX = 8  # one for each of the keys 1 to 8
UNITS_MAX = 99  # of a line


class Stage(Enum):
    """Where the order of the moment is."""

    SELLING = "selling"  # goods are entered
    AT_STATION = "at_station"  # handed over
    TO_PAY = "to_pay"  # recorded: the till knows what to take
    PAID = "paid"


class Said(Enum):
    """What the station says of the order; NOTHING yet."""

    NOTHING = ""
    WAITING = "waiting"
    QUOTED = "quoted"
    CONFIRMING = "confirming"


@dataclass(frozen=True, slots=True)
class Good:
    """Something on the shelf."""

    sku: str
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A line of the order; `off` is what the station takes off it."""

    name: str
    quantity: int
    amount: int
    off: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer that applies, and what it takes off."""

    name: str
    off: int


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A line for the till's receipt, as the station wrote it."""

    text: str
    right: str = ""
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Sums:
    """What the order comes to. `tenders` are what else pays: (kind, amount)."""

    total: int = 0
    discount: int = 0
    due: int = 0
    points: int = 0
    tenders: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TillState:
    """Everything that the window shows. `notice` is one sentence; `store` whose station it is, once it has answered."""

    stage: Stage = Stage.SELLING
    currency: Currency = CURRENCIES["EUR"]
    store: str = ""
    is_away: bool = False
    goods: tuple[Good, ...] = ()
    number: int = 1
    lines: tuple[TicketLine, ...] = ()
    sums: Sums = Sums()
    said: Said = Said.NOTHING
    offers: tuple[Offered, ...] = ()
    receipt: tuple[ReceiptRow, ...] = ()
    can_undo: bool = False
    notice: str = ""
