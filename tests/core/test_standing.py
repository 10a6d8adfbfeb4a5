"""What a station may not do as it stands: no spending, nothing by the clock; what needs neither goes on."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decision import decide
from app.core.gift_cards import Tender, TenderKind
from app.core.outcome import Facts
from app.core.reasons import Reason
from app.core.records import Attendance, order_differences, order_record, replay_order
from app.core.standing import SENTENCES, SPENDING, TIMED, Standing, read_standing
from tests.core import strategies
from tests.core.facts import amount_off, automatic, campaign, facts, line, program, rule, shown

SOAP = line(1, "soap", 500)
ENDLESS = {"ends_on": "9999-12-31"}


def stopped(seen: Facts, *words: str) -> Facts:
    return replace(seen, stopped=seen.stopped | frozenset(words))


def reasons(outcome) -> set[Reason]:
    return {refusal.reason for refusal in outcome.refusals}


def test_without_authority_nothing_is_spent_and_the_rest_goes_on() -> None:
    plan = program(
        campaign("c", automatic("a", amount_off(20)), rule("r", amount_off(5))),
        earning=[{"id": "e", "points_milli": 1000, "per": 100, "mode": "full_unit"}],
    )
    card = Tender(TenderKind.GIFT_CARD, "g", 300)
    seen = facts(plan, SOAP, presented=(shown("id", "r"),), tenders=(card,))
    before, after = decide(seen), decide(stopped(seen, SPENDING))
    assert (before.discount, before.tenders[0].amount) == (25, 300)
    assert reasons(after.presented[0]) == {Reason.SPENDING_STOPPED}
    assert (after.tenders[0].amount, after.tenders[0].refusals[0].reason) == (0, Reason.SPENDING_STOPPED)
    assert (after.discount, after.points) == (20, 4)


@pytest.mark.parametrize(
    ("in_campaign", "in_rule", "is_bound"),
    [
        ({}, {}, True),
        (ENDLESS, {}, False),
        (ENDLESS, {"condition": {"fact": "order.weekday", "op": "at_least", "value": 1}}, True),
        (ENDLESS, {"condition": {"not": {"fact": "order.date", "op": "is", "value": "2001-01-01"}}}, True),
        (ENDLESS, {"condition": {"fact": "order.store", "op": "is", "value": "S1"}}, False),
    ],
)
def test_by_a_doubtful_clock_what_is_bound_to_time_waits(in_campaign, in_rule, is_bound) -> None:
    plan = program(campaign("c", automatic("a", amount_off(20), **in_rule), **in_campaign))
    (outcome,) = decide(stopped(facts(plan, SOAP), TIMED)).automatic
    assert reasons(outcome) == ({Reason.TIME_DOUBTFUL} if is_bound else set())


@pytest.mark.parametrize("ends_on", [None, date(2017, 12, 31)])
def test_a_voucher_with_a_last_day_waits_too(ends_on) -> None:
    plan = program(campaign("c", rule("r", amount_off(5)), **ENDLESS))
    seen = facts(plan, SOAP, presented=(shown("id", "r", ends_on=ends_on),))
    assert reasons(decide(stopped(seen, TIMED)).presented[0]) == (
        {Reason.TIME_DOUBTFUL} if ends_on else set()
    )


WORDS = st.sets(st.sampled_from([SPENDING, TIMED]), min_size=1)


@given(st.integers(0, 2**40), WORDS)
def test_station_and_hq_decide_alike_by_the_same_words(seed: int, words: set[str]) -> None:
    seen = stopped(strategies.decidable(Random(seed)), *words)
    explained, bare = decide(seen), decide(seen, explain=False)
    assert explained.presented == bare.presented
    assert [each for each in explained.automatic if each.is_approved] == list(bare.automatic)
    record = order_record(seen, explained, Attendance("offline"))
    assert set(record["stopped"]) >= words
    assert order_differences(record, replay_order(record, seen.program)) == []
    if SPENDING in words:
        assert not any(outcome.is_approved for outcome in explained.presented)


def test_every_standing_is_told_in_a_sentence_and_the_graver_one_stays() -> None:
    assert set(SENTENCES) == set(Standing)
    for standing in Standing:
        assert read_standing(standing.value) is standing
        assert standing is Standing.GOOD or standing.sentence.endswith(".")
        assert standing.outweighs(Standing.GOOD) == (standing is not Standing.GOOD)
    assert read_standing(None) is Standing.GOOD
    assert read_standing("of a later version").forbids_spending, "what we don't know may be grave"
    graver = [standing for standing in Standing if standing.forbids_spending]
    assert graver == [
        Standing.DISK_LOW, Standing.NOT_CONFIRMED, Standing.UNKNOWN_AT_HQ, Standing.CHAIN_BROKEN,
        Standing.ROLLED_BACK, Standing.FORKED, Standing.REVOKED,
    ]  # fmt: skip
