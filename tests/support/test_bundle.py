"""A support bundle: what is in it, and who is not, whatever lies about in the station's folders."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.clock import SetClock
from app.config import Config
from app.core.pins import Role
from app.doctor import machine
from app.kept import keep
from app.logs import KEPT_FILES
from app.station.identify import identify
from app.station.redeem import hand_in
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from app.support import parts
from app.support.bundle import contents, write
from app.support.parts import PARTS, Looked
from app.ux.events import FILE
from tests.builders import (
    NOW_MS,
    PEPPER,
    a_member,
    a_person,
    a_store,
    a_voucher,
    an_order,
    at_till,
    station_keys,
)
from tests.doctor.test_doctor import healthy

ROOT = Path(__file__).parents[2]
NAME, STAFF, SHOP, PLACE = "Zebedee", "Xanthippe", "Quirinus & Sons", "Balthasar"
PHONE, MAIL, PIN, TOKEN = "+49 170 5559876", "zeb@xerxes.example", "739281", "kq3Zr0aP2bX9_wLm4Tn8Qy"
CODE, CARD = "M9X2XQH70B3D", "6299 0011 2233 4455"
NAMES = [each.name for each in PARTS]


@pytest.fixture(autouse=True)
def _no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "look_for_window", lambda: machine.Window("xcb", frozenset(machine.SCRIPTS)))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings that somebody worded by people."""
    return replace(
        Config.embedded(tmp_path / PLACE),
        camera="off",
        register=f"{STAFF}'s till",
        white_label=SHOP,
        printer=str(tmp_path / PLACE / "lp0"),
        receipt_dir=str(tmp_path / PLACE / "receipts"),
        scanner_port="/dev/ttyACM0",
    )


@pytest.fixture
def store(config: Config) -> Iterator[StationStore]:
    """An open store with people and an order, among files and log lines that say more than they should."""
    store = a_store(config.store_dir, keys_in=FileKeyStore(config.state_dir / "keys"), store_name=SHOP)
    card = config.store_dir / "store.json"
    card.write_text(card.read_text().replace('"memory"', '"file"'))
    member = a_member(store, name=f"{NAME} X.")
    staff = a_person(store, name=STAFF, role=Role.MANAGER, pin=PIN)
    keep(config.state_dir, {"languages": {staff: "tr"}, "white_label": SHOP, "scanner_prefix": CODE})
    seen = identify(store, member.code)
    name = json.loads(card.read_text())["name"]
    store.seeded = [name, member.code, member.ref, a_voucher(store), staff]  # type: ignore[attr-defined]
    hand_in(store, an_order(f"A-{CODE}"), at_till(seen))
    (config.store_dir / f"{NAME} {PHONE}.txt").write_text(f"{NAME} {PIN}")
    (config.state_dir / "till-api.token").write_text(TOKEN)
    (config.state_dir / FILE).write_text(f"0 scan\n400 given\n500 enter\n4230 approved\n{NAME} {PIN}\n")
    _log(config)
    yield store
    if store._is_open:
        store.close()


def _log(config: Config) -> None:
    """Let the product's own log say what exceptions said, and lines that are none of ours stand there too."""
    program = (
        "import logging, os, pathlib, threading\nfrom app.logs import set_up_logs\n"
        f"set_up_logs(pathlib.Path({str(config.state_dir)!r}))\nlog = logging.getLogger('sync.worker')\n"
        "secret = os.environ['SECRET']\n"
        "try:\n    int(secret)\nexcept ValueError:\n    log.exception('a try failed')\n"
        "log.warning('it was %s', os.environ['CARRIED'])\nlog.warning('of %s', os.environ['SHOP'])\n"
        "threading.Thread(target=lambda: {}[secret]).start()\n"
    )
    said = {"SECRET": f"{NAME} {PIN}", "CARRIED": f"{PHONE}, {MAIL}, {CODE}, {CARD} or {TOKEN}", "SHOP": SHOP}
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **said}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True)
    newer, older = (config.state_dir / name for name in KEPT_FILES)
    assert PHONE in newer.read_text() and "KeyError" in newer.read_text(), (
        "the log was written, and says too much"
    )
    older.write_text(f"{NAME} was here\n{CODE}\n{station_keys().database.hex()}\n")


def bundled(config: Config) -> dict[str, Any]:
    found = contents(Looked(config, SetClock(NOW_MS), healthy()))
    assert [each.name for each in found] == ["README.txt", *NAMES]
    return {
        each.name: json.loads(each.content) if each.name.endswith(".json") else each.content.decode()
        for each in found
    }


