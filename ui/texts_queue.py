"""What the queue says: its lists, why something needs a look, and what is done without head office."""

from collections.abc import Mapping

from app.core.authority import Offline
from app.core.entry import ENROL, GIFT_CARD, RETURN, VOID
from app.core.money import Currency
from app.core.verdicts import Flag, Verdict
from app.station.queue import Left, Offered, QueueRow, Tab
from ui.i18n import _, ngettext
from ui.models.queue import QueueView
from ui.models.state import Pill, PillKind, State
from ui.texts import ago, clock, duration, grouped, moment, money, points_gained, standing


def tab(which: Tab, pill: Pill) -> str:
    """Return what is on the button of a list; those that the pill counts, with its count."""
    return {
        Tab.WAITING: _("Waiting: {count}").format(count=grouped(pill.waiting)),
        Tab.SENT: _("Sent today"),
        Tab.ATTENTION: _("Needs attention: {count}").format(count=grouped(pill.attention)),
    }[which]


def nothing(view: QueueView, pill: Pill) -> str:
    """Return what stands in a list without rows."""
    if not view.is_read:
        return _("One moment …")
    if view.tab is Tab.WAITING and pill.kind is PillKind.FRESH:
        return _("All sent. Last {ago}.").format(ago=ago(pill.age_s or 0))
    return {
        Tab.WAITING: _("All sent."),
        Tab.SENT: _("Nothing was sent today."),
        Tab.ATTENTION: _("Nothing needs attention."),
    }[view.tab]


def last_success(pill: Pill) -> str:
    """Return when head office was there last."""
    if pill.age_s is None:
        return _("Head office has not answered yet.")
    return _("Head office answered {ago}.").format(ago=ago(pill.age_s))


def next_try(pill: Pill) -> str:
    """Return how often it was tried since head office answered, and when it is tried again."""
    told = []
    if pill.tries:
        said = ngettext("Tried {count} time since.", "Tried {count} times since.", pill.tries)
        told.append(said.format(count=grouped(pill.tries)))
    if pill.next_s is not None:
        told.append(_("Next try in {duration}.").format(duration=duration(pill.next_s)))
    return " ".join(told)


def what_stands(state: State) -> str:
    """Return what is in the way beside the line, in one sentence; "" where nothing is."""
    return standing(state.standing)


def what(row: QueueRow) -> str:
    """Return what an entry is."""
    named = {VOID: _("Undone"), RETURN: _("Return"), ENROL: _("New member"), GIFT_CARD: _("Gift card")}
    return named.get(row.type) or (
        _("Order {number}").format(number=row.number) if row.number else _("Entry")
    )


def amount(row: QueueRow, currency: Currency) -> str:
    """Return what it gave: money, else points."""
    if row.discount:
        return money(-row.discount, currency)
    return points_gained(row.points) if row.points else ""


def why(row: QueueRow, view: QueueView, state: State) -> str:
    """Return where an entry stands, in words."""
    if row.verdict is not None:
        return flags().get(row.flags[0] if row.flags else "") or verdict(row.verdict)
    if view.tab is Tab.SENT:
        return _("Head office has it.")
    if state.pill.kind in (PillKind.FRESH, PillKind.SENDING):
        return _("Goes to head office now.")
    return _("Waits for head office.")


def verdict(of: Verdict) -> str:
    """Return head office's word on an entry that wants to be looked at."""
    if of is Verdict.QUARANTINED:
        return _("Head office has put it aside and looks at it.")
    return _("It counts; head office looks at it.")


def flags() -> Mapping[str, str]:
    """The flags that a shop can do something about; of the others it is said who looks at them."""
    return {
        Flag.COUPON_TWICE: _("The voucher was used more often than it allows."),
        Flag.OVERSPENT: _("There was not enough left for it any more."),
        Flag.LATE: _("Head office had stopped it by then."),
        Flag.CLOCK_SUSPECT: _("This station's clock was wrong."),
        Flag.SELF_DEAL: _("It was for the account of whoever was at the till."),
        Flag.UNAPPROVED: _("A manager should have approved it."),
        Flag.DUPLICATE_MEMBER: _("This member had joined before."),
    }


def details(row: QueueRow, view: QueueView, state: State) -> str:
    """Return everything that is known of an entry, in one line for each fact."""
    found = (
        what(row),
        moment(row.at_ms, state.time_zone),
        row.member,
        amount(row, state.shop.currency),
        _("Number {number} of this station").format(number=grouped(row.seq)),
        why(row, view, state),
        _("With the manager") if row.is_handed else "",
    )
    return "\n".join(each for each in found if each)


def line(row: QueueRow, state: State) -> str:
    """Return the first line of a row."""
    return f"{clock(row.at_ms, state.time_zone)}  {what(row)}"


def beneath(row: QueueRow, view: QueueView, state: State) -> str:
    """Return the second one."""
    said = why(row, view, state)
    return f"{row.member} · {said}" if row.member else said


def offered(campaign: Offered) -> tuple[str, str]:
    """Return a campaign and what it needs while head office is away."""
    return campaign.name, {
        Offline.ALWAYS: _("goes on"),
        Offline.FLOOR: _("goes on up to a limit"),
        Offline.LEASE: _("goes on while what was set aside lasts"),
        Offline.NEVER: _("waits for head office"),
    }[campaign.offline]


def left(lease: Left, time_zone: str) -> tuple[str, str]:
    """Return what is left of something that head office has set aside, and until when."""
    of = ngettext("{left} of {count} left", "{left} of {count} left", lease.units)
    counted = of.format(left=grouped(lease.left), count=grouped(lease.units))
    until = _("until {day}").format(day=moment(lease.until_ms, time_zone))
    return lease.name or _("Points and vouchers of members"), f"{counted}, {until}"
