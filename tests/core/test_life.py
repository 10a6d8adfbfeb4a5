"""A program's life: what each stage allows, where, and through which day."""

from datetime import date

import pytest

from app.core.decision import decide
from app.core.life import Life, Stage, may_earn, refused_by_life
from app.core.reasons import Reason, Refusal
from tests.core.facts import amount_off, automatic, campaign, facts, line, program, reasons

DAY, NEXT = date(2017, 6, 15), date(2017, 6, 16)
NOT_LIVE, OVER = Refusal(Reason.PROGRAM_NOT_LIVE), Refusal(Reason.PROGRAM_ENDED, {"ends_on": "2017-06-15"})
OPEN_ENDED = Refusal(Reason.PROGRAM_ENDED, {"ends_on": "2017-06-16"})


@pytest.mark.parametrize(
    ("life", "store", "day", "refusal", "earns"),
    [
        (Life(), "S1", DAY, None, True),
        (Life(Stage.DRAFT), "S1", DAY, NOT_LIVE, False),
        (Life(Stage.PAUSED), "S1", DAY, NOT_LIVE, False),
        (Life(Stage.PILOT, frozenset({"S1"})), "S1", DAY, None, True),
        (Life(Stage.PILOT, frozenset({"S1"})), "S2", DAY, NOT_LIVE, False),
        (Life(Stage.LIVE, frozenset({"S1"})), "S2", DAY, None, True),
        (Life(Stage.CLOSING), "S1", DAY, None, False),
        (Life(Stage.ENDED), "S1", NEXT, OPEN_ENDED, False),
        (Life(Stage.ENDED, spend_until=DAY), "S1", date(2017, 6, 1), OVER, False),
        (Life(spend_until=DAY), "S1", DAY, None, True),
        (Life(spend_until=DAY), "S1", NEXT, OVER, False),
        (Life(earn_until=DAY), "S1", DAY, None, True),
        (Life(earn_until=DAY), "S1", NEXT, None, False),
        (Life(Stage.CLOSING, spend_until=DAY), "S1", NEXT, OVER, False),
        (Life(Stage.PAUSED, spend_until=DAY), "S1", NEXT, OVER, False),
    ],
)
def test_what_a_life_allows(life: Life, store: str, day: date, refusal, earns: bool) -> None:
    assert refused_by_life(life, store=store, day=day) == refusal
    assert may_earn(life, store=store, day=day) is earns


@pytest.mark.parametrize(
    ("life", "refused", "points"),
    [
        ({"stage": "live"}, [], 4),
        ({"stage": "paused"}, [Reason.PROGRAM_NOT_LIVE], 0),
        ({"stage": "closing"}, [], 0),
        ({"stage": "pilot", "pilot_stores": ["S1"]}, [], 4),
        ({"stage": "pilot", "pilot_stores": ["S2"]}, [Reason.PROGRAM_NOT_LIVE], 0),
        ({"stage": "live", "earn_until": "2017-06-14"}, [], 0),
        ({"stage": "live", "spend_until": "2017-06-14"}, [Reason.PROGRAM_ENDED], 0),
        ({"stage": "live", "spend_until": "2017-06-15"}, [], 4),
    ],
)
def test_a_decision_goes_by_it(life, refused, points) -> None:
    plan = program(campaign("c", automatic("r", amount_off(100))), life=life)
    decided = decide(facts(plan, line(1, "soap", 500)))
    assert reasons(decided.automatic[0]) == refused
    assert decided.points == (points + 1 if refused and points else points)
