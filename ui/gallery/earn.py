"""Points for an order, and the page of help."""

from dataclasses import replace

from app.core.earning import EarningMode, EarningRule, Of
from app.station.earned import EarnedBy
from ui.gallery.member import order
from ui.gallery.samples import AYSE, BASE, LONG_NAME, LONG_WORD, NEWCOMER, OFFLINE
from ui.i18n import _
from ui.models.earn import EarnView
from ui.models.help import HelpView
from ui.models.state import Screen, State
from ui.texts import typed_problem

BASE_RULE = EarningRule("base", 1_000, 100, EarningMode.FULL_UNIT, None)
TUESDAY = replace(BASE_RULE, rule_id="tue", factor_milli=2_000, name="Tuesday")
UNITS = replace(BASE_RULE, rule_id="units", points_milli=1_500, of=Of.UNIT)
ONCE = replace(BASE_RULE, rule_id="once", of=Of.ORDER)
WHY = (EarnedBy(46, BASE_RULE, (TUESDAY,)), EarnedBy(3, UNITS), EarnedBy(1, ONCE))


def earn(view: EarnView, **more: object) -> State:
    """Return a state of the page."""
    state = replace(BASE, screen=Screen.EARN, flow=view)
    return replace(state, **more)  # type: ignore[arg-type]  # fields of State


def states() -> dict[str, State]:
    """Return every state of both pages."""
    typed, few = replace(order(2_360), points=50), replace(order(2_360), points=46)
    long = replace(AYSE, name=LONG_NAME, tier=LONG_NAME)
    many = tuple(
        EarnedBy(1_234_567 - place, replace(BASE_RULE, name=f"{LONG_NAME} {LONG_WORD}"), (TUESDAY,))
        for place in range(9)
    )
    return {
        "earn-empty": earn(EarnView(None, order(0), begun=1)),
        "earn-member": earn(EarnView(AYSE, order(0), begun=2)),
        "earn-amount": earn(EarnView(None, order(2_360), begun=3)),
        "earn": earn(EarnView(AYSE, typed, WHY, begun=4)),
        "earn-from-till": earn(EarnView(AYSE, replace(few, typed="", is_from_till=True), WHY[:1], begun=5)),
        "earn-discount": earn(EarnView(AYSE, replace(few, discount=236, payable=2_124), WHY[:1], begun=6)),
        "earn-first-visit": earn(
            EarnView(NEWCOMER, replace(typed, points=4), WHY[1:], begun=7), pill=OFFLINE
        ),
        "earn-nothing": earn(EarnView(AYSE, replace(typed, points=0), begun=8)),
        "earn-busy": earn(EarnView(AYSE, typed, WHY, begun=9), is_busy=True),
        "earn-no-member": earn(
            EarnView(None, order(2_360), begun=10), notice=_("Scan the member's card first.")
        ),
        "earn-no-amount": earn(
            EarnView(AYSE, replace(order(0), typed="12x"), begun=11),
            notice=typed_problem("12x", BASE.shop.currency),
        ),
        "earn-long": earn(EarnView(long, replace(order(999_999_999), points=12_345_678), many, begun=12)),
        "help": replace(BASE, screen=Screen.HELP, flow=HelpView(can_set=True)),
    }
