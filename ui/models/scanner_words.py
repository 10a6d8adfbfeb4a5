"""What a cashier is told of a hand scanner on a serial line."""

from ui.i18n import _


def state(word: str) -> str:
    """Return why it can't be heard, "" where there is nothing to say."""
    match word:
        case "missing":
            return _(
                "The hand scanner is not connected. Plug it in; until then drop a picture or type the number."
            )
        case "forbidden":
            return _(
                "This computer does not let this program use the hand scanner. Call whoever looks after it."
            )
        case "busy":
            return _("Another program uses the hand scanner. Close that program.")
        case _:
            return ""


def trouble(word: str) -> str:
    """Return what to say where it sent something that is no code."""
    match word:
        case "noise":
            return _(
                "What the scanner sent can't be read. If it happens each time, its speed (baud) is set wrong."
            )
        case "too_long":
            return _("This code is too long to be one of ours.")
        case _:
            return _("Only a part of the code arrived. Scan it again.")
