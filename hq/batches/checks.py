"""What is refused of a batch before anything of it is made."""

from datetime import date

from sqlalchemy import Connection

from app.core.campaign import Trigger
from app.core.order import local_date
from app.core.program import Pair, Program
from hq.access.actor import Actor
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.campaigns.weights import check_ceilings, weight_of_rules
from hq.faults import NotPossible
from hq.home import Hq

COUNT_MAX = 1_000_000
USES_MAX = 1_000_000


def published(hq: Hq, connection: Connection) -> Program:
    """Return the published program. Raises `NotPossible` where there is none."""
    program = program_of(hq, connection, newest_version(connection, "program"))
    if program is None:
        raise NotPossible("No program has been published yet.")
    return program


def voucher_rule(program: Program, rule_id: str) -> Pair:
    """Return a rule that vouchers bring into play, with its campaign. Raises `NotPossible`."""
    pair = program.pair(rule_id)
    if pair is None or pair.rule.trigger is not Trigger.VOUCHER:
        raise NotPossible("The published program has no voucher rule of this name.")
    return pair


def check_days(hq: Hq, program: Program, starts_on: str | None, ends_on: str | None) -> None:
    """Refuse vouchers that are never good. Raises `NotPossible`."""
    today = local_date(hq.clock.now_ms(), program.time_zone)
    if ends_on is not None and date.fromisoformat(ends_on) < today:
        raise NotPossible("The last day lies in the past.")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise NotPossible("The last day lies before the first.")


def check_worth(actor: Actor, pair: Pair) -> None:
    """Refuse vouchers each of which gives more than somebody may give alone. Raises `OverCeiling`."""
    check_ceilings(actor, weight_of_rules(pair.campaign, [pair.rule]))


def check_count(count: int) -> None:
    """Refuse none and too many. Raises `NotPossible`."""
    if not 0 < count <= COUNT_MAX:
        raise NotPossible(f"A batch has 1 to {COUNT_MAX} codes.")


def check_uses(uses_max: int) -> None:
    """Refuse what no voucher can be good for. Raises `NotPossible`."""
    if not 0 <= uses_max <= USES_MAX:
        raise NotPossible(f"A voucher is good for 0 (without end) to {USES_MAX} uses.")
