"""What this station may give by itself at this moment, and what it knows of the counters that campaigns ask for.

Nothing is kept here: rights are what head office gave and signed, less what the journal says was taken. So a kill, a
restart or a second window finds the same, and only what head office has heard makes room again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from hashlib import sha256

from app.core import limits
from app.core.asking import NOTHING_HEARD, Heard
from app.core.authority import HOME_LEASE_MS, Authority, Lease, points_scope, voucher_scope
from app.core.campaign import Campaign
from app.core.decision import eligible
from app.core.outcome import Facts
from app.core.overlay import FLOOR_USE, LEASE_USE, SPENDS, SPENT, VOUCHER_USE
from app.core.spending import whose
from app.station.accounts import own_sum
from app.station.balance import balance_here, own_points
from app.station.counting import Counts
from app.station.leasing import heard_seq
from app.station.past import past_of
from app.store.replica_rows import VOUCHER
from app.store.store import StationStore

FORCED_OF_256 = 26  # one redemption in ten is not covered by floor limits while there is a line
LINE_WAS_UP_MS = 15 * 60_000  # this long after head office was heard, whoever says that the line is down


def with_rights(
    store: StationStore,
    facts: Facts,
    *,
    level: str,
    heard: Heard = NOTHING_HEARD,
    choices: Mapping[str, str] | None = None,
    in_full: bool = False,
) -> Facts:
    """Return the facts of a decision with what this station holds and knows; the same where no offer asks.

    `level` is how much the member's code proves, `choices` are offers that could be picked, with the redemption ids
    that they would have. With `in_full` the counters of all campaigns are read, to explain those that don't apply.
    """
    program = facts.program
    facts = _with_past(store, facts)
    if not (program.asks_authority or program.counts_campaigns or program.history):
        return facts
    facts = _with_balance(store, facts, heard)
    campaigns = _campaigns(facts, in_full=in_full)
    facts = facts if in_full else _without_unasked(facts, campaigns)
    leases = _leases(store, facts, campaigns)
    counts = Counts(store, facts, leases=leases, told=heard.known)
    cards = {card for each in campaigns for card in program.punch_cards_of.get(each.campaign_id, ())}
    known = {**facts.known, **counts.of(campaigns), **counts.of_cards(cards)}
    drawn_by = _drawn_by(facts, choices or {})
    authority = authority_of(store, facts, drawn_by, leases=leases, level=level, heard=heard)
    return replace(facts, known=known, authority=authority)


def _with_past(store: StationStore, facts: Facts) -> Facts:
    """Add what the member did before, as far as the program asks and it is known here."""
    keys, member = facts.program.history, facts.member
    if not keys or member is None:
        return facts
    known = past_of(store, member.ref, keys, today=facts.order.local.date())
    return replace(facts, known={**facts.known, **known})


def _without_unasked(facts: Facts, campaigns: Iterable[Campaign]) -> Facts:
    """Leave out what only campaigns ask that can't apply anyway, so that records stay small."""
    program = facts.program
    if not program.history_of:
        return facts
    asked = {key for each in campaigns for key in program.history_of.get(each.campaign_id, ())}
    unasked = program.history - program.counters_beside - asked
    return replace(facts, known={key: n for key, n in facts.known.items() if key not in unasked})


def authority_of(
    store: StationStore,
    facts: Facts,
    drawn_by: Mapping[str, str],
    *,
    leases: tuple[Lease, ...],
    level: str,
    heard: Heard,
) -> Authority | None:
    """Return what the station holds; None where the program asks for nothing."""
    if not facts.program.asks_authority:
        return None
    position, heard_up_to = store.replica.position(), heard_seq(store)
    as_of_ms = None if position is None or store.time.is_doubtful() else position.as_of_ms
    return Authority(
        level=level,
        as_of_ms=as_of_ms,
        leases=leases,
        granted=heard.granted,
        denied=heard.denied,
        times=_times(store, facts, after_seq=heard_up_to),
        spends=store.journal.effect_sum(SPENDS, "", after_seq=heard_up_to),
        value=store.journal.effect_sum(SPENT, "", after_seq=heard_up_to),
        must_ask=must_ask(drawn_by, at_ms=facts.order.at_ms, heard_ms=as_of_ms) - heard.left_open,
    )


def must_ask(drawn_by: Mapping[str, str], *, at_ms: int, heard_ms: int | None) -> frozenset[str]:
    """Return the redemptions that are drawn to be asked for on line, so that cutting the line for one does not pay.

    `drawn_by` is what each is drawn by, by redemption id.
    """
    if heard_ms is None or at_ms - heard_ms > LINE_WAS_UP_MS:
        return frozenset()
    return frozenset(name for name, what in drawn_by.items() if _is_drawn(what))


def _is_drawn(what: str) -> bool:
    return sha256(what.encode("utf-8")).digest()[0] < FORCED_OF_256


