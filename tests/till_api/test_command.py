"""`station till-api`: what it sets holds from the next start on, and a new token at once."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.config import ConfigInvalid, load_config


def test_it_is_switched_on_and_off_and_its_token_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILLSIDE_STATE_DIR", str(tmp_path))
    say = lambda *words: CliRunner().invoke(cli, ["station", "till-api", *words]).output  # noqa: E731
    assert "is off" in say() and load_config().till_port is None
    assert "http://127.0.0.1:8480" in say("--port", "8480") and load_config().till_port == 8480
    say("--new-token")
    first = (tmp_path / "till-api.token").read_text()
    assert "till-api.token" in say("--new-token") and (tmp_path / "till-api.token").read_text() != first
    assert "not both" in say("--port", "1", "--off") and load_config().till_port == 8480
    assert "is off" in say("--off") and load_config().till_port is None


@pytest.mark.parametrize("value", ["", "65536", "-1", "8480x", "on", True, 3.5])
def test_a_port_is_a_port(value: object) -> None:
    with pytest.raises(ConfigInvalid):
        load_config(till_api=value)
    assert load_config(till_api=8480).till_api == "8480"
