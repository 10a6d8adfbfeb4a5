"""A key store that is locked or gone at the start: the station says so, gives nothing, and takes no other by itself."""

import json
from io import StringIO
from pathlib import Path

import keyring
import keyring.errors
import pytest

from app.clock import SetClock
from app.config import Config
from app.headless import run_headless
from app.store.creating import create_store
from app.store.keystore import OsKeyStore
from app.store.store import StationStore
from tests.builders import NOW_MS, a_device, station_keys


class Keyring:
    """A system's keyring that can be locked, or emptied."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: dict[tuple[str, str], str] = {}
        self.is_locked = False
        monkeypatch.setattr(keyring, "get_password", self.get)
        monkeypatch.setattr(keyring, "set_password", self.set)

    def get(self, service: str, name: str) -> str | None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked("nobody has logged in")
        return self.texts.get((service, name))

    def set(self, service: str, name: str, text: str) -> None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked("nobody has logged in")
        self.texts[service, name] = text


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "lock"}


@pytest.mark.parametrize("trouble", ["locked", "gone"])
def test_it_stops_in_words_and_goes_on_when_the_keys_are_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    keys_in, config = Keyring(monkeypatch), Config.embedded(tmp_path)
    folder = config.store_dir
    create_store(folder, device=a_device(), keys=station_keys(), key_store=OsKeyStore(), key_store_kind="os")
    before, held = contents(folder), dict(keys_in.texts)
    keys_in.is_locked = trouble == "locked"
    if trouble == "gone":
        keys_in.texts.clear()
    out = StringIO()
    assert run_headless(config, clock=SetClock(NOW_MS), lines=['{"status": true}'], out=out) == 1
    (answer,) = map(json.loads, out.getvalue().splitlines())
    assert (answer["answer"], answer["reason"]) == ("stopped", "keys_missing") and answer["sentence"]
    assert contents(folder) == before, "nothing of it is touched"
    assert not config.state_dir.exists(), "and no other place for keys was made"
    assert keys_in.texts == ({} if trouble == "gone" else held)
    keys_in.is_locked, keys_in.texts = False, held
    StationStore(folder, key_store=OsKeyStore(), clock=SetClock(NOW_MS)).close()
