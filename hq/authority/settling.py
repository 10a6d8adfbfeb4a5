"""Bringing what entries took into HQ's books, and finding who took what was no more there.

Nothing is refused, since it was given long ago. What is beyond a balance, a limit or a voucher's uses is flagged at the
entry that was last by effective time, whichever came first; it moves to the account `exception:overspent` by postings
of its own, so that what campaigns and members rightly took stands without it. An entry that comes late may move a flag
from one entry to another, by a later word.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, func, select

from app.core.authority import card_scope, points_scope, voucher_scope
from app.core.chain import ChainOwner
from app.core.program import Program
from hq.authority import counters
from hq.authority.claims import (
    OF_MEMBER,
    Change,
    Claim,
    Entry,
    insert_claims,
    overdrawn,
    read_claims,
    reckon,
    reckon_points,
    take_later_place,
    taken_in_all,
)
from hq.authority.giving_back import give_back, lay_upon, reckon_anew, scopes_given_back, scopes_to_reckon
from hq.authority.judging import LeaseBook
from hq.authority.punches import count_punches
from hq.authority.rights import limits_of
from hq.authority.store import end_lease, note_used
from hq.authority.taking import Taken, taken_by
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.db import Whole, hold_whole
from hq.gift_cards.postings import LAPSED, PAID
from hq.gift_cards.store import HeldCard
from hq.home import Hq
from hq.journal.judge import Books
from hq.journal.postings import GIVEN, SPENT, pair
from hq.journal.store import Kept
from hq.ledger.own import OwnEntry, OwnKind, post_many
from hq.members.store import POINTS, lock_members, points_posted
from hq.tables import member_scope
from hq.vouchers.store import Uses
from sync.protocol import Flag, Verdict

OVERSPENT = "exception:overspent"
VOUCHER, CARD = voucher_scope(""), card_scope("")
OF_CAMPAIGNS = frozenset({"uses", "members", "discount", "order_value"})
BY_TIME = frozenset({Flag.OVERSPENT, Flag.COUPON_TWICE})  # flags that what arrives later may bring or take


@dataclass(frozen=True)
class Doubt:
    """What is to be said of an entry now: flags by effective time, a word on each, and what was too much."""

    flags: tuple[Flag, ...]
    detail: str
    amount: int = 0
    unit: str = ""


@dataclass
class Settled:
    """What settling came to: the entries with their flags, words on earlier ones, and counters that moved."""

    kept: list[Kept]
    doubts: dict[Entry, Doubt] = field(default_factory=dict)
    counters: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)  # whose uses of campaigns, or punch cards, moved


def settle(
    hq: Hq, connection: Connection, owner: ChainOwner, kept: Sequence[Kept], books: Books, *, now_ms: int
) -> Settled:
    """Bring what new entries took into the books, before the entries themselves: their flags come out of this."""
    taken = taken_by(owner, kept, program=books.program, vouchers=dict(books.uses), closed=books.closed)
    in_debt = overdrawn(connection, [points_scope(ref) for ref in sorted(taken.credits)])
    is_idle = not (
        taken.claims or taken.counted or taken.firsts or taken.given_back or taken.cards or taken.punches
    )
    if is_idle and not (books.leases.touched or in_debt):
        return Settled(list(kept))
    refs = {*taken.points, *(ref for ref, _, _ in taken.uses), *(each.ref for each in taken.punches)}
    if refs:
        hold_whole(connection, Whole.MEMBERS, is_shared=True)
        lock_members(connection, refs)
    kept = _with_early(kept, count_punches(connection, taken.punches))
    touched = {row.scope for name, row in books.leases.rows.items() if name in books.leases.touched}
    given = counters.hold(
        connection, {*taken.counted, *_first_scopes(taken), *touched, *scopes_given_back(taken)}
    )
    gone = _note_members(connection, taken)
    limits = _limits(hq, connection, taken)
    taken.claims = [each for each in taken.claims if _is_bounded(each, limits, books.cards.rows)]
    insert_claims(connection, taken.claims)
    given_back = give_back(connection, taken)
    more = {scope: _more(units, books.leases.given_before[scope]) for scope, units in taken.counted.items()}
    more = {scope: max(units, -given.get(scope, 0)) for scope, units in more.items()}
    counters.count(connection, more)
    _move_leases(connection, books.leases, by=owner.device_id, now_ms=now_ms)
    given |= {scope: given[scope] + units for scope, units in more.items()}
    changed: list[Change] = [(each, 0) for each in gone if each.beyond] + given_back  # as they came about
    changed += _reckoned(connection, taken, books.uses, limits, given)
    changed += _reckoned_of_members(connection, taken)
    changed += _reckoned_points(connection, taken, in_debt)
    changed += _reckoned_anew(connection, taken, books.uses, limits, given)
    changed += _reckoned_cards(connection, taken, books.cards.rows)
    settled = _flagged(connection, owner, kept, changed, now_ms=now_ms)
    settled.members = sorted({*(ref for ref, _, _ in taken.uses), *(each.ref for each in taken.punches)})
    settled.counters = sorted(scope for scope, units in more.items() if units)
    return settled


def _with_early(kept: Sequence[Kept], early: Mapping[int, str]) -> Sequence[Kept]:
    """Flag what gave a unit before the punch card was complete."""
    if not early:
        return kept
    return [
        replace(each, judgement=each.judgement.doubted([(Flag.PUNCHED_EARLY, early[each.seq])]))
        if each.seq in early
        else each
        for each in kept
    ]


def _first_scopes(taken: Taken) -> set[str]:
    return {each.scope for each in taken.firsts.values()}


def _note_members(connection: Connection, taken: Taken) -> list[Claim]:
    """Count uses by member; a member's first use of a campaign takes a place among its members.

    First is by effective time: the place moves on to a use that arrives later and was made earlier. Returns the claims
    that are no more.
    """
    if not taken.uses:
        return []
    known = counters.uses_of(connection, sorted({ref for ref, _, _ in taken.uses}))
    gone: list[Claim] = []
    for (ref, campaign), first in taken.firsts.items():
        if not any(known.get(ref, {}).get(campaign, {}).values()):  # all may have been undone
            taken.counted[first.scope] += 1
            taken.claims.append(first)
        elif (later := take_later_place(connection, ref, first)) is not None:
            gone.append(later)
            taken.claims.append(first)
    counters.note_uses(connection, taken.uses)
    return gone


def _limits(hq: Hq, connection: Connection, taken: Taken) -> dict[str, int]:
    """Return the limits of what was taken: the newest program's, and for what it no longer bounds an earlier one's."""
    scopes = {each.scope for each in taken.claims} | scopes_given_back(taken)
    limits: dict[str, int] = {}
    newest: Program | None = None
    if taken.programs:
        newest = program_of(hq, connection, newest_version(connection, "program"))
    for program in (*(taken.programs[version] for version in sorted(taken.programs)), newest):
        if program is not None:
            limits |= limits_of(connection, program, scopes)
    return limits


def _is_bounded(claim: Claim, limits: dict[str, int], cards: Mapping[str, HeldCard]) -> bool:
    if claim.scope.startswith(CARD):
        return claim.scope.removeprefix(CARD) in cards
    return claim.scope in limits or claim.unit == POINTS or claim.scope.startswith((VOUCHER, OF_MEMBER))


def _move_leases(connection: Connection, book: LeaseBook, *, by: str, now_ms: int) -> None:
    for name in sorted(book.touched):
        note_used(connection, book.rows[name])
    for name in sorted(book.closed):
        end_lease(connection, name, book.rows[name].state, by=by, now_ms=now_ms)


def _reckoned(
    connection: Connection,
    taken: Taken,
    vouchers: Mapping[str, Uses],
    limits: Mapping[str, int],
    given: Mapping[str, int],
) -> list[Change]:
    over = {scope: given[scope] - limit for scope, limit in limits.items()}
    over |= {
        voucher_scope(code_hash): uses.uses - uses.uses_max
        for code_hash, uses in vouchers.items()
        if uses.uses_max
    }
    return [
        change
        for scope in sorted({each.scope for each in taken.claims})
        if over.get(scope, 0) > 0
        for change in reckon(connection, scope, over[scope])
    ]


def _reckoned_anew(
    connection: Connection,
    taken: Taken,
    vouchers: Mapping[str, Uses],
    limits: Mapping[str, int],
    given: Mapping[str, int],
) -> list[Change]:
    """Look again at what somebody had taken too much of, where something came back."""
    if not taken.given_back:
        return []
    at_most = {scope: most for back in taken.given_back for scope, most in back.at_most.items()}
    over = {scope: n - at_most[scope] for scope, n in taken_in_all(connection, at_most).items()}
    for scope in scopes_to_reckon(taken):
        uses = vouchers.get(scope.removeprefix(VOUCHER)) if scope.startswith(VOUCHER) else None
        if uses is not None and uses.uses_max:
            over[scope] = uses.uses - uses.uses_max
        elif scope in limits:
            over[scope] = given[scope] - limits[scope]
    return [change for scope in sorted(over) for change in reckon_anew(connection, scope, over[scope])]


def _more(units: int, given_before: int) -> int:
    """Return by how much a counter moves: less what was counted with a lease, and down where something came back."""
    return max(units - given_before, min(units, 0))


def _reckoned_of_members(connection: Connection, taken: Taken) -> list[Change]:
    """Look at how often members used campaigns that each may use so many times. Their rows are held."""
    if not taken.at_most:
        return []
    in_all = taken_in_all(connection, taken.at_most)
    return [
        change
        for scope, at_most in sorted(taken.at_most.items())
        for change in reckon(connection, scope, in_all.get(scope, 0) - at_most)  # undone in the same batch
    ]


def _reckoned_points(connection: Connection, taken: Taken, in_debt: set[str]) -> list[Change]:
    """Look at the members who spent points or lost some by a return, and at those with too little whose earlier credit
    comes only now.

    Nobody need look at one who had enough before, and did nothing later than this.
    """
    refs = sorted(
        {*taken.spent, *taken.taken_back, *(ref for ref in taken.credits if points_scope(ref) in in_debt)}
    )
    if not refs:
        return []
    balances = dict.fromkeys(refs, 0) | points_posted(connection, refs)
    visits = select(member_scope.c.member, func.max(member_scope.c.last_visit_ms))
    rows = connection.execute(visits.where(member_scope.c.member.in_(refs)).group_by(member_scope.c.member))
    last = {row[0]: row[1] for row in rows}
    in_debt |= overdrawn(connection, [points_scope(ref) for ref in taken.spent])
    changed: list[Change] = []
    for ref in refs:
        balance, credits = balances[ref] + taken.points[ref], taken.credits.get(ref, [])
        has_enough = balance >= sum(max(each.points, 0) for each in credits)
        # Of somebody whom HQ doesn't know, having been put back from a backup, it notes no visits.
        is_newest = ref in last and taken.spent.get(ref, 0) > last[ref]
        if not (has_enough and is_newest) or points_scope(ref) in in_debt:
            changed += reckon_points(connection, ref, balance, credits)
    return changed


def _reckoned_cards(connection: Connection, taken: Taken, cards: Mapping[str, HeldCard]) -> list[Change]:
    """Look at the gift cards from which more was taken than there was, or had been before. Their rows are held."""
    in_debt = (
        overdrawn(connection, [card_scope(ref) for ref in sorted(taken.cards)]) if taken.cards else set()
    )
    changed: list[Change] = []
    for ref in sorted(taken.cards.keys() & cards.keys()):
        left = cards[ref].balance + taken.cards[ref]
        if left < 0 or card_scope(ref) in in_debt:
            changed += lay_upon(connection, card_scope(ref), max(-left, 0))
    return changed


def _flagged(
    connection: Connection,
    owner: ChainOwner,
    kept: Sequence[Kept],
    changed: Sequence[Change],
    *,
    now_ms: int,
) -> Settled:
    """Say at each entry what it took too much, and post how that has changed."""
    if not changed:
        return Settled(list(kept))
    doubts = say_changed(connection, changed, now_ms=now_ms)
    here = {(owner.device_id, owner.epoch, each.seq): each for each in kept}
    flagged = [
        each
        if (entry := (owner.device_id, owner.epoch, each.seq)) not in doubts
        else _with(each, doubts[entry])
        for each in kept
    ]
    return Settled(flagged, {entry: doubt for entry, doubt in doubts.items() if entry not in here})


def say_changed(connection: Connection, changed: Iterable[Change], *, now_ms: int) -> dict[Entry, Doubt]:
    """Post how much more or less was too much, and return what is to be said of each of the entries now.

    A claim may have changed more than once: what counts is how it was before the first.
    """
    before: dict[Entry, dict[str, Claim]] = defaultdict(dict)
    for found, _ in changed:
        before[found.entry].setdefault(found.scope, found)
    claims = read_claims(connection, before)
    _post_differences(connection, claims, before, now_ms=now_ms)
    return {entry: doubt_of(claims[entry]) for entry in before}


def _with(each: Kept, doubt: Doubt) -> Kept:
    word = each.judgement
    flags = (*word.flags, *doubt.flags)
    detail = "; ".join(text for text in (word.detail, doubt.detail) if text)
    verdict = Verdict.FLAGGED if flags else word.verdict
    return replace(each, judgement=replace(word, verdict=verdict, flags=flags, detail=detail))


def doubt_of(claims: Iterable[Claim]) -> Doubt:
    """Return what an entry's claims say against it."""
    beyond = sorted(each for each in claims if each.beyond)
    is_voucher = [each.scope.startswith(VOUCHER) for each in beyond]
    flags = ((Flag.OVERSPENT,) if not all(is_voucher) else ()) + (
        (Flag.COUPON_TWICE,) if any(is_voucher) else ()
    )
    details = [f"{each.beyond} of {each.units} {each.scope} were no more there" for each in beyond]
    sums = too_much(beyond)
    unit = max(sums, key=lambda name: sums[name], default="")
    return Doubt(flags, "; ".join(details), sums.get(unit, 0), unit)


