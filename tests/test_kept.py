"""What the set-up page found out is there at the next start, below all that a person has written."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.config import load_config
from app.kept import FILE, keep, read_kept


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {"TILLSIDE_STATE_DIR": str(folder), **more}


def test_what_was_kept_is_there_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    keep(folder, {"camera": "2", "scanner_prefix": "\x02"})
    keep(folder, {"scanner_end": "tab", "scanner_baud": 19_200})
    config = load_config(environment(folder))
    assert (config.camera, config.scanner_prefix) == ("2", "\x02")
    assert (config.scanner_end, config.scanner_baud) == ("tab", 19_200)
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_what_a_person_wrote_goes_over_it(tmp_path: Path) -> None:
    keep(tmp_path, {"camera": "2", "scanner_end": "tab"})
    config = load_config(environment(tmp_path, TILLSIDE_CAMERA="off"))
    assert (config.camera, config.scanner_end) == ("off", "tab")
    assert load_config(environment(tmp_path), camera="1").camera == "1"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"x"', '{"scanner_end": "enter", "scanner_baud": -1, "hq_dir": "/tmp"}']
)
def test_a_file_that_says_nothing_of_use_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    nothing = load_config(environment(tmp_path / "other"))
    assert load_config(environment(tmp_path)) == replace(nothing, state_dir=tmp_path)


def test_damage_costs_only_what_was_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"scanner_end": "enter", "camera": "3"}', encoding="utf-8")
    assert load_config(environment(tmp_path)).camera == "3"
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    assert read_kept(tmp_path) == {}
    keep(tmp_path, {"camera": "1"})
    assert read_kept(tmp_path) == {"camera": "1"}


def test_nothing_else_is_kept(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        keep(tmp_path, {"key_store": "file"})
