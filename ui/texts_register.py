"""What the window of the till to try with says."""

from app.core.money import Currency
from ui.i18n import _
from ui.texts import money
from ui.till.state import Said, Stage, TillState

POINTS, WALLET = "points", "wallet"


def primary(state: TillState) -> str:
    """Return what Enter does."""
    match state.stage:
        case Stage.SELLING:
            return _("Hand over to the station")
        case Stage.AT_STATION:
            return _("At the station …")
        case Stage.TO_PAY:
            return _("Take the money")
        case Stage.PAID:
            return _("Next order")


def secondary(state: TillState) -> str:
    """Return what Esc does."""
    return _("Take it back") if state.stage is Stage.AT_STATION else _("Begin anew")


def where(state: TillState) -> str:
    """Return what there is to know of the order at this moment."""
    if state.is_away:
        return _("The station does not answer. It is asked again.")
    match state.stage:
        case Stage.SELLING:
            return _("Pick goods, then hand the order over.")
        case Stage.AT_STATION:
            return at_station(state.said)
        case Stage.TO_PAY:
            return _("The station has recorded it. Take the amount.")
        case Stage.PAID:
            return _("Paid.")


def at_station(said: Said) -> str:
    """Return what the station says of the order."""
    match said:
        case Said.NOTHING:
            return _("The order is on its way to the station.")
        case Said.WAITING:
            return _("The station has the order. Scan a card there, or press Enter there.")
        case Said.QUOTED:
            return _("The station shows what the order gets. Press Enter there.")
        case Said.CONFIRMING:
            return _("The station records it.")


def tender(kind: str) -> str:
    """Return what pays beside the till's own money."""
    if kind == POINTS:
        return _("Points")
    return _("Wallet") if kind == WALLET else _("Gift card")


def given_up() -> str:
    """Return what to say when the station has let an order go."""
    return _("The station has let the order go. Nothing was recorded.")


def taken_back() -> str:
    """Return what to say when the till has."""
    return _("The order was taken back. Nothing was recorded.")


def undone(pay_back: int, currency: Currency) -> str:
    """Return what to say of an order that is undone."""
    return _("Undone. Pay back {amount}.").format(amount=money(pay_back, currency))


def manager_asked() -> str:
    """Return what to say while a manager is asked."""
    return _("A manager is asked at the station.")


def not_undone() -> str:
    """Return what to say where nobody has approved it."""
    return _("It was not undone.")


def nothing_picked() -> str:
    """Return what stands where the order has no goods."""
    return _("No goods yet")


def window_title(store: str) -> str:
    """Return what the window is called."""
    return _("Till at {store}").format(store=store) if store else _("Till")
