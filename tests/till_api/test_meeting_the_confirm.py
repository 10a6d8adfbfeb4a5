"""A question that meets its order's confirm: it is answered by what was recorded, and never that nobody knows it."""

import asyncio
from typing import Any

import pytest

from app.till_api import service
from app.till_api.service import TillService
from tests.till_api.asking import coffee


@pytest.mark.parametrize("ask", ["get", "put"])
def test_what_is_recorded_while_it_is_asked_for_is_found(
    shop, monkeypatch: pytest.MonkeyPatch, ask: str
) -> None:
    shop.till.put("T-1", coffee())
    looks: list[str] = []
    look = TillService._recorded

    async def recorded(service: TillService, order_id: str) -> Any:
        found = await look(service, order_id)
        looks.append(order_id)
        if len(looks) == (1 if ask == "get" else 2):  # a PUT looks twice before it answers
            await asyncio.to_thread(shop.confirm)
        return found

    monkeypatch.setattr(TillService, "_recorded", recorded)
    told = shop.till.get("T-1") if ask == "get" else shop.till.put("T-1", coffee())
    assert (told.status, told.said["state"]) == (200, "recorded")


def test_an_order_that_a_slow_window_took_behind_its_no_is_not_there_for_the_one_before(
    shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.till.put("T-1", coffee(499))
    desk, take = shop.station._till, shop.station._till.take
    monkeypatch.setattr(service, "DESK_WAIT_S", 0.05)
    monkeypatch.setattr(desk, "take", lambda order, then: take(order, lambda taken: None))
    assert shop.till.put("T-1", coffee(800)).said["type"].endswith("busy")
    monkeypatch.undo()
    assert shop.till.put("T-1", coffee(499)).said["state"] == "waiting"
    assert shop.confirm()["total"] == 499
