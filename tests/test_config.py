"""Configuration: defaults, then the file, then the environment, then the caller; what is wrong is named."""

from pathlib import Path
from typing import Any, get_args

import pytest

from app.config import CHOICES, Config, ConfigInvalid, load_config
from app.window_parts import habits_of
from scanner.habits import USUAL, Ending, Habits, Layout


def write(folder: Path, text: str) -> dict[str, str]:
    (folder / "tillside.toml").write_text(text, encoding="utf-8")
    return {"TILLSIDE_CONFIG": str(folder / "tillside.toml")}


def test_defaults_keep_the_keys_outside_of_the_store() -> None:
    config = load_config({"XDG_DATA_HOME": "/data", "XDG_STATE_HOME": "/state"})
    assert config == Config(
        store_dir=Path("/data/tillside/station"),
        state_dir=Path("/state/tillside"),
        hq_dir=Path("/data/tillside/hq"),
        key_store="os",
        register="1",
        sync_interval_s=30,
    )
    at_home = load_config({})
    assert at_home.store_dir == Path.home() / ".local/share/tillside/station"
    assert at_home.state_dir == Path.home() / ".local/state/tillside"


def test_a_scanners_ways_are_some_and_no_others() -> None:
    assert tuple(Ending) == CHOICES["scanner_end"]
    assert tuple(get_args(Layout)) == CHOICES["scanner_layout"]
    config = load_config(
        {"TILLSIDE_SCANNER_END": "tab", "TILLSIDE_SCANNER_PREFIX": "#", "TILLSIDE_SCANNER_LAYOUT": "host"}
    )
    assert habits_of(config) == Habits(layout="host", prefix="#", ending=Ending.TAB)
    assert habits_of(load_config({})) == USUAL
    with pytest.raises(ConfigInvalid, match="scanner_end is one of any, cr"):
        load_config({"TILLSIDE_SCANNER_END": "enter"})


def test_an_embedded_configuration_lies_in_one_folder(tmp_path: Path) -> None:
    config = Config.embedded(tmp_path)
    assert {config.store_dir.parent, config.state_dir.parent, config.hq_dir.parent} == {tmp_path}
    assert config.key_store == "file"


def test_each_source_goes_over_the_one_before(tmp_path: Path) -> None:
    environment = write(tmp_path, 'register = "from file"\nsync_interval_s = 5\nkey_store = "file"\n')
    assert load_config(environment).register == "from file"
    environment |= {"TILLSIDE_REGISTER": "from environment", "TILLSIDE_SYNC_INTERVAL_S": "7"}
    config = load_config(environment)
    assert (config.register, config.sync_interval_s, config.key_store) == ("from environment", 7, "file")
    config = load_config(
        environment, register="from caller", store_dir=Path("/elsewhere"), sync_interval_s=None
    )
    assert (config.register, config.sync_interval_s) == ("from caller", 7)
    assert config.store_dir == Path("/elsewhere")


def test_texts_become_what_the_setting_is() -> None:
    config = load_config(
        {"TILLSIDE_STORE_DIR": "/a b/ü", "TILLSIDE_SYNC_INTERVAL_S": " 12 ", "TILLSIDE_REGISTER": "007"}
    )
    assert (config.store_dir, config.sync_interval_s, config.register) == (Path("/a b/ü"), 12, "007")


def test_what_others_read_is_no_setting() -> None:
    load_config(
        {
            "TILLSIDE_FAIL_POINTS": "before_commit",
            "TILLSIDE_SCANS": "/scans",
            "PATH": "/bin",
            "TILLSIDES": "x",
        }
    )


@pytest.mark.parametrize("name", ["stor_dir", "STORE_DIR", "config"])
def test_an_unknown_key_in_the_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigInvalid, match=f"TILLSIDE_CONFIG: '{name}' is not a setting.*store_dir"):
        load_config(write(tmp_path, f'{name} = "x"\n'))


def test_an_unknown_variable_and_an_unknown_argument_are_named() -> None:
    with pytest.raises(ConfigInvalid, match="environment: 'stor_dir' is not a setting"):
        load_config({"TILLSIDE_STOR_DIR": "/x"})
    with pytest.raises(ConfigInvalid, match="command line: 'stor_dir' is not a setting"):
        load_config({}, stor_dir="/x")


WRONG = {
    "sync_interval_s": ['"soon"', "2.5", "true", "[30]", '""', "0", "-30", '"1e3"', "2026-01-01"],
    "store_dir": ["7", "true", "[]", '""', "{ a = 1 }"],
    "register": ["1", "false", '["1"]', '""'],
    "key_store": ['"cloud"', "1", "[]", '""'],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_a_wrong_value_is_named_with_its_place(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigInvalid, match=f"TILLSIDE_CONFIG: {name} is"):
        load_config(write(tmp_path, f"{name} = {value}\n"))


@pytest.mark.parametrize("value", ["", "soon", "0", "-1", "2.5", "9" * 5_000])
def test_a_wrong_variable_is_named(value: str) -> None:
    with pytest.raises(ConfigInvalid, match="environment: sync_interval_s is"):
        load_config({"TILLSIDE_SYNC_INTERVAL_S": value})


@pytest.mark.parametrize("content", [b"register = ", b"\xff\xfe", b"register = 'a'\nregister = 'b'\n", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigInvalid, match=r"broken\.toml"):
        load_config({"TILLSIDE_CONFIG": str(path)})


def test_a_configuration_does_not_change() -> None:
    config: Any = load_config({})
    with pytest.raises(AttributeError):
        config.register = "2"


def test_what_is_nothing_unless_set_may_be_set_to_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tillside.toml"
    path.write_text('scanner_port = "/dev/ttyUSB0"\nscanner_prefix = "~"\nevent_log = ""\n')
    environment = {"TILLSIDE_CONFIG": str(path), "TILLSIDE_SCANNER_PORT": "", "TILLSIDE_SCANNER_PREFIX": ""}
    config = load_config(environment)
    assert (config.scanner_port, config.scanner_prefix, config.event_log) == ("", "", "")
