"""What the window says of the shop's till."""

from ui.i18n import _


def waits_behind() -> str:
    """Say that an order has come while another page is up."""
    return _("The till has handed over an order. It comes up when you leave this page.")


def taken_back() -> str:
    """Say that an order is not there any more."""
    return _("The till has taken its order back.")


def undone() -> str:
    """Say that the till has undone something."""
    return _("The till has undone an order.")


def cant_listen() -> str:
    """Say that orders of the till will not come."""
    return _("The till can't hand over orders now. Type the amount, and call support.")
