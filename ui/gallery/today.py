"""The manager's pages, and the first of them: shut, waited for, not to be read, and a day's figures."""

from dataclasses import replace
from datetime import date, timedelta

from app.core.day_figures import ByOffer, ByStaff, DayFigures, Hour
from app.store.faults import StoreFault
from sync.day_wire import StationDay
from ui.gallery.samples import BASE, LONG_NAME, NOW_MS, OFFLINE
from ui.models.answers import after_fault
from ui.models.manager.devices_view import Line
from ui.models.manager.flow import SETTINGS, Gate, ManagerView
from ui.models.manager.others import OthersView
from ui.models.manager.section import Wait
from ui.models.manager.sections import SECTIONS
from ui.models.manager.today import By, Names, TodayView
from ui.models.state import Screen, State

NAMES = (*(section.name for section in SECTIONS), SETTINGS)
TODAY = date(2017, 11, 21)
DAY_MS = 86_400_000
STAFF: Names = tuple((f"s-{n}", f"Ada {chr(65 + n)}.") for n in range(21))
OFFERS: Names = tuple((f"r-{n}", f"Free coffee {n}") for n in range(21))
SHOP = replace(BASE.shop, station="D1K6Q4")


def opened(name: str, shown: object, **more: object) -> State:
    """Return a state of a section of the manager's pages; `more` are fields of the frame's view."""
    view = ManagerView(Gate.OPEN, NAMES, name, shown, NOW_MS)
    return replace(BASE, shop=SHOP, screen=Screen.MANAGER, flow=replace(view, **more))  # type: ignore[arg-type]


def day(figures: DayFigures, by: By = By.HOUR, *, on: date = TODAY, names: Names = STAFF) -> TodayView:
    """Return the view of a day."""
    return TodayView(on, TODAY, figures, names, OFFERS, by, can_draw=True)


def figures(staff: int, offers: int) -> DayFigures:
    """Return the figures of a day with so many cashiers and offers."""
    return DayFigures(
        orders=318, redemptions=96, total=412_305, value_given=38_410, value_back=1_250, orders_with=90,
        paid_with=121_700, paid_without=252_195, new_members=5, overridden=2, voids=3, returns=1,
        by_hour=tuple(Hour((n - 6) * (20 - n), (n - 6) * (20 - n) // 4, n * 117) if 7 < n < 19 else Hour()
            for n in range(24)),
        by_staff=tuple(ByStaff(f"s-{n}", 40 - n, 51_000 - n * 900, 12 - n % 9, 4_900 - n * 120) for n in range(staff)),
        by_offer=tuple(ByOffer(f"r-{n}", "K-1", 30 - n, 9_900 - n * 310, n * 10) for n in range(offers)),
    )  # fmt: skip


def station(n: int, **more: object) -> StationDay:
    """Return a day of another station."""
    told: dict[str, object] = {
        "orders": 210 - n,
        "redemptions": 44,
        "value_given": 21_905,
        "new_members": 2,
        "overridden": n,
    }
    told |= {
        "name": f"till-{n}",
        "until_seq": 900,
        "seen_ms": NOW_MS - n * 60_000,
        "behind": 0,
        "is_whole": True,
    }
    return StationDay(device_id=f"D{n:05}", **told | more)  # type: ignore[arg-type]  # its fields


OTHERS = OthersView(
    TODAY,
    (
        station(2),
        station(3, behind=5),
        station(4, name="", orders=0, redemptions=0, value_given=0, seen_ms=0),
    ),
    NOW_MS - 4_000,
    line=Line.HEARD,
)


def states() -> dict[str, State]:
    """Return every state of the frame, and of a day."""
    shut = replace(BASE, shop=SHOP, screen=Screen.MANAGER)
    usual, many = figures(2, 2), figures(21, 21)
    one = replace(
        DayFigures(orders=1, redemptions=1, total=500, value_given=50, orders_with=1, paid_with=450)
    )
    one = replace(one, by_hour=(Hour(),) * 9 + (Hour(1, 1, 50),) + (Hour(),) * 14)
    long = tuple((key, f"{LONG_NAME} {key}") for key, _name in STAFF)
    stations = replace(day(usual, By.STATION), others=OTHERS)
    more = tuple(
        station(n, name=f"{LONG_NAME} {n}", is_whole=n > 3, seen_ms=NOW_MS - n * DAY_MS) for n in range(21)
    )
    before = replace(OTHERS, as_of_ms=NOW_MS - DAY_MS, line=Line.OFFLINE)
    large = replace(usual, value_given=99_999_999, paid_with=999_999_999)
    return {
        "manager-today": opened("today", day(usual)),
        "manager-today-staff": opened("today", day(usual, By.STAFF)),
        "manager-today-offers": opened("today", day(many, By.OFFER, on=TODAY - timedelta(days=1))),
        "manager-today-stations": opened("today", stations),
        "manager-today-stations-asking": opened(
            "today", replace(stations, others=OthersView(TODAY, line=Line.ASKING))
        ),
        "manager-today-stations-alone": opened(
            "today", replace(stations, others=replace(OTHERS, stations=()))
        ),
        "manager-today-stations-cut": opened(
            "today", replace(stations, others=replace(OTHERS, stations=more, is_whole=False))
        ),
        "manager-today-stations-offline": replace(
            opened("today", replace(stations, others=OthersView(TODAY, line=Line.OFFLINE))), pill=OFFLINE
        ),
        "manager-today-stations-before": replace(
            opened("today", replace(stations, others=before)), pill=OFFLINE
        ),
        "manager-today-stations-training": replace(
            opened("today", replace(stations, others=OthersView(TODAY, line=Line.NOBODY))),
            shop=replace(SHOP, is_training=True, is_demo=False),
        ),
        "manager-today-many": opened("today", day(many, By.STAFF, names=long)),
        "manager-today-one": opened("today", day(one, on=TODAY - timedelta(days=9))),
        "manager-today-large": opened("today", day(large)),
        "manager-today-empty": opened("today", day(DayFigures())),
        "manager-today-undrawn": opened("today", replace(day(usual), can_draw=False)),
        "manager-today-offline": replace(opened("today", day(usual)), pill=OFFLINE),
        "manager-today-training": replace(
            opened("today", day(usual)), shop=replace(SHOP, is_training=True, is_demo=False)
        ),
        "manager-barred": replace(shut, flow=ManagerView(Gate.BARRED, NAMES)),
        "manager-skeleton": opened("today", None, read_ms=0, wait=Wait.SKELETON),
        "manager-slow": opened("today", None, read_ms=0, wait=Wait.LONG),
        "manager-wrong": opened("today", None, problem=after_fault(StoreFault()).sentence),
    }
