"""Vouchers: made in bulk. The printed number is returned once; only its hash is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, update

from app.core.campaign import Trigger
from app.core.codes import fold, hash_number, number
from app.ids import VOUCHER_BODY_LENGTH, new_number
from hq.access.actor import Actor
from hq.audit.service import record
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.db import ROWS_AT_ONCE
from hq.faults import NotHere, NotPossible
from hq.feed import DELETE, EVERYWHERE, PUT, VOUCHER, Change, announce
from hq.home import Hq
from hq.members.merged import no_member
from hq.members.store import parts_of, read_members
from hq.rows import insert_rows
from hq.tables import voucher
from hq.vouchers.store import ACTIVE, FROZEN, VOID, read_vouchers


@dataclass(frozen=True)
class NewVoucher:
    """A voucher to be made. `uses_max` 0 = as often as the rule holds; `owner` is a member's reference."""

    rule_id: str
    uses_max: int = 0
    owner: str | None = None
    ends_on: date | None = None


def create_vouchers(hq: Hq, vouchers: Sequence[NewVoucher]) -> list[str]:
    """Make vouchers and return their printed numbers in the same order. In parts, each a transaction of its own."""
    printed: list[str] = []
    for some in parts_of(vouchers, ROWS_AT_ONCE):
        with hq.database.atomic() as connection:
            printed += insert_vouchers(connection, some)
    return printed


def insert_vouchers(connection: Connection, vouchers: Sequence[NewVoucher]) -> list[str]:
    """Make vouchers in a transaction that takes a number of the feed here; return their printed numbers."""
    numbers = [number("V", new_number(VOUCHER_BODY_LENGTH)) for _ in vouchers]
    rows = [_row(each, text) for each, text in zip(vouchers, numbers, strict=True)]
    insert_rows(connection, voucher, rows)
    announce(connection, [Change(EVERYWHERE, VOUCHER, str(row["code_hash"])) for row in rows])
    return numbers


def withdraw_voucher(hq: Hq, printed: str) -> None:
    """Take a voucher out of the world: stations forget it with their next sync. Raises `NotPossible`.

    One that a cut-off station still takes meanwhile is posted, and flagged for somebody to look at.
    """
    code_hash = hash_number(fold(printed))
    with hq.database.atomic() as connection:
        is_it = (voucher.c.code_hash == code_hash, voucher.c.void_ms == 0)
        if not connection.execute(update(voucher).where(*is_it).values(void_ms=hq.clock.now_ms())).rowcount:
            raise NotPossible("There is no such voucher.")
        announce(connection, [Change(EVERYWHERE, VOUCHER, code_hash, op=DELETE)])


def set_state(hq: Hq, actor: Actor, code_hash: str, to: str, *, reason: str = "") -> None:
    """Stop a voucher, let it go on (`active`), or withdraw it for ever. Raises `NotHere` or `NotPossible`."""
    now_ms = hq.clock.now_ms()
    values = {
        ACTIVE: {"frozen_ms": 0},
        FROZEN: {"frozen_ms": now_ms},
        VOID: {"void_ms": now_ms},
    }[to]

    def change(connection: Connection) -> None:
        found = read_vouchers(connection, [code_hash], for_update=True).get(code_hash)
        if found is None:
            raise NotHere("There is no such voucher.")
        if found["state"] == VOID:
            raise NotPossible("This voucher is withdrawn. That can't be taken back.")
        connection.execute(update(voucher).where(voucher.c.code_hash == code_hash).values(values))
        record(
            connection,
            actor,
            "voucher.changed",
            f"voucher:{code_hash}",
            now_ms=now_ms,
            reason=reason,
            before={"state": found["state"]},
            after={"state": to},
        )
        announce(connection, [Change(EVERYWHERE, VOUCHER, code_hash, op=DELETE if to == VOID else PUT)])

    if "\x00" in code_hash:
        raise NotHere("There is no such voucher.")
    hq.database.write(change)


def _row(each: NewVoucher, text: str) -> dict[str, object]:
    return {
        "code_hash": hash_number(text),
        "rule_id": each.rule_id,
        "uses_max": each.uses_max,
        "uses": 0,
        "owner": each.owner,
        "ends_on": None if each.ends_on is None else each.ends_on.isoformat(),
    }


def check_voucher(hq: Hq, new: NewVoucher) -> None:
    """Refuse what a person at the keyboard surely didn't mean. Raises `NotPossible`."""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
        pair = None if program is None else program.pair(new.rule_id)
        if pair is None or pair.rule.trigger is not Trigger.VOUCHER:
            raise NotPossible(f"The published program has no voucher rule {new.rule_id!r}.")
        if new.owner is not None and not read_members(connection, [new.owner]):
            raise NotPossible(no_member(connection, new.owner))
