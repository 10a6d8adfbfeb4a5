"""./tillside itself, as far as it goes without installing anything."""

import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "tillside"


def test_alone_it_tells_what_it_can_do(tmp_path: Path) -> None:
    told = subprocess.run([SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "./tillside demo" in told.stdout
    assert told.stderr == ""


def test_it_is_plain_sh() -> None:
    assert SCRIPT.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", SCRIPT], check=True)


def test_it_works_through_a_link_from_elsewhere(tmp_path: Path) -> None:
    link = tmp_path / "tillside"
    link.symlink_to(SCRIPT)
    told = subprocess.run(
        [link, "types", "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith("mypy ")
