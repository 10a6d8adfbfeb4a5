"""What head office has stopped: a campaign, a rule, a referral scheme, a member's card, one code, or the whole program.

The list is always whole and one document, so whoever has the newest knows all of it. Its body is canonical JSON:

    {"stops": [{"before_program": 8, "since_ms": 1767225600000, "what": "campaign:7"}], "version": 3}

`what` is a word as decisions read it (`Facts.stopped`): `program`, or `campaign:`, `rule:`, `referral:` and `member:`
with an id, or `code:` with the hash of a code. `before_program` stands where something was let go again after the rules
were changed: it stays stopped for whoever still decides by an older version.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.core.canonical import INTEGER_MAX, canonical
from app.core.reasons import Reason, Refusal

STOPS_MAX = 1_000  # what concerns more than that is a change of rules, members or vouchers
PROGRAM = "program"
CAMPAIGN, RULE, REFERRAL, MEMBER, CODE = "campaign:", "rule:", "referral:", "member:", "code:"
KINDS = (CAMPAIGN, RULE, REFERRAL, MEMBER, CODE)
OF_EVERY_ORDER = (CAMPAIGN, RULE)  # begin words that may matter to any order; so does `program`


class StopsInvalid(ValueError):
    """Bytes that are no list of what is stopped."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing that is stopped since a moment of HQ's (UTC ms), perhaps only under versions before one."""

    what: str
    since_ms: int
    before_program: int | None = None

    def holds_under(self, program_version: int) -> bool:
        """Tell whether it holds for whoever decides by a version of the program."""
        return self.before_program is None or program_version < self.before_program


@dataclass(frozen=True)
class Stops:
    """The list, read. Of two that name the same, either is enough."""

    version: int
    stops: tuple[Stop, ...]
    _by_what: dict[str, list[Stop]] = field(init=False, repr=False, compare=False)
    _general: tuple[Stop, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make it ready to be asked at each order."""
        by_what: dict[str, list[Stop]] = {}
        for stop in self.stops:
            by_what.setdefault(stop.what, []).append(stop)
        general = (
            stop for stop in self.stops if stop.what == PROGRAM or stop.what.startswith(OF_EVERY_ORDER)
        )
        object.__setattr__(self, "_by_what", by_what)
        object.__setattr__(self, "_general", tuple(general))

    def holds(self, what: str, program_version: int) -> bool:
        """Tell whether something is stopped under a version of the program."""
        return any(stop.holds_under(program_version) for stop in self._by_what.get(what, ()))

    def of_order(self, program_version: int, *, member: str | None, codes: Iterable[str]) -> frozenset[str]:
        """Return the words that matter to an order: of members and codes its own only, since each order records them.

        `member` is a reference, `codes` are hashes.
        """
        if not self.stops:
            return frozenset()
        own = [] if member is None else [MEMBER + member]
        own += [CODE + code for code in codes]
        found = {stop.what for stop in self._general if stop.holds_under(program_version)}
        return frozenset(found.union(what for what in own if self.holds(what, program_version)))


NO_STOPS = Stops(0, ())


def said_of_all(stopped: Collection[str], member: str | None) -> Refusal | None:
    """Return why nothing at all is given, not even points, by words of `Facts.stopped`: what people must be told.

    What is offered says so for itself, but where nothing is offered nobody would hear why there are no points.
    """
    if PROGRAM in stopped:
        return Refusal(Reason.PROGRAM_NOT_LIVE)
    return Refusal(Reason.MEMBER_STOPPED) if member and MEMBER + member in stopped else None


def write_stops(version: int, stops: Iterable[Stop]) -> bytes:
    """Return the canonical body of a list."""
    told = [
        {"what": each.what, "since_ms": each.since_ms}
        | ({} if each.before_program is None else {"before_program": each.before_program})
        for each in stops
    ]
    return canonical({"version": version, "stops": told})


def read_stops(body: bytes) -> Stops:
    """Read a list. What only a newer HQ says is left alone. Raises `StopsInvalid`."""
    try:
        document = orjson.loads(body)
        stops = tuple(_stop(each) for each in document["stops"])
        version = _number(document["version"])
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise StopsInvalid("no list of what is stopped in a form we know") from problem
    if len(stops) > STOPS_MAX:
        raise StopsInvalid(f"more than {STOPS_MAX} things are stopped")
    return Stops(version, stops)


def _stop(found: Any) -> Stop:
    before = found.get("before_program")
    if type(found["what"]) is not str:
        raise TypeError("a word that is none")
    return Stop(found["what"], _number(found["since_ms"]), None if before is None else _number(before))


def _number(found: Any) -> int:
    if type(found) is not int or not 0 <= found <= INTEGER_MAX:
        raise ValueError("no number")
    return found
