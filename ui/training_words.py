"""The words of the made-up shop that people train in, in the language of the window."""

from ui.i18n import _


def words(text: str) -> str:
    """Return what the training calls something."""
    return {
        "Voucher": _("Voucher"),
        "Used voucher": _("Used voucher"),
        "Voucher that has ended": _("Voucher that has ended"),
        "Cashier": _("Cashier"),
        "Manager": _("Manager"),
        "Unknown code": _("Unknown code"),
        "10 % off": _("10 % off"),
        "5 off from 30": _("5 off from 30"),
        "8 off for 400 points": _("8 off for 400 points"),
        "2 off with a voucher": _("2 off with a voucher"),
    }[text]


def sheet_lies_at(place: str) -> str:
    """Return where the sheet of codes is."""
    return _("Codes to scan: {place}").format(place=place)
