"""The environment that the locks make: what must not be in it, what must be new enough, and that it is whole."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from sqlcipher3 import dbapi2 as sqlcipher

ROOT = Path(__file__).parent.parent
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock", "requirements-demo.lock"]
PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)( ; .+)? \\$", re.MULTILINE)
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


@pytest.mark.parametrize(
    "package",
    [
        "pandas",  # sqlite-utils would import it: a second and 92 MB at each start
        "PIL",  # qrcode would use it; Qt paints for us
    ],
)
def test_stays_out(package: str) -> None:
    assert importlib.util.find_spec(package) is None


def test_sqlite_is_past_the_wal_reset_fault() -> None:
    version = sqlcipher.connect(":memory:").execute("SELECT sqlite_version()").fetchone()[0]
    assert tuple(map(int, version.split("."))) >= (3, 51, 3)


def _pins(lock: str) -> list[tuple[str, str]]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return [(pin["name"], pin["version"]) for pin in PINNED.finditer(text)]


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_pins_and_hashes_and_no_address(lock: str) -> None:
    assert _pins(lock)
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        assert PINNED.match(line) or HASH.match(line) or line.startswith("    # ") or not line, line


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        ("requirements.lock", ["runtime", "hq", "demo", "build"]),
        ("requirements-dev.lock", ["dev"]),
        ("requirements-bench.lock", ["bench"]),
    ],
)
def test_lock_answers_to_pyproject(lock: str, groups: list[str]) -> None:
    """Whoever adds a dependency and forgets `./tillside lock` learns it here and not at a shop."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = document["project"]
    wanted = (
        {"runtime": project["dependencies"]}
        | project["optional-dependencies"]
        | document["dependency-groups"]
    )
    pins = _pins(lock)
    for group in groups:
        for requirement in map(Requirement, wanted[group]):
            versions = [version for name, version in pins if name == requirement.name]
            assert versions, f"{requirement} is not in {lock}: run ./tillside lock"
            assert all(requirement.specifier.contains(version) for version in versions), str(requirement)


def test_tools_share_the_libraries_versions() -> None:
    libraries, tools = dict(_pins("requirements.lock")), dict(_pins("requirements-dev.lock"))
    assert {name: tools[name] for name in tools.keys() & libraries} == {
        name: libraries[name] for name in tools.keys() & libraries
    }
