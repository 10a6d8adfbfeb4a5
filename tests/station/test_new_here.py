"""A member on their first visit, and what head office was asked about and has left open."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.core.asking import Heard
from tests.builders import NOW_MS, move_replica
from tests.station.rights import Till, asking, said


def test_what_head_office_has_left_open_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.station.authority.FORCED_OF_256", 256)
    till = Till(tmp_path / "t", asking("floor"))
    move_replica(till.store, included_seq=0, as_of_ms=NOW_MS - 60_000)
    shown = till.show(till.voucher())
    assert said(till.hand_in(shown)) == ["online_only"]
    shown = till.show(till.voucher(seed=2))
    open_still = Heard(left_open=frozenset({shown.redemption_id}))
    assert said(till.hand_in(shown, heard=open_still)) == ["floor"]
    till.store.close()


def test_head_offices_balance_stands_for_one_that_was_not_held_here(tmp_path: Path) -> None:
    till = Till(tmp_path / "t", asking("never", rule={"trigger": "choice", "cost_points": 50}))
    new = till.member(balance=10)
    new = replace(new, member=replace(new.member, is_known=False, balance=0))
    assert said(till.pick("coffee-1", member=new)) == ["online_only"]
    told_us = {"granted": {"R1": "R1"}, "balance": 60}
    assert said(till.pick("coffee-1", member=new, heard=Heard(**told_us), redemption_id="R1")) == ["online"]
    order = till.last("order")
    assert (order["member"]["known"], order["member"]["balance"]) == (True, 60)
    told_us = {"balance": 60}
    assert said(till.pick("coffee-1", member=new, heard=Heard(**told_us))) == ["insufficient_points"]
    till.store.close()
