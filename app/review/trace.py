"""Why an order got what it got: decided again by its record and the rules it names, else as far as it was recorded.

Everything that the decision read stands in the order's entry, so nothing is asked of the present: neither today's rules
nor today's balance has a say in what was right then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.core.authority import AuthKind
from app.core.decision import decide
from app.core.entry import ORDER, REDEEM, REFUSE, RETURN, VOID, Entry
from app.core.facts_record import RecordInvalid, read_facts
from app.core.limits import NOT_KNOWN
from app.core.order import MILLI
from app.core.outcome import Outcome
from app.core.program import Program
from app.core.reasons import BY_CODE, Refusal
from app.core.records import order_differences, redemption_differences
from app.review.names import offer_names
from app.review.rows import ReviewRow, read_rows
from app.store.review.review import Review, Word

# What reading a record raises that is none of ours, though its hash holds.
NO_RECORD = (KeyError, TypeError, ValueError, AttributeError)


class FactName(StrEnum):
    """What a decision read."""

    LEVEL = "level"  # how much the member's code proves: `text`
    BALANCE = "balance"  # points: `value`
    TIER = "tier"  # `text`
    SEGMENT = "segment"  # `text`, one each
    AS_OF = "as_of"  # HQ's moment of these figures (UTC ms): `value`
    USES = "uses"  # of a voucher, by the offer in `text`: `value` of `most`, 0 for without end
    COUNTER = "counter"  # by its key in `text`: `value`
    SIGNAL = "signal"  # `text`: its name and word
    STOPPED = "stopped"  # `text`: what head office had stopped, or the station must not
    LEASE = "lease"  # of the scope in `text`: `value` was left, until `most` (UTC ms)
    FLOOR_TIMES = "floor_times"  # given by floor limit since head office heard last: `value`
    CAP_TIMES = "cap_times"  # all redemptions that it had not heard of: `value` of `most`
    CAP_VALUE = "cap_value"  # what they came to (minor units): `value` of `most`


@dataclass(frozen=True, slots=True)
class Fact:
    """One of them."""

    name: FactName
    text: str = ""
    value: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class TracedLine:
    """A line of the order; `quantity_milli` are thousandths of a unit."""

    line: int
    sku: str
    quantity_milli: int
    amount: int
    discount: int


@dataclass(frozen=True, slots=True)
class TracedOffer:
    """An offer: given, with what it took off which line and by what right, or refused, with all reasons.

    `is_presented`: a code was shown for it, or somebody picked it. `is_recorded` False: it didn't apply by itself, and
    why not was worked out now, from what was recorded.
    """

    rule: str
    name: str
    campaign: str
    is_given: bool
    is_presented: bool
    is_recorded: bool
    discount: int = 0
    by_line: tuple[tuple[int, int], ...] = ()
    points: int = 0
    paid: int = 0
    credit: int = 0
    gifts: tuple[tuple[str, int], ...] = ()
    refusals: tuple[Refusal, ...] = ()
    right: AuthKind = AuthKind.ALWAYS
    right_ref: str = ""  # the reservation, or the level of the floor limit
    leases: tuple[tuple[str, int], ...] = ()  # what was taken of which
    redemption_id: str = ""


@dataclass(frozen=True, slots=True)
class TracedApproval:
    """Who approved what, and why (`core.approvals.Why`)."""

    kind: str
    at_ms: int
    staff: str
    approver: str
    why: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole of it. `differs` names what isn't as the record says when it is decided again, which should be nothing.

    `undone_by` are voids and returns of it, `words` what head office has said, as it came. `is_replayed` False: this
    station no longer holds the rules of that version, so only what was recorded is told.
    """

    row: ReviewRow
    program_version: int = 0
    program_name: str = ""
    is_replayed: bool = False
    differs: tuple[str, ...] = ()
    lines: tuple[TracedLine, ...] = ()
    offers: tuple[TracedOffer, ...] = ()
    facts: tuple[Fact, ...] = ()
    approvals: tuple[TracedApproval, ...] = ()
    words: tuple[Word, ...] = ()
    undone_by: tuple[ReviewRow, ...] = ()