def _drawn_by(facts: Facts, choices: Mapping[str, str]) -> dict[str, str]:
    """Return what each redemption is drawn by: whose it is, of what and on which day, and not its id.

    Whoever scans again gets another id, but no other draw.
    """
    day, member = facts.order.local.date(), facts.member.ref if facts.member else ""
    found = {name: f"{day}|{member}|{rule}" for rule, name in choices.items()}
    for shown in facts.presented:
        voucher = shown.voucher
        found[shown.redemption_id] = f"{day}|{voucher.code_hash or member}|{voucher.rule_id}"
    return found


def _times(store: StationStore, facts: Facts, *, after_seq: int) -> Mapping[str, int]:
    """Return how often floor limits gave something, by whose they count: of the member under all their references."""
    times = store.journal.effect_sums(FLOOR_USE, _spenders(facts), after_seq=after_seq)
    if facts.member is None:
        return times
    of_member = own_sum(store, FLOOR_USE, facts.member.ref, after_seq=after_seq)
    return times | {facts.member.ref: of_member} if of_member else times


def _spenders(facts: Facts) -> set[str]:
    member = facts.member.ref if facts.member else None
    return {whose("", member), *(whose(shown.voucher.code_hash, member) for shown in facts.presented)}


def _with_balance(store: StationStore, facts: Facts, heard: Heard) -> Facts:
    """Go by head office's balance of this moment, less what it hasn't heard of."""
    member = facts.member
    if heard.balance is None or member is None:
        return facts
    own = own_points(store, member.ref, after_seq=store.acked_seq())
    return replace(facts, member=replace(member, is_known=True, balance=heard.balance + own.balance))


# --- which campaigns, and which leases ---------------------------------------------------------------------------


def _campaigns(facts: Facts, *, in_full: bool) -> list[Campaign]:
    """Return the campaigns that could come into play: of a large program few, so that records stay small."""
    program = facts.program
    if in_full:
        return list(program.campaigns)
    found = {candidate.campaign.campaign_id: candidate.campaign for candidate in eligible(facts)}
    for shown in facts.presented:
        pair = program.pair(shown.voucher.rule_id)
        if pair is not None:
            found[pair.campaign.campaign_id] = pair.campaign
    return [found[name] for name in sorted(found)]


def _leases(store: StationStore, facts: Facts, campaigns: Iterable[Campaign]) -> tuple[Lease, ...]:
    """Return what is left of the leases that this order could use. A doubtful clock can't say whether one has ended."""
    if store.time.is_doubtful() or not facts.program.asks_authority:
        return ()
    scopes = {key for campaign in campaigns for key in limits.keys_of(campaign)}
    scopes |= {voucher_scope(shown.voucher.code_hash) for shown in facts.presented if shown.voucher.code_hash}
    if facts.member is not None:
        scopes.add(points_scope(facts.member.ref))
    at_ms = facts.order.at_ms
    held = [lease for lease in leases_left(store, scopes) if lease.left > 0]
    return (
        *held,
        *(lease for lease in _home_leases(store, facts) if lease.left > 0 and at_ms < lease.until_ms),
    )


def leases_left(store: StationStore, scopes: Collection[str] | None = None) -> list[Lease]:
    """Return the leases that HQ handed out and that have begun, each with what is left of it."""
    rows = store.leases.open_ones() if scopes is None else store.leases.of_scopes(scopes)
    now_ms = store.now_ms()
    taken = store.journal.effect_sums(LEASE_USE, [row.lease_id for row in rows], after_seq=0) if rows else {}
    return [
        Lease(row.lease_id, row.scope, row.units - taken.get(row.lease_id, 0), row.until_ms)
        for row in rows
        if row.from_ms <= now_ms
    ]


def _home_leases(store: StationStore, facts: Facts) -> list[Lease]:
    """Return what is ours to spend because the replica names us as its holder: of points, and of vouchers."""
    position, us = store.replica.position(), store.device.device_id
    if position is None:
        return []
    rights, until_ms = store.replica.rights, position.as_of_ms + HOME_LEASE_MS
    found = []
    member = facts.member
    if member is not None and rights.holder_of_points(member.ref) == us:
        found.append(home_lease(points_scope(member.ref), _points_left(store, member.ref), until_ms))
    for code_hash in sorted(
        {shown.voucher.code_hash for shown in facts.presented if shown.voucher.code_hash}
    ):
        if rights.holder_of_voucher(code_hash) == us:
            found.append(home_lease(voucher_scope(code_hash), _uses_left(store, code_hash), until_ms))
    return found


def home_lease(scope: str, left: int, until_ms: int) -> Lease:
    """Return a lease by the word of a replica; its id is made of its scope, so that no two are counted as one."""
    return Lease(f"home:{scope}", scope, left, until_ms)


def _points_left(store: StationStore, ref: str) -> int:
    found = balance_here(store, ref)
    return 0 if found is None else found.balance


def _uses_left(store: StationStore, code_hash: str) -> int:
    voucher = store.replica.voucher(code_hash)
    included = store.replica.included_seq(VOUCHER, code_hash)
    used = store.journal.effect_sum(VOUCHER_USE, code_hash, after_seq=included)
    return voucher.uses_max - voucher.uses - used if voucher else 0
