"""What the states of the gallery are made of: a shop, members, pills, and how sentences are made.

Sentences are made as the station makes them, of reasons, faults and its own words: so they are in the language that
is drawn, and one that no longer fits is found.
"""

from app.core.money import CURRENCIES
from app.core.reasons import Reason, Refusal
from app.printing.faults import PrinterFault
from app.printing.queue import Became, News
from ui import i18n, texts
from ui.models.receipts import sentence
from ui.models.state import ActionRow, MemberCard, Pill, PillKind, Shop, State

EUR = CURRENCIES["EUR"]
UNKNOWN = Refusal(Reason.UNKNOWN_CODE, {"shown": "40063813339"})
COUNTS = (0, 1, 2, 5, 21)  # one of each form that a plural takes in the five languages
NOW_MS = 1_511_280_000_000  # 2017-11-21 16:00 UTC: a day like another
LONG_NAME = "Wilhelmina Alexandra Konstantinopoulou-Featherstonehaugh 3rd"  # 60 characters
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüssel"

SHOP = Shop(name="Blue Bean", store_id="014")
DEMO = Shop(
    name="Store 367", store_id="367", currency=CURRENCIES["USD"], is_demo=True, next_order_id="31198705046"
)
FRESH = Pill(PillKind.FRESH, age_s=12)
OFFLINE = Pill(PillKind.OFFLINE, waiting=37, age_s=2 * 86_400 + 4 * 3_600)
STALE = Pill(PillKind.STALE, waiting=1_204, age_s=9 * 86_400)
AYSE = MemberCard("Ayşe Yılmaz-Petrov", "Gold", 1_240, 25, is_known=True, as_of_ms=NOW_MS - 12_000)
NEWCOMER = MemberCard("", "", 0, 0, is_known=False, as_of_ms=0)

BASE = State(shop=SHOP, pill=FRESH, now_ms=NOW_MS, time_zone="America/New_York", camera="on")


def because(refusal: Refusal) -> str:
    """Return the sentence of a reason."""
    return texts.because(refusal, EUR)


def said(sentence: str) -> str:
    """Return a sentence that the station has no use for yet, in the language that is drawn."""
    return i18n._(sentence)


def not_printed(fault: PrinterFault) -> str:
    """Return what is said of a receipt that was kept as a file because of a fault."""
    return sentence(News("A-1", Became.KEPT, fault))


def actions(count: int, name: str = "Ayşe Yılmaz-Petrov", *, queued: int = 2) -> tuple[ActionRow, ...]:
    """Return the last actions, the first one by `name`; so many of them are `queued`."""
    names = (name, "B. Ng", "", "Олександра Шевченко", "김서연")
    return tuple(
        ActionRow(
            NOW_MS - place * 700_000, names[place % 5], (place % 3) * 250, place * 7 + 1, place < queued
        )
        for place in range(count)
    )
