"""Who may become a member: the program's rules for joining, asked at HQ as they are at stations.

What somebody says of themselves when they join (country, invitation, what they bought before as a known customer) is
judged and not kept, unless it is an attribute of the shop's schema too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from app.core.decision import refused_joining
from app.core.joining import Applicant, Purchase, attributes_of, counted
from app.core.member import Member
from app.core.order import local_date
from app.core.program import Program
from app.core.reasons import Refusal
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.faults import NotPossible
from hq.home import Hq
from hq.members.reasons import told_in_english


class JoiningRefused(NotPossible):
    """Somebody may not become a member, by the program's rules. `reasons`: the one to show first in front."""

    kind = "joining_refused"
    title = "The rules for joining say no"

    def __init__(self, reasons: tuple[Refusal, ...], currency: str) -> None:
        """Carry why not."""
        self.told = [
            {**refusal.record(), "sentence": told_in_english(refusal, currency)} for refusal in reasons
        ]
        super().__init__(str(self.told[0]["sentence"]))

    def members(self) -> dict[str, Any]:
        """See `HqFault.members`."""
        return {"reasons": self.told}


@dataclass(frozen=True, slots=True)
class Applying:
    """What somebody says when they join. `purchases`: day and minor units of what they bought before."""

    country: str | None = None
    invitation: str | None = None
    purchases: tuple[tuple[date, int], ...] = ()


def check_joining(
    hq: Hq,
    connection: Connection,
    applying: Applying,
    attributes: Mapping[str, str | int],
    *,
    store: str | None,
    now_ms: int,
) -> None:
    """Let nobody become a member whom the newest program's rules refuse. Raises `JoiningRefused`."""
    program = program_of(hq, connection, newest_version(connection, "program"))
    if program is None:
        return
    if reasons := refused(program, applying, attributes, store=store or "", now_ms=now_ms):
        raise JoiningRefused(reasons, program.currency.code)


def refused(
    program: Program,
    applying: Applying,
    attributes: Mapping[str, str | int],
    *,
    store: str,
    now_ms: int,
) -> tuple[Refusal, ...]:
    """Return why somebody may not become a member now, the most important reason first."""
    purchases = tuple(Purchase(day, amount) for day, amount in applying.purchases)
    applicant = Applicant(applying.country, applying.invitation, purchases)
    today = local_date(now_ms, program.time_zone)
    known = counted(applicant, program.counters, on_day=today)
    asked = Member("", is_known=True, attributes={**attributes, **attributes_of(applicant)})
    return refused_joining(program, asked, store=store, at_ms=now_ms, known=known)