def trace(review: Review, epoch: int, seq: int) -> Trace | None:
    """Return why; None where there is no such entry any more. Raises a `StoreFault`."""
    rows = read_rows(review, [seq]) if epoch == review.epoch else ()
    if not rows:
        return None
    row, last_seq = rows[0], review.row("SELECT last_seq FROM action WHERE seq = ?", (seq,))[0]
    entry, *others = review.entries_between(seq, last_seq)
    undone_by = _undone_by(review, row)
    found = Trace(
        row,
        words=tuple(review.words_on(seq, last_seq)),
        undone_by=undone_by,
        approvals=tuple(_approvals((row, *undone_by))),
    )
    try:
        return _explained(review, found, entry.data, [each for each in others if _belongs(each, entry)])
    except NO_RECORD:  # carried over, and no record of ours: the row is all there is
        return found


def _undone_by(review: Review, row: ReviewRow) -> tuple[ReviewRow, ...]:
    if row.kind != ORDER:
        return ()
    numbers = review.rows(
        "SELECT seq FROM action WHERE order_id = ? AND kind IN ('void', 'return')", (row.order_id,)
    )
    return read_rows(review, [seq for (seq,) in numbers])[::-1]


def _approvals(rows: Sequence[ReviewRow]) -> Iterator[TracedApproval]:
    for row in rows:
        if row.approver:
            yield TracedApproval(row.kind, row.at_ms, row.staff, row.approver, row.why)


def _belongs(entry: Entry, order: Entry) -> bool:
    return entry.type in (REDEEM, REFUSE) and entry.data.get("order_id") == order.data.get("order_id")


def _explained(review: Review, found: Trace, data: Mapping[str, Any], presented: Sequence[Entry]) -> Trace:
    version = data.get("program_version", 0)
    program = review.program(version, data["program_hash"]) if version else None
    found = replace(found, program_version=version, program_name=program.name if program else "")
    if found.row.kind in (VOID, RETURN):
        return replace(found, offers=tuple(_taken_back(review, back) for back in data["backs"]))
    if found.row.kind != ORDER:
        return found
    names = _Names(review, program)
    offers = [_offer(entry.data, names, is_presented=True) for entry in presented]
    offers += [_offer(outcome, names, is_presented=False) for outcome in data["campaigns"]]
    found = replace(
        found, offers=tuple(offers), lines=_lines(data, offers), facts=tuple(_facts(data, program, names))
    )
    return found if program is None else _replayed(found, data, presented, program, names)


def _replayed(
    found: Trace, data: Mapping[str, Any], presented: Sequence[Entry], program: Program, names: "_Names"
) -> Trace:
    """Decide it again, and add why other automatic offers did not apply."""
    try:
        decision = decide(read_facts(data, program))
    except RecordInvalid:
        return replace(found, differs=("record",))
    differs = order_differences(data, decision)
    for entry in presented:
        differs += redemption_differences(entry.data, decision)
    others = tuple(_not_applied(outcome, names) for outcome in decision.automatic if outcome.refusals)
    return replace(found, is_replayed=True, differs=tuple(differs), offers=(*found.offers, *others))


class _Names:
    """How rules and campaigns were called by the rules of then, else as they are called now."""

    def __init__(self, review: Review, program: Program | None) -> None:
        self._offers = offer_names(review)
        self._campaigns: dict[str, str] = {}
        if program is not None:
            self._offers |= {pair.rule.rule_id: pair.rule.name for pair in program.rules}
            self._campaigns = {each.campaign_id: each.name for each in program.campaigns}

    def offer(self, rule: str) -> str:
        return self._offers.get(rule, rule)

    def campaign(self, campaign: str) -> str:
        return self._campaigns.get(campaign, campaign)


