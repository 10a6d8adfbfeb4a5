"""The schema of members' attributes, by the API."""

from typing import Any

from hq.access.scopes import Scope
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes, of_nothing
from hq.members import attributes
from hq.members.schemas import AttributeAnswer, AttributeAsked

routes = Routes("attributes", "What shops want to know of their members: names, kinds, and whose they are.")


@routes.get("", needs=Scope.MEMBERS_READ, answers=Page[AttributeAnswer])
def list_attributes(ask: Asked) -> Any:
    """List the schema."""
    return to_page(AttributeAnswer, attributes.list_attributes(ask.hq), None)


@routes.get("/{name}", needs=Scope.MEMBERS_READ, answers=AttributeAnswer, faults=(404,))
def read_attribute(ask: Asked, name: str) -> Any:
    """Read one attribute."""
    return AttributeAnswer.model_validate(attributes.find_attribute(ask.hq, name))


@routes.put("/{name}", needs=Scope.SETTINGS_WRITE, answers=AttributeAnswer, faults=(409,), is_versioned=False)
def put_attribute(ask: Asked, name: str, asked: AttributeAsked) -> Any:
    """Add an attribute or change it."""
    new = attributes.Attribute(
        name, asked.title, asked.kind, tuple(asked.choices), asked.owner, asked.at_stations
    )
    attributes.put_attribute(ask.hq, ask.actor, new)
    return AttributeAnswer.model_validate(attributes.find_attribute(ask.hq, name))


@routes.delete("/{name}", needs=Scope.SETTINGS_WRITE, faults=(404,), is_versioned=False)
def remove_attribute(ask: Asked, name: str) -> Any:
    """Take an attribute out of the schema, with all values of it."""
    attributes.remove_attribute(ask.hq, ask.actor, name)
    return of_nothing()
