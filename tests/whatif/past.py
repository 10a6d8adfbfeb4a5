"""Past orders made up for a what-if: decided by a program that really held, one after the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.core.canonical import canonical
from app.core.decision import decide
from app.core.history import History, past_order
from app.core.member import Member
from app.core.order import Line, Order
from app.core.outcome import Facts
from app.core.program import Program
from app.core.voucher import Presentation
from app.whatif.draft import read_draft
from app.whatif.findings import Findings
from app.whatif.recorded import Recorded, recorded
from app.whatif.replay import Take, what_if
from tests.core.facts import ZONE, Document, document, line, moment, program

SOAP = line(1, "soap", 1000)


@dataclass(frozen=True)
class Sale:
    """What was bought when and by whom, and what was shown; `M1` bought soap for 10.00 unless told otherwise."""

    day: str = "2017-06-15"
    who: str | None = "M1"
    lines: tuple[Line, ...] = (SOAP,)
    shown: tuple[Presentation, ...] = ()
    store: str = "S1"
    stopped: frozenset[str] = frozenset()


def sale(day: str = "2017-06-15", *amounts: int, **more: Any) -> Sale:
    lines = tuple(line(number, "soap", amount) for number, amount in enumerate(amounts or (1000,), start=1))
    return Sale(day, **{"lines": lines, **more})


def really(sales: Iterable[Sale], held: Program | None = None) -> Iterator[Recorded]:
    """Yield sales as they were decided by the program that held; points can be spent with the next order."""
    plan = held or program(version=1)
    history, balances = History(plan), dict[str, int]()
    for number, each in enumerate(sales, start=1):
        at_ms = moment(f"{each.day} 12:00") + number
        order = Order(f"o-{number}", each.store, "1", at_ms, ZONE, "USD", each.lines)
        member = (
            None if each.who is None else Member(each.who, is_known=True, balance=balances.get(each.who, 0))
        )
        known = history.known(each.who, order.local.date())
        facts = Facts(plan, order, member, each.shown, known, stopped=each.stopped)
        decision = decide(facts)
        history.add(past_order(facts, decision))
        if each.who is not None:
            spent = sum(outcome.points for outcome in decision.outcomes)
            balances[each.who] = balances.get(each.who, 0) + decision.points - spent
        yield recorded(facts, decision)


def body(*campaigns: Document, **changed: Any) -> bytes:
    return canonical(document(*campaigns, **changed))


def played(
    *campaigns: Document,
    sales: Iterable[Sale] = (Sale(),),
    held: Program | None = None,
    take: Take = Take.SHOWN,
    ignore_dates: bool = False,
    **changed: Any,
) -> Findings:
    """Play a draft of these campaigns against sales."""
    draft = read_draft(body(*campaigns, **changed), ignore_dates=ignore_dates)
    return what_if(draft.program, really(sales, held), take=take)


def refused(findings: Findings, campaign_id: str) -> dict[str, int]:
    """How often each reason was the first one, by its code."""
    return {why.reason.code: why.count for why in findings.campaigns[campaign_id].refusals}
