"""Filters of a list as a page's address has them: the same model that the API reads them by."""

from typing import TypeVar

from pydantic import ValidationError

from hq.api.paging import Paging
from hq.console.routing import PageAsk
from hq.faults import Malformed

L = TypeVar("L", bound=Paging)


def asked_list(kind: type[L], ask: PageAsk) -> L:
    """Read the filters behind the question mark; others there are not meant for the list. Raises `Malformed`."""
    said = {name: value.strip() for name in kind.model_fields if (value := ask.query.get(name, "")).strip()}
    said |= in_order(said.get("since"), said.get("until"))
    try:
        return kind.model_validate(said)
    except ValidationError as problem:
        named = ", ".join(sorted({str(each["loc"][0]) for each in problem.errors() if each["loc"]}))
        raise Malformed(f"These filters can't be read: {named}.") from problem


def in_order(since: str | None, until: str | None) -> dict[str, str]:
    """Return two days by their names, the earlier as the first: turned round, the time between them is meant."""
    if not since or not until:
        return {}
    first, last = sorted((since, until))
    return {"since": first, "until": last}


def at(asked: L, cursor: str | None, *, limit: int) -> L:
    """Return the same list from another place on, for files that have all of it."""
    return asked.model_copy(update={"cursor": cursor, "limit": limit})
