"""What the page of staff says: who somebody is, how their PIN stands, and what a manager can do about it."""

from app.core.pins import LEAST_DIGITS, Role
from app.station.staff_changes import Colleague
from ui.i18n import _
from ui.models.manager.staff_view import Panel, StaffView
from ui.models.state import State
from ui.receipt.rows import Code, Line, Row, Rule, Sheet, Style
from ui.texts import ago, duration

SECOND_MS = 1_000


def role(found: Role) -> str:
    """Return what somebody is in the store."""
    return {Role.CASHIER: _("Cashier"), Role.MANAGER: _("Manager")}[found]


def stands(person: Colleague) -> str:
    """Return what keeps somebody from signing in, or that a manager gave them a PIN; nothing where all is usual."""
    if person.is_suspended:
        return _("Suspended")
    if person.waits_ms:
        return _("PIN locked")
    return _("Emergency PIN") if person.pin_given_ms else ""


def seen(person: Colleague, now_ms: int) -> str:
    """Return when somebody was here last."""
    if not person.seen_ms:
        return _("Not signed in on this station yet")
    return _("Last signed in {ago}").format(ago=ago((now_ms - person.seen_ms) // SECOND_MS))


def beneath(person: Colleague, now_ms: int) -> str:
    """Return the second line of somebody's row."""
    return " · ".join((role(person.role), seen(person, now_ms)))


def about(person: Colleague, now_ms: int) -> tuple[str, ...]:
    """Return what there is to know of somebody, a sentence each."""
    told = [role(person.role), seen(person, now_ms)]
    if person.is_suspended:
        told.append(_("Suspended on this station. Only head office lets them back."))
    elif person.waits_ms:
        left = duration(-(-person.waits_ms // SECOND_MS))
        told.append(_("Too many wrong PINs. Wait {duration}.").format(duration=left))
    if person.pin_given_ms and not person.is_suspended:
        told.append(_("Has an emergency PIN of this station. Head office has not taken it over yet."))
    return tuple(told)


def why_no_pin(view: StaffView) -> str:
    """Return why nobody here can give this person a PIN; nothing where it can be done."""
    person = view.person
    if person is None or view.may_get_pin or person.is_suspended:
        return ""
    return _("Only head office sets a manager's PIN.")


def pad_title(view: StaffView) -> str:
    """Return what is to be typed."""
    return _("The same PIN again") if view.panel is Panel.AGAIN else _("A new PIN")


def pad_rules(view: StaffView) -> str:
    """Return what a PIN must be, or what was wrong with the last try."""
    if view.differs:
        return _("The two PINs were not the same. Type a new one twice.")
    shortest = LEAST_DIGITS[Role.CASHIER]
    return _("At least {count} digits, and not one that anybody would try first, such as 1234.").format(
        count=shortest
    )


def pin_was_given(name: str) -> str:
    """Return what is said when it is done."""
    return _(
        "{name} can sign in with the new PIN on this station now. Other stations know it after a sync."
    ).format(name=name)


def was_suspended(name: str) -> str:
    """Return what is said when it is done."""
    return _("{name} can't sign in on this station any more. Other stations know it after a sync.").format(
        name=name
    )


def nobody() -> str:
    """Return what stands in an empty list."""
    return _("Nobody is known here. Head office says who works in the store.")


def use_of_badge() -> str:
    """Return what a badge is good for."""
    return _("Scan it to sign in or to approve, then type the PIN. It is worth nothing without the PIN.")


def badge_sheet(person: Colleague, store: str) -> Sheet:
    """Return somebody's badge as it is printed."""
    rows: tuple[Row, ...] = (
        Line(store, Style.STORE),
        Rule(),
        Line(person.name, Style.LARGE),
        Line(role(person.role), Style.STRONG),
        Code(person.badge),
        Line(use_of_badge(), Style.SMALL),
    )
    return Sheet(f"badge-{person.staff_id}", rows)


def row_name(state: State) -> str:
    """Return what the list is called when it is read out."""
    return _("People who work at {store}").format(store=state.shop.name)
