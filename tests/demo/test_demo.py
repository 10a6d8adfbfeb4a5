"""The demo as a person runs it: by its command, with HQ as a process of its own; here with two shops and a week.

The whole year takes ten minutes to make. Where TILLSIDE_YEAR names a folder that `demo --full --out` made, the tests of
the year look at a copy of its HQ instead: `TILLSIDE_YEAR=folder pytest tests/demo/test_demo.py --slow -k year`.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from app.demo.journey import Selection, load
from hq.home import open_hq
from hq.reports.figures import By, Figures, Wanted
from tests.hq.reports.comparing import EVER, check_reports, shown

SMALL = Selection(stores=2, first_week=33, last_week=34)
DEFAULT = {
    "orders": 4422,
    "lines": 40331,
    "redemptions_attempted": 131,
    "redemptions_approved": 113,
    "refused_by_reason": {"required_item_missing": 18},
    "discount_cents": 11238,
    "points_earned": 136142,
    "approved_by_campaign": {"13": 113},
    "offline_orders": 603,
}


WHOLE_YEAR = {
    "orders": 155848,
    "lines": 1469307,
    "members": 2469,
    "stores": 457,
    "gross_cents": 459603958,
    "redemptions_attempted": 2102,
    "redemptions_approved": 1836,
    "redemptions_refused": 266,
    "refused_by_reason": {"required_item_missing": 266},
    "discount_cents": 181737,
    "points_earned": 4518118,
}
CAMPAIGNS_OF_THE_YEAR = {"18": 591, "13": 564}  # redemptions that went through
OCTOBER = Wanted(date(2017, 10, 1), date(2017, 10, 31))


def tillside(*words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def reported(folder: Path) -> Figures:
    """Hold every report of an HQ against plain Python over its journal, and return all that they come to."""
    hq = open_hq(folder)
    try:
        return check_reports(hq)
    finally:
        hq.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    out = tmp_path_factory.mktemp("demo") / "out"
    done = tillside("demo", "--stores", "2", "--weeks", "33-34", "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    return out, json.loads(done.stdout.splitlines()[-1])


def test_a_small_demo_comes_to_what_the_data_alone_come_to(made: tuple[Path, dict]):
    _, found = made
    orders = list(load(SMALL).orders())
    assert found["orders"] == len(orders)
    assert found["lines"] == sum(len(order.lines) for order in orders)
    assert found["gross_cents"] == sum(line.cents for order in orders for line in order.lines)
    assert found["members"] == len({order.household_id for order in orders})
    assert found["redemptions_attempted"] == sum(len(order.presented) for order in orders) > 0
    assert (
        found["journal_entries"] == found["entries_acked"] == found["orders"] + found["redemptions_attempted"]
    )
    assert found["verdicts"] == {"posted": found["journal_entries"]}
    assert found["hq_equals_stations"] is True
    journey = load(SMALL)
    cut_off = [
        order for order in orders if journey.is_cut_off(journey.rank(order.store_id), order.local_date)
    ]
    assert found["offline_orders"] == len(cut_off)


def test_the_summary_is_kept_and_figures_can_be_counted_again(made: tuple[Path, dict]):
    out, found = made
    assert json.loads((out / "summary.json").read_text()) == found
    again = tillside("demo", "--figures", str(out))
    assert again.returncode == 0
    counted = json.loads(again.stdout.splitlines()[-1])
    assert counted.pop("peak_mib") > 0  # of the counting alone; in the summary, of everything
    assert counted.items() <= found.items()


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM journal WHERE rowid = (SELECT rowid FROM journal WHERE type = 'order' LIMIT 1 OFFSET 7)",
        "UPDATE journal SET body = CAST('{}' AS BLOB) WHERE rowid = 7",
        "DELETE FROM posting WHERE rowid = 9",
        "UPDATE member SET balance = balance + 5 WHERE rowid = 3",
    ],
)
def test_what_hq_loses_or_changes_afterwards_is_noticed(made: tuple[Path, dict], tmp_path: Path, damage: str):
    out = tmp_path / "out"
    shutil.copytree(made[0], out)
    database = sqlite3.connect(out / "hq" / "hq.db")
    with database:
        assert database.execute(damage).rowcount == 1
    database.close()
    counted = tillside("demo", "--figures", str(out))
    assert counted.returncode == 1
    assert json.loads(counted.stdout.splitlines()[-1])["hq_equals_stations"] is False


def test_an_earlier_demo_is_replaced_and_anything_else_refused(tmp_path: Path):
    (tmp_path / "letters.txt").write_text("mine")
    refused = tillside("demo", "--out", str(tmp_path))
    assert refused.returncode == 1
    assert "no demo made" in refused.stderr
    assert (tmp_path / "letters.txt").read_text() == "mine"
    missing = tillside("demo", "--figures", str(tmp_path))
    assert missing.returncode == 1
    assert "There is no demo" in missing.stderr


def test_every_report_of_the_demo_equals_an_independent_computation(made: tuple[Path, dict], tmp_path: Path):
    shutil.copytree(made[0] / "hq", tmp_path / "hq")
    whole = reported(tmp_path / "hq")
    assert (whole.orders, whole.issued) == (made[1]["orders"], made[1]["points_earned"])


@pytest.mark.slow
def test_the_default_demo_comes_to_the_known_figures(tmp_path: Path):
    done = tillside("demo", "--out", str(tmp_path / "out"), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert DEFAULT.items() <= found.items()
    assert found["hq_equals_stations"] is True


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """HQ's folder after the whole year, and what the demo counted."""
    if made_before := os.environ.get("TILLSIDE_YEAR"):
        hq = shutil.copytree(Path(made_before) / "hq", tmp_path_factory.mktemp("year") / "hq")
        return hq, json.loads((Path(made_before) / "summary.json").read_text())
    out = tmp_path_factory.mktemp("year") / "out"
    done = tillside("demo", "--full", "--out", str(out), "--json", timeout=1_500)
    assert done.returncode == 0, done.stderr
    return out / "hq", json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_the_whole_year_comes_to_the_known_figures(year: tuple[Path, dict]):
    found = year[1]
    assert WHOLE_YEAR.items() <= found.items()
    assert found["hq_equals_stations"] is True
    assert CAMPAIGNS_OF_THE_YEAR.items() <= found["approved_by_campaign"].items()


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_every_report_of_the_whole_year_equals_an_independent_computation(year: tuple[Path, dict]):
    hq = open_hq(year[0])
    try:
        whole = check_reports(hq, OCTOBER)
        by_campaign = shown(hq, EVER, By.CAMPAIGN)
    finally:
        hq.close()
    known = ("orders", "gross_cents", "discount_cents", "points_earned", "redemptions_approved",
             "redemptions_refused")  # fmt: skip
    told = (whole.orders, whole.value, whole.discount, whole.issued, whole.redeemed, whole.refused)
    assert told == tuple(WHOLE_YEAR[name] for name in known)
    assert (
        CAMPAIGNS_OF_THE_YEAR.items()
        <= {name: each["redeemed"] for name, each in by_campaign.items()}.items()
    )
