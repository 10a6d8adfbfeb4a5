"""The reports there are: their columns, what each means in a sentence, and by what their rows can be grouped."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from hq.console.texts import N_
from hq.reports.figures import By, Figures


class Unit(StrEnum):
    """In what a column is counted."""

    COUNT = "count"
    MONEY = "money"  # minor units of the program's currency
    POINTS = "points"
    SHARE = "share"  # basis points: 100 are one percent


@dataclass(frozen=True, slots=True)
class Column:
    """A figure of a report: that of its name, or `of` another one.

    `is_held`: what was held at the end of the row's time, not what happened in it.
    `rows` names the list that has the rows behind the number; `is_drawn`: it is a line of the report's plot.
    """

    name: str
    title: str
    unit: Unit
    meaning: str
    of: str = ""
    is_held: bool = False
    rows: str = ""
    is_drawn: bool = False

    def value(self, figures: Figures) -> int | None:
        """Return the figure; None where there is nothing to divide by."""
        found: int | None = getattr(figures, self.of or self.name)
        return found


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its columns, and by what its rows can be grouped."""

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    by: tuple[By, ...]


OF_ORDERS = tuple(By)
OF_LEDGER = (By.DAY, By.WEEK, By.MONTH, By.STORE, By.SEGMENT)

ORDERS = Column(
    "orders",
    N_("Orders"),
    Unit.COUNT,
    N_("Orders that were recorded; a void takes its order back on the day of the void."),
    rows="orders",
)
DISCOUNT = Column(
    "discount",
    N_("Discount"),
    Unit.MONEY,
    N_("What campaigns and redemptions took off, less what voids and returns took back: the ledger's sum."),
    rows="ledger:discounts-given",
    is_drawn=True,
)
VALUE = Column(
    "value",
    N_("Order value"),
    Unit.MONEY,
    N_("What orders come to as priced, before discounts, less the goods that came back."),
    rows="orders",
    is_drawn=True,
)

