"""The benchmarks run, and what the first paint needs stays light. The figures themselves are for a quiet machine."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.main import window_settings
from bench import payloads
from bench.__main__ import main
from bench._report import Line, as_json, p95, p99, ratio, table
from tests.x_screen import require_x

ROOT = Path(__file__).parents[1]
HEAVY = {"cv2", "numpy", "requests", "sqlite_utils", "pydantic", "fastapi", "typer", "pandas", "matplotlib"}
HEAVY |= {
    "app.core.decision",
    "app.core.program",
    "app.store",
    "app.station",
}  # the engine, and whoever feeds it


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=110)


def test_what_the_first_paint_needs_is_light() -> None:
    code = (
        "import sys, app.main, app.config, app.clock, app.window, ui.station.preparing\nprint(*sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert not HEAVY & set(done.stdout.split())


def test_the_floors_are_measured() -> None:
    done = bench("floors", "--repeats", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout.splitlines()[-1])["lines"]) == 3


@pytest.mark.slow
def test_the_window_is_measured_with_all_its_lines() -> None:
    require_x()
    done = bench(
        "ui", "--members", "500", "--repeats", "1", "--scans", "2", "--confirms", "1", "--only", "latency",
        "--only", "imports", "--json",
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    lines = {line["name"]: line for line in json.loads(done.stdout.splitlines()[-1])["lines"]}
    assert len(lines["scan to card painted, p95"]["values"]) == 2
    assert len(lines["confirm to answer painted, p95"]["values"]) == 1
    assert not lines["heavy imports before the first paint"]["is_missed"]
    assert not lines["imports that never happen"]["is_missed"]


@pytest.mark.slow
def test_the_managers_pages_are_measured_with_all_their_lines() -> None:
    done = bench("review", "--orders", "600", "--repeats", "1", "--rounds", "1", "--json")
    assert done.returncode in (0, 1), done.stderr
    names = {line["name"] for line in json.loads(done.stdout.splitlines()[-1])["lines"]}
    assert {"page: today", "filter: the slowest", "export as CSV", "  pages : nobody, median"} <= names


@pytest.mark.slow
def test_a_station_with_much_to_do_is_watched() -> None:
    done = bench(
        "ui", "--members", "100", "--scans", "20", "--only", "sync", "--only", "redemptions", "--rows", "600",
        "--redemptions", "100", "--json",
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    lines = {line["name"]: line for line in json.loads(done.stdout.splitlines()[-1])["lines"]}
    assert lines["the same without waiting for a processor"]["value"] > 0
    assert len(lines["memory over 100 redemptions"]["values"]) == 100
    assert not lines["memory over 100 redemptions"]["is_missed"]
    assert lines["grown for a thousand redemptions"]["limit"] is None


def test_an_unknown_benchmark_is_refused() -> None:
    assert bench("nothing").returncode == 2


def test_a_ratio_is_of_medians_and_missed_above_its_limit() -> None:
    line = ratio("r", [3, 30, 4], [2, 2, 2], limit=1.9)
    assert line.counts == 2 and line.is_missed
    assert not ratio("r", [3, 30, 4], [2, 2, 2], limit=2).is_missed
    assert Line("not measured", "ms", (), limit=1).is_missed
    assert not Line("without a limit", "ms", (5,)).is_missed
    assert "missed" in table([line]) and json.loads(as_json("x", [line]))["missed"] == ["r"]


def test_p95_leaves_one_in_twenty_out() -> None:
    assert p95([7.0]) == 7.0
    assert p95([float(each) for each in range(101)]) == 95.0


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        (["station"], {}),
        (["station", "--dir", "a", "--camera", "off"], {"store_dir": "a", "camera": "off"}),
        (["station", "--headless"], None),
        (["station", "--dir"], None),
        (["station", "--dir", "a", "enrol", "text"], None),
        (["station", "--dir", "--state"], None),
        (["hq", "serve"], None),
        ([], None),
    ],
)
def test_only_the_plain_start_of_the_window_takes_the_short_way(
    words: list[str], settings: dict[str, str] | None
) -> None:
    assert window_settings(words) == settings


@pytest.mark.slow
def test_what_hq_takes_in_is_measured_on_both_databases_and_a_missed_limit_is_told() -> None:
    small = ["sync", "--year", "1000", "--rounds", "1", "--stored", "1", "--judged", "1", "--json"]
    code = f"import sys, bench.__main__, bench.sync as b; b.JUDGED_LEAST = 1e9; sys.exit(bench.__main__.main({small}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    lines = {line["name"]: line for line in found["lines"]}
    for database in ("SQLite", "PostgreSQL"):
        for kind in ("chain, stored, acked", "decided again, with verdicts"):
            name = f"{database}, {kind}"
            assert len(lines[f"{name}: a push, p99"]["values"]) == 4  # stations, each with one push
            assert lines[name]["counts"] > 0 and lines[f"{name}: bare loop over ours"]["counts"] > 0
    assert "SQLite, decided again, with verdicts" in found["missed"]
    assert lines["PostgreSQL over SQLite, chain, stored, acked"]["least"] == 0.8


def test_a_figure_below_its_least_is_missed() -> None:
    assert Line("slow", "entries/s", (9,), least=10).is_missed
    assert not Line("just right", "entries/s", (10,), least=10).is_missed
    assert Line("not measured", "entries/s", (), least=10).is_missed
    assert "≥ 10 entries/s" in table([Line("slow", "entries/s", (9,), least=10)])


def test_p99_leaves_one_in_a_hundred_out() -> None:
    assert p99([float(each) for each in range(101)]) == 99.0


def lines_of(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode == 1) is bool(found["missed"])
    return {line["name"]: line for line in found["lines"]}


def test_a_commit_is_measured_beside_a_bare_one_and_its_steps_are_named() -> None:
    lines = lines_of(bench("commit", "--repeats", "10", "--warm-up", "2", "--lines", "3", "--json"))
    assert lines["redemption : bare commit"]["limit"] == 1.6 and lines["redemption : fsync"]["limit"] == 2.5
    for name in ("fsync of 4 KiB", "bare commit", "redemption, whole", "redemption : bare commit"):
        assert len(lines[name]["values"]) == 10 and min(lines[name]["values"]) > 0
    steps = ("engine", "canonical, hash", "signature", "statements", "COMMIT", "other")
    assert all(f"difference: {step}" in lines for step in steps)
    assert min(lines["difference: signature"]["values"]) > 0


def test_a_long_journal_is_made_started_from_and_gone_through() -> None:
    lines = lines_of(bench("journal", "--entries", "1000", "--starts", "1", "--json"))
    assert lines["start to first redemption"]["limit"] == lines["the same after SIGKILL"]["limit"] == 2.0
    assert lines["memory of the station, at most"]["limit"] == 300.0
    assert lines["full verification"]["counts"] > 0 and lines["bare loop of SHA-256"]["counts"] > 0
    assert lines["written"]["note"].startswith("1000 entries")


def test_a_replica_is_fetched_looked_into_searched_and_fed() -> None:
    words = [
        "--members",
        "1500",
        "--repeats",
        "1",
        "--look-ups",
        "20",
        "--searches",
        "40",
        "--feed-rows",
        "900",
    ]
    lines = lines_of(bench("replica", *words, "--json"))
    limits = {
        "fetched : bare file": 1.5,
        "look-up : bare SELECT by reference": 3.0,
        "look-up : bare SELECT by number": 3.0,
        "look-up : one of 300 members by number": 1.5,
        "search by name, p95": 1.0,
        "the feed delays a redemption, at most": 50.0,
    }
    assert {name: lines[name]["limit"] for name in limits} == limits
    assert len(lines["search by name, p95"]["values"]) == 40 and lines["redemption beside the feed"]["values"]


def test_a_replay_is_measured_beside_bare_commits_of_its_own_orders() -> None:
    pytest.importorskip("pyarrow")
    lines = lines_of(bench("replay", "--stores", "2", "--weeks", "32", "--repeats", "1", "--json"))
    assert lines["replay"]["counts"] > lines["bare commits"]["counts"] > 0
    commits, orders = (int(lines[name]["note"].split()[0].strip(",")) for name in ("bare commits", "replay"))
    assert commits == orders > 50
    assert lines["replay : bare commits"]["counts"] > 1 and lines["HQ, processor"]["counts"] > 0
    parts = [
        lines[f"share: {name}"]["counts"] for name in ("engine", "journal", "signature", "http", "other")
    ]
    assert sum(parts) == pytest.approx(100, abs=0.5)
    engine, journal, _, http, _ = parts  # so short a run may be looked at while it signs, or not
    assert min(engine, journal, http) > 0


@pytest.mark.parametrize(
    ("name", "limit", "words"),
    [
        ("commit", "BARE_LIMIT", ["--repeats", "2", "--warm-up", "1"]),
        (
            "replica",
            "FETCH_LIMIT",
            ["--members", "300", "--look-ups", "3", "--searches", "3", "--feed-rows", "30"],
        ),
    ],
)
def test_a_limit_that_is_missed_ends_with_status_1(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    limit: str,
    words: list[str],
) -> None:
    monkeypatch.setattr(importlib.import_module(f"bench.{name}"), limit, 0.0)
    assert main([name, *words, "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out.splitlines()[-1])["missed"]) >= 1


def test_the_floors_import_nothing_of_ours() -> None:
    code = "import bench.floors, sys\nprint(*sys.modules)\n"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    ours = {"app", "hq", "sync", "ui", "scanner", "resources"}
    assert not ours & {module.partition(".")[0] for module in done.stdout.split()}


@pytest.mark.slow
def test_head_offices_word_is_measured_against_a_bare_request() -> None:
    done = bench("authorise", "--rounds", "1", "--questions", "5", "--json")
    lines = json.loads(done.stdout.splitlines()[-1])["lines"]
    assert [line["unit"] for line in lines] == ["ms", "/s", "ms", "/s", "ms", "×"], done.stderr
    assert all(line["counts"] for line in lines)


def test_no_payload_raises_and_no_changed_code_is_believed() -> None:
    found = {line.name: line.counts for line in payloads.run(["--count", "3000", "--seed", "2"])}
    assert found["exceptions"] == found["changed signed codes that were believed"] == 0


@pytest.mark.slow
def test_no_payload_of_a_hundred_thousand_raises_either() -> None:
    lines = payloads.run(["--count", "100000", "--seed", "3"])
    assert not [line.name for line in lines if line.is_missed]
