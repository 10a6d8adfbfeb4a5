"""How often somebody voided what they had redeemed: whoever redeems, voids and keeps the goods shows here.

tillside hq voids --days 7
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, func, select

from app.core.entry import VOID
from hq.home import Hq
from hq.journal.reversal_tables import reversal_fact
from hq.tables import redemption_fact

WEEK_MS = 7 * 86_400_000
DAY_MS = 86_400_000
VOIDS_LEAST = 4  # slips happen: three voids of a day need no manager either
PERCENT = 20  # of what somebody redeemed in a week
REDEEMED = "redeemed"


@dataclass
class Tally:
    """Redemptions of a week by one person, or at one station where nobody signed in, and voids that gave some back."""

    redeemed: int = 0
    voided: int = 0

    @property
    def is_suspicious(self) -> bool:
        """Whether somebody should look at it."""
        return self.voided >= VOIDS_LEAST and self.voided * 100 >= self.redeemed * PERCENT


def read_tallies(connection: Connection, names: Iterable[str], *, until_ms: int) -> dict[str, Tally]:
    """Return the tallies of the week that ends at a moment of stations' time."""
    found: dict[str, Tally] = {}
    for name in sorted(set(names)):
        redeemed = select(func.count()).where(
            redemption_fact.c.at_till == name,
            redemption_fact.c.t_eff > until_ms - WEEK_MS,
            redemption_fact.c.outcome == REDEEMED,
        )
        voided = select(func.count()).where(
            reversal_fact.c.at_till == name,
            reversal_fact.c.t_eff > until_ms - WEEK_MS,
            reversal_fact.c.kind == VOID,
            reversal_fact.c.value + reversal_fact.c.points_back > 0,
        )
        found[name] = Tally(
            connection.execute(redeemed).scalar_one(), connection.execute(voided).scalar_one()
        )
    return found


@dataclass(frozen=True, slots=True)
class VoidFigures:
    """What one person (or station) undid in some days: `value` in minor units of `currency`."""

    at_till: str
    store: str
    redeemed: int
    voids: int
    returns: int
    approved: int
    value: int
    points_back: int
    currency: str

    @property
    def percent(self) -> int:
        """Voids as a share of redemptions, in whole percent."""
        return 100 * self.voids // max(self.redeemed, 1)


def void_figures(hq: Hq, *, days: int) -> list[VoidFigures]:
    """Return the figures of all who undid anything in the last days, the highest share of voids first."""
    since_ms = hq.clock.now_ms() - days * DAY_MS
    table = reversal_fact.c
    with hq.database.reading() as connection:
        rows = connection.execute(
            select(
                table.at_till,
                table.store,
                table.currency,
                func.sum(_one_if(table.kind == VOID)).label("voids"),
                func.count().label("all"),
                func.sum(_one_if(table.approver != "")).label("approved"),
                func.sum(table.value).label("value"),
                func.sum(table.points_back).label("points_back"),
            )
            .where(table.t_eff > since_ms)
            .group_by(table.at_till, table.store, table.currency)
        ).all()
        counted = connection.execute(
            select(redemption_fact.c.at_till, func.count().label("n"))
            .where(
                redemption_fact.c.at_till.in_(sorted({row.at_till for row in rows})),
                redemption_fact.c.t_eff > since_ms,
                redemption_fact.c.outcome == REDEEMED,
            )
            .group_by(redemption_fact.c.at_till)
        )
        redeemed = {row.at_till: row.n for row in counted}
    found = [
        VoidFigures(
            at_till=row.at_till,
            store=row.store,
            redeemed=redeemed.get(row.at_till, 0),
            voids=int(row.voids),
            returns=int(row.all - row.voids),
            approved=int(row.approved),
            value=int(row.value),
            points_back=int(row.points_back),
            currency=row.currency,
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (-each.percent, each.at_till, each.store))


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
