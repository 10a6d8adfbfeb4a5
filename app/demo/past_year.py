"""The shopping year as past orders for a what-if: what was redeemed is worked out by the demo's own program.

The same vouchers on the same orders give what the replay through stations records. Only here do lines say their
categories (department, category and type of the product, as the data write them: "GROCERY", "SOFT DRINKS") and their
brand ("National", "Private"), so that a draft can name them. Members are called `household-1` and so on, stores by
their number.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.core.decision import decide
from app.core.member import Member
from app.core.order import Line, Order
from app.core.outcome import Facts
from app.core.program import Program
from app.core.program_format import read_program
from app.core.voucher import Presentation, Voucher
from app.demo.journey import Journey, JourneyOrder
from app.demo.journey_files import JourneyProduct
from app.demo.program import CURRENCY, TIME_ZONE, program_body, rule_id
from app.whatif.recorded import Recorded, recorded

REALLY = (
    "Really: the coupons that households showed in 2017, for which the demo's program gives 1.00 off where one of "
    "their products was bought, and a point for each full 1.00 paid."
)
NOTHING_KNOWN = JourneyProduct(frozenset(), "")


@dataclass(frozen=True)
class PastYear:
    """The selected part of the year, to be read as often as wanted."""

    journey: Journey
    products: Mapping[int, JourneyProduct]

    def orders(self) -> Iterator[Recorded]:
        """Yield the orders by time, as the demo's program decided them; points become usable with the next order."""
        program = self.program
        balances: dict[int, int] = {}
        for order in self.journey.orders():
            balance = balances.get(order.household_id, 0)
            facts = Facts(program, self._order(order), _member(order, balance), _presented(order))
            decision = decide(facts, explain=False)
            balances[order.household_id] = balance + decision.points
            yield recorded(facts, decision)

    @property
    def program(self) -> Program:
        """The demo's own program, which names members as these orders do."""
        refs = {household: member_ref(household) for household in self.journey.households}
        first_ms = next(self.journey.orders()).at_ms
        return read_program(program_body(self.journey, refs, now_ms=first_ms))

    def _order(self, order: JourneyOrder) -> Order:
        lines = []
        for number, (product_id, quantity, cents) in enumerate(order.lines, start=1):
            product = self.products.get(product_id, NOTHING_KNOWN)
            lines.append(
                Line(
                    line=number,
                    sku=str(product_id),
                    quantity=quantity,
                    amount=cents,
                    categories=product.categories,
                    brand=product.brand,
                )
            )
        return Order(
            order_id=f"B{order.basket_id}",
            store=str(order.store_id),
            register="1",
            at_ms=order.at_ms,
            time_zone=TIME_ZONE,
            currency=CURRENCY,
            lines=tuple(lines),
        )


def member_ref(household: int) -> str:
    """Return what a household is called as a member."""
    return f"household-{household}"


def _member(order: JourneyOrder, balance: int) -> Member:
    return Member(member_ref(order.household_id), is_known=True, balance=balance, as_of_ms=order.at_ms)


def _presented(order: JourneyOrder) -> tuple[Presentation, ...]:
    rules = [rule_id(key) for key in order.presented]
    return tuple(
        Presentation(f"B{order.basket_id}/{rule}", Voucher(code_hash=rule, rule_id=rule), "")
        for rule in rules
    )
