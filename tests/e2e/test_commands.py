"""What people type wrong: one sentence each, nothing half done."""

import json
import os
import subprocess
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

import pytest

from scanner.decode import decode
from scanner.picture import read_file
from tests.rig.processes import START_S, TILLSIDE, HqProcess, World, environment, run
from tests.scanner.terminal import seen


@pytest.fixture(autouse=True)
def _warm() -> None:
    """Start each command as people do."""


def test_enrolling_without_a_keyring_keeps_the_pairing_text_good(world: World, hq: HqProcess):
    text = run(
        "hq", "enrol", "--store", "S1", "--trusted", "--url", hq.url, "--dir", str(world.hq_dir)
    ).stdout.strip()
    folders = ["--dir", str(world.store_dir), "--state", str(world.state_dir)]
    refused = run("station", *folders, "enrol", text, "--key-store", "os", status=1)
    assert "keyring" in refused.stderr
    assert not world.store_dir.exists()
    assert "station of Harbour" in run("station", *folders, "enrol", text, "--key-store", "file").stdout


def test_a_pairing_code_is_a_picture_too(world: World, hq: HqProcess, tmp_path: Path):
    picture = tmp_path / "code.png"
    words = ["hq", "enrol", "--store", "S1", "--trusted", "--url", hq.url, "--dir", str(world.hq_dir)]
    text = run(*words, "--qr", str(picture)).stdout
    assert text.count("\n") == 1 and text.startswith("TS:P:"), "the text alone for whoever takes it by a pipe"
    (symbol,) = read_file(picture)
    assert symbol.text == text.strip()
    refused = run(*words, "--qr", str(tmp_path / "none" / "code.png"), status=1)
    assert refused.stdout.startswith("TS:P:") and "can't be written" in refused.stderr
    folders = ["--dir", str(world.store_dir), "--state", str(world.state_dir)]
    assert (
        "station of Harbour" in run("station", *folders, "enrol", symbol.text, "--key-store", "file").stdout
    )


def test_in_a_terminal_the_pairing_code_can_be_scanned(world: World):
    text = run_in_terminal("hq", "enrol", "--store", "S1", "--trusted", "--dir", str(world.hq_dir))
    (symbol,) = decode(seen(text))
    assert symbol.text == text.split()[-1]


def test_a_pairing_code_of_another_head_office_says_so_and_uses_nothing_up(world: World, hq: HqProcess):
    text = run(
        "hq", "enrol", "--store", "S1", "--trusted", "--url", hq.url, "--dir", str(world.hq_dir)
    ).stdout.strip()
    content = json.loads(urlsafe_b64decode(text.removeprefix("TS:P:") + "=="))
    other = urlsafe_b64encode(json.dumps(content | {"fp": "ab" * 32}).encode()).decode().rstrip("=")
    station = ["station", "--dir", str(world.store_dir), "--state", str(world.state_dir), "enrol"]
    refused = run(*station, "TS:P:" + other, "--key-store", "file", status=1)
    assert "not the head office that this pairing code names. Nothing was used up" in refused.stderr
    assert "station of Harbour" in run(*station, text, "--key-store", "file").stdout


def run_in_terminal(*words: str) -> str:
    """Run a command as in a terminal and return what it shows."""
    ours, its = os.openpty()
    process = subprocess.Popen([*TILLSIDE, *words], stdout=its, env=environment())
    os.close(its)
    shown = b""
    with (
        os.fdopen(ours, "rb", buffering=0) as screen,
        suppress(OSError),
    ):  # Linux: an error says that it has ended
        while part := screen.read(4096):
            shown += part
    assert process.wait(START_S) == 0
    return shown.decode("utf-8")


def test_an_unknown_key_store_is_named(world: World):
    refused = run(
        "station", "--dir", str(world.store_dir), "enrol", "TS:P:x", "--key-store", "bogus", status=1
    )
    assert "bogus" in refused.stderr and "os, file" in refused.stderr


def test_weeks_that_are_none_are_told(tmp_path: Path):
    refused = run("demo", "--weeks", "abc", "--out", str(tmp_path / "out"), status=1)
    assert refused.stderr == "'abc' are no weeks. Write them as 32-38.\n"
    assert not (tmp_path / "out").exists()


def test_a_store_in_another_currency_than_the_program_is_refused(world: World):
    words = [
        "hq",
        "store",
        "S2",
        "--name",
        "Pier",
        "--time-zone",
        "Europe/London",
        "--dir",
        str(world.hq_dir),
    ]
    assert "EUR" in run(*words, "--currency", "GBP", status=1).stderr
    assert "added" in run(*words, "--currency", "EUR").stdout


def test_hq_keys_come_back_from_their_backup(tmp_path: Path):
    folder = tmp_path / "hq"
    made = run("hq", "init", "--dir", str(folder)).stdout
    passphrase = next(line.split()[-1] for line in made.splitlines() if "passphrase" in line)
    keys = {path.name: path.read_bytes() for path in (folder / "keys").iterdir()}
    for path in (folder / "keys").iterdir():
        path.unlink()
    backup = next(folder.glob("*.backup"))
    wrong = run("hq", "restore-keys", str(backup), "--passphrase", "no", "--dir", str(folder), status=1)
    assert "Traceback" not in wrong.stderr
    run("hq", "restore-keys", str(backup), "--passphrase", passphrase, "--dir", str(folder))
    assert {path.name: path.read_bytes() for path in (folder / "keys").iterdir()} == keys
    assert folder.stat().st_mode & 0o077 == 0


def test_vouchers_and_members_that_cannot_be_meant_are_refused(world: World):
    where = ["--dir", str(world.hq_dir)]
    assert "no voucher rule" in run("hq", "voucher", "nosuch", *where, status=1).stderr
    assert "no member" in run("hq", "voucher", "coffee", "--owner", "NOBODY", *where, status=1).stderr
    assert "no store" in run("hq", "member", "Ada", "--store", "NOPE", *where, status=1).stderr
    assert run("hq", "voucher", "coffee", *where).stdout.startswith("V")
