"""docs/faults.md is whole and true: 120 cases, each held by tests that exist, or with the issue or reason why not."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "faults.md"
CASES = [f"F{number:02d}" for number in range(1, 121)]
ROW = re.compile(r"^\| (F\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LATER = re.compile(r"issue [F-J] \([^)]+\): \w|not held: \w")
# What this much of the product must already hold, each by a test: the rest may still name its issue.
HELD_NOW = (
    {f"F{number:02d}" for number in (*range(1, 7), *range(9, 14), *range(18, 21), *range(23, 37))}
    | {f"F{number}" for number in (*range(40, 46), 48, *range(71, 81), 82)}
    | {
        f"F{number}"
        for number in (*range(49, 58), *range(60, 71), 81, *range(86, 90), *range(91, 97), *range(98, 102))
    }
    | {f"F{number}" for number in (*range(102, 117), 119)}
)


def rows() -> list[tuple[str, str, str]]:
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


@cache
def names_in(path: str) -> frozenset[str]:
    """Return the names of the tests in a file, which is read and not run."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return frozenset(name for name in found if name.startswith("test_"))


def test_every_case_is_there_once_and_in_order() -> None:
    assert [case for case, _, _ in rows()] == CASES


def test_every_case_is_said_in_words_of_its_own() -> None:
    said = [what for _, what, _ in rows()]
    assert len(set(said)) == len(said)


def test_every_test_that_is_named_exists() -> None:
    named = [(case, path, name) for case, _, held in rows() for path, name in TEST.findall(held)]
    assert [each for each in named if each[2] not in names_in(each[1])] == []


def test_a_case_without_a_test_names_its_issue_or_the_reason() -> None:
    assert [case for case, _, held in rows() if not TEST.search(held) and not LATER.search(held)] == []


def test_what_must_be_held_now_is() -> None:
    held = {case for case, _, held in rows() if TEST.search(held)}
    assert HELD_NOW - held == set()


@pytest.mark.parametrize("held", ["issue F: leases", "later", "`tests/nowhere.py::test_nothing`, soon"])
def test_a_vague_promise_is_none(held: str) -> None:
    assert not LATER.search(held)
