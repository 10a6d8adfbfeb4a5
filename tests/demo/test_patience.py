"""The demo comes back when HQ says that it is busy."""

import pytest

from app.demo import patience
from sync.faults import HqBusy


def test_busy_hq_is_asked_again_when_it_said(monkeypatch):
    slept, busy = [], [HqBusy("status 503", retry_after_s=2), HqBusy("status 503", retry_after_s=7)]
    monkeypatch.setattr(patience, "sleep", slept.append)

    def enrol() -> str:
        if busy:
            raise busy.pop(0)
        return "enrolled"

    assert patience.patiently(enrol) == "enrolled"
    assert slept == [2, 7]


def test_patience_ends(monkeypatch):
    now = iter(range(0, 10_000, 100))
    monkeypatch.setattr(patience, "sleep", lambda _: None)
    monkeypatch.setattr(patience, "monotonic", lambda: next(now))

    def enrol() -> None:
        raise HqBusy("status 503", retry_after_s=60)

    with pytest.raises(HqBusy):
        patience.patiently(enrol)
