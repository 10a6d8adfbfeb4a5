"""The search of all pages: each noun adds how its things are found, and one page shows what was.

    @finder(N_("Members"), needs=Scope.MEMBERS_READ)
    def _find_members(hq: Hq, actor: Actor, text: str) -> list[Found]: ...

A finder looks things up by an index (an id, a number, the beginning of a name) and returns FOUND_MAX at most.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.home import Hq

FOUND_MAX = 10  # of one kind: whoever needs more has the noun's own list
TEXT_MAX = 200


@dataclass(frozen=True)
class Found:
    """A thing that fits: what it is called, what else tells it from others, and its page."""

    title: str
    place: str
    note: str = ""


Finder = Callable[[Hq, Actor, str], list[Found]]
_finders: list[tuple[str, Scope, Finder]] = []


def finder(kind: str, *, needs: Scope) -> Callable[[Finder], Finder]:
    """Add a function that finds things of a kind, for those who have the right. `kind` is marked with N_."""

    def add(function: Finder) -> Finder:
        _finders.append((kind, needs, function))
        return function

    return add


def find(hq: Hq, actor: Actor, text: str) -> list[tuple[str, list[Found]]]:
    """Return what fits by kind; kinds without any are left out."""
    text = text.strip().replace("\x00", "")[:TEXT_MAX]
    if not text:
        return []
    found = [(kind, look(hq, actor, text)[:FOUND_MAX]) for kind, needs, look in _finders if actor.may(needs)]
    return [(kind, things) for kind, things in found if things]
