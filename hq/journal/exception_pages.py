"""The inbox of exceptions in the console."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response
from sqlalchemy import func, select

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.api.paging import Paging, cut, page_of
from hq.console.alerts import Alert, alert
from hq.console.finding import Found, finder
from hq.console.program_of_pages import stores_to_choose
from hq.console.routing import Page, Pages
from hq.console.texts import N_
from hq.csv_files import Cell, by_pages, csv_answer, moment_cell
from hq.faults import HqFault, Malformed, NotHere
from hq.home import Hq
from hq.journal import inbox
from hq.journal.case_tables import case
from hq.journal.cases import CLOSED, HEAD_OFFICE, OPEN
from hq.journal.desk import Case
from hq.journal.device_cases import NO_ENTRY, Trouble
from hq.journal.inbox import CaseFilter, Decided, Decision
from hq.journal.pages import VERDICTS
from hq.journal.reading import place_of
from hq.tables import staff
from sync.protocol import Flag

ROWS = 50
NOTE_MAX = 300
OLD_MS = 3 * 86_400_000  # an exception that waits for longer is told of
STAFF_MAX = 200  # offered in the list of who may look
FLAGS: Mapping[str, str] = {
    Flag.REPLAY_DIFFERS: N_("Decided otherwise than the rules say"),
    Flag.COUPON_TWICE: N_("A voucher used too often"),
    Flag.CODE_REPLAYED: N_("A phone's code shown twice"),
    Flag.OVERSPENT: N_("More spent than there was"),
    Flag.LEASE_EXCEEDED: N_("More given than its lease allows"),
    Flag.RULE_STALE: N_("Decided by rules that had expired"),
    Flag.KILLED_BEFORE: N_("Given though it was stopped"),
    Flag.LATE: N_("Given before the station could hear of the stop"),
    Flag.CLOCK_SUSPECT: N_("Given by a wrong clock"),
    Flag.UNKNOWN_TYPE: N_("An entry of a kind that is not known here"),
    Flag.UNPARSABLE: N_("An entry that can't be read"),
    Flag.UNKNOWN_PROGRAM: N_("Decided by rules that are not known here"),
    Flag.ENTRY_ID_TAKEN: N_("An entry whose id another one has"),
    Flag.SELF_DEAL: N_("For the account of whoever stood at the till"),
    Flag.NO_SUCH_ORDER: N_("Undoes an order that is not here"),
    Flag.UNDONE_TWICE: N_("Undoes what had come back already"),
    Flag.UNAPPROVED: N_("Undone without the manager it needs"),
    Flag.OFTEN_UNDONE: N_("By somebody who undoes much"),
    Flag.REDEEMED_SINCE: N_("Undone after head office redeemed for it"),
    Flag.PUNCHED_EARLY: N_("Free before the punch card was complete"),
    Flag.MEMBER_ERASED: N_("Of a member who had been erased"),
    Flag.PIN_LOCKED: N_("A PIN was tried wrongly, as often as it can be"),
    Flag.STAFF_CHANGED: N_("A manager changed a colleague's access"),
    Flag.STAFF_UNCHANGED: N_("A manager's change that was not taken over"),
    Flag.DATA_LACKS: N_("What a new member said of themselves is missing"),
    Flag.DUPLICATE_MEMBER: N_("A new member whose details are another's"),
    Flag.OLD_EPOCH: N_("Saved out of an earlier journal of the station"),
    Trouble.FORKED: N_("A station with two histories"),
    Trouble.ROLLED_BACK: N_("A station on an older copy of its records"),
    Trouble.CHAIN_BROKEN: N_("A station whose records do not hold"),
}
EVENTS: Mapping[str, str] = {
    "posted": N_("Posted"),
    "corrected": N_("Points moved"),
    "closed": N_("Closed"),
    "assigned": N_("Given to somebody to look at"),
    "noted": N_("Note"),
    "contacted": N_("Asked"),
}
DECISIONS: Mapping[str, str] = {
    "accepted": N_("Loss accepted"),
    "reversed": N_("Points taken back"),
    "contacted": N_("Asked, waits for an answer"),
    "ruled": N_("What made it possible is stopped"),
}
pages = Pages("exceptions", N_("Exceptions"), place="/console/exceptions", needs=Scope.JOURNAL_READ)


@pages.get("")
def show_exceptions(ask: Page) -> Response:
    """Show exceptions, those that wait longest first."""
    rows, following = _page(ask, ask.query.get("cursor"))
    return ask.page("exceptions/list.html", rows=rows, following=following, **_words(ask))


@pages.get("/list.csv")
def get_exceptions(ask: Page) -> Response:
    """Return the same as a file."""
    header = ["exception", "opened", "store", "device", "epoch", "number", "flags", "detail"]
    header += ["amount", "unit", "state", "owner", "looked at by", "decision"]
    zone = ask.look.time_zone

    def to_row(each: Case) -> list[Cell]:
        about: list[Cell] = [each.store, each.device, each.epoch, each.seq, " ".join(each.flags), each.detail]
        state: list[Cell] = [each.amount, each.unit, each.state, each.owner, each.assigned, each.decision]
        return [each.case_id, moment_cell(each.opened_ms, zone), *about, *state]

    return csv_answer("exceptions", header, by_pages(lambda cursor: _page(ask, cursor)), to_row)


@pages.get("/{case_id}")
def show_exception(ask: Page, case_id: str) -> Response:
    """Show one exception with all that was done with it."""
    return ask.page("exceptions/one.html", **_of(ask, case_id))


@pages.post("/{case_id}/assign", needs=Scope.EXCEPTIONS_DECIDE)
def post_assign(ask: Page, case_id: str) -> Response:
    """Say who looks at it."""
    try:
        inbox.assign(ask.hq, ask.actor, case_id, to=ask.text("assigned"))
    except HqFault as fault:
        return _again(ask, case_id, fault)
    return ask.go(f"/console/exceptions/{case_id}", said=ask.said("It is kept who looks at it."))


@pages.post("/{case_id}/note", needs=Scope.EXCEPTIONS_DECIDE)
def post_note(ask: Page, case_id: str) -> Response:
    """Keep a word beside it."""
    try:
        inbox.note(ask.hq, ask.actor, case_id, _note(ask))
    except HqFault as fault:
        return _again(ask, case_id, fault)
    return ask.go(f"/console/exceptions/{case_id}", said=ask.said("The note is kept."))


@pages.post("/{case_id}/decide", needs=Scope.EXCEPTIONS_DECIDE)
def post_decision(ask: Page, case_id: str) -> Response:
    """Do what somebody decided."""
    try:
        decision = next((each for each in Decision if each == ask.text("decision")), None)
        points = ask.text("points") or "0"
        if decision is None:
            raise Malformed("Choose what is decided.")
        if not (points.isascii() and points.isdecimal()) or len(points) > 12:
            raise Malformed("Points are a whole number.")
        given = int(points) if decision is Decision.REVERSE else 0
        inbox.decide(ask.hq, ask.actor, case_id, Decided(decision, _note(ask), given, ask.text("stop")))
    except HqFault as fault:
        return _again(ask, case_id, fault)
    return ask.go(f"/console/exceptions/{case_id}", said=ask.said("The decision is kept."))


def _note(ask: Page) -> str:
    note = ask.text("note")
    if not note or len(note) > NOTE_MAX:
        raise Malformed("Say why, in 300 characters at most: it is kept.")
    return note


def _again(ask: Page, case_id: str, fault: HqFault) -> Response:
    return ask.again("exceptions/one.html", fault, **_of(ask, case_id))


def _of(ask: Page, case_id: str) -> dict[str, Any]:
    found = inbox.find_exception(ask.hq, ask.actor, case_id)
    with ask.hq.database.reading() as connection:
        people = select(staff.c.name).where(staff.c.state == "active").order_by(staff.c.name).limit(STAFF_MAX)
        names = [name for (name,) in connection.execute(people)]
    return {
        "case": found,
        "entry": None if found.seq == NO_ENTRY else place_of(found.device, found.epoch, found.seq),
        "staff": names,
        "typed": {name: ask.text(name) for name in ("decision", "note", "points", "stop", "assigned")},
        "form": ask.request.url.path.rpartition("/")[2],
        **_words(ask),
    }


def _words(ask: Page) -> dict[str, Any]:
    return {
        "flags": FLAGS,
        "words_of_events": EVENTS,
        "decisions": DECISIONS,
        "verdicts": VERDICTS,
        "head_office": HEAD_OFFICE,
        "stores": dict(stores_to_choose(ask.hq, ask.actor)),
        "now_ms": ask.hq.clock.now_ms(),
        "old_ms": OLD_MS,
    }


def _page(ask: Page, cursor: str | None) -> tuple[list[Case], str | None]:
    def asked(name: str) -> str | None:
        return ask.query.get(name, "").replace("\x00", "") or None

    states = {None: OPEN, OPEN: OPEN, CLOSED: CLOSED}
    wanted = CaseFilter(
        states.get(asked("state")), asked("store"), asked("device"), asked("flag"), asked("assigned")
    )
    paging = Paging(limit=ROWS, cursor=cursor)
    statement = page_of(
        inbox.statement_of(ask.actor, wanted), inbox.IN_ORDER, paging, kinds=inbox.KINDS, newest_first=False
    )
    found = inbox.list_exceptions(ask.hq, statement)
    return cut(found, paging, lambda each: (each.opened_ms, each.case_id))


@finder(N_("Exceptions"), needs=Scope.JOURNAL_READ)
def _find_exceptions(hq: Hq, actor: Actor, text: str) -> list[Found]:
    try:
        found = inbox.find_exception(hq, actor, text.upper())
    except NotHere:
        return []
    return [
        Found(
            found.case_id,
            f"/console/exceptions/{found.case_id}",
            FLAGS.get(found.flags[0], "") if found.flags else "",
        )
    ]


@alert(needs=Scope.EXCEPTIONS_DECIDE)
def _tell_of_exceptions(hq: Hq, actor: Actor) -> list[Alert]:
    statement = select(
        func.count(), func.count().filter(case.c.opened_ms < hq.clock.now_ms() - OLD_MS)
    ).where(case.c.state == OPEN)
    if actor.ceilings.stores:
        statement = statement.where(case.c.store.in_(actor.ceilings.stores))
    with hq.database.reading() as connection:
        waiting, old = connection.execute(statement).one()
    return [
        Alert(N_("Exceptions that wait for somebody's look: {n}"), "/console/exceptions", waiting),
        Alert(
            N_("Exceptions that wait for more than three days: {n}"),
            "/console/exceptions",
            old,
            is_urgent=True,
        ),
    ]


def an_exception(hq: Hq) -> str | None:
    """Return an exception to look at: the newest open one, else any."""
    newest = (
        select(case.c.case_id).order_by(case.c.state.desc(), case.c.opened_ms.desc(), case.c.case_id).limit(1)
    )
    with hq.database.reading() as connection:
        found: str | None = connection.execute(newest).scalar()
    return found


pages.example("/{case_id}", case_id=an_exception)
