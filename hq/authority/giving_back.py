"""What comes back to HQ's books with a void or a return: the claims of its order go, and with them what was beyond.

Whoever took what was no more there because of that order took it rightly after all, so the scopes that it leaves are
reckoned anew. A place among a campaign's first members comes free when none of the member's uses is left.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select, update

from app.core.authority import card_scope, points_scope, voucher_scope
from app.core.limits import discount_key, members_key, order_value_key, stock_key, uses_key
from hq.authority.claims import (
    COLUMNS,
    LATEST,
    OF_MEMBER,
    Change,
    Claim,
    Entry,
    is_claim,
    overdrawn,
    read_claims,
    write_beyond,
)
from hq.authority.tables import claim, member_use
from hq.authority.taking import GivenBack, Taken
from hq.members.merged import refs_of
from hq.tables import order_fact

STOCK, VOUCHER, POINTS_OF, CARD = stock_key(""), voucher_scope(""), points_scope(""), card_scope("")


def scopes_given_back(taken: Taken) -> set[str]:
    """Return the scopes whose counters a batch's reversals may move: whoever settles holds them."""
    found: set[str] = set()
    for back in taken.given_back:
        found |= back.counted.keys() | {members_key(campaign) for _, campaign in back.members}
    return found


def give_back(connection: Connection, taken: Taken) -> list[Change]:
    """Let the claims of what was undone go. Returns those with something beyond, as they were.

    Places among members that come free are taken off `taken.counted`. The caller holds counters and members.
    """
    gone: list[Change] = []
    for back in taken.given_back:
        gone += _let_go(connection, back)
        for ref, campaign in back.members:
            gone += _free_place(connection, taken, back, ref, campaign)
    return gone


def _let_go(connection: Connection, back: GivenBack) -> list[Change]:
    gone: list[Change] = []
    for entry, found in read_claims(connection, _places(back)).items():
        for each in found:
            units = _units_left(back, entry, each)
            if units < each.units:
                gone += _reduce(connection, each, units)
    return gone


def _places(back: GivenBack) -> list[Entry]:
    """Return the entries of the order and of its redemptions: in the place of the reversal's own, or where it says."""
    order = back.undone.order
    owner = order.kept_at or back.owner
    seqs = [order.entry.seq, *order.redeemed.values()]
    return [(owner.device_id, owner.epoch, seq) for seq in seqs]


def _units_left(back: GivenBack, entry: Entry, found: Claim) -> int:
    """Return how many units of a claim stay taken."""
    made, scope = back.undone.made, found.scope
    if scope.startswith(OF_MEMBER):
        return 0 if scope in back.at_most else found.units
    if scope.startswith(STOCK):
        return 0 if scope in back.counted else found.units
    if scope.startswith((VOUCHER, POINTS_OF)):
        here = [each for each in made.backs if back.undone.order.redeemed.get(each.redemption_id) == entry[2]]
        if scope.startswith(VOUCHER):
            return 0 if any(each.is_use for each in here) else found.units
        return found.units - sum(each.points for each in here)
    if scope.startswith(CARD):
        return found.units - sum(t.amount for t in made.outcome.tenders if card_scope(t.ref) == scope)
    campaigns = [use.campaign for use in made.uses]
    over = {key(name) for name in campaigns for key in (uses_key, discount_key, order_value_key)}
    return 0 if scope in over else found.units


def _reduce(connection: Connection, found: Claim, units: int) -> list[Change]:
    if units <= 0:
        connection.execute(delete(claim).where(*is_claim(found)))
        return [(found, 0)] if found.beyond else []
    if found.scope.startswith(CARD):  # what was paid comes back; the rest that nobody got stays with it
        worth = max(found.worth - (found.units - units), 0)
    else:
        worth = found.worth * units // found.units
    beyond = min(found.beyond, units)
    changed = {"units": units, "worth": worth, "beyond": beyond}
    connection.execute(update(claim).where(*is_claim(found)).values(changed))
    return [(found, beyond)] if found.beyond else []


def _free_place(
    connection: Connection, taken: Taken, back: GivenBack, ref: str, campaign: str
) -> list[Change]:
    """Free the place of a member who has no use of a campaign left."""
    uses = select(func.sum(member_use.c.n)).where(
        member_use.c.member == ref, member_use.c.campaign == campaign
    )
    if (connection.execute(uses).scalar_one() or 0) > 0:
        return []
    scope = members_key(campaign)
    of_member = (
        select(*COLUMNS)
        .join(
            order_fact,
            (order_fact.c.device == claim.c.device)
            & (order_fact.c.epoch == claim.c.epoch)
            & (order_fact.c.seq == claim.c.seq),
        )
        .where(order_fact.c.member.in_(refs_of(connection, ref)), claim.c.scope == scope)
    )
    taken.counted[scope] -= 1
    found = {Claim(*row) for row in connection.execute(of_member)}
    for of_batch in read_claims(connection, _places(back)).values():  # its order may be no row yet
        found |= {each for each in of_batch if each.scope == scope}
    return [change for each in sorted(found) for change in _reduce(connection, each, 0)]


def reckon_anew(connection: Connection, scope: str, over: int) -> list[Change]:
    """Lay what is too much (none, where `over` is not above 0) upon those who took last, and take it off all others."""
    return lay_upon(connection, scope, over) if overdrawn(connection, [scope]) else []


def lay_upon(connection: Connection, scope: str, over: int) -> list[Change]:
    """Lay what is too much upon those who took last, and take it off all others."""
    changed: list[Change] = []
    rows = connection.execute(select(*COLUMNS).where(claim.c.scope == scope).order_by(*LATEST)).all()
    for row in rows:
        found = Claim(*row)
        beyond = min(found.units, max(over, 0))
        over -= beyond
        if beyond != found.beyond:
            changed.append((found, beyond))
    write_beyond(connection, changed)
    return changed


def scopes_to_reckon(taken: Taken) -> Sequence[str]:
    """Return the scopes in which something came back that has a limit for all."""
    found = scopes_given_back(taken)
    for back in taken.given_back:
        found |= {
            voucher_scope(each.code_hash) for each in back.undone.made.backs if each.is_use and each.code_hash
        }
    return sorted(found)
