"""What the page of exports says: what can be exported, how, where to, and what came of it."""

from app.review.new_file import Cannot
from app.review.sheet import Form
from ui import texts_exceptions
from ui.i18n import _, ngettext
from ui.models.manager.exceptions_view import Seen
from ui.models.manager.export_view import ExportView, What
from ui.models.manager.places import Place, PlaceKind
from ui.texts import grouped

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


# --- the page ---------------------------------------------------------------------------------------------------


def what(which: What) -> str:
    """Return what can be exported."""
    return {
        What.REDEMPTIONS: _("Redemptions"),
        What.EXCEPTIONS: _("Exceptions"),
        What.TRAIL: _("Audit trail"),
        What.DAYS: _("Ends of days"),
    }[which]


def about(view: ExportView) -> str:
    """Return what will stand in the file: of redemptions what another page had filtered, too."""
    told = {
        What.REDEMPTIONS: _("A row for each order, return and gift card."),
        What.EXCEPTIONS: _("A row for each thing that wants a look."),
        What.TRAIL: _("Who signed in, what was approved, undone and changed, with the number of each entry."),
        What.DAYS: _("A row for each day that was closed."),
    }[view.what]
    return f"{told} {filtered(view)}".strip()


def filtered(view: ExportView) -> str:
    """Return that only a part is written, and which; nothing where all of these days is."""
    if not view.is_filtered:
        return ""
    if view.what is What.EXCEPTIONS:
        parts = [texts_exceptions.kind(view.wanted.what)] if view.wanted.what else []
        parts += [texts_exceptions.seen(view.wanted.seen)] if view.wanted.seen is not Seen.ALL else []
        if parts:
            return _("Only: {what}.").format(what=", ".join(parts))
        return ""
    return _("Only what was found on the page of redemptions.")


def separator(form: Form) -> str:
    """Return what is between two columns."""
    return {";": _("Semicolon ;"), ",": _("Comma ,")}[form.separator]


def byte_order_mark(*, has_bom: bool) -> str:
    """Return whether the file says at its beginning how its letters are to be read."""
    return _("For Excel") if has_bom else _("Plain UTF-8")


def progress(view: ExportView) -> str:
    """Return how far it is, what became of it, or what is in the way."""
    if view.is_busy:
        return _("{count} rows so far. Esc stops.").format(count=grouped(view.told))
    if view.cannot is not None:
        return cannot(view.cannot)
    if view.written is None:
        return _("Choose at least one column.") if view.what is What.REDEMPTIONS and not view.chosen else ""
    count = view.written.count
    said = ngettext("{count} row is in the file.", "{count} rows are in the file.", count)
    return said.format(count=grouped(count))


def column_name(name: str, *, is_on: bool) -> str:
    """Return a column as it is read out."""
    return _("{name}, written").format(name=name) if is_on else _("{name}, left out").format(name=name)
