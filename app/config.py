"""One frozen configuration: defaults, what was kept, a TOML file, TILLSIDE_* variables. An unknown key is refused.

Paths: `store_dir` holds the encrypted records of a station, `state_dir` the key files (outside of it on purpose:
a copied store folder must open nothing), `hq_dir` HQ's database and keys.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from app.kept import read_kept

PREFIX = "TILLSIDE_"
FILE_VARIABLE = "TILLSIDE_CONFIG"
# Variables that others read: where the configuration is, what tests use, and the developer script's own.
NOT_CONFIGURATION = {FILE_VARIABLE, "TILLSIDE_FAIL_POINTS", "TILLSIDE_SCANS"}


class ConfigInvalid(ValueError):
    """A configuration that can't be used, with the key and what would be right."""


def _user_folder(environment: Mapping[str, str], variable: str, fallback: str) -> Path:
    base = environment.get(variable)
    return (Path(base) if base else Path.home() / fallback) / "tillside"


@dataclass(frozen=True, slots=True)
class Config:
    """What can be set. Times are seconds."""

    store_dir: Path
    state_dir: Path
    hq_dir: Path
    key_store: str = "os"
    register: str = "1"
    camera: str = "0"  # a device number, a video file that stands in for it, or "off"
    camera_size: str = "1280x720"  # asked of it; it gives what comes nearest
    scanner_layout: str = (
        "us"  # keyboard that the hand scanner is set to: "us", or "host" for this computer's
    )
    scanner_prefix: str = ""  # what it puts before a code, and behind it
    scanner_suffix: str = ""
    scanner_end: str = "any"  # what ends a code on a serial line
    scanner_port: str = ""  # of a hand scanner on a serial line; "" for none
    scanner_baud: int = 9_600
    printer: str = ""  # of receipts: an address, a device, a file; "" for none
    receipt_paper: str = "80"  # millimetres
    language: str = "en"  # the window's, until somebody chooses another
    lock_after_s: int = 300  # without a touch, while somebody is signed in
    receipt_language: str = ""  # "" for the store's
    receipt_dir: str = ""  # receipts that were not printed are kept there as PDF; "" for nowhere
    receipts: str = "asked"  # printed when asked for, or "always"
    sync_interval_s: int = 30
    display: str = "off"  # the customer display: "auto" for a second screen, its name or number, or "window"
    sound: str = "on"
    white_label: str = ""  # the shop's name, where ours is not to be seen: kept when head office says so
    text_size: str = "usual"  # of the window: 100 %, 125 % or 150 %
    theme: str = "system"  # "light", "dark", or what the system wears
    names: str = "whole"  # of members on the screen, or "masked"
    till_api: str = "off"  # the port on which the shop's till hands over orders; "0": any that is free
    event_log: str = ""  # a file for what the window did and when; "" for none

    @property
    def till_port(self) -> int | None:
        """The port of the till's API, None where it is off."""
        return None if self.till_api == "off" else int(self.till_api)

    @classmethod
    def embedded(cls, folder: Path) -> "Config":
        """Return a configuration whose every file lies in `folder`: for the demo and the tests."""
        return cls(
            store_dir=folder / "store", state_dir=folder / "state", hq_dir=folder / "hq", key_store="file"
        )


CHOICES = {
    "key_store": ("os", "file"),
    "scanner_layout": ("us", "host"),
    "sound": ("on", "off"),
    "text_size": ("usual", "large", "largest"),
    "theme": ("system", "light", "dark"),
    "names": ("whole", "masked"),
    "receipt_paper": ("80", "58"),
    "language": ("en", "ko", "id", "tr", "ru"),
    "receipt_language": ("", "en", "ko", "id", "tr", "ru"),
    "receipts": ("asked", "always"),
    "scanner_end": ("any", "cr", "lf", "crlf", "tab", "none"),
}

DIGITS_MAX = 18  # of a number written as a text: Python takes no text of any length for one
PORT_MAX = 65_535
MAY_BE_EMPTY = {field.name for field in fields(Config) if field.default == ""}


