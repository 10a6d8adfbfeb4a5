"""The doctor finds what is wrong, says what to do, changes nothing, and never shows a key or a trace."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keyring
import keyring.backends.fail
import pytest
from sqlalchemy import delete

from app.clock import SetClock, SystemClock
from app.config import Config
from app.doctor import machine, records
from app.doctor.report import run_doctor
from app.station.redeem import hand_in
from app.store.device import key_store_of
from app.store.health import is_in_use, verify_journal
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from hq.home import open_hq
from hq.stores.pairing import new_pairing
from hq.tables import device
from sync.enrolment import enrol_station, read_pairing
from sync.faults import DeviceUnknown, HqFault, HqRefused, HqUnreachable, HqUntrusted
from sync.protocol import Health, SignedDocument
from tests.builders import NOW_MS, a_store, an_order, at_till, station_keys
from tests.hq.server import serving
from tests.rig.processes import build_world


class AskedHq:
    """HQ as far as the doctor asks it: who is `known` gets an answer to a signed question, or else that fault."""

    def __init__(self, answer: Health | HqFault, known: HqFault | None = None) -> None:
        self._answer = answer
        self._known = known

    def __call__(self, url: str, signer: object) -> "AskedHq":
        return self

    def health(self) -> Health:
        if isinstance(self._answer, HqFault):
            raise self._answer
        return self._answer

    def document(self, kind: str) -> SignedDocument:
        if self._known is not None:
            raise self._known
        return SignedDocument(kind="keyset", version=1, kid="r1", sig=b"", body=b"")

    def close(self) -> None:
        pass


def healthy(*, time_ms: int = NOW_MS) -> AskedHq:
    return AskedHq(Health(ok=True, hq_incarnation="hq-1", time_ms=time_ms))


@pytest.fixture(autouse=True)
def _no_camera_and_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = machine.Window("xcb", frozenset(machine.SCRIPTS))
    monkeypatch.setattr(machine, "look_for_window", lambda: seen)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return replace(Config.embedded(tmp_path), camera="off")


@pytest.fixture
def store(config: Config) -> Iterator[StationStore]:
    """An open store with three orders."""
    store = a_store(config.store_dir, keys_in=FileKeyStore(config.state_dir / "keys"))
    (config.store_dir / "store.json").write_text(
        (config.store_dir / "store.json").read_text().replace('"memory"', '"file"')
    )
    for number in range(3):
        hand_in(store, an_order(f"A-{number}"), at_till())
    yield store
    if store._is_open:
        store.close()


@pytest.fixture
def closed(store: StationStore) -> None:
    store.close()


def told(config: Config, *, connect: Any = None, now_ms: int = NOW_MS) -> tuple[int, dict[str, Any], str]:
    """Run the doctor twice: status and findings by name as JSON, and what a person reads."""
    clock, connect = SetClock(now_ms), connect or healthy(time_ms=now_ms)
    as_json, words = io.StringIO(), io.StringIO()
    status = run_doctor(config, clock=clock, out=as_json, as_json=True, connect=connect)
    assert run_doctor(config, clock=clock, out=words, connect=connect) == status
    found = json.loads(as_json.getvalue())
    assert found["ok"] == (status == 0)
    for text in (as_json.getvalue(), words.getvalue()):
        assert "Traceback" not in text
        keys = station_keys()
        assert keys.database.hex() not in text and keys.sign.private_bytes_raw().hex() not in text
    return status, {finding["name"]: finding for finding in found["findings"]}, words.getvalue()


@pytest.mark.usefixtures("closed")
def test_a_station_that_is_well(config: Config) -> None:
    status, found, words = told(config)
    assert status == 0
    assert {name: finding["level"] for name, finding in found.items()} == {
        "database": "ok", "keys": "ok", "records": "ok", "standing": "ok",
        "head office": "ok", "clock": "ok", "disk": "ok",
        "decoders": "ok" if "zbar is missing" not in words else "note",
        "camera": "note", "scanner": "note", "printer": "note", "till": "note", "window": "ok", "fonts": "ok",
    }  # fmt: skip
    assert "3 entries, all in order; 3 wait for head office." in words
    assert "12:00 in America/New_York" in words
    assert words.endswith("All is well.\n")


def test_a_computer_that_is_not_set_up(config: Config) -> None:
    status, found, _ = told(config)
    assert (status, found["records"]["level"], found["keys"]["level"]) == (0, "warn", "ok")
    assert "pairing code" in found["records"]["remedy"]
    assert not config.store_dir.exists(), "looking makes nothing"


def test_a_keyring_that_is_missing(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_password", keyring.backends.fail.Keyring().get_password)
    _, found, _ = told(replace(config, key_store="os"))
    assert found["keys"]["level"] == "warn"
    assert "--key-store file" in found["keys"]["remedy"]


def test_a_store_in_use_is_left_alone(config: Config, store: StationStore) -> None:
    status, found, _ = told(config)
    assert (status, found["records"]["level"], found["head office"]["level"]) == (0, "note", "ok")
    hand_in(store, an_order("A-9"), at_till())
    store.close()
    assert not is_in_use(config.store_dir)


@pytest.mark.usefixtures("closed")
def test_nothing_in_the_store_is_changed(config: Config) -> None:
    def files() -> dict[str, bytes]:
        return {
            path.name: path.read_bytes() for path in config.store_dir.iterdir() if path.suffix != ".db-shm"
        }

    before = files()
    told(config)
    assert {name: body for name, body in files().items() if body or name in before} == before


@pytest.mark.usefixtures("closed")
def test_a_damaged_journal(config: Config) -> None:
    journal = config.store_dir / "journal.db"
    content = bytearray(journal.read_bytes())
    content[6000] ^= 1
    journal.write_bytes(content)
    status, found, _ = told(config)
    assert (status, found["records"]["level"]) == (1, "bad")
    assert "Keep the folder" in found["records"]["remedy"]


@pytest.mark.usefixtures("closed")
def test_a_journal_older_than_its_mark(config: Config, tmp_path: Path) -> None:
    key_store = key_store_of("file", config.state_dir)
    shutil.copytree(config.store_dir, tmp_path / "older")
    store = StationStore(config.store_dir, key_store=key_store, clock=SetClock(NOW_MS))
    hand_in(store, an_order("A-8"), at_till())
    store.close()
    assert verify_journal(config.store_dir, key_store, clock=SetClock(NOW_MS)).entries == 4
    status, found, _ = told(replace(config, store_dir=tmp_path / "older"))
    assert status == 1
    assert "older than they should be" in found["records"]["text"]


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("damage", ["gone", "nonsense"])
def test_keys_that_are_lost(config: Config, damage: str) -> None:
    for path in (config.state_dir / "keys").iterdir():
        path.unlink() if damage == "gone" else path.write_text("nonsense")
    status, found, _ = told(config)
    assert (status, found["keys"]["level"], found["records"]["level"]) == (1, "bad", "bad")
    assert found["head office"]["level"] == "note"


def test_a_card_that_is_broken(config: Config) -> None:
    config.store_dir.mkdir(parents=True)
    (config.store_dir / "store.json").write_text("{")
    status, found, _ = told(config)
    assert (status, found["records"]["level"]) == (1, "bad")


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(
    ("fault", "level"),
    [
        (HqUnreachable("cut"), "warn"),
        (HqRefused("unknown device"), "bad"),
        (HqUntrusted("a login page"), "bad"),
    ],
)
def test_head_office_in_trouble(config: Config, fault: HqFault, level: str) -> None:
    status, found, _ = told(config, connect=AskedHq(fault))
    assert (found["head office"]["level"], status) == (level, int(level == "bad"))


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(
    ("fault", "words"),
    [(DeviceUnknown("no such"), "does not know this station"), (HqRefused("403"), "shut out or replaced")],
)
def test_a_head_office_that_does_not_know_this_station(config: Config, fault: HqFault, words: str) -> None:
    alive = Health(ok=True, hq_incarnation="hq-1", time_ms=NOW_MS)
    status, found, _ = told(config, connect=AskedHq(alive, fault))
    assert (found["head office"]["level"], status) == ("bad", 1)
    assert words in found["head office"]["text"]


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(("ahead_ms", "word"), [(300_000, "ahead of"), (-300_000, "behind")])
def test_clocks_that_differ(config: Config, ahead_ms: int, word: str) -> None:
    status, found, _ = told(config, connect=healthy(time_ms=NOW_MS - ahead_ms))
    assert (status, found["head office"]["level"]) == (0, "warn")
    assert f"5 minutes {word} head office's" in found["head office"]["text"]


def test_a_clock_with_an_empty_battery(config: Config) -> None:
    status, found, _ = told(config, now_ms=0)
    assert (status, found["clock"]["level"]) == (1, "bad")
    assert "01 January 1970" in found["clock"]["text"]


def test_a_check_that_breaks_is_a_finding(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("a path, or worse")

    monkeypatch.setattr("app.doctor.report.check_library", broken)
    status, found, words = told(config)
    assert (status, found["doctor"]["level"]) == (1, "bad")
    assert "RuntimeError" in words
    assert "worse" not in words


def test_a_library_that_loses_records(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    found = replace(records.library(), is_safe=False)
    monkeypatch.setattr(records, "library", lambda: found)
    assert records.check_library().level == "bad"


def test_the_real_head_office_is_asked(tmp_path: Path) -> None:
    world = build_world(tmp_path)
    config = replace(
        Config.embedded(tmp_path), store_dir=world.store_dir, state_dir=world.state_dir, camera="off"
    )
    hq = open_hq(world.hq_dir)
    try:
        with serving(hq) as web:
            enrol_station(
                read_pairing(new_pairing(hq, store_id="S1", url=web.url).text),
                folder=config.store_dir,
                key_store=key_store_of("file", config.state_dir),
                key_store_kind="file",
                clock=SystemClock(),
            )
            out = io.StringIO()
            assert run_doctor(config, clock=SystemClock(), out=out) == 0
            assert "Reached, and it knows this station." in out.getvalue()
            with hq.database.atomic() as connection:  # as in a database from before it was enrolled
                connection.execute(delete(device))
            out = io.StringIO()
            assert run_doctor(config, clock=SystemClock(), out=out) == 1
            assert "was reached and does not know this station" in out.getvalue()
    finally:
        hq.close()
    out = io.StringIO()
    assert run_doctor(config, clock=SystemClock(), out=out) == 0
    assert "can't be reached now" in out.getvalue()


def test_the_command_and_the_probe_run(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILLSIDE_CAMERA", "off")
    monkeypatch.setenv("TILLSIDE_KEY_STORE", "file")
    command = [sys.executable, "-m", "app.cli", "doctor", "--json"]
    done = subprocess.run(
        [*command, "--dir", str(config.store_dir), "--state", str(config.state_dir)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert (done.returncode, done.stderr) == (0, "")
    assert found["window"]["text"] == "A window can be opened (offscreen)."
