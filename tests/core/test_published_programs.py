"""Programs that are published here and there are valid by the schema; docs/program.md says all that they may say."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from app.core.conditions import OPERATORS
from app.core.program_format import read_program
from app.demo.program import program_body
from bench._campaigns import program_bytes, scene
from resources.load import program_schema

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "program.md").read_text(encoding="utf-8")
SCHEMA = program_schema()
MANY = (
    "tests/acceptance",
    "tests/cases",
    *(
        f"tests/core/test_{of}.py"
        for of in ("effects", "program_format", "contradictions", "decision_properties")
    ),
)


def problems(body: bytes) -> list[str]:
    """Return what the schema has to say of a program that the reader takes."""
    read_program(body)
    return [wrong.message for wrong in Draft202012Validator(SCHEMA).iter_errors(orjson.loads(body))]


def of_the_demo() -> bytes:
    """Return the demo's program of a year with one campaign of two coupons."""
    spring = SimpleNamespace(
        campaign_id=8, starts_on=date(2017, 3, 1), ends_on=date(2017, 4, 1), households=(7, 9)
    )
    year: Any = SimpleNamespace(
        campaigns=[spring], coupons={(8, 10): (50, 51), (8, 11): (50,)}, last_day=date(2017, 12, 31)
    )
    return program_body(year, {7: "m7", 9: "m9"}, now_ms=0)


def of_the_bench() -> bytes:
    return program_bytes(scene(lines=20, campaigns=60).campaigns)


@pytest.mark.parametrize("made", [of_the_demo, of_the_bench])
def test_programs_of_demo_and_bench_are_valid(made: Any) -> None:
    assert problems(made()) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_programs_of_all_examples_and_cases_are_valid() -> None:
    """Their tests may fail by themselves; asked is only what they read while they run."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--continue-on-collection-errors",
        "-p",
        "tests.core.watching",
        *MANY,
    ]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    found = re.search(r"^(\d+) programs read, (\d+) of them refused by the schema$", said, re.MULTILINE)
    assert found and int(found[1]) > 200 and found[2] == "0", said[-2000:]


# --- docs/program.md -------------------------------------------------------------------------------------------------


def words_of(value: Any) -> Iterator[str]:
    """Yield the keys that programs may have and the words that may stand under them."""
    if isinstance(value, dict):
        yield from value.get("properties", ())
        yield from value.get("enum", ())
        for key, inner in value.items():
            if key != "examples":
                yield from words_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_of(inner)


def test_the_page_names_every_key_and_every_word() -> None:
    """In code: `key`, `{"key": …}`, or in its example."""
    said = set(re.findall(r"[\w.]+", " ".join(re.findall(r"```.*?```|`[^`]+`", PAGE, re.DOTALL))))
    known = {word for word in words_of(SCHEMA) if isinstance(word, str) and word}
    known |= {operator for operators in OPERATORS.values() for operator in operators}
    assert sorted(known - said) == []


def test_the_example_of_the_page_is_valid() -> None:
    (example,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert problems(example.encode()) == []
