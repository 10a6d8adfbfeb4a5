"""What the page of exceptions says: what happened and why it wants a look, in a sentence, and who it was."""

from app.core.approvals import Why
from app.core.reversal_rules import ReversalReason
from app.review.exceptions import ExceptionRow, What
from ui import names, texts_queue, texts_undo
from ui.i18n import _, ngettext
from ui.models.manager.exceptions_view import ExceptionsView, Seen
from ui.models.manager.spans import Span
from ui.models.state import State
from ui.texts import duration, grouped, moment, money
from ui.texts_day import approved
from ui.why_texts import why as why_text

SECOND_MS = 1_000


def kind(what: What | None) -> str:
    """Return what exceptions of a kind are called; None: all of them."""
    return {
        None: _("All kinds"),
        What.OVERRIDE: _("Overrides"),
        What.VOID: _("Undone"),
        What.RETURN: _("Returns"),
        What.LOOKUPS: _("Codes turned away"),
        What.OFTEN: _("Same member often"),
        What.OVER_LIMIT: _("Over a limit"),
        What.FLAGGED: _("Head office looks"),
        What.CLOCK: _("Clock moved"),
        What.PIN_LOCK: _("PINs locked"),
        What.HANDED: _("Handed over"),
    }[what]


def with_count(what: What | None, count: int) -> str:
    """Return what is on the chip of a kind."""
    return f"{kind(what)} · {grouped(count)}"


def span(which: Span) -> str:
    """Return what days are called."""
    return {
        Span.ALL: _("All days"),
        Span.TODAY: _("Today"),
        Span.YESTERDAY: _("Yesterday"),
        Span.WEEK: _("Last 7 days"),
        Span.MONTH: _("This month"),
        Span.LAST_MONTH: _("Last month"),
        Span.OWN: _("From – until"),
    }[which]


def seen(which: Seen) -> str:
    """Return what is on the chip of those that were seen, or were not."""
    return {Seen.NEW: _("Not seen"), Seen.SEEN: _("Seen"), Seen.ALL: _("All")}[which]


def line(row: ExceptionRow, state: State) -> str:
    """Return the first line of a row: when, and what."""
    return f"{moment(row.since_ms, state.time_zone)}  {kind(row.what)}"


def beneath(row: ExceptionRow, view: ExceptionsView, state: State) -> str:
    """Return the second one: why it wants a look, and who it was."""
    found = people(row, view), sentence(row, view, state)
    return " · ".join(part for part in found if part)


def people(row: ExceptionRow, view: ExceptionsView) -> str:
    """Return whose hands it was, and who approved it."""
    return " → ".join(view.name_of(each) for each in (row.staff, row.approver) if each)


def amount(row: ExceptionRow, state: State) -> str:
    """Return what it is worth; nothing where it is about no money."""
    return money(row.value, state.shop.currency) if row.value else ""


def sentence(row: ExceptionRow, view: ExceptionsView, state: State) -> str:
    """Return what happened and why it wants a look."""
    counted = grouped(row.count)
    match row.what:
        case What.OVERRIDE:
            about = f": {view.name_of(row.whom)}" if row.whom else ""
            return f"{approved(row.kind)}{about}. {_why(row.detail)}".strip()
        case What.VOID:
            return f"{_('An order was undone')}. {_reason(row.detail)}".strip()
        case What.RETURN:
            return f"{_('Goods came back')}. {_reason(row.detail)}".strip()
        case What.LOOKUPS:
            said = ngettext(
                "{count} code was turned away.",
                "{count} codes were turned away one after the other.",
                row.count,
            )
            return said.format(count=counted)
        case What.OFTEN:
            who = (
                names.shown(view.name_of(row.member_ref))
                if row.member_ref in dict(view.names)
                else _("Member")
            )
            said = ngettext(
                "{member}: {count} order on this day.", "{member}: {count} orders on this day.", row.count
            )
            return said.format(member=who, count=counted)
        case What.CLOCK:
            by = duration(abs(row.moved_ms) // SECOND_MS)
            said = _("The clock of this computer went on by {duration}.")
            return (
                said if row.moved_ms >= 0 else _("The clock of this computer went back by {duration}.")
            ).format(duration=by)
        case What.PIN_LOCK:
            return _("All tries of a PIN were wrong.")
        case What.HANDED:
            return _("It is handed to the manager.")
        case What.OVER_LIMIT | What.FLAGGED:
            return flagged(row.flags)


def flagged(flags: tuple[str, ...]) -> str:
    """Return what head office says of an entry."""
    known = texts_queue.flags()
    said = next((known[flag] for flag in flags if flag in known), "")
    return said or _("Head office looks at it.")


def _why(detail: str) -> str:
    return f"{why_text(Why(detail))}." if detail in set(Why) else ""


def _reason(detail: str) -> str:
    return f"{texts_undo.reason(ReversalReason(detail))}." if detail in set(ReversalReason) else ""


def details(row: ExceptionRow, view: ExceptionsView, state: State) -> str:
    """Return everything that is known of a row, a line each."""
    number = _("Number {number} of this station").format(number=grouped(row.seq))
    told = [
        f"{moment(row.at_ms, state.time_zone)} · {number}",
        sentence(row, view, state),
        _("By {name}").format(name=view.name_of(row.staff)) if row.staff else "",
        _("Approved by {name}").format(name=view.name_of(row.approver)) if row.approver else "",
        _("Order {number}").format(number=row.order_id) if row.order_id else "",
        seen_by(row, view, state),
    ]
    return "\n".join(each for each in told if each)


def seen_by(row: ExceptionRow, view: ExceptionsView, state: State) -> str:
    """Return who has looked at it, and what they said."""
    if not row.is_seen:
        return ""
    at = moment(row.seen_ms, state.time_zone) if row.seen_ms else ""
    said = _("Seen by {name}").format(name=view.name_of(row.seen_by)) if row.seen_by else _("Seen")
    return " · ".join(part for part in (said, at, row.note) if part)


def nothing(view: ExceptionsView) -> str:
    """Return what stands in a list without rows."""
    if not view.is_any:
        return _("Nothing needs a look. What a manager approves, or head office doubts, comes up here.")
    if view.wanted.seen is Seen.NEW and not view.unseen:
        return _("All of them were seen. Choose “All” to see them again.")
    return _("None of this kind on these days. Choose other days or all kinds.")


def marking(view: ExceptionsView) -> str:
    """Return what is on the button that marks rows as seen."""
    if not view.ticked:
        return _("Mark as seen")
    said = ngettext("Mark {count} as seen", "Mark {count} as seen", len(view.ticked))
    return said.format(count=grouped(len(view.ticked)))
