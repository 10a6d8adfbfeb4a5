"""The commands about the staff of stores, as a person gives them."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from app import cli_hq_staff
from app.cli_hq import hq_cli
from scanner.picture import read_bytes
from tests.databases import on

pytestmark = on("sqlite")


@pytest.fixture
def command(hq, folder: Path):
    def give(*words: str, status: int = 0, typed: str | None = None) -> str:
        told = CliRunner().invoke(hq_cli, [*words, "--dir", str(folder)], input=typed)
        assert told.exit_code == status, told.output
        return told.output

    return give


def add(command, *, pin: str = "7392", **words: str) -> str:
    options = [
        f"--{name}={value}"
        for name, value in ({"store": "S1", "name": "Ben", "role": "cashier"} | words).items()
    ]
    return command("staff", "add", *options, "--pin-file", "-", typed=pin + "\n")


def listed(command) -> list[dict]:
    return [json.loads(line) for line in command("staff", "list", "--json").splitlines()]


def test_somebody_comes_gets_another_pin_and_goes(command) -> None:
    told = add(command)
    (ben,) = [person["staff_id"] for person in listed(command)]
    assert ben in told and "hq keys backup" in told and "7392" not in told
    assert add(command, name="Eve", role="manager", pin="739215").split() != []
    assert f"{ben}  S1  cashier  Ben" in command("staff", "list", "--store", "S1")
    assert "The PIN is set" in command("staff", "pin", ben, "--pin-file", "-", typed="8264\n")
    assert "Nothing is redeemed" in command("staff", "sign-in", "--store", "S1", "--needed")
    assert "Anything may be redeemed" in command("staff", "sign-in", "--store", "S1", "--free")
    assert "sign in no more" in command("staff", "remove", ben)
    assert ben not in command("staff", "list")
    assert "removed" in command("staff", "list", "--all")
    (eve,) = listed(command)
    assert eve["name"] == "Eve" and [name for name in eve if "pin" in name] == ["has_pin"]
    command("staff", "sign-in", "--store", "S1", "--needed")
    assert "Nobody is left in store S1" in command("staff", "remove", eve["staff_id"])
    assert "passphrase" in command("keys", "backup")


def test_a_weak_pin_and_a_missing_one_are_refused_in_words(command) -> None:
    assert "anybody would try" in command(
        "staff", "add", "--store=S1", "--name=Ben", "--role=cashier", "--pin-file=-", typed="1234\n", status=1
    )
    refused = command("staff", "add", "--store=S1", "--name=Ben", "--role=cashier", status=1)
    assert "--pin-file" in refused
    assert "Nobody works" in command("staff", "list")


def test_a_pin_is_asked_for_twice_and_not_shown(command, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}

    def prompt(text: str, **how: object) -> str:
        asked.update(how)
        return "7392"

    monkeypatch.setattr(cli_hq_staff.typer, "prompt", prompt)
    monkeypatch.setattr(cli_hq_staff, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    command("staff", "add", "--store=S1", "--name=Ben", "--role=cashier")
    assert asked["hide_input"] is True and asked["confirmation_prompt"]


def test_a_badge_scans_back_and_nobody_has_none(command, tmp_path: Path) -> None:
    add(command)
    (ben,) = [person["staff_id"] for person in listed(command)]
    picture = tmp_path / "badge.png"
    assert "badge of Ben" in command("staff", "badge", ben, "--qr", str(picture))
    assert {symbol.text for symbol in read_bytes(picture.read_bytes())} == {f"TS:B:{ben}"}
    command("staff", "badge", "0000000000009", "--qr", str(picture), status=1)
    command("staff", "badge", ben, "--qr", str(tmp_path / "gone" / "badge.png"), status=1)
