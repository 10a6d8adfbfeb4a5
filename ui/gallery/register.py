"""The states of the till to try the station with, drawn like the station's."""

from dataclasses import replace

from ui import texts_register
from ui.gallery.samples import EUR, LONG_NAME, LONG_WORD
from ui.till.state import GOODS_MAX, Good, Offered, ReceiptRow, Said, Stage, Sums, TicketLine, TillState

GOODS = tuple(
    Good(name.lower(), name, amount)
    for name, amount in (
        ("Espresso", 250), ("Filter coffee", 290), ("Green tea", 340), ("Croissant", 220), ("Sandwich", 590),
        ("Mug", 1_290), ("Beans 250 g", 849), ("Apple", 60),
    )
)  # fmt: skip
LINES = (TicketLine("Espresso", 2, 500), TicketLine("Mug", 1, 1_290))
BEGUN = TillState(
    store="Blue Bean", currency=EUR, goods=GOODS, number=12, lines=LINES, sums=Sums(total=1_790, due=1_790)
)
EMPTY = replace(BEGUN, lines=(), sums=Sums(), number=1)
AT_STATION = replace(BEGUN, stage=Stage.AT_STATION, said=Said.WAITING)
TEN = Offered("10 % off the whole order", 179)
OFFERED = replace(
    AT_STATION, said=Said.QUOTED, offers=(TEN,), sums=Sums(1_790, 179, 1_611, 16), can_undo=True
)
RECEIPT = (
    ReceiptRow("Blue Bean Card", is_strong=True), ReceiptRow("10 % off the whole order", "−1.79"),
    ReceiptRow("Order o-12 earned", "+16"), ReceiptRow("1 256 points in all"),
)  # fmt: skip
TO_PAY = replace(
    OFFERED, stage=Stage.TO_PAY, receipt=RECEIPT,
    lines=(replace(LINES[0], off=50), replace(LINES[1], off=129)),
)  # fmt: skip


def states() -> dict[str, TillState]:
    """Return every state by its name."""
    return {
        "till-empty": EMPTY,
        "till-away": replace(EMPTY, store="", is_away=True),
        "till-selling": BEGUN,
        "till-handed-over": replace(AT_STATION, said=Said.NOTHING),
        "till-waiting": AT_STATION,
        "till-quoted": OFFERED,
        "till-confirming": replace(OFFERED, said=Said.CONFIRMING),
        "till-away-with-order": replace(AT_STATION, is_away=True),
        "till-given-up": replace(BEGUN, notice=texts_register.given_up()),
        "till-taken-back": replace(BEGUN, notice=texts_register.taken_back()),
        "till-to-pay": TO_PAY,
        "till-tenders": replace(
            TO_PAY, sums=Sums(1_790, 179, 0, 0, (("points", 500), ("gift_card", 1_000), ("wallet", 111)))
        ),
        "till-paid": replace(TO_PAY, stage=Stage.PAID),
        "till-undone": replace(EMPTY, notice=texts_register.undone(1_611, EUR)),
        "till-manager-asked": replace(TO_PAY, stage=Stage.PAID, notice=texts_register.manager_asked()),
        "till-not-undone": replace(TO_PAY, stage=Stage.PAID, notice=texts_register.not_undone()),
        "till-many": replace(
            TO_PAY, lines=LINES * 15, receipt=RECEIPT * 8, offers=(TEN,) * 9, sums=Sums(123_456_789, 1, 2, 3)
        ),
        "till-long": replace(
            TO_PAY, store=LONG_NAME, goods=(Good("x", LONG_WORD, 1_234_567), *GOODS[1:GOODS_MAX]),
            lines=(TicketLine(LONG_NAME, 99, 999_999_999, 1), TicketLine(LONG_WORD, 1, 1)),
            offers=(Offered(f"{LONG_NAME} {LONG_WORD}", 999_999_999),),
            sums=Sums(999_999_999, 999_999_999, 0, 1_000_000),
        ),
    }  # fmt: skip
