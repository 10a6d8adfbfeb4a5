"""What entries took of a scope that has an end, in the order of effective time: who came when nothing was left?

That question must have the same answer in whatever order entries arrive. So what is beyond a limit is laid upon those
who took last by effective time (then by device and number), also when they arrived first; an entry that arrives late
moves it on to others.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select, tuple_, update

from app.core.authority import points_scope
from hq.authority.tables import claim
from hq.benefits.tables import expiration
from hq.db import NAMES_AT_ONCE
from hq.journal.reversal_tables import reversal_fact
from hq.members.merged import refs_of
from hq.members.store import POINTS, account, parts_of
from hq.rows import insert_tuples, is_among
from hq.tables import journal, order_fact, posting

NAMES = ("scope", "t_eff", "device", "epoch", "seq", "units", "beyond", "worth", "unit")
OF_MEMBER = "member:"  # begins the scope of one member's uses of a campaign in a period; it is never leased
COLUMNS = [claim.c[name] for name in NAMES]
LATEST = claim.c.t_eff.desc(), claim.c.device.desc(), claim.c.epoch.desc(), claim.c.seq.desc()
OVERDRAWN = select(claim.c.scope).where(is_among(claim.c.scope), claim.c.beyond > 0).distinct()

Entry = tuple[str, int, int]  # device, epoch, number


class Claim(NamedTuple):
    """`units` of a scope that an entry took, all of them worth so much; `beyond`: how many were no more there."""

    scope: str
    t_eff: int
    device: str
    epoch: int
    seq: int
    units: int
    beyond: int
    worth: int
    unit: str

    @property
    def entry(self) -> Entry:
        """The entry that took it."""
        return self.device, self.epoch, self.seq

    @property
    def place(self) -> tuple[int, str, int, int]:
        """Where it stands in the order of who came when."""
        return self.t_eff, self.device, self.epoch, self.seq

    @property
    def too_much(self) -> int:
        """What the units beyond are worth, rounded up."""
        return -(-self.worth * self.beyond // self.units) if self.units else 0


Change = tuple[Claim, int]  # a claim as it was, and how much of it is beyond now


class Credit(NamedTuple):
    """Points that an order gave to a member; below zero those that its return took back."""

    t_eff: int
    entry: Entry
    points: int


def insert_claims(connection: Connection, claims: Sequence[Claim]) -> None:
    """Keep what entries took."""
    insert_tuples(connection, claim, NAMES, claims)


def read_claims(connection: Connection, entries: Iterable[Entry]) -> dict[Entry, list[Claim]]:
    """Return all that these entries took."""
    found: dict[Entry, list[Claim]] = defaultdict(list)
    place = tuple_(claim.c.device, claim.c.epoch, claim.c.seq)
    for some in parts_of(sorted(set(entries)), NAMES_AT_ONCE // 3):
        for row in connection.execute(select(*COLUMNS).where(place.in_(some))):
            found[row.device, row.epoch, row.seq].append(Claim(*row))
    return found


def overdrawn(connection: Connection, scopes: Sequence[str]) -> set[str]:
    """Return those of these scopes of which somebody took what was no more there."""
    found: set[str] = set()
    for some in parts_of(scopes, NAMES_AT_ONCE):
        found.update(connection.execute(OVERDRAWN, {"names": some}).scalars())
    return found


def take_later_place(connection: Connection, ref: str, first: Claim) -> Claim | None:
    """Take the place of a member away from a later entry than `first`, and return it as it was; None: there is none."""
    is_same_entry = (
        (order_fact.c.device == claim.c.device)
        & (order_fact.c.epoch == claim.c.epoch)
        & (order_fact.c.seq == claim.c.seq)
    )
    refs = refs_of(connection, ref)
    of_member = select(*COLUMNS).join(order_fact, is_same_entry).where(order_fact.c.member.in_(refs))
    rows = connection.execute(
        of_member.where(claim.c.scope == first.scope, claim.c.t_eff >= first.t_eff)
    ).all()
    later = next((found for row in rows if (found := Claim(*row)).place > first.place), None)
    if later is not None:
        connection.execute(delete(claim).where(*is_claim(later)))
    return later


def taken_in_all(connection: Connection, scopes: Iterable[str]) -> dict[str, int]:
    """Return how many units of these scopes were taken, for those that no counter counts."""
    found: dict[str, int] = {}
    for some in parts_of(sorted(set(scopes)), NAMES_AT_ONCE):
        sums = select(claim.c.scope, func.sum(claim.c.units)).where(claim.c.scope.in_(some))
        found.update((row[0], int(row[1])) for row in connection.execute(sums.group_by(claim.c.scope)))
    return found


def reckon(connection: Connection, scope: str, over: int) -> list[Change]:
    """Lay `over` units upon those who took last; return the claims that change, with what is beyond of each now."""
    changed: list[Change] = []
    if over <= 0:
        return changed
    rows = connection.execute(select(*COLUMNS).where(claim.c.scope == scope).order_by(*LATEST))
    for row in rows:
        found = Claim(*row)
        beyond = min(found.units, over)
        over -= beyond
        if beyond != found.beyond:
            changed.append((found, beyond))
        if not over:
            rows.close()
            break
    write_beyond(connection, changed)
    return changed


def reckon_points(connection: Connection, ref: str, balance: int, credits: Sequence[Credit]) -> list[Change]:
    """Go through a member's points by effective time; return the claims that change.

    `balance` is what it has come to, `credits` what is not in the ledger yet. What no order tells (an import, a
    correction) counts as there from the beginning; at one moment what is spent comes before what is earned.
    """
    scope = points_scope(ref)
    spent = [Claim(*row) for row in connection.execute(select(*COLUMNS).where(claim.c.scope == scope))]
    earned = [*_credits(connection, ref), *credits]
    left = balance - sum(each.points for each in earned) + sum(each.units for each in spent)
    moves: list[tuple[int, bool, Entry, Claim | Credit]] = [(s.t_eff, False, s.entry, s) for s in spent]
    moves += [(e.t_eff, True, e.entry, e) for e in earned]
    changed: list[Change] = []
    for *_, move in sorted(moves, key=lambda each: each[:3]):
        if isinstance(move, Credit):
            left += move.points
            continue
        beyond = min(move.units, max(move.units - max(left, 0), 0))
        left -= move.units
        if beyond != move.beyond:
            changed.append((move, beyond))
    write_beyond(connection, changed)
    return changed


def _credits(connection: Connection, ref: str) -> list[Credit]:
    refs = refs_of(connection, ref)
    accounts = list(map(account, refs))
    statement = (
        select(
            order_fact.c.t_eff, order_fact.c.device, order_fact.c.epoch, order_fact.c.seq, posting.c.amount
        )
        .join(journal, journal.c.entry_id == posting.c.entry_id)
        .join(
            order_fact,
            (order_fact.c.device == journal.c.device)
            & (order_fact.c.epoch == journal.c.epoch)
            & (order_fact.c.seq == journal.c.seq),
        )
        .where(posting.c.account.in_(accounts), posting.c.unit == POINTS)
    )
    taken_back = select(
        reversal_fact.c.t_eff,
        reversal_fact.c.device,
        reversal_fact.c.epoch,
        reversal_fact.c.seq,
        reversal_fact.c.points.label("amount"),
    ).where(reversal_fact.c.member.in_(refs), reversal_fact.c.points != 0)
    ended = select(expiration.c.at_ms, expiration.c.points).where(expiration.c.member.in_(refs))
    return [
        *(Credit(row.at_ms, ("", 0, 0), -row.points) for row in connection.execute(ended)),
        *(
            Credit(row.t_eff, (row.device, row.epoch, row.seq), row.amount)
            for each in (statement, taken_back)
            for row in connection.execute(each)
        ),
    ]


def write_beyond(connection: Connection, changed: Sequence[Change]) -> None:
    """Keep how much of claims is beyond now."""
    for found, beyond in changed:
        connection.execute(update(claim).where(*is_claim(found)).values(beyond=beyond))


def is_claim(found: Claim) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a row is this claim."""
    return (
        claim.c.scope == found.scope,
        claim.c.t_eff == found.t_eff,
        claim.c.device == found.device,
        claim.c.epoch == found.epoch,
        claim.c.seq == found.seq,
    )
