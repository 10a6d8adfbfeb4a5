"""The policies on a small part of the year: who refuses less gives more too much, and no more than was said before."""

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.core.authority import AuthKind
from app.demo.journey import Selection
from tests.sim.__main__ import main
from tests.sim.policies.books import Books
from tests.sim.policies.figures import Figures
from tests.sim.policies.offers import OURS, POLICIES
from tests.sim.policies.plot import drawn
from tests.sim.policies.run import Choice, year_of

PART = ["--seed", "3", "--every", "60", "--weeks", "14-25", "--stores", "4", "--reward", "30"]
SMALL = ["--policies", "--json", "--jobs", "1", *PART]


def run(*more: str) -> tuple[int, dict[str, Any]]:
    said = StringIO()
    with redirect_stdout(said):
        code = main([*SMALL, *more])
    return code, json.loads(said.getvalue().splitlines()[-1])


THREE = [word for name in ("refuse all", "lease", OURS.name) for word in ("--policy", name)]


def test_less_is_refused_where_something_is_risked_and_leases_risk_nothing(tmp_path: Path) -> None:
    picture = tmp_path / "policies.svg"
    code, told = run(*THREE, "--plot", str(picture))
    refusing, leasing, ours = told["policies"]
    assert (code, told["holds"]) == (0, True)
    assert refusing["refused"] > ours["refused"] == 0
    assert refusing["overspent"] == leasing["overspent"] == 0
    assert 0 < ours["overspent"] == ours["overspent_floor"] <= ours["bound"]
    assert "lease" in ours["given"] and "lease" not in refusing["given"]
    assert ElementTree.fromstring(picture.read_text()).get("role") == "img"  # noqa: S314 our own


def test_a_bug_in_the_product_is_found() -> None:
    code, told = run("--policy", OURS.name, "--plant", "counts_no_floor_limits")
    assert (code, told["holds"]) == (1, False)
    assert any("gave more by floor limits" in problem for problem in told["policies"][0]["problems"])


@pytest.mark.slow
def test_all_policies_in_their_order_and_the_same_figures_in_several_processes() -> None:
    code, told = run()
    found = {each["policy"]: each for each in told["policies"]}
    assert (code, list(found)) == (0, [each.name for each in POLICIES])
    assert found["refuse all"]["refused"] > found["floor"]["refused"] >= found[OURS.name]["refused"]
    assert 0 < found[OURS.name]["overspent"] <= found["floor"]["overspent"] <= found["floor"]["bound"]
    _, again = run("--jobs", "2")
    for once, twice in zip(told["policies"], again["policies"], strict=True):
        assert {**once, "seconds": 0} == {**twice, "seconds": 0}


def test_what_is_too_much_is_laid_upon_who_came_when_nothing_was_left() -> None:
    books = Books()
    books.earn(1, 250)
    books.spend(1, 200, AuthKind.FLOOR)
    books.spend(1, 200, AuthKind.LEASE)  # 150 too much, but not by the lease: alone it would have found them
    assert (books.beyond[1], books.firm_beyond) == (150, 0)
    books.spend(1, 100, AuthKind.ONLINE)
    assert (books.beyond[1], books.firm_beyond) == (250, 50)
    for _ in range(2):
        books.use(2, "V1", 100, AuthKind.FLOOR)
    assert (books.beyond[2], books.firm_beyond) == (100, 50)


def test_the_cuts_are_the_demos() -> None:
    year = year_of(Choice(seed=3, every=60, selection=Selection(stores=4, first_week=14, last_week=25)))
    cut = {(shop, day) for each in year.cuts() for shop in each.shops for day in each.days()}
    days = {(order.store_id, order.local_date) for order in year.orders}
    assert {each for each in days if year.is_cut_off(*each)} == cut & days


def test_a_picture_says_its_figures_in_words() -> None:
    text = drawn([a_result("refuse all", refused=12), a_result(OURS.name, refused=1)])
    assert "refuse all: 12.00 % of rightful redemptions refused" in text
    assert "<text" in text and "lease + floor" in text


def a_result(policy: str, *, refused: int) -> Figures:
    numbers = dict.fromkeys(
        ("orders", "offline_orders", "tricks_tried", "tricks_given", "spent", "overspent_leased"), 0
    )
    more = dict.fromkeys(
        ("overspent_floor", "overspent", "overspent_worst_member", "bound_member", "bound"), 0
    )
    return Figures(policy=policy, attempted=100, refused=refused, given={}, refusals={}, **numbers, **more)
