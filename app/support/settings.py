"""The settings as a supporter sees them: numbers, choices, and of what somebody worded only whether it is there.

A register, a printer's address or a folder can be named after a person. So a value is told only where it is a number or
one of a fixed list.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from app.config import CHOICES, NOT_CONFIGURATION, PREFIX, Config
from app.kept import read_kept

SET, OTHER, USUAL, NONE = "(set)", "(another than usual)", "(usual)", "(none)"
PLAIN = {
    "camera": re.compile(r"\d{1,3}|off"),
    "camera_size": re.compile(r"\d{1,5}x\d{1,5}"),
    "till_api": re.compile(r"\d{1,5}|off"),
    "display": re.compile(r"\d{1,2}|off|auto|window"),
}
OF_CHOICE = "languages"  # of each who signed in, by their id: how many is enough


def told_settings(config: Config, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the settings in force, and where each of those that are not usual was written."""
    written = {
        name.removeprefix(PREFIX).lower()
        for name in environment
        if name.startswith(PREFIX) and name not in NOT_CONFIGURATION
    }
    kept = read_kept(config.state_dir)
    return {
        "in_force": {field.name: _told(field, getattr(config, field.name)) for field in fields(config)},
        "by_variables": sorted(written & {field.name for field in fields(config)}),
        "by_set_up": sorted(set(kept) - {OF_CHOICE}),
        "people_with_a_language": len(kept.get(OF_CHOICE) or ()),
    }


def worded(config: Config) -> dict[str, str]:
    """Return the values that somebody worded, each with the setting's name: so that they are found in other texts."""
    found = {
        str(getattr(config, field.name)): field.name
        for field in fields(config)
        if isinstance(_told(field, getattr(config, field.name)), str)
        and _told(field, getattr(config, field.name)) in (SET, OTHER)
    }
    return {value: name for value, name in found.items() if value}


def _told(field: Any, value: Any) -> Any:
    if isinstance(value, int) or field.name in CHOICES:
        return value
    text = str(value)
    if (pattern := PLAIN.get(field.name)) and pattern.fullmatch(text):
        return text
    if field.default is MISSING:
        return SET  # a folder
    if not text:
        return NONE
    return USUAL if value == field.default else OTHER
