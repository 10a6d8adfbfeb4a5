"""A question that meets its order's confirm: it is answered by what was recorded, and never that nobody knows it."""

import asyncio
from typing import Any

import pytest

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