def _offer(outcome: Mapping[str, Any], names: _Names, *, is_presented: bool) -> TracedOffer:
    """Return what was recorded of an offer."""
    right = outcome.get("auth", {"kind": AuthKind.ALWAYS})
    refusals = tuple(Refusal(BY_CODE[each["code"]], each["numbers"]) for each in outcome.get("reasons", ()))
    return TracedOffer(
        rule=outcome["rule"],
        name=names.offer(outcome["rule"]),
        campaign=names.campaign(outcome["campaign"]),
        is_given=not refusals,
        is_presented=is_presented,
        is_recorded=True,
        discount=outcome["discount"],
        by_line=tuple((line, share) for line, share in outcome["allocation"]),
        points=outcome.get("points", 0),
        paid=outcome.get("paid", 0),
        credit=outcome.get("credit", 0),
        gifts=tuple((sku, units) for sku, units in outcome.get("gifts", ())),
        refusals=refusals,
        right=AuthKind(right["kind"]),
        right_ref=right.get("reservation", right.get("level", "")),
        leases=tuple((lease, taken) for lease, taken in right.get("leases", ())),
        redemption_id=outcome.get("redemption_id", ""),
    )


def _not_applied(outcome: Outcome, names: _Names) -> TracedOffer:
    # Counters were read of those alone that could apply, so "nobody knows" is no reason beside another.
    refusals = tuple(each for each in outcome.refusals if each != NOT_KNOWN) or outcome.refusals
    return TracedOffer(
        rule=outcome.rule_id,
        name=names.offer(outcome.rule_id),
        campaign=names.campaign(outcome.campaign_id),
        is_given=False,
        is_presented=False,
        is_recorded=False,
        refusals=refusals,
    )


def _taken_back(review: Review, back: Mapping[str, Any]) -> TracedOffer:
    names = _Names(review, None)
    return TracedOffer(
        rule=back["rule"],
        name=names.offer(back["rule"]),
        campaign=names.campaign(back["campaign"]),
        is_given=False,
        is_presented=bool(back["redemption_id"]),
        is_recorded=True,
        discount=-back["discount"],
        points=-back["points"],
        redemption_id=back["redemption_id"],
    )


def _lines(data: Mapping[str, Any], offers: Sequence[TracedOffer]) -> tuple[TracedLine, ...]:
    taken: dict[int, int] = {}
    for offer in offers:
        for line, share in offer.by_line:
            taken[line] = taken.get(line, 0) + share
    return tuple(
        TracedLine(
            line=line["line"],
            sku=line["sku"],
            quantity_milli=line["qty"] * MILLI + line.get("milli", 0),
            amount=line["amount"],
            discount=taken.get(line["line"], 0),
        )
        for line in data["lines"]
    )


def _facts(data: Mapping[str, Any], program: Program | None, names: _Names) -> Iterator[Fact]:
    """Yield what the decision read, as it was recorded: of the member, what was shown, rights, what was told."""
    member = data["member"]
    if member is not None:
        yield Fact(FactName.LEVEL, member["level"])
        yield Fact(FactName.BALANCE, value=member["balance"])
        yield Fact(FactName.AS_OF, value=member["as_of"])
        if member["tier"]:
            yield Fact(FactName.TIER, member["tier"])
        for segment in member["segments"]:
            yield Fact(FactName.SEGMENT, segment)
    for shown in data["presented"]:
        if shown["code_hash"]:
            yield Fact(FactName.USES, names.offer(shown["rule"]), shown["uses"], shown["uses_max"])
    yield from _rights(data.get("authority"), program)
    for key, value in data.get("known", ()):
        yield Fact(FactName.COUNTER, key, value)
    for name, word in data.get("signals", {}).items():
        yield Fact(FactName.SIGNAL, f"{name} {word}")
    for stop in data.get("stopped", ()):
        yield Fact(FactName.STOPPED, stop)


def _rights(authority: Mapping[str, Any] | None, program: Program | None) -> Iterator[Fact]:
    if authority is None:
        return
    for _lease, scope, left, until_ms in authority.get("leases", ()):
        yield Fact(FactName.LEASE, scope, left, until_ms)
    for _whose, times in authority.get("times", ()):
        yield Fact(FactName.FLOOR_TIMES, value=times)
    policy = program.authority if program else None
    yield Fact(FactName.CAP_TIMES, value=authority.get("spends", 0), most=policy.spends_max if policy else 0)
    yield Fact(FactName.CAP_VALUE, value=authority.get("value", 0), most=policy.value_max if policy else 0)
