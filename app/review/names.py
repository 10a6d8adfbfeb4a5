"""How people call whom and what rows name: read from the replica each time, so that who was erased has no name.

A replica that can't be read now keeps nobody from seeing figures: then there are no names.
"""

import logging
from collections.abc import Callable, Collection
from typing import TypeVar

from app.store.faults import StoreFault
from app.store.replica import Replica
from app.store.review.review import Review

log = logging.getLogger(__name__)
T = TypeVar("T")
NAMED_MAX = 200  # members that a text may mean


def member_names(review: Review, refs: Collection[str]) -> dict[str, str]:
    """Return the names of members by their references, also of those who were merged; who isn't known is left out."""
    if not refs:
        return {}

    return _from_replica(review, lambda replica: replica.names_of(refs), {})


def refs_named(review: Review, typed: str) -> list[str]:
    """Return all references of the members whose name, or a later word of it, begins with what was typed."""

    def look(replica: Replica) -> list[str]:
        members = replica.members_named(typed, limit=NAMED_MAX)
        return [ref for member in members for ref in replica.aliases.refs_of(member.ref)]

    return _from_replica(review, look, [])


def staff_names(review: Review) -> dict[str, str]:
    """Return the names of the staff by their ids."""
    return _from_replica(review, lambda replica: {row.staff_id: row.name for row in replica.people.all()}, {})


def offer_names(review: Review) -> dict[str, str]:
    """Return the names of offers by their rules, as the newest program calls them."""
    program = _guarded(review.program, None)
    if program is None:
        return {}
    return {pair.rule.rule_id: pair.rule.name for pair in program.rules}


def _from_replica(review: Review, look: Callable[[Replica], T], nothing: T) -> T:
    def read() -> T:
        with review.replica() as replica:
            return look(replica)

    return _guarded(read, nothing)


def _guarded(read: Callable[[], T], nothing: T) -> T:
    try:
        return read()
    except StoreFault as fault:
        log.info("the replica could not be read for the pages: %s", fault)
        return nothing
