"""What two members took who are merged: held against the limits and the balance of one.

Uses are summed, and claims go on under the survivor's scopes. Where each had a place among the first members of a
campaign, the later one is free again. Then the order of effective time is gone through anew, as if all of it had been
one member's: so flags are the same in whichever order entries and merging come.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, select, update

from app.core.authority import points_scope
from app.core.entry import read_entry
from app.core.limits import members_key
from hq.authority import counters
from hq.authority.claims import (
    COLUMNS,
    OF_MEMBER,
    Change,
    Claim,
    Entry,
    is_claim,
    reckon,
    reckon_points,
    taken_in_all,
    write_beyond,
)
from hq.authority.punches import join_punches
from hq.authority.settling import Doubt, say_changed
from hq.authority.tables import claim, member_use, reservation
from hq.campaigns.service import program_of
from hq.home import Hq
from hq.members.store import points_posted
from hq.tables import journal, order_fact

MEMBER_USES = "member_use:"  # begins the scope of what was promised of a member's uses: see authorising.py


def join_rights(
    hq: Hq, connection: Connection, ref: str, into: str, refs: Sequence[str]
) -> tuple[Mapping[Entry, Doubt], list[str]]:
    """Let what `ref` took be `into`'s; return what is to be said of entries now, and the counters that moved.

    `refs` are all references of the two by now. The caller holds both, and has moved what the account held.
    """
    _move_promises(connection, ref, into)
    shared = _move_uses(connection, ref, into)
    join_punches(connection, ref, into)
    scopes = [members_key(campaign) for campaign in shared]
    counters.hold(connection, scopes)
    changed = [change for scope in scopes for change in _free_place(connection, scope, refs)]
    counters.count(connection, dict.fromkeys(scopes, -1))
    for scope in _move_claims(connection, ref, into):
        at_most = _at_most(hq, connection, scope)
        if at_most is not None:
            changed += reckon(connection, scope, taken_in_all(connection, [scope])[scope] - at_most)
    changed += reckon_points(connection, into, points_posted(connection, [into]).get(into, 0), [])
    return say_changed(connection, changed, now_ms=hq.clock.now_ms()), scopes


def _move_promises(connection: Connection, ref: str, into: str) -> None:
    """Let what was promised on line be held against the one account."""
    of_uses = reservation.c.scope.startswith(MEMBER_USES) & reservation.c.scope.endswith(f"|{ref}")
    named = (reservation.c.scope == points_scope(ref)) | of_uses
    for scope in connection.execute(select(reservation.c.scope).where(named).distinct()).scalars().all():
        moved = f"{scope.removesuffix(ref)}{into}"
        connection.execute(update(reservation).where(reservation.c.scope == scope).values(scope=moved))


def _move_uses(connection: Connection, ref: str, into: str) -> list[str]:
    """Add up how often both used campaigns; return the campaigns that both had used."""
    known = counters.uses_of(connection, [ref, into])
    gone = known.get(ref, {})
    uses = {(into, campaign, day): n for campaign, days in gone.items() for day, n in days.items()}
    counters.note_uses(connection, uses)
    connection.execute(delete(member_use).where(member_use.c.member == ref))
    own = known.get(into, {})  # of what was undone there are days without any
    return sorted(
        name for name in gone.keys() & own.keys() if any(gone[name].values()) and any(own[name].values())
    )


def _free_place(connection: Connection, scope: str, refs: Sequence[str]) -> list[Change]:
    """Give up the later place of one person among a campaign's members; whoever had none any more moves up."""
    is_same_entry = (
        (order_fact.c.device == claim.c.device)
        & (order_fact.c.epoch == claim.c.epoch)
        & (order_fact.c.seq == claim.c.seq)
    )
    of_both = select(*COLUMNS).join(order_fact, is_same_entry).where(order_fact.c.member.in_(refs))
    rows = connection.execute(of_both.where(claim.c.scope == scope)).all()
    changed: list[Change] = []
    for gone in sorted((Claim(*row) for row in rows), key=lambda each: each.place)[1:]:
        connection.execute(delete(claim).where(*is_claim(gone)))
        if gone.beyond:
            changed.append((gone, 0))
        else:
            changed += _move_up(connection, scope)
    return changed


def _move_up(connection: Connection, scope: str) -> list[Change]:
    waiting = select(*COLUMNS).where(claim.c.scope == scope, claim.c.beyond > 0)
    first = min(
        (Claim(*row) for row in connection.execute(waiting)), key=lambda each: each.place, default=None
    )
    if first is None:
        return []
    changed = [(first, first.beyond - 1)]
    write_beyond(connection, changed)
    return changed


def _move_claims(connection: Connection, ref: str, into: str) -> Iterable[str]:
    """Let claims be on the survivor's points and uses; return the scopes of uses, as they are called now."""
    of_points = claim.c.scope == points_scope(ref)
    connection.execute(update(claim).where(of_points).values(scope=points_scope(into)))
    beginning = f"{OF_MEMBER}{ref}|"
    named = select(claim.c.scope).where(claim.c.scope.startswith(beginning, autoescape=True)).distinct()
    found = []
    for scope in sorted(connection.execute(named).scalars()):
        moved = f"{OF_MEMBER}{into}|{scope.removeprefix(beginning)}"
        connection.execute(update(claim).where(claim.c.scope == scope).values(scope=moved))
        found.append(moved)
    return found


def _at_most(hq: Hq, connection: Connection, scope: str) -> int | None:
    """Return how often a member may use a campaign in a period, by the rules of who used it last."""
    latest = claim.c.t_eff.desc(), claim.c.device.desc(), claim.c.epoch.desc(), claim.c.seq.desc()
    is_same_entry = (
        (journal.c.device == claim.c.device)
        & (journal.c.epoch == claim.c.epoch)
        & (journal.c.seq == claim.c.seq)
    )
    statement = select(journal.c.body).join(claim, is_same_entry).where(claim.c.scope == scope)
    body = connection.execute(statement.order_by(*latest).limit(1)).scalar_one()
    program = program_of(hq, connection, read_entry(body).data["program_version"])
    _, period, campaign_id = scope.removeprefix(OF_MEMBER).split("|", 2)
    campaigns = () if program is None else program.campaigns
    limits = next((each.limits for each in campaigns if each.campaign_id == campaign_id), None)
    uses = () if limits is None else limits.member_uses
    letter = period[-1:] if period[-1:].isalpha() else ""  # behind a date; of a limit for ever there is none
    return next((each.at_most for each in uses if each.period[:1] == letter), None)
