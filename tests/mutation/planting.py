"""Plants bugs into a copy of the core, one at a time, and says which of them no test notices.

mutmut makes the mutants and runs, for each, the tests that reach the mutated function, until one fails. Which mutants
is drawn by a seed. A mutant that no input can tell from the original is listed with its proof in equivalent.txt and
counts for nothing. By hand, while tests are being written:

    .venv/bin/python -m tests.mutation.planting --seed 4 --count 60
    .venv/bin/python -m tests.mutation.planting --only 'app.core.lots.*'
"""

import argparse
import ast
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
MODULES = (
    "money", "allocation", "discounts", "unit_sets", "sheet", "tax", "stacking", "table", "limits", "points",
    "decision", "lots",
)  # fmt: skip
FILES = tuple(f"app/core/{module}.py" for module in MODULES)
TESTS = ("tests/core", "tests/acceptance", "tests/conformance")
COUNT, AT_ONCE = 300, 2
SPINNER = re.compile("[⠀-⣿] ")  # mutmut draws one a line where it has no terminal
KILLED = {"killed", "timeout", "segfault", "suspicious"}  # whatever isn't a clean pass was noticed

PROJECT = f"""\
[tool.mutmut]
source_paths = ["app"]
only_mutate = {list(FILES)}
also_copy = ["docs", "resources"]
pytest_add_cli_args = ["-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = {list(TESTS)}
# A bug that never ends: a single test is stopped by its timeout, and all of a mutant's tests together by these.
timeout_constant = 60.0
timeout_multiplier = 2.0
use_git_change_detection = false

[tool.pytest.ini_options]
addopts = ["--import-mode=importlib", "--strict-markers", "-p", "no:pytest-qt", "-p", "no:xdist"]
pythonpath = ["."]
timeout = 40
markers = ["slow: left out here"]
"""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug to be planted: a line, or a few, that differ from the original."""

    name: str  # as mutmut calls it
    function: str  # module.function or module.class.method
    original: str
    mutated: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by in equivalent.txt."""
        return self.function, self.original, self.mutated

    def report(self, folder: Path) -> str:
        """Return where it is and what it changes, for people."""
        return f"{_place_of(folder, self)} {self.name}\n- {self.original}\n+ {self.mutated}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the mutants of one run."""

    statuses: dict[str, str]
    survivors: list[Mutant]
    equivalent: list[Mutant]
    report: str

    @property
    def counted(self) -> int:
        """How many mutants count."""
        return len(self.statuses) - len(self.equivalent)

    @property
    def killed(self) -> int:
        """How many of them a test noticed."""
        return self.counted - len(self.survivors)


def run(folder: Path, *, seed: int, count: int = COUNT, only: Sequence[str] = ()) -> Outcome:
    """Plant `count` mutants in a copy inside `folder`, drawn by `seed` among those whose names fit `only`."""
    prepare(folder)
    mutants = mutants_in(folder)
    names = [name for name in mutants if not only or any(fnmatch(name, wanted) for wanted in only)]
    chosen = sorted(random.Random(seed).sample(names, min(count, len(names))))
    log = folder / "mutmut.log"
    with log.open("w") as out:
        done = _start(folder, "mutmut", "run", "--max-children", str(AT_ONCE), *chosen, stdout=out)
    if done.returncode:
        said = [line for line in log.read_text().splitlines() if not SPINNER.match(line)]
        raise AssertionError("\n".join(["mutmut gave up:", *said[-60:]]))
    return outcome_of(folder, [mutants[name] for name in chosen])


def prepare(folder: Path) -> None:
    """Copy what the core's tests need, with a configuration and a conftest.py of its own."""
    for part in ("app", "docs", "resources", *TESTS):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for beside in ("clocks.py", "phone.py"):
        shutil.copy(ROOT / "tests" / beside, folder / "tests")
    shutil.copy(Path(__file__).with_name("copied_conftest.py"), folder / "tests" / "conftest.py")
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")


def mutants_in(folder: Path) -> dict[str, Mutant]:
    """Return all mutants there are of the modules by their names, in the order of the source."""
    listed = _said(folder, "python", str(Path(__file__).with_name("listing.py")), *FILES)
    return {name: _mutant(name, lines) for name, lines in map(json.loads, listed.splitlines())}


def _mutant(name: str, lines: Sequence[str]) -> Mutant:
    module, _, mangled = name.partition("__mutmut_")[0].rpartition(".")
    function = mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    original, mutated = (
        " ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in ("-", "+")
    )
    return Mutant(name, f"{module.removeprefix('app.core.')}.{function}", original, mutated)


def outcome_of(folder: Path, chosen: Iterable[Mutant]) -> Outcome:
    """Read what mutmut wrote down about the chosen mutants."""
    found = dict(re.findall(r"^ +(\S+): (.+)$", _said(folder, "mutmut", "results", "--all", "true"), re.M))
    statuses = {mutant.name: found[mutant.name] for mutant in chosen}
    alive = [mutant for mutant in chosen if statuses[mutant.name] not in KILLED]
    proven = proofs()
    survivors = [mutant for mutant in alive if mutant.key not in proven]
    equivalent = [mutant for mutant in alive if mutant.key in proven]
    counts = Counter(statuses.values())
    parts = [
        f"{len(statuses) - len(alive)} of {len(statuses) - len(equivalent)} mutants killed",
        f"{dict(counts)}, of them proven equivalent: {len(equivalent)}",
        *(mutant.report(folder) for mutant in survivors),
    ]
    return Outcome(statuses, survivors, equivalent, "\n\n".join(parts))


def _place_of(folder: Path, mutant: Mutant) -> str:
    """Return the file and the line; where a mutant changes several lines, or adds one, that of the `def`."""
    module, _, qualified = mutant.function.partition(".")
    name = f"app/core/{module}.py"
    source = (folder / name).read_text(encoding="utf-8")
    node: ast.AST = ast.parse(source)
    for part in qualified.split("."):
        node = next(child for child in ast.iter_child_nodes(node) if getattr(child, "name", None) == part)
    assert isinstance(node, ast.FunctionDef) and node.end_lineno
    lines = source.splitlines()
    numbers = range(node.lineno, node.end_lineno + 1)
    found = (number for number in numbers if lines[number - 1].strip() == mutant.original)
    return f"{name}:{next(found, node.lineno)}"


def proofs() -> dict[tuple[str, str, str], str]:
    """Return the proofs of equivalent.txt by function, original and mutated line."""
    found = {}
    for block in EQUIVALENT.read_text(encoding="utf-8").strip().split("\n\n"):
        if not block.startswith("#"):
            function, original, mutated, proof = block.splitlines()
            found[function, original.removeprefix("- "), mutated.removeprefix("+ ")] = proof
    return found


def _start(folder: Path, program: str, *arguments: str, stdout: Any) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    return subprocess.run(
        command, cwd=folder, stdout=stdout, stderr=subprocess.STDOUT, text=True, check=False
    )


def _said(folder: Path, program: str, *arguments: str) -> str:
    done = _start(folder, program, *arguments, stdout=subprocess.PIPE)
    assert not done.returncode, done.stdout
    return done.stdout


def main() -> None:
    """Run by hand: the figures and survivors on the terminal."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--count", type=int, default=COUNT)
    asked.add_argument("--only", action="append", default=[], help="a pattern for the names of mutants")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        print(run(Path(folder), seed=wanted.seed, count=wanted.count, only=wanted.only).report)


if __name__ == "__main__":
    main()
