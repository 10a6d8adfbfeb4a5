"""What people at head office give members by hand: points, and vouchers to say sorry with. Each within their ceilings.

Both say why, stand in the audit and in the member's timeline. Points are posted against `corrections`, as those are
that a case gives (see hq/journal/desk.py). Money for the wallet: see wallets.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, insert

from app.core.campaign import Campaign, Trigger
from app.core.order import AMOUNT_MAX, local_date
from app.core.program import Program
from app.ids import new_id
from hq.access.actor import Actor
from hq.audit.service import record
from hq.campaigns.catching_up import local_now
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.campaigns.weights import check_ceilings, weight_of_rules
from hq.db import Whole, hold_whole
from hq.faults import NotPossible
from hq.feed import MEMBER, Change, announce
from hq.home import Hq
from hq.journal.own import ADJUST, append_own
from hq.journal.postings import CORRECTIONS, Posting, pair
from hq.journal.store import POSTING, move_balances
from hq.ledger.own import OwnEntry, OwnKind, note_own
from hq.members.finding import row_of
from hq.members.store import POINTS, account, lock_members, read_scopes
from hq.members.tables import by_hand
from hq.rows import insert_tuples
from hq.tables import posting
from hq.touched import touch
from hq.vouchers.service import NewVoucher, insert_vouchers

DAYS_MAX = 1_000
OF_POINTS, OF_VOUCHER, OF_REDEMPTION, OF_CREDIT = "points", "voucher", "redemption", "credit"
OF_VOID, OF_VOID_HERE = "void", "void_here"  # of a station's order, and of a redemption made at head office


@dataclass(frozen=True, slots=True)
class Act:
    """Something given by hand. `about` is a rule, `amount` in minor units."""

    act_id: str
    member: str
    kind: str
    about: str
    reason: str
    points: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Points that were given or taken, and the balance behind it."""

    act_id: str
    points: int
    balance: int


@dataclass(frozen=True, slots=True)
class Apology:
    """A voucher that was given. `number` is the printed one, which is kept nowhere."""

    act_id: str
    number: str
    rule: str
    ends_on: str


def adjust_points(hq: Hq, actor: Actor, ref: str, points: int, *, reason: str) -> Adjusted:
    """Give a member points, or take some. Raises `NotHere`, `NotPossible` or `OverCeiling`."""
    if not 0 < abs(points) <= AMOUNT_MAX:
        raise NotPossible("Say how many points, and a minus sign before those to take.")
    check_reason(reason)
    actor.check_ceilings(points=abs(points))
    return hq.database.write(
        partial(_adjust, actor=actor, ref=ref, points=points, reason=reason, now_ms=hq.clock.now_ms())
    )


def apologise(hq: Hq, actor: Actor, ref: str, rule_id: str, *, days: int, reason: str) -> Apology:
    """Give a member a voucher of their own, good once. Raises `NotHere`, `NotPossible` or `OverCeiling`."""
    check_reason(reason)
    if not 1 <= days <= DAYS_MAX:
        raise NotPossible("A voucher to say sorry with is good for 1 to 1000 days.")

    def give(connection: Connection) -> Apology:
        program = program_of(hq, connection, newest_version(connection, "program"))
        if program is None:
            raise NotPossible("No program has been published yet.")
        now_ms = hq.clock.now_ms()
        campaign = _check_worth(actor, program, rule_id)
        ends_on = local_date(now_ms, program.time_zone) + timedelta(days=days)
        hold_whole(connection, Whole.MEMBERS, is_shared=True)
        of = row_of(connection, ref).ref
        if not can_still_be_used(campaign, of, local_now(program.time_zone, now_ms)):
            raise NotPossible("This offer has ended, or is not for this member. Choose another voucher.")
        (number,) = insert_vouchers(connection, [NewVoucher(rule_id, 1, of, ends_on)])
        act_id = new_id()
        act = Act(act_id, of, OF_VOUCHER, rule_id, reason)
        note_act(connection, act, actor=actor, now_ms=now_ms)
        told = {"rule": rule_id, "ends_on": ends_on.isoformat()}
        record(
            connection,
            actor,
            "member.apologised",
            f"member:{of}",
            now_ms=now_ms,
            reason=reason,
            after=told,
        )
        return Apology(act_id, number, rule_id, ends_on.isoformat())

    return hq.database.write(give)


def check_reason(reason: str) -> None:
    """Let nothing be done by hand without a reason. Raises `NotPossible`."""
    if not 0 < len(reason.strip()) <= 300:
        raise NotPossible("Say why, in 300 characters at most.")


def note_act(connection: Connection, act: Act, *, actor: Actor, now_ms: int) -> None:
    """Note what was given, for the member's timeline."""
    row = {name: getattr(act, name) for name in Act.__dataclass_fields__}
    connection.execute(insert(by_hand), row | {"who": actor.name, "at_ms": now_ms})


def post_under(connection: Connection, entry_id: str, made: Sequence[Posting]) -> None:
    """Post what an entry of HQ's own chain does, under its id."""
    rows = [(entry_id, n, each.account, each.unit, each.amount) for n, each in enumerate(made)]
    insert_tuples(connection, posting, POSTING, rows)


def _adjust(
    connection: Connection, *, actor: Actor, ref: str, points: int, reason: str, now_ms: int
) -> Adjusted:
    hold_whole(connection, Whole.MEMBERS, is_shared=True)
    ref = row_of(connection, ref).ref
    lock_members(connection, [ref])
    before = int(row_of(connection, ref).balance)
    if points < 0 and before + points < 0:
        raise NotPossible(f"The member has {before} points, so {-points} can't be taken.")
    data = {"member": ref, "points": points, "t_eff": now_ms}
    _, entry_id = append_own(connection, ADJUST, data, now_ms=now_ms)
    made = pair(account(ref), CORRECTIONS, POINTS, points)
    post_under(connection, entry_id, made)
    note_own(connection, [(entry_id, OwnEntry(OwnKind.ADJUSTED, made, now_ms, member=ref))])
    move_balances(connection, {ref: points}, now_ms=now_ms)
    touch(connection, [ref])
    act = Act(entry_id, ref, OF_POINTS, "", reason, points=points)
    note_act(connection, act, actor=actor, now_ms=now_ms)
    scopes = read_scopes(connection, [ref]).get(ref, {})
    announce(connection, [Change(scope, MEMBER, ref) for scope in sorted(scopes)])
    balance = before + points
    record(
        connection,
        actor,
        "points.adjusted",
        f"member:{ref}",
        now_ms=now_ms,
        reason=reason,
        before={"balance": before},
        after={"balance": balance, "points": points},
    )
    return Adjusted(entry_id, points, balance)


def can_still_be_used(campaign: Campaign, ref: str, local: str) -> bool:
    """Tell whether a voucher of a campaign is worth anything to a member from a local moment on."""
    return campaign.ends_at >= local and (campaign.audience is None or ref in campaign.audience)


def _check_worth(actor: Actor, program: Program, rule_id: str) -> Campaign:
    """Refuse a rule that vouchers don't bring into play, or that gives more than somebody may give alone."""
    pair = program.pair(rule_id)
    if pair is None or pair.rule.trigger is not Trigger.VOUCHER:
        raise NotPossible("The published program has no voucher rule of this name.")
    check_ceilings(actor, weight_of_rules(pair.campaign, [pair.rule]))
    return pair.campaign
