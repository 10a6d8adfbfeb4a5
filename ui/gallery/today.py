"""The manager's pages, and the first of them: shut, waited for, not to be read, and a day's figures."""

from dataclasses import replace
from datetime import date

from app.station.today import TodaysWork
from app.store.faults import StoreFault
from ui.gallery.samples import BASE, NOW_MS
from ui.models.answers import after_fault
from ui.models.manager.flow import SETTINGS, Gate, ManagerView
from ui.models.manager.section import Wait
from ui.models.manager.sections import SECTIONS
from ui.models.manager.today import TodayView
from ui.models.state import Screen, State

NAMES = (*(section.name for section in SECTIONS), SETTINGS)
NOTHING_DONE = TodaysWork(0, 0, 0, 0, 0, (), date(2017, 11, 21), 0)
SHOP = replace(BASE.shop, station="D1K6Q4")


def opened(name: str, shown: object, **more: object) -> State:
    """Return a state of a section of the manager's pages; `more` are fields of the frame's view."""
    view = ManagerView(Gate.OPEN, NAMES, name, shown, NOW_MS)
    return replace(BASE, shop=SHOP, screen=Screen.MANAGER, flow=replace(view, **more))  # type: ignore[arg-type]


def states() -> dict[str, State]:
    """Return every state of the frame, and of a day."""
    shut = replace(BASE, shop=SHOP, screen=Screen.MANAGER)
    day = NOTHING_DONE
    return {
        "manager-today": opened(
            "today", TodayView(replace(day, orders=21, redemptions=5, value_given=1_234))
        ),
        "manager-today-empty": opened("today", TodayView(day)),
        "manager-barred": replace(shut, flow=ManagerView(Gate.BARRED, NAMES)),
        "manager-skeleton": opened("today", None, read_ms=0, wait=Wait.SKELETON),
        "manager-slow": opened("today", None, read_ms=0, wait=Wait.LONG),
        "manager-wrong": opened("today", None, problem=after_fault(StoreFault()).sentence),
    }