def campaign_of(scope: str) -> str:
    """Return the campaign whose limit a scope is; "" for what is a limit of something else."""
    word, _, name = scope.partition(":")
    if scope.startswith(OF_MEMBER):
        return name.split("|", 2)[2]
    return name if word in OF_CAMPAIGNS else ""


def too_much(claims: Iterable[Claim]) -> dict[str, int]:
    """Return what an entry gave too much, by unit: of several limits of one campaign the one that says most."""
    sums: Counter[str] = Counter()
    for (account, unit), amount in _owed(claims).items():
        if account != LAPSED:  # that nobody got
            sums[unit] += amount
    return dict(sums)


def _owed(claims: Iterable[Claim]) -> Counter[tuple[str, str]]:
    """Return what was too much by the account that it was posted to, and the unit."""
    sums: Counter[tuple[str, str]] = Counter()
    by_campaign: dict[tuple[str, str], int] = {}
    for each in claims:
        if each.scope.startswith(CARD):
            rest = each.units - each.worth  # went with it, and is beyond first
            sums[PAID, each.unit] += max(each.beyond - rest, 0)
            sums[LAPSED, each.unit] += min(each.beyond, rest)
            continue
        of = each.unit, campaign_of(each.scope)
        by_campaign[of] = max(by_campaign.get(of, 0), each.too_much)
    for (unit, _), amount in by_campaign.items():
        sums[SPENT if unit == POINTS else GIVEN, unit] += amount
    return sums


def _post_differences(
    connection: Connection,
    claims: dict[Entry, list[Claim]],
    before: dict[Entry, dict[str, Claim]],
    *,
    now_ms: int,
) -> None:
    entries: list[OwnEntry] = []
    for entry, were in sorted(before.items()):
        now = claims[entry]  # without those that are no more
        then = [*({each.scope: each for each in now} | were).values()]
        new, old = _owed(now), _owed(then)
        for taken_from, unit in sorted({*new, *old}):
            amount = new[taken_from, unit] - old[taken_from, unit]
            if amount:
                moved = pair(OVERSPENT, taken_from, unit, amount)
                entries.append(
                    OwnEntry(OwnKind.OVERSPENT, moved, now_ms, about="entry:{}/{}/{}".format(*entry))
                )
    post_many(connection, entries)