def load_config(environment: Mapping[str, str] = os.environ, **overrides: Any) -> Config:
    """Return the configuration. `overrides` (from the command line) win; None among them means not given."""
    data_dir = _user_folder(environment, "XDG_DATA_HOME", ".local/share")
    config = Config(
        store_dir=data_dir / "station",
        state_dir=_user_folder(environment, "XDG_STATE_HOME", ".local/state"),
        hq_dir=data_dir / "hq",
    )
    written = (
        (FILE_VARIABLE, _from_file(environment.get(FILE_VARIABLE))),
        ("environment", _from_environment(environment)),
        ("command line", {name: value for name, value in overrides.items() if value is not None}),
    )
    # What was kept lies below what was written, and where it lies is written: so that is read twice.
    kept = read_kept(_over(config, written).state_dir)
    return _over(_kept_over(config, kept), written)


def changed(config: Config, values: Mapping[str, Any]) -> Config:
    """Return a configuration with other values. Raises `ConfigInvalid`."""
    return _merged(config, values, source="set-up")


def _over(config: Config, written: Iterable[tuple[str, Mapping[str, Any]]]) -> Config:
    for source, values in written:
        config = _merged(config, values, source=source)
    return config


def _kept_over(config: Config, kept: Mapping[str, Any]) -> Config:
    """Put what was kept over a configuration; what is no setting's value any more is left out."""
    for name, value in kept.items():
        with contextlib.suppress(ConfigInvalid):
            config = _merged(config, {name: value}, source="kept")
    return config


def _from_file(path: str | None) -> dict[str, Any]:
    if path is None:
        return {}
    import tomllib  # noqa: PLC0415 most stations have no such file, and their window comes up 5 ms earlier

    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:  # not there, not UTF-8 or not TOML
        raise ConfigInvalid(f"the configuration file {path} can't be read: {problem}") from problem


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name not in NOT_CONFIGURATION
    }


def _merged(config: Config, values: Mapping[str, Any], *, source: str) -> Config:
    known = {field.name: field.type for field in fields(Config)}
    changes = {}
    for name, value in values.items():
        if name not in known:
            raise ConfigInvalid(f"{source}: {name!r} is not a setting; settings are {', '.join(known)}")
        changes[name] = _converted(name, known[name], value, source)
    return replace(config, **changes)


def _converted(name: str, kind: Any, value: Any, source: str) -> Any:
    if name in CHOICES and value not in CHOICES[name]:
        raise ConfigInvalid(f"{source}: {name} is one of {', '.join(CHOICES[name])}, not {value!r}")
    if name == "camera_size" and not re.fullmatch(r"[1-9]\d{1,4}x[1-9]\d{1,4}", str(value)):
        raise ConfigInvalid(f"{source}: camera_size is width and height such as 1280x720, not {value!r}")
    if name == "till_api":
        return _port_or_off(value, source)
    if kind is int:
        # The environment knows only texts; a file or a caller gives a number.
        if type(value) is int or (
            isinstance(value, str) and value.strip().isdecimal() and len(value) <= DIGITS_MAX
        ):
            return _positive(name, int(value), source)
        raise ConfigInvalid(f"{source}: {name} is a whole number, not {value!r}")
    if kind is Path and isinstance(value, Path):
        return value
    if not isinstance(value, str) or not (value or name in MAY_BE_EMPTY):
        raise ConfigInvalid(f"{source}: {name} is a text, not {value!r}")
    return Path(value) if kind is Path else value


def _port_or_off(value: Any, source: str) -> str:
    said = str(value).strip() if type(value) is int or isinstance(value, str) else ""
    is_port = said.isascii() and said.isdecimal() and len(said) <= DIGITS_MAX and int(said) <= PORT_MAX
    if said != "off" and not is_port:
        raise ConfigInvalid(f"{source}: till_api is a port up to {PORT_MAX}, or off, not {value!r}")
    return said


def _positive(name: str, value: int, source: str) -> int:
    if value < 1:
        raise ConfigInvalid(f"{source}: {name} is at least 1, not {value}")
    return value
