"""The simulator holds the product to its invariants, and its auditor is shown to bite: every planted bug is found."""

import ast
import json
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.sim.__main__ import main
from tests.sim.furniture import furnished
from tests.sim.many import begin, cores, processes
from tests.sim.plants import PLANTS, planted
from tests.sim.report import INVARIANTS, Report, live

STATIONS, DAYS = 8, 14
SEEDS_AN_ITEM = 5
QUICK = range(1, 11, SEEDS_AN_ITEM)
SLOW = range(11, 1001, 30)
NOT_IN_ALL = {"I27"}  # not every HQ is restored from a backup
AUDITOR = (
    "auditor",
    "bound_oracles",
    "budget_oracles",
    "claims",
    "clock_oracles",
    "code_oracles",
    "exposure_oracles",
    "figure_oracles",
    "flag_oracles",
    "hq_oracles",
    "own_oracles",
    "people_oracles",
    "pin_oracles",
    "privacy_oracles",
    "reading",
    "rightful",
    "rights_oracles",
    "rows",
    "standing_oracles",
    "stop_oracles",
    "text_oracles",
    "syncing_oracles",
    "taking",
    "version_oracles",
)
# Planted bugs that the first seed finds, one for each part of the product; the slow suite plants them all.
FOUND_AT_ONCE = ("commits_without_waiting", "forgets_points_that_were_spent")
FOUND_EARLY = "posts_one_side_of_discounts"


@pytest.fixture(scope="module")
def furniture():
    with furnished(STATIONS) as made:
        yield made


@pytest.fixture(scope="module")
def pool(furniture):
    """A process for each core, so that a seed is lived while another is looked at; it ends before the furniture."""
    with processes(cores()) as pool:
        yield pool
        pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="module")
def quick(pool, furniture) -> dict[int, Future[Report]]:
    """The seeds of each run, all begun at once."""
    return {seed: begin(pool, seed, furniture, days=DAYS) for seed in range(QUICK.start, QUICK.stop)}


def _whole(futures: Iterable[Future[Report]]) -> Report:
    whole = Report()
    for future in futures:
        whole.add(future.result())
    return whole


@pytest.mark.parametrize("first", QUICK)
def test_every_invariant_holds(quick, first) -> None:
    whole = _whole(quick[seed] for seed in range(first, first + SEEDS_AN_ITEM))
    assert whole.seeds == SEEDS_AN_ITEM
    assert whole.violations == []
    assert (whole.lost, whole.doubled, whole.overspend_leased) == (0, 0, 0)
    assert whole.overspend_floor <= whole.overspend_floor_bound
    assert {name for name in INVARIANTS if not whole.checked[name]} <= NOT_IN_ALL


@pytest.mark.slow
@pytest.mark.parametrize("first", SLOW)
def test_every_invariant_holds_in_a_thousand_worlds(pool, furniture, first) -> None:
    seeds = range(first, first + SLOW.step)
    assert _whole([begin(pool, seed, furniture, days=DAYS) for seed in seeds]).violations == []


def _first_seed_that_finds(furniture, name: str, seeds: range) -> int | None:
    with planted(name):
        for seed in seeds:
            if PLANTS[name].invariant in live(seed, furniture, days=DAYS).violated:
                return seed
    return None


@pytest.mark.parametrize("name", FOUND_AT_ONCE)
def test_a_planted_bug_is_found(furniture, name) -> None:
    assert _first_seed_that_finds(furniture, name, range(1, 9)) is not None


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTS)
def test_each_planted_bug_is_found(furniture, name) -> None:
    assert _first_seed_that_finds(furniture, name, range(1, 51)) is not None


@pytest.mark.parametrize("name", PLANTS)
def test_what_a_planted_bug_replaces_is_there(name) -> None:
    with planted(name):
        pass


def test_there_is_a_planted_bug_for_each_invariant() -> None:
    assert {planted.invariant for planted in PLANTS.values()} == set(INVARIANTS)


def test_the_same_seed_is_the_same_world(furniture) -> None:
    first: list[str] = []
    second: list[str] = []
    live(7, furniture, days=5, say=first.append)
    live(7, furniture, days=5, say=second.append)
    assert first == second
    assert len(first) > 50


def test_the_auditor_imports_nothing_of_ours() -> None:
    for name in AUDITOR:
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not any(node.level for node in froms), f"{name} says by their whole names what it imports"
        found = {node.module or "" for node in froms}
        found |= {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        own = {f"tests.sim.{each}" for each in AUDITOR}
        theirs = {module.partition(".")[0] for module in found - own}
        assert theirs.isdisjoint({"app", "hq", "sync", "ui", "scanner", "resources", "tests", "bench"}), name


def test_the_command_says_what_it_did(capsys) -> None:
    assert main(["--first-seed", "3", "--seeds", "1", "--stations", "4", "--days", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["seeds"] == 1
    assert told["lost"] == told["doubled"] == told["overspend_leased"] == 0
    assert told["overspend_floor"] <= told["overspend_floor_bound"]
    assert told["rightful"] >= told["rightful_refused"]
    assert told["entries"] >= told["approvals"] > 0
    assert told["invariants_checked"].keys() == set(INVARIANTS)


def test_several_processes_see_what_one_sees(capsys) -> None:
    """A run is its seed's, whoever lives it; reports come in the order of the seeds, not in that of their ends."""
    told = []
    for jobs in ("1", "2"):
        words = [
            "--first-seed",
            "3",
            "--seeds",
            "3",
            "--stations",
            "3",
            "--days",
            "3",
            "--plant",
            FOUND_EARLY,
        ]
        assert main([*words, "--json", "--jobs", jobs]) == 1
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    assert "seed 5" in told[0]


def test_the_command_names_what_a_planted_bug_breaks(capsys) -> None:
    words = [
        "--seeds",
        "1",
        "--stations",
        "4",
        "--days",
        "4",
        "--json",
        "--plant",
        FOUND_EARLY,
    ]
    assert main(words) == 1
    assert "I6" in json.loads(capsys.readouterr().out.splitlines()[-1])["violated"]


def test_the_command_lists_the_planted_bugs(capsys) -> None:
    assert main(["--plant", "list"]) == 0
    names = capsys.readouterr().out.splitlines()
    assert names == list(PLANTS)
    assert not any(" " in name for name in names)
    assert main(["--plant", "no_such_bug"]) == 2
