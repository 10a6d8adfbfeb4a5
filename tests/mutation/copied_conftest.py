"""The conftest.py of the copy that mutants run in: the same cases at every run, and the quickest tests first.

A mutant ends with its first failing test. The durations are those that mutmut measured without a bug.
"""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

MEASURED = Path("mutmut-stats.json")

# A planted bug may make a search slow, which says nothing about it.
settings.register_profile(
    "mutants", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), print_blob=False
)
settings.load_profile("mutants")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if item.get_closest_marker("slow") is None]
    if MEASURED.exists():
        durations = json.loads(MEASURED.read_text())["duration_by_test"]
        items.sort(key=lambda item: durations.get(item.nodeid, 0))
