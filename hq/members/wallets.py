"""Store credit: money that people at head office put into a member's wallet to say sorry with, or take.

What a wallet holds is the ledger's sum, and nothing is kept beside it. It goes below zero where money was taken out
meanwhile that an undone order takes back; by hand nobody takes what isn't there.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from app.core.order import AMOUNT_MAX
from hq.access.actor import Actor
from hq.audit.service import record
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.db import Whole, hold_whole
from hq.faults import NotPossible
from hq.home import Hq
from hq.journal.own import CREDIT, append_own
from hq.journal.postings import CORRECTIONS, pair
from hq.ledger.own import OwnEntry, OwnKind, note_own
from hq.members.finding import row_of
from hq.members.giving import OF_CREDIT, Act, check_reason, note_act, post_under
from hq.members.reasons import in_units
from hq.members.store import lock_members, money_of, wallet


@dataclass(frozen=True, slots=True)
class Credited:
    """Money that was given or taken, and what the wallet holds behind it, in minor units."""

    act_id: str
    currency: str
    amount: int
    balance: int


def give_credit(hq: Hq, actor: Actor, ref: str, amount: int, *, reason: str) -> Credited:
    """Put money (minor units) into a member's wallet, or take some. Raises `NotHere`, `NotPossible`, `OverCeiling`."""
    if not 0 < abs(amount) <= AMOUNT_MAX:
        raise NotPossible("Say how much money, and a minus sign before what is to be taken.")
    check_reason(reason)
    actor.check_ceilings(amount=abs(amount))

    def give(connection: Connection) -> Credited:
        program = program_of(hq, connection, newest_version(connection, "program"))
        if program is None:
            raise NotPossible("No program has been published yet.")
        hold_whole(connection, Whole.MEMBERS, is_shared=True)
        of = row_of(connection, ref).ref
        lock_members(connection, [of])
        return _give(
            connection, actor, of, amount, program.currency.code, reason=reason, now_ms=hq.clock.now_ms()
        )

    return hq.database.write(give)


def _give(
    connection: Connection, actor: Actor, ref: str, amount: int, currency: str, *, reason: str, now_ms: int
) -> Credited:
    before = money_of(connection, ref).get(currency, 0)
    balance = before + amount
    if amount < 0 and balance < 0:
        has, wanted = in_units(before, currency), in_units(-amount, currency)
        raise NotPossible(f"The wallet holds {has}, so {wanted} can't be taken.")
    data = {"member": ref, "amount": amount, "currency": currency, "t_eff": now_ms}
    _, entry_id = append_own(connection, CREDIT, data, now_ms=now_ms)
    made = pair(wallet(ref), CORRECTIONS, currency, amount)
    post_under(connection, entry_id, made)
    note_own(connection, [(entry_id, OwnEntry(OwnKind.ADJUSTED, made, now_ms, member=ref))])
    note_act(connection, Act(entry_id, ref, OF_CREDIT, "", reason, amount=amount), actor=actor, now_ms=now_ms)
    record(
        connection,
        actor,
        "wallet.credited",
        f"member:{ref}",
        now_ms=now_ms,
        reason=reason,
        before={"balance": before},
        after={"balance": balance, "amount": amount, "currency": currency},
    )
    return Credited(entry_id, currency, amount, balance)