def test_it_says_how_the_station_is(store: StationStore, config: Config) -> None:
    found = bundled(config)
    assert found["about.json"]["device"] == {"id": "d-1", "epoch": 1, "store": "s-1"}
    assert found["about.json"]["libraries"]["msgspec"]
    records = found["records.json"]
    assert records["is_running"] is True, "it was read beside the open store"
    assert records["journal"]["entries"] == [[1, "order", 1]]
    assert records["journal"]["facts"]["acked_seq"] == 0 and records["journal"]["last_entry"] == [1, 1]
    assert records["replica"]["rows_of_member"] == 1 and records["replica"]["documents"] == {
        "keyset": 1,
        "program": 1,
    }
    assert "journal.db" in found["files.json"]["store"] and found["files.json"]["store"]["others"][0] == 1
    assert (
        list(found["files.json"]["keys"]) == ["*.keys", "*.mark", "*.verified", "others"]
        or found["files.json"]["keys"]
    )
    assert found["use.json"]["U1"] == [1, 4230, 2]
    assert {each["name"] for each in found["doctor.json"]} >= {"records", "disk", "window", "head office"}
    settings = found["settings.json"]
    assert settings["in_force"]["register"] == settings["in_force"]["printer"] == "(another than usual)"
    assert settings["in_force"]["camera"] == "off" and settings["in_force"]["lock_after_s"] == 300
    assert "a try failed" in found["log.txt"] and "KeyError: (what it says is kept back)" in found["log.txt"]


def test_nobody_is_in_it(store: StationStore, config: Config, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    write(contents(Looked(config, SetClock(NOW_MS), healthy())), path, clock=SetClock(NOW_MS))
    keys = station_keys()
    seeded: list[str] = store.seeded  # type: ignore[attr-defined]
    words = [
        *(
            NAME,
            STAFF,
            SHOP,
            "Quirinus",
            PLACE,
            PHONE,
            "5559876",
            MAIL,
            "xerxes",
            PIN,
            TOKEN,
            CODE,
            CARD,
            "2233 4455",
        ),
        *seeded,
        *(
            secret.hex()
            for secret in (keys.database, keys.sign.private_bytes_raw(), keys.box.private_bytes_raw(), PEPPER)
        ),
        str(Path.home()),
    ]
    with pytest.raises(FileExistsError):
        write([], path, clock=SetClock(NOW_MS))
    with zipfile.ZipFile(path) as bundle:
        texts = {name: bundle.read(name) for name in bundle.namelist()}
    texts["as it lies on the disk"] = path.read_bytes()
    texts["names"] = "\n".join(texts).encode()
    for name, content in texts.items():
        said = content.decode("utf-8", "replace").lower()
        assert [word for word in words if word.lower() in said] == [], name


@pytest.mark.parametrize("harm", ["journal", "keys", "card", "everything", "nothing there"])
def test_a_damaged_station_tells_what_it_can(store: StationStore, config: Config, harm: str) -> None:
    if harm == "journal":
        for number in range(30):  # so that entries fill pages of their own
            hand_in(store, an_order(f"B-{number}"), at_till())
    store.close()
    journal = config.store_dir / "journal.db"
    if harm in ("journal", "everything"):
        content = bytearray(journal.read_bytes())
        whole = len(content) * 3 // 4
        content[whole:] = os.urandom(len(content) - whole)
        journal.write_bytes(content)
    if harm in ("keys", "everything"):
        next((config.state_dir / "keys").glob("*.keys")).write_text("{}")
    if harm in ("card", "everything"):
        (config.store_dir / "store.json").write_text("no card")
    if harm == "nothing there":
        config = replace(Config.embedded(config.store_dir / "elsewhere"), camera="off")
    found = bundled(config)
    assert not any("not_made" in found[name] for name in NAMES)
    if harm == "journal":
        told = found["records.json"]["journal"]
        unread = [name for name, figure in told.items() if figure == {"fault": "store_damaged"}]
        assert 0 < len(unread) < len(told), "what lies in good pages is told"
    elif harm != "nothing there":
        assert found["records.json"] in ({"fault": "keys_missing"}, {"fault": "store_damaged"})


def test_a_part_that_fails_spoils_no_other(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(NAME)

    monkeypatch.setattr(parts, "run_doctor", fail)
    found = bundled(config)
    assert found["doctor.json"] == {"not_made": "RuntimeError"} and "tillside" in found["about.json"]


def report(*words: str | Path, answer: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["report", *map(str, words)], input=answer)
    return done.exit_code, done.output


def test_it_is_listed_and_then_written_and_never_over_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILLSIDE_CAMERA", "off")
    folders = ("--dir", tmp_path / "store", "--state", tmp_path / "state")
    path = tmp_path / "for-support.zip"
    status, told = report("--out", path, *folders)
    assert status == 1 and not path.exists() and "--yes" in told, "nobody is there to be asked"
    assert all(name in told for name in NAMES)
    status, told = report("--yes", "--out", path, *folders)
    assert status == 0 and told.splitlines()[-1] == str(path) and path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    assert zipfile.ZipFile(io.BytesIO(before)).namelist() == ["README.txt", *NAMES]
    status, told = report("--yes", "--out", path, *folders)
    assert status == 1 and "is there already" in told and path.read_bytes() == before
    status, told = report("--yes", "--out", tmp_path / "nowhere" / "x.zip", *folders)
    assert status == 1 and "can't be written" in told
