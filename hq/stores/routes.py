"""Stores, by the API."""

from typing import Annotated, Any

from fastapi import Query as Parameters
from pydantic import Field

from hq.access.scopes import Scope
from hq.api.models import PATTERN, Page, Query, to_page
from hq.api.routing import Asked, Routes
from hq.stores import seeing
from hq.stores.pairing import new_pairing
from hq.stores.schemas import PairingAnswer, PairingAsked, StoreAnswer, StoreAsked, StoreChange
from hq.stores.service import add_store, change_store

routes = Routes("stores", "Stores, the areas they are in, and what their devices come to.")


class StoreList(Query):
    """Which stores."""

    area: Annotated[str | None, Field(max_length=40, pattern=PATTERN)] = None


@routes.get("", needs=Scope.STORES_READ, answers=Page[StoreAnswer])
def list_stores(ask: Asked, asked: Annotated[StoreList, Parameters()]) -> Any:
    """List all stores by area and id, on one page."""
    return to_page(StoreAnswer, seeing.stores_of(ask.hq, ask.actor, area=asked.area), None)


@routes.post("", needs=Scope.STORES_WRITE, answers=StoreAnswer)
def create_store(ask: Asked, asked: StoreAsked) -> Any:
    """Add a store. Its id, time zone and currency stay."""
    add_store(ask.hq, **asked.model_dump(), actor=ask.actor)
    return StoreAnswer.model_validate(seeing.find_store(ask.hq, ask.actor, asked.store_id))


@routes.get("/{store_id}", needs=Scope.STORES_READ, answers=StoreAnswer, faults=(404,))
def read_store(ask: Asked, store_id: str) -> Any:
    """Read one store."""
    return StoreAnswer.model_validate(seeing.find_store(ask.hq, ask.actor, store_id))


@routes.patch("/{store_id}", needs=Scope.STORES_WRITE, answers=StoreAnswer, faults=(404,), is_versioned=False)
def update_store(ask: Asked, store_id: str, asked: StoreChange) -> Any:
    """Give a store another name or area."""
    change_store(ask.hq, ask.actor, store_id, name=asked.name, area=asked.area)
    return StoreAnswer.model_validate(seeing.find_store(ask.hq, ask.actor, store_id))


@routes.post("/{store_id}/pairings", needs=Scope.DEVICES_WRITE, answers=PairingAnswer, faults=(404,))
def create_pairing(ask: Asked, store_id: str, asked: PairingAsked) -> Any:
    """Make a pairing text for a new station of a store, good once and for ten minutes."""
    seeing.find_store(ask.hq, ask.actor, store_id)
    made = new_pairing(ask.hq, store_id=store_id, url=asked.url, is_trusted=asked.is_trusted, actor=ask.actor)
    return PairingAnswer.model_validate(made)
