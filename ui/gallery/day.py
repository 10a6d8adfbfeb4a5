"""The end of a day: one that can be closed, one that was, and one with more than fits on a page."""

from dataclasses import replace
from datetime import date

from app.core.approvals import Why
from app.core.day_figures import ByOffer, ByStaff, DayFigures, Override, Shift
from app.core.entry import GIFT_CARD, VOID
from app.core.reasons import Reason, Refusal
from app.review.new_file import Cannot
from app.station.day_close import Queue
from ui.gallery.samples import BASE, COUNTS, LONG_NAME, LONG_WORD, NOW_MS, OFFLINE, because
from ui.gallery.today import SHOP, opened
from ui.i18n import _
from ui.models.manager.day import DayView
from ui.models.manager.day_report import Close, DayReport
from ui.models.manager.places import Place, PlaceKind
from ui.models.state import State
from ui.texts_export import cannot, saved

DAY, BEFORE = date(2017, 11, 21), date(2017, 11, 20)
HOUR_MS = 3_600_000
NAMES = (
    ("ayse", "Ayşe Yılmaz"),
    ("ben", "Ben Okoro"),
    ("five", "5.00 off from 30.00"),
    ("coffee", "Free coffee"),
)
FIGURES = DayFigures(
    orders=148,
    redemptions=41,
    refused=3,
    total=312_450,
    value_given=18_320,
    value_back=500,
    orders_with=41,
    paid_with=120_000,
    paid_without=174_130,
    new_members=5,
    overridden=2,
    voids=1,
    returns=2,
    given_back=8_640,
    points_earned=2_940,
    points_spent=1_200,
    points_undone=25,
    points_back=100,
    gift_cards_paid=4_500,
    gift_cards_put_on=10_000,
    denied=4,
    by_staff=(ByStaff("ayse", 90, 200_000, 30, 12_000, 1, 2, 500), ByStaff("", 58, 112_450, 11, 6_320)),
    by_offer=(ByOffer("five", "c-1", 30, 15_000, 0, 500), ByOffer("coffee", "c-1", 11, 3_320, 1_100)),
    overrides=(
        Override(91, NOW_MS - HOUR_MS, VOID, "ayse", "ben", Why.WRONG_AMOUNT, 500),
        Override(88, NOW_MS - 2 * HOUR_MS, GIFT_CARD, "ayse", "ben", Why.PROMISED, 10_000),
    ),
    shifts=(Shift("ayse", NOW_MS - 8 * HOUR_MS, None), Shift("ben", None, NOW_MS - HOUR_MS)),
)
REPORT = DayReport(
    store="Blue Bean",
    station="D1K6Q4",
    day=DAY,
    time_zone=BASE.time_zone,
    currency=BASE.shop.currency,
    begin_ms=NOW_MS - 9 * HOUR_MS,
    end_ms=NOW_MS - HOUR_MS,
    late=0,
    figures=FIGURES,
    names=NAMES,
)
CLOSE = Close(NOW_MS, "ben", Why.DAY_CHECKED, Queue(37, 1))
DOCUMENTS = Place("Documents", PlaceKind.DOCUMENTS)
STICK = Place("stick", PlaceKind.STICK, "KINGSTON")


def day(report: DayReport | None, **more: object) -> State:
    """Return a state of the page."""
    view = DayView(
        report, (BEFORE,), waiting_days=1, needs_pin=True, places=(DOCUMENTS,), place=DOCUMENTS.path
    )
    return opened("day", replace(view, **more))  # type: ignore[arg-type]  # fields of DayView


def states() -> dict[str, State]:
    """Return every state of the page."""
    closed, dates = replace(REPORT, close=CLOSE), (BEFORE, DAY)
    long_names = tuple((f"n{place}", f"{LONG_NAME} {LONG_WORD}") for place in range(COUNTS[-1]))
    many = replace(
        FIGURES,
        total=99_999_999_999,
        by_staff=tuple(ByStaff(key, 9_999, 1, 9_999, 99_999_999) for key, _name in long_names),
        by_offer=tuple(ByOffer(key, "c-1", 9_999, 99_999_999, 9_999) for key, _name in long_names),
        overrides=tuple(
            Override(9, NOW_MS, VOID, key, key, Why.GOODWILL, 99_999_999) for key, _name in long_names
        ),
    )
    long = replace(REPORT, figures=many, names=long_names, late=5, store=LONG_NAME)
    quiet = replace(REPORT, figures=DayFigures(), begin_ms=None, end_ms=None)
    return {
        "day": day(REPORT),
        "day-first-time": day(None, closed=(), places=()),
        "day-nothing-done": day(quiet),
        "day-offline": replace(day(REPORT, waiting_days=3), pill=OFFLINE),
        "day-late": day(replace(REPORT, late=21), places=(DOCUMENTS, STICK), place=STICK.path),
        "day-busy": day(REPORT, is_busy=True),
        "day-closed": day(closed, closed=dates, places=(DOCUMENTS, STICK)),
        "day-closed-since": replace(day(closed, closed=dates, since=2), notice=saved(f"{closed.name}.pdf")),
        "day-earlier": day(replace(closed, day=BEFORE), closed=dates),
        "day-refused": replace(day(closed, closed=dates), notice=because(Refusal(Reason.DAY_CLOSED))),
        "day-not-saved": replace(day(closed, closed=dates), notice=cannot(Cannot.FORBIDDEN)),
        "day-unsigned": day(replace(closed, close=replace(CLOSE, approver="", why="")), closed=dates),
        "day-long": replace(
            day(long, places=(DOCUMENTS, replace(STICK, name="1234567890ABCDEF"))),
            notice=_("It was printed."),
        ),
        "day-training": replace(day(REPORT), shop=replace(SHOP, is_training=True)),
    }
