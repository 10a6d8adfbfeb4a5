"""A plugin for pytest: each program that is read while tests run is held against the schema too.

`python -m pytest -p tests.core.watching tests/acceptance` ends with a line that says how many there were.
"""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.core import program_format
from resources.load import program_schema

SEEN: dict[str, list[str]] = {}  # by hash, why the schema refuses it


def pytest_configure() -> None:
    """Look at what the reader takes, after it took it."""
    read, schema = program_format._read_root, Draft202012Validator(program_schema())

    def watched(root: Any, program_hash: str) -> Any:
        program = read(root, program_hash)
        if program_hash not in SEEN:
            SEEN[program_hash] = [
                f"{wrong.json_path}: {wrong.message}" for wrong in schema.iter_errors(root.value)
            ]
        return program

    program_format._read_root = watched


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many programs there were, and what the schema says of those it refuses."""
    refused = [why for why in SEEN.values() if why]
    terminalreporter.write_line(f"{len(SEEN)} programs read, {len(refused)} of them refused by the schema")
    for why in refused[:10]:
        terminalreporter.write_line(why[0])