REPORTS: Mapping[str, Report] = {
    report.name: report
    for report in (
        Report(
            "order-value",
            N_("Order value and discount"),
            N_("What orders come to, and what was taken off them."),
            (
                ORDERS,
                VALUE,
                DISCOUNT,
                Column(
                    "discount_share",
                    N_("Share of discount"),
                    Unit.SHARE,
                    N_("The discount for each hundred of order value."),
                ),
                Column(
                    "returned",
                    N_("Came back"),
                    Unit.MONEY,
                    N_("Goods of voids and returns, as priced; the order value is without them."),
                    rows="returns",
                ),
            ),
            OF_ORDERS,
        ),
        Report(
            "averages",
            N_("Average order value"),
            N_("Orders with a discount beside those without one."),
            (
                ORDERS,
                Column(
                    "orders_with",
                    N_("Orders with discount"),
                    Unit.COUNT,
                    N_("Orders from which something was taken off."),
                    rows="orders:with",
                ),
                Column(
                    "average",
                    N_("Average"),
                    Unit.MONEY,
                    N_("Order value for each order."),
                    is_drawn=True,
                ),
                Column(
                    "average_with",
                    N_("Average with discount"),
                    Unit.MONEY,
                    N_("Order value for each order with a discount, as priced."),
                    is_drawn=True,
                ),
                Column(
                    "average_without",
                    N_("Average without discount"),
                    Unit.MONEY,
                    N_("Order value for each order without one."),
                    is_drawn=True,
                ),
            ),
            tuple(by for by in OF_ORDERS if by is not By.CAMPAIGN),
        ),
        Report(
            "redemptions",
            N_("Redemptions"),
            N_("What was redeemed, and what was refused."),
            (
                Column(
                    "attempts",
                    N_("Tried"),
                    Unit.COUNT,
                    N_("Redemptions that were tried."),
                    rows="redemptions",
                ),
                Column(
                    "redeemed",
                    N_("Redeemed"),
                    Unit.COUNT,
                    N_("Those that went through. One that was voided later stays one."),
                    rows="redemptions:redeemed",
                    is_drawn=True,
                ),
                Column(
                    "refused",
                    N_("Refused"),
                    Unit.COUNT,
                    N_("Those that were not possible, each with its reason."),
                    rows="redemptions:refused",
                    is_drawn=True,
                ),
                Column(
                    "rate",
                    N_("Redemption rate"),
                    Unit.SHARE,
                    N_("Of a hundred that were tried so many went through."),
                ),
                replace(DISCOUNT, is_drawn=False),
            ),
            OF_ORDERS,
        ),
        Report(
            "points",
            N_("Points"),
            N_("Points that members got, spent and lost, and what they hold."),
            (
                Column(
                    "issued",
                    N_("Issued"),
                    Unit.POINTS,
                    N_("Points that members got, less what voids and returns took back."),
                    rows="ledger:points-issued",
                    is_drawn=True,
                ),
                Column(
                    "spent",
                    N_("Spent"),
                    Unit.POINTS,
                    N_("Points that members paid with, less what came back."),
                    rows="ledger:points-spent",
                    is_drawn=True,
                ),
                Column(
                    "expired",
                    N_("Expired"),
                    Unit.POINTS,
                    N_("Points that ended unspent."),
                    rows="ledger:points-expired",
                    is_drawn=True,
                ),
                Column(
                    "points_other",
                    N_("Other changes"),
                    Unit.POINTS,
                    N_(
                        "Corrections by hand, accounts that were closed, and what was taken beyond what there was."
                    ),
                    rows="ledger:corrections",
                ),
                Column(
                    "outstanding",
                    N_("Outstanding"),
                    Unit.POINTS,
                    N_(
                        "What members hold at the end: issued, less spent and expired, with the other changes."
                    ),
                    of="points",
                    is_held=True,
                    is_drawn=True,
                    rows="members",
                ),
            ),
            OF_LEDGER,
        ),
        Report(
            "gift-cards",
            N_("Gift cards"),
            N_("Money on gift cards: what was put on, what they paid, and what is owed."),
            (
                Column(
                    "sold",
                    N_("Put on"),
                    Unit.MONEY,
                    N_("Money put on cards, new ones and topped up."),
                    rows="ledger:gift-cards-sold",
                    is_drawn=True,
                ),
                Column(
                    "paid",
                    N_("Paid"),
                    Unit.MONEY,
                    N_("What cards paid, less what came back."),
                    rows="ledger:gift-cards-paid",
                    is_drawn=True,
                ),
                Column(
                    "lapsed",
                    N_("Lapsed"),
                    Unit.MONEY,
                    N_("What was left on cards and nobody got."),
                    rows="ledger:gift-cards-lapsed",
                ),
                Column(
                    "cards_other",
                    N_("Other changes"),
                    Unit.MONEY,
                    N_("What moved the money on cards besides."),
                ),
                Column(
                    "liability",
                    N_("Owed"),
                    Unit.MONEY,
                    N_(
                        "What is on all cards at the end: put on, less paid and lapsed, with the other changes."
                    ),
                    of="cards",
                    is_held=True,
                    is_drawn=True,
                    rows="ledger:",
                ),
            ),
            OF_LEDGER,
        ),
        Report(
            "wallets",
            N_("Wallets"),
            N_("Members' money: what was put into wallets, and what is owed."),
            (
                Column(
                    "credited",
                    N_("Put in"),
                    Unit.MONEY,
                    N_("What campaigns, marks and friends put into wallets, less what came back."),
                    rows="ledger:wallet-credited",
                    is_drawn=True,
                ),
                Column(
                    "wallets_other",
                    N_("Other changes"),
                    Unit.MONEY,
                    N_("Store credit by hand, and accounts that were closed."),
                    rows="ledger:corrections",
                ),
                Column(
                    "in_wallets",
                    N_("Owed"),
                    Unit.MONEY,
                    N_("What is in all wallets at the end: put in, with the other changes."),
                    of="wallets",
                    is_held=True,
                    is_drawn=True,
                    rows="ledger:",
                ),
            ),
            OF_LEDGER,
        ),
    )
}
