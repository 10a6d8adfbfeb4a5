"""House rules that no tool checks for us. Each says what to do about a finding."""

import ast
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 80

# Words of docs/glossary.md's "not" column, and where each is right after all.
FOREIGN_WORDS = {
    "basket": (
        "app/demo/",
        "tests/demo/",
        "tests/sim/policies/",
        "bench/_oscar.py",
    ),  # the data set's own column names, and Oscar's word
    "cart": (),
    # the HTTP sense
    "client": (
        "sync/",
        "hq/",
        "tests/",
        "app/cli.py",
        "app/till/station.py",
        "app/cli_hq.py",
        "app/demo/",
        "app/doctor/",
        "app/headless.py",
        "app/window.py",
        "bench/_pushes.py",
        "bench/authorise.py",
        "bench/_storm_stations.py",
        "ui/findings.py",  # a role of Qt's
    ),
    "customer": (),
    "prize": (),
    "programme": (),
    "promo": (),
}
NAMES_THAT_STAY = re.compile(r"customer_?(display|portal)", re.IGNORECASE)
VAGUE_NAMES = re.compile(r"(^|_)(data|helpers?|info|managers?|utils?)(_|$)")
# The bar in the middle keeps these patterns from finding themselves.
MACHINE_PATH = re.compile(r"(?<![\w.:/~-])/(home|opt|root|Users|work)/\w")
REGISTRY = re.compile(
    r"\b(py(pi)\.\w|pythonhosted\.\w|npm(js)\.\w|--(extra-)?index-url[ =]\S*:|--find-links[ =])"
)
LEFT_FOR_LATER = re.compile(r"\b(TO(DO)|FIX(ME)|XX(X))\b")


@cache
def _files() -> tuple[Path, ...]:
    """Return every file of the repository, also those not added yet. Git knows what is ours and what is made."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return tuple(path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())


@cache
def _texts() -> tuple[tuple[str, str], ...]:
    return tuple(_read_all())


def _read_all() -> Iterator[tuple[str, str]]:
    for path in _files():
        with suppress(UnicodeDecodeError):  # a picture or a sound
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


@dataclass(slots=True)
class Module:
    """What is looked at in a Python file, with its lines' numbers; the trees of all files would fill the memory."""

    name: str
    lines: list[str]
    has_docstring: bool
    functions: list[tuple[int, str, int]] = field(default_factory=list)  # and how many lines each has
    broad_excepts: list[int] = field(default_factory=list)
    sleeps: list[int] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)  # where each is first


@cache
def _modules() -> tuple[Module, ...]:
    return tuple(_module(name, text) for name, text in _texts() if name.endswith(".py"))


def _module(name: str, text: str) -> Module:
    tree = ast.parse(text)
    module = Module(name, text.splitlines(), not text.strip() or ast.get_docstring(tree) is not None)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            module.functions.append((node.lineno, node.name, length))
        elif isinstance(node, ast.ExceptHandler) and _is_broad(node) and not _raises_again(node):
            module.broad_excepts.append(node.lineno)
        elif isinstance(node, ast.Call):
            if "sleep" in (getattr(node.func, "attr", None), getattr(node.func, "id", None)):
                module.sleeps.append(node.lineno)
        elif isinstance(node, ast.Constant):
            continue  # its text is no name
        for name_part in node._fields:
            value = getattr(node, name_part, None)
            if isinstance(value, str):
                module.names.setdefault(value, getattr(node, "lineno", 0))
    return module


def _is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException"))
        for kind in kinds
    )


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_files_hold_one_idea() -> None:
    """A longer file usually holds two ideas: give the second its own file."""
    assert [module.name for module in _modules() if len(module.lines) > FILE_LINES_MAX] == []


def test_functions_fit_on_a_screen() -> None:
    found = [
        f"{module.name}:{line} {name}"
        for module in _modules()
        for line, name, length in module.functions
        if length > FUNCTION_LINES_MAX
    ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    assert [module.name for module in _modules() if not module.has_docstring] == []


def test_module_names_say_something() -> None:
    assert [module.name for module in _modules() if VAGUE_NAMES.search(Path(module.name).stem)] == []


def test_broad_excepts_stand_only_at_the_outermost_line() -> None:
    """At a thread's or a request's outermost line, the line says `# outermost: …` and why.

    Elsewhere name the fault, or clean up and raise again, which swallows nothing.
    """
    found = [
        f"{module.name}:{line}"
        for module in _modules()
        for line in module.broad_excepts
        if "# outermost: " not in module.lines[line - 1]
    ]
    assert found == []


def test_no_test_sleeps() -> None:
    """Wait for the thing itself (an event, a line of output, a port) with a deadline, or set the clock."""
    found = [
        f"{module.name}:{line}"
        for module in _modules()
        if module.name.startswith("tests/")
        for line in module.sleeps
    ]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    """What is to be done is an issue, where others can see it."""
    assert _lines_with(LEFT_FOR_LATER) == []


def test_no_path_of_a_machine() -> None:
    assert _lines_with(MACHINE_PATH) == []


def test_no_registry_is_named() -> None:
    """Which index packages come from is the business of the computer they are installed on."""
    assert _lines_with(REGISTRY) == []


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in _texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def _words(name: str) -> set[str]:
    """Split `old_basketId` into its words, in lower case and the singular."""
    ours = NAMES_THAT_STAY.sub("", name)
    return {word.lower().removesuffix("s") for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", ours)}


def test_code_speaks_the_words_of_the_glossary() -> None:
    found = [
        f"{module.name}:{line} {name}"
        for module in _modules()
        for name, line in module.names.items()
        for word in _words(name) & FOREIGN_WORDS.keys()
        if not module.name.startswith(FOREIGN_WORDS[word])
    ]
    assert found == []
