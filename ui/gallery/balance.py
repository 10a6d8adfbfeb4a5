"""What a member has: nobody yet, much, nothing, and what can't be known."""

from dataclasses import replace
from datetime import date

from app.station.belongings import Belongings, Saved
from ui.gallery.samples import AYSE, BASE, LONG_NAME, LONG_WORD, NEWCOMER, NOW_MS, OFFLINE, UNKNOWN, because
from ui.models.balance import BalanceView
from ui.models.state import Screen, State

COFFEE = Saved("Free coffee, any size", date(2017, 12, 1), 1)
TENTH = Saved("10 % off the whole order", None, 21)
HAS = Belongings(((date(2017, 11, 30), 120), (date(2017, 12, 31), 1)), (COFFEE, TENTH))


def balance(view: BalanceView, **more: object) -> State:
    """Return a state of the page."""
    state = replace(BASE, screen=Screen.BALANCE, flow=view)
    return replace(state, **more)  # type: ignore[arg-type]  # fields of State


def states() -> dict[str, State]:
    """Return every state of the page."""
    long = replace(AYSE, name=LONG_NAME, tier=LONG_NAME, balance=12_345_678)
    many = Belongings(
        tuple((date(2018, 1, day), 1_234_567) for day in range(1, 22)),
        tuple(Saved(f"{LONG_NAME} {LONG_WORD}", date(2018, 1, day), 1_000) for day in range(1, 22)),
    )
    return {
        "balance-nobody": balance(BalanceView()),
        "balance": balance(BalanceView(AYSE, HAS)),
        "balance-loading": balance(BalanceView(AYSE)),
        "balance-nothing": balance(BalanceView(replace(AYSE, balance=0, pending=0), Belongings())),
        "balance-offline": balance(
            BalanceView(replace(AYSE, as_of_ms=NOW_MS - 187_200_000), HAS), pill=OFFLINE
        ),
        "balance-first-visit": balance(BalanceView(NEWCOMER, Belongings()), pill=OFFLINE),
        "balance-unknown-code": balance(BalanceView(AYSE, HAS), notice=because(UNKNOWN)),
        "balance-long": balance(BalanceView(long, many)),
    }
