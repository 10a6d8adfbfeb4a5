"""What the page of exports says: what can be exported, how, where to, and what came of it."""

from app.review.new_file import Cannot
from ui.i18n import _
from ui.models.manager.places import Place, PlaceKind

NAME_LENGTH = 16  # of a stick: enough to tell two of them apart


def place(found: Place) -> str:
    """Return what a place is called."""
    if found.kind is PlaceKind.STICK:
        return _("USB stick {name}").format(name=found.name[:NAME_LENGTH])
    return _("Documents")


def cannot(why: Cannot) -> str:
    """Return why nothing was written, and what to do."""
    return {
        Cannot.MISSING: _("This folder is not there, or the stick was pulled out. Nothing was written."),
        Cannot.FORBIDDEN: _(
            "Nobody may write there, or the stick is locked. Choose another place. Nothing was written."
        ),
        Cannot.FULL: _("There is no room left in this place. Choose another one. Nothing was written."),
        Cannot.OTHER: _("The file can't be written there. Choose another place. Nothing was written."),
    }[why]


def saved(name: str) -> str:
    """Return that a file is there."""
    return _("Saved as {name}.").format(name=name)
