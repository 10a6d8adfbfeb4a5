"""What is said beside a quote: nothing is recorded, and what joining is said to give is what it then gives."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from app.clock import SetClock
from app.config import Config
from app.core.codes import number
from app.core.prompted import NO_PROMPTS, JoiningGives, Prompts, Want
from app.core.voucher import Presentation, picked
from app.headless import HeadlessStation
from app.ids import new_ref
from app.station.enrol import Enrolled, as_typed, enrol
from app.station.opening import open_store
from app.station.prompts import prompts
from app.station.redeem import hand_in, quote_order, rules_to_pick
from app.store.store import StationStore
from app.store.thread import StoreThread
from tests.builders import NOW_MS, a_campaign, a_program, an_order, at_till, put_document
from tests.station.rights import Till, asking, by_itself
from tests.station.test_enrol import box_keys
from tests.ui.real_station import enrolled_store

MEMBERS = {"not": {"fact": "member.tier", "op": "is", "value": "black"}}  # whoever is a member
OFF = {"kind": "percent_off", "target": "order", "basis_points": 1_000}
GERMANS = {"fact": "member.attribute", "op": "is", "name": "country", "value": "DE"}


def rule(trigger: str = "automatic", effect: Any = OFF, **more: Any) -> dict[str, Any]:
    return a_campaign()["rules"][0] | {"id": "r1", "trigger": trigger, "effect": effect} | more


def to_members(**more: Any) -> dict[str, Any]:
    return a_campaign(rules=[rule(condition=MEMBERS)], **more)


def told(store: StationStore, *lines: tuple[str, int]) -> Prompts:
    order, till = an_order("A-1", *lines), at_till()
    choices = {rule_id: f"r-{rule_id}" for rule_id in rules_to_pick(store)}
    return prompts(store, order, till, quote_order(store, order, till, choices=choices), choices=choices)


@pytest.mark.parametrize(
    ("campaigns", "program", "gives"),
    [
        ([a_campaign()], {}, JoiningGives(0, 4)),
        ([to_members()], {}, JoiningGives(50, 4)),
        ([a_campaign(rules=[rule("choice", condition=MEMBERS)])], {}, JoiningGives(50, 4)),
        ([a_campaign(rules=[rule("choice", condition=MEMBERS, cost_points=1)])], {}, JoiningGives(0, 4)),
        ([a_campaign(rules=[rule()])], {}, JoiningGives(0, 4)),  # everybody has it
        ([to_members()], {"joining": MEMBERS}, JoiningGives(50, 4)),
        ([to_members()], {"joining": GERMANS}, None),  # nobody knows whether they may
        ([to_members(audience=["somebody"])], {"earning": []}, None),
        ([by_itself("floor", rules=[rule(condition=MEMBERS)])], {}, JoiningGives(50, 4)),
        ([by_itself("never", rules=[rule(condition=MEMBERS)])], {}, JoiningGives(0, 4)),
        ([to_members(limits={"member_uses": [{"at_most": 1}]})], {}, JoiningGives(0, 4)),
    ],
)  # fmt: skip
def test_what_joining_gives_is_what_it_then_gives(
    tmp_path: Path, campaigns: list[dict[str, Any]], program: dict[str, Any], gives: JoiningGives | None
) -> None:
    till = Till(tmp_path / "t", *campaigns, **program)
    store = till.store
    put_document(store, "keyset", box_keys("b9"))
    found = told(store).joining
    assert store.journal.head().seq == 0, "nothing is recorded"
    before = quote_order(store, an_order(), at_till()).decision.discount
    joined = enrol(store, as_typed(new_ref(), phone="0301234567"), link="offline")
    assert isinstance(joined, Enrolled)
    choices = [Presentation("r-1", picked(each), "A1") for each in rules_to_pick(store)]
    answers = [hand_in(store, an_order(), at_till(joined.member, *choices))]
    store.close()
    (answer,) = answers
    assert found == gives
    if found is not None:
        assert (answer.discount - before, answer.points) == (found.off, found.points)


def test_a_member_at_the_till_is_not_told_of_joining(store: StationStore) -> None:
    till = at_till()
    order = an_order("A-1", ("bread", 499))
    assert prompts(store, order, till, quote_order(store, order, till)).joining is not None
    seen = enrol(store, as_typed(new_ref(), number=number("M", "0000000077")), link="offline")
    assert isinstance(seen, Enrolled)
    till = at_till(seen.member)
    assert prompts(store, order, till, quote_order(store, order, till)).joining is None


def test_what_a_lot_draws_is_not_promised(tmp_path: Path) -> None:
    experiment = {"id": "e", "name": "E", "variants": [{"name": "a", "weight": 1}]}
    shared = to_members(experiment={"id": "e", "variants": ["a"]})
    till = Till(tmp_path / "t", shared, experiments=[experiment])
    assert told(till.store).joining == JoiningGives(0, 4)
    till.store.close()


def test_an_empty_order_is_told_nothing_of(store: StationStore) -> None:
    assert told(store, ("coffee", 0)) == NO_PROMPTS


def test_the_next_best_offer_goes_by_what_this_station_may_give(tmp_path: Path) -> None:
    dear = {"fact": "order.total", "op": "at_least", "value": 600}
    for name, offline, is_told in (("a", "always", True), ("b", "never", False)):
        till = Till(tmp_path / name, asking(offline, rule={"trigger": "choice", "condition": dear}))
        found = told(till.store).next_best
        till.store.close()
        assert (found is not None) is is_told
        if found is not None:
            assert (found.want, found.missing, found.worth) == (Want.AMOUNT, 101, 100)


def test_the_station_without_a_window_says_them_with_a_quote(tmp_path: Path) -> None:
    enrolled_store(tmp_path, hq_url="http://127.0.0.1:1", program=a_program(campaigns=[to_members()]))
    config, clock = Config.embedded(tmp_path), SetClock(NOW_MS)
    thread = StoreThread(lambda: open_store(config, clock=clock))
    station = HeadlessStation(thread, config=config, clock=clock)
    try:
        lines = [{"sku": "coffee", "qty": 1, "amount": 499}]
        said = station.answer(orjson.dumps({"quote": {"order_id": "Q", "lines": lines}}).decode())
        assert said["prompts"] == {"joining": {"off": 50, "points": 4}}
        free = [lines[0] | {"amount": 0}]
        nothing = station.answer(orjson.dumps({"quote": {"order_id": "Q", "lines": free}}).decode())
        assert "prompts" not in nothing
    finally:
        station.close()
