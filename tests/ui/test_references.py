"""PySide6 6.12 loses references to None on Python 3.11, which ends in an abort; the version we lock must not."""

import sys

from PySide6.QtCore import QObject

CALLS = 1_000


def test_calls_that_return_none_cost_no_reference():
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("x")
    assert abs(sys.getrefcount(None) - before) < CALLS / 10
