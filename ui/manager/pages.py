"""Which page shows which section; one line for each, and the import inside: a page is made when it is first wanted."""

from collections.abc import Callable
from importlib import import_module

from ui.manager.section_page import SectionPage

PAGES: dict[str, str] = {
    "today": "ui.manager.today:TodayPage",
    "redemptions": "ui.manager.redemptions:RedemptionsPage",
    "exceptions": "ui.manager.exceptions:ExceptionsPage",
    "day": "ui.manager.day:DayPage",
    "staff": "ui.manager.staff:StaffPage",
    "devices": "ui.manager.devices:DevicesPage",
    "export": "ui.manager.export:ExportPage",
}


def make_page(name: str) -> SectionPage:
    """Make the page of a section."""
    module, _colon, kind = PAGES[name].partition(":")
    made: Callable[[], SectionPage] = getattr(import_module(module), kind)
    return made()
