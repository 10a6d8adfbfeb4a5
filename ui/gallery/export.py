"""Exporting: what, of which days, in which columns, where to; while it is written, and what came of it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from app.review.exceptions import What as Kind
from app.review.new_file import Cannot, Written
from app.review.rows import Filter
from app.review.sheet import Form
from ui.gallery.day import DOCUMENTS, STICK
from ui.gallery.samples import COUNTS, LONG_WORD, OFFLINE
from ui.gallery.today import SHOP, opened
from ui.models.manager.exceptions_view import Seen, Wanted
from ui.models.manager.export_view import COLUMNS, ExportView, What
from ui.models.manager.spans import Span
from ui.models.state import State

DAY = date(2017, 11, 21)
FOLDER = "Documents"


def export(what: What = What.REDEMPTIONS, **more: object) -> State:
    """Return a state of the page."""
    view = ExportView(what, since=DAY, until=DAY, places=(DOCUMENTS,), folder=DOCUMENTS.path)
    return opened("export", replace(view, **more))  # type: ignore[arg-type]  # fields of ExportView


def states() -> dict[str, State]:
    """Return every state of the page."""
    overrides = Wanted(Kind.OVERRIDE, seen=Seen.ALL)
    done = Written("exceptions-2017-11-20.csv", Path(FOLDER), 2)
    none = tuple((column, False) for column, _on in COLUMNS)
    found = {
        "export": export(),
        "export-filtered": export(filter=Filter(staff="ayse"), span=Span.OWN),
        "export-exceptions": export(What.EXCEPTIONS, wanted=overrides, span=Span.YESTERDAY),
        "export-trail": export(What.TRAIL, span=Span.ALL, since=None, until=None, form=Form(";")),
        "export-days": export(What.DAYS, span=Span.LAST_MONTH, form=Form(",", has_bom=False)),
        "export-no-columns": export(columns=none),
        "export-nowhere-yet": export(places=(), folder=""),
        "export-stick": export(places=(DOCUMENTS, STICK), folder=STICK.path),
        "export-long": export(
            places=(DOCUMENTS, replace(STICK, name="1234567890ABCDEF")), folder=LONG_WORD[:30]
        ),
        "export-writing": export(is_busy=True, told=42_500),
        "export-offline": replace(export(), pill=OFFLINE),
        "export-training": replace(export(), shop=replace(SHOP, is_training=True)),
    }
    for count in COUNTS:
        written = replace(done, count=count)
        found[f"export-written-{count}"] = export(What.EXCEPTIONS, wanted=overrides, written=written)
    for why in Cannot:
        found[f"export-cannot-{why}"] = export(places=(DOCUMENTS, STICK), folder=STICK.path, cannot=why)
    return found
