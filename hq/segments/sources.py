"""What HQ's tables know of each member, as joined columns: orders, uses of campaigns, products bought, consents.

Each question of a condition asks for a column here; what many ask is read once. Orders that were voided were never
bought. What stands under the reference of a member who was merged counts for the survivor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Table,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    union,
    union_all,
)

from app.core.entry import VOID
from hq.benefits.tables import member_event
from hq.journal.reversal_tables import reversal_fact
from hq.journal.store import REDEEMED
from hq.members.tables import consent, member_attribute, merged_account, personal
from hq.segments.calendar import Span
from hq.segments.tables import bought_fact
from hq.tables import journal, member, order_fact, posting, redemption_fact

Bound = Callable[[ColumnElement[str]], ColumnElement[bool]]
Number = ColumnElement[int]


def everybody(_: ColumnElement[str]) -> ColumnElement[bool]:
    """Bound nothing."""
    return true()


def between(after: str, through: str | None) -> Bound:
    """Return the bound to references behind one and up to another, or to the end."""
    if through is None:
        return lambda column: column > after
    return lambda column: and_(column > after, column <= through)


def among(refs: Sequence[str]) -> Bound:
    """Return the bound to some references."""
    return lambda column: column.in_(refs)


@dataclass
class Sources:
    """The columns that conditions ask for, for members within `bound`. Make the statement when all have asked."""

    bound: Bound = everybody
    _orders: dict[tuple[str, Span], str] = field(default_factory=dict)
    _uses: dict[str, dict[Span, str]] = field(default_factory=dict)
    _events: dict[str, dict[Span, str]] = field(default_factory=dict)
    _bought: dict[str, dict[tuple[str, Span], str]] = field(default_factory=dict)

    # Columns are asked for before their table is made, so each is a name that `statement` fills in.

    def orders(self, span: Span) -> Number:
        """Return how many orders a member made."""
        return self._of_orders("orders", span)

    def spend(self, span: Span) -> Number:
        """Return what the goods of a member's orders were sold for, in minor units."""
        return self._of_orders("spend", span)

    def last_order_ms(self) -> Number:
        """Return when a member's last order was; null without any."""
        name = self._orders.setdefault(("last", Span(None, None)), "last_ms")
        return _named("orders", name)

    def uses(self, campaign: str, span: Span) -> Number:
        """Return on how many orders a member used a campaign."""
        spans = self._uses.setdefault(campaign, {})
        name = spans.setdefault(span, f"n{len(spans)}")
        return func.coalesce(_named(f"uses{list(self._uses).index(campaign)}", name), 0)

    def bought(self, products: str, what: str, span: Span) -> Number:
        """Return what a member bought of a product set: `what` is `amount` or `quantity_milli`."""
        asked = self._bought.setdefault(products, {})
        name = asked.setdefault((what, span), f"n{len(asked)}")
        return func.coalesce(_named(f"bought{list(self._bought).index(products)}", name), 0)

    def events(self, name: str, span: Span) -> Number:
        """Return how often a member brought an event about."""
        spans = self._events.setdefault(name, {})
        column = spans.setdefault(span, f"n{len(spans)}")
        return func.coalesce(_named(f"events{list(self._events).index(name)}", column), 0)

    def has_agreed(self, what: str) -> ColumnElement[bool]:
        """Return whether the newest word of a member on a consent is yes."""
        said, later = consent.alias(), consent.alias()
        newer = exists(
            select(later.c.n).where(
                later.c.member == said.c.member, later.c.what == said.c.what, later.c.n > said.c.n
            )
        )
        yes = select(said.c.n).where(said.c.member == member.c.ref, said.c.what == what, said.c.is_given == 1)
        return exists(yes.where(~newer).correlate(member))

    def birthday(self) -> ColumnElement[str]:
        """Return a member's birthday (`MM-DD`); null where they did not say."""
        found = select(func.nullif(personal.c.birthday, "")).where(personal.c.member == member.c.ref)
        return found.scalar_subquery()

    def joined_ms(self) -> Number:
        """Return when a member joined; null where nobody knows."""
        return func.nullif(member.c.joined_ms, 0)

    def attribute(self, name: str, kind: str) -> ColumnElement[Any]:
        """Return an attribute of a member, as `text` or `number`; null where there is none of this kind."""
        of = member_attribute.c.member == member.c.ref, member_attribute.c.name == name
        return select(member_attribute.c[kind]).where(*of).scalar_subquery()

    def statement(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return the selection of columns over members within the bound, with all that was asked for joined."""
        whole: FromClause = member
        for made in self._joined():
            whole = whole.outerjoin(made, made.c.m == member.c.ref)
        return select(*columns).select_from(whole).where(self.bound(member.c.ref))

    def _of_orders(self, what: str, span: Span) -> Number:
        name = self._orders.setdefault((what, span), f"n{len(self._orders)}")
        return func.coalesce(_named("orders", name), 0)

    def _joined(self) -> list[Subquery]:
        made = [self._orders_by_member()] if self._orders else []
        made += [self._uses_by_member(place, campaign) for place, campaign in enumerate(self._uses)]
        made += [self._bought_by_member(place, products) for place, products in enumerate(self._bought)]
        made += [self._events_by_member(place, name) for place, name in enumerate(self._events)]
        return made

    def _orders_by_member(self) -> Subquery:
        spend = order_fact.c.gross - order_fact.c.beside - order_fact.c.discount
        rows = self._with_merged(order_fact, order_fact.c.t_eff, spend.label("spend"))
        sums = [self._order_column(rows, what, span, name) for (what, span), name in self._orders.items()]
        return select(rows.c.m, *sums).group_by(rows.c.m).subquery("orders")

    @staticmethod
    def _order_column(rows: Subquery, what: str, span: Span, name: str) -> ColumnElement[Any]:
        if what == "last":
            return func.max(rows.c.t_eff).label(name)
        value: Any = 1 if what == "orders" else rows.c.spend
        return _sum_within(rows.c.t_eff, value, span).label(name)

    def _uses_by_member(self, place: int, campaign: str) -> Subquery:
        """Count orders on which a member used a campaign: by a redemption, or because a rule applied by itself."""
        redeemed = (
            select(_column(redemption_fact, "member"), *_order_of(redemption_fact))
            .where(redemption_fact.c.campaign == campaign, redemption_fact.c.outcome == REDEEMED)
            .where(redemption_fact.c.member.is_not(None))
        )
        by_itself = (
            select(_column(order_fact, "member"), *_order_of(order_fact))
            .join(journal, _is_entry_of(order_fact))
            .join(posting, posting.c.entry_id == journal.c.entry_id)
            .where(posting.c.account == f"campaign:{campaign}", order_fact.c.member.is_not(None))
        )
        parts = [
            part.where(of)
            for part, table in ((redeemed, redemption_fact), (by_itself, order_fact))
            for of in (self.bound(table.c.member), table.c.member.in_(self._merged_refs()))
        ]
        rows = union(*parts).subquery(f"used{place}")
        survivor = func.coalesce(merged_account.c.survivor, rows.c.member)
        once = (
            select(survivor.label("m"), func.min(rows.c.t_eff).label("t_eff"))
            .select_from(rows.outerjoin(merged_account, merged_account.c.ref == rows.c.member))
            .where(~_is_voided(rows))
            .group_by(survivor, rows.c.store, rows.c.order_id)  # head office may add to a station's order
            .subquery(f"once{place}")
        )
        sums = [_sum_within(once.c.t_eff, 1, span).label(name) for span, name in self._uses[campaign].items()]
        return select(once.c.m, *sums).group_by(once.c.m).subquery(f"uses{place}")

    def _bought_by_member(self, place: int, products: str) -> Subquery:
        rows = self._with_merged(
            bought_fact,
            bought_fact.c.t_eff,
            bought_fact.c.amount,
            bought_fact.c.quantity_milli,
            of=bought_fact.c.products == products,
        )
        sums = [
            _sum_within(rows.c.t_eff, rows.c[what], span).label(name)
            for (what, span), name in self._bought[products].items()
        ]
        return select(rows.c.m, *sums).group_by(rows.c.m).subquery(f"bought{place}")

    def _events_by_member(self, place: int, name: str) -> Subquery:
        of = member_event.c.name == name
        own = select(member_event.c.member.label("m"), member_event.c.at_ms)
        merged = select(merged_account.c.survivor.label("m"), member_event.c.at_ms).join(
            merged_account, merged_account.c.ref == member_event.c.member
        )
        rows = union_all(
            own.where(of, self.bound(member_event.c.member)),
            merged.where(of, self.bound(merged_account.c.survivor)),
        ).subquery(f"happened{place}")
        sums = [
            _sum_within(rows.c.at_ms, 1, span).label(column) for span, column in self._events[name].items()
        ]
        return select(rows.c.m, *sums).group_by(rows.c.m).subquery(f"events{place}")

    def _with_merged(
        self, table: Table, *columns: ColumnElement[Any], of: ColumnElement[bool] | None = None
    ) -> Subquery:
        """Return the rows of orders that stand, by whose they are now (`m`)."""
        stands = ~exists(
            select(reversal_fact.c.seq)
            .join(journal, journal.c.entry_id == reversal_fact.c.order_entry)
            .where(reversal_fact.c.kind == VOID, _is_entry_of(table))
        )
        wanted = stands if of is None else and_(stands, of)
        own = select(table.c.member.label("m"), *columns).where(self.bound(table.c.member), wanted)
        merged = (
            select(merged_account.c.survivor.label("m"), *columns)
            .join(merged_account, merged_account.c.ref == table.c.member)
            .where(self.bound(merged_account.c.survivor), wanted)
        )
        return union_all(own, merged).subquery()

    def _merged_refs(self) -> Select[Any]:
        return select(merged_account.c.ref).where(self.bound(merged_account.c.survivor))


def _named(table: str, column: str) -> Number:
    """Return a column of a subquery that is made later, by both names."""
    return literal_column(f"{table}.{column}", BigInteger)


def _column(table: Table, name: str) -> Column[Any]:
    found: Column[Any] = table.c[name]
    return found


def _order_of(table: Table) -> tuple[Column[Any], ...]:
    return table.c.store, table.c.device, table.c.order_id, table.c.t_eff


def _is_entry_of(table: Table) -> ColumnElement[bool]:
    return and_(
        journal.c.device == table.c.device,
        journal.c.epoch == table.c.epoch,
        journal.c.seq == table.c.seq,
    )


def _is_voided(rows: Subquery) -> ColumnElement[bool]:
    """Tell whether an order was voided, by its device and id."""
    return exists(
        select(reversal_fact.c.seq)
        .join(journal, journal.c.entry_id == reversal_fact.c.order_entry)
        .where(
            reversal_fact.c.kind == VOID,
            reversal_fact.c.order_id == rows.c.order_id,
            journal.c.device == rows.c.device,
        )
    )


def _sum_within(at_ms: ColumnElement[int], value: Any, span: Span) -> Number:
    bounds = [at_ms >= span.start_ms] if span.start_ms is not None else []
    bounds += [at_ms < span.end_ms] if span.end_ms is not None else []
    counted = case((and_(*bounds), value), else_=0) if bounds else value
    return cast(func.sum(counted), BigInteger)


def any_span(column: Number, spans: list[Span]) -> ColumnElement[bool]:
    """Tell whether a moment is within one of some spans."""
    return or_(*(and_(column >= span.start_ms, column < span.end_ms) for span in spans))
