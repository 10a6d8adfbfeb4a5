"""The quote is measured on work that is the same for everybody, and what isn't measured is said to be missed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import _peers
from bench._campaigns import (
    APPLYING,
    MINUTE,
    SEGMENTS,
    STORE,
    Campaign,
    Goods,
    Item,
    plain_campaigns,
    plain_order,
    scene,
)
from bench._floor_quote import greedy
from bench.quote import Shop, eligible

ROOT = Path(__file__).parents[1]
THREE = (Item("a", "x", 1, 100), Item("b", "x", 2, 200), Item("c", "y", 1, 301))


def bench(*words: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "bench", "quote", *words, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=110)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def taken(*campaigns: Campaign) -> dict[str, list[tuple[int, int]]]:
    return dict(greedy(plain_campaigns(campaigns), plain_order(THREE))[0])


def a_campaign(kind: str, figure: int = 0, *, goods: Goods | None = None, **more: Any) -> Campaign:
    return Campaign("c", kind, 0, goods, figure, **more)


@pytest.mark.parametrize(("lines", "campaigns"), [(20, 100), (20, 400), (60, 100)])
@pytest.mark.parametrize("seed", range(5))
def test_ten_campaigns_apply_and_the_engine_gives_each_line_what_the_floor_does(
    lines: int, campaigns: int, seed: int
) -> None:
    made = scene(lines=lines, campaigns=campaigns, seed=seed)
    shop = Shop(made)  # which holds the two against each other
    assert len(shop.floor()[0]) == APPLYING == sum(eligible(shop.facts()))
    assert len(made.items) == lines and len(made.campaigns) == campaigns


def test_where_engine_and_floor_differ_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.quote.greedy", lambda *_: ([], 0))
    with pytest.raises(AssertionError, match="share out alike"):
        Shop(scene(lines=20, campaigns=100))


def test_the_kinds_and_the_reasons_why_not_are_mixed() -> None:
    made = scene(lines=20, campaigns=100).campaigns
    assert {campaign.kind for campaign in made} == {
        "percent", "steps_quantity", "steps_amount", "amount", "buy_get", "order_percent", "order_amount", "cheapest"
    }  # fmt: skip
    for asked in ("stores", "hours", "segment", "total_least", "wanted"):
        assert sum(getattr(campaign, asked) is not None for campaign in made) > 10


def test_the_floor_takes_what_one_works_out_by_hand() -> None:
    goods = Goods("g", categories=frozenset({"x"}))
    assert taken(a_campaign("percent", 1000, goods=goods)) == {"c": [(0, 10), (1, 20)]}
    assert taken(a_campaign("order_percent", 1000)) == {"c": [(0, 10), (1, 20), (2, 30)]}  # 60.1: 60 in all
    assert taken(a_campaign("order_amount", 100)) == {"c": [(0, 17), (1, 33), (2, 50)]}  # 16.6, 33.3, 50.1
    assert taken(a_campaign("amount", 1_000, goods=goods)) == {"c": [(0, 100), (1, 200)]}
    assert taken(a_campaign("cheapest", 5000, goods=Goods("g", frozenset({"b", "c"})))) == {"c": [(1, 50)]}
    assert taken(a_campaign("buy_get", goods=Goods("g", frozenset({"b", "c"})))) == {"c": [(1, 100)]}
    steps = ((1, 500), (3, 1000), (4, 5000))
    assert taken(a_campaign("steps_quantity", goods=goods, steps=steps)) == {"c": [(0, 10), (1, 20)]}
    assert taken(a_campaign("steps_amount", goods=goods, steps=((301, 1000),))) == {}


def test_the_floor_asks_what_a_campaign_asks() -> None:
    def applies(**asked: Any) -> bool:
        return bool(taken(a_campaign("order_amount", 10, **asked)))

    assert applies(stores=frozenset({STORE})) and not applies(stores=frozenset({"elsewhere"}))
    assert applies(hours=(MINUTE, MINUTE + 1)) and not applies(hours=(MINUTE - 1, MINUTE))
    assert applies(segment=min(SEGMENTS)) and not applies(segment="strangers")
    assert applies(total_least=601) and not applies(total_least=602)
    wanted = Goods("g", categories=frozenset({"x"}))
    assert applies(wanted=wanted, quantity_least=3) and not applies(wanted=wanted, quantity_least=4)


def test_the_rules_that_other_engines_get_say_what_ours_do() -> None:
    made = scene(lines=20, campaigns=200, seed=3)
    shop = Shop(made)
    facts = _peers.PlainFacts(made.campaigns).of(shop.order) | {"true": True}
    said = [eval(text, {}, facts) for text in _peers.expressions(made.campaigns, both="and")]  # noqa: S307 ours
    assert said == eligible(shop.facts())


def test_a_peer_that_is_not_installed_is_named_and_missed(tmp_path: Path) -> None:
    status, found = bench("--repeats", "3", "--campaigns", "200", "--peers", str(tmp_path))
    assert status == 1
    lines = {line["name"]: line for line in found["lines"]}
    for name, package in (
        ("quote : django-oscar in memory", "django-oscar"),
        ("eligibility : common-expression-language", "common-expression-language"),
        ("eligibility : zen-engine", "zen-engine"),
    ):
        assert name in found["missed"] and lines[name]["note"].startswith(f"{package} is not installed")
    assert {name: line["limit"] for name, line in lines.items() if line["limit"]} == {
        "quote : greedy loop": 10.0,
        "quote, p99 : median": 5.0,
        "quote, 1,000 campaigns : the usual one": 1.5,
        "quote, 200 campaigns : the usual one": 3.0,
        "quote, 200 lines : the usual one": 12.0,
        "a program of 1,000 campaigns compiled": 500.0,
        "quote : django-oscar in memory": 0.25,
        "eligibility : common-expression-language": 1.0,
        "eligibility : zen-engine": 1.0,
    }
    assert lines["quote"]["counts"] > lines["plain greedy loop"]["counts"] > 0


@pytest.mark.skipif(
    not _peers.FOLDER.is_dir(), reason="the other engines are brought by `./tillside bench quote`"
)
def test_the_peers_have_the_same_work() -> None:
    _, found = bench("--repeats", "5", "--campaigns", "200")
    lines = {line["name"]: line for line in found["lines"]}
    assert lines["django-oscar, all in memory"]["note"] == "10 offers apply"
    for name in (
        "quote : django-oscar in memory",
        "eligibility : common-expression-language",
        "eligibility : zen-engine",
    ):
        assert lines[name]["counts"] > 0


def test_the_floor_imports_nothing_of_ours() -> None:
    code = "import bench._floor_quote, sys\nprint(*sys.modules)\n"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    ours = {"app", "hq", "sync", "ui", "scanner", "resources", "tests"}
    assert not ours & {module.partition(".")[0] for module in done.stdout.split()}
