"""A disk that is full or read-only: a real one, small, in a mount namespace of its own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", autouse=True)
def namespace() -> None:
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here, so no disk of a chosen size")
    tried = subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode != 0:
        pytest.skip(f"this system lets nobody mount a small disk: {tried.stderr.strip()}")


def played(scenario: str, folder: Path) -> dict[str, Any]:
    (folder / "disk").mkdir()
    command = ["unshare", "-rm", sys.executable, "-m", "tests.rig.small_disk", scenario]
    done = subprocess.run(
        [*command, folder / "disk", folder / "keys"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


def test_a_full_disk_loses_nothing_and_the_order_is_recorded_once_there_is_room(tmp_path: Path) -> None:
    seen = played("full", tmp_path)
    assert seen["acknowledged"] > 5
    assert seen["while_full"] == ["disk_full"] * 4
    assert seen["kept"] and seen["kept_after_start"]
    assert not seen["again_is_repeat"] and seen["twice_is_repeat"]
    assert seen["verified_seq"] == seen["acknowledged"] + 1
    assert seen["creating_on_full"] in ("disk_full", "store_read_only")
    assert seen["left_behind"] == ["foreign", "store"]


def test_with_little_room_it_only_earns_and_redeems_again_when_there_is_room(tmp_path: Path) -> None:
    seen = played("low", tmp_path)
    assert (seen["with_room"], seen["with_little"], seen["with_room_again"]) == (
        "given",
        ["disk_low"] * 2,
        "given",
    )
    assert seen["standing"] == "disk_low"
    assert [(each["discount"], each["points"]) for each in seen["sold"]] == [
        (100, 4),
        (0, 5),
        (0, 5),
        (100, 4),
    ]
    assert seen["kept"] == 4


def test_a_key_store_without_room_keeps_what_it_had(tmp_path: Path) -> None:
    seen = played("full_key_store", tmp_path)
    assert (seen["fault"], seen["text"]) == ("disk_full", "before")


def test_a_read_only_disk_is_a_clear_fault_and_harms_nothing(tmp_path: Path) -> None:
    seen = played("read_only", tmp_path)
    assert (seen["opening"], seen["creating"], seen["key_store"]) == ("store_read_only",) * 3
    assert seen["orders"] == ["A-1"]
    assert seen["verified"] == 1, "what lies on such a disk as evidence can be read"
