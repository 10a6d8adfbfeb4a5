"""How the rights of a decision stand in an `order` record, and how they are read back for the replay.

What goes by a name is a list of pairs: names are people's, and keys of canonical JSON are ASCII.
"""

from typing import Any

from app.core.authority import Authority, Lease
from app.core.reasons import BY_CODE, Refusal
from app.core.recorded import text, whole

Record = dict[str, Any]
HELD_MAX = 1_000  # leases, reservations and refusals of one order: far more than anything asks for


def authority_record(authority: Authority) -> Record:
    """Return what a station held when it decided; what it held nothing of is left out."""
    told: Record = {
        "level": authority.level,
        "leases": [[each.lease_id, each.scope, each.left, each.until_ms] for each in authority.leases],
        "granted": [[name, authority.granted[name]] for name in sorted(authority.granted)],
        "denied": [[name, authority.denied[name].record()] for name in sorted(authority.denied)],
        "times": [[whose, authority.times[whose]] for whose in sorted(authority.times)],
        "spends": authority.spends,
        "value": authority.value,
        "must_ask": sorted(authority.must_ask),
    }
    record: Record = {"as_of": authority.as_of_ms}
    return record | {key: value for key, value in told.items() if value}


def read_authority(record: Any) -> Authority:
    """Return what a record says. Raises what reading a wrong record raises: KeyError, TypeError or ValueError."""
    as_of = record["as_of"]
    return Authority(
        level=text(record.get("level", "")),
        as_of_ms=None if as_of is None else whole(as_of),
        leases=tuple(_read_lease(lease) for lease in _few(record.get("leases", ()))),
        granted={text(name): text(ref) for name, ref in _few(record.get("granted", ()))},
        denied={text(name): _read_refusal(told) for name, told in _few(record.get("denied", ()))},
        times={text(whose): whole(times) for whose, times in _few(record.get("times", ()))},
        spends=whole(record.get("spends", 0)),
        value=whole(record.get("value", 0)),
        must_ask=frozenset(text(name) for name in _few(record.get("must_ask", ()))),
    )


def _read_lease(lease: Any) -> Lease:
    lease_id, scope, left, until_ms = lease
    return Lease(text(lease_id), text(scope), whole(left), whole(until_ms))


def _read_refusal(told: Any) -> Refusal:
    numbers = told["numbers"]
    if not isinstance(numbers, dict) or any(type(value) not in (int, str) for value in numbers.values()):
        raise TypeError("expected an object of numbers")
    return Refusal(BY_CODE[text(told["code"])], numbers)


def _few(found: Any) -> Any:
    if len(found) > HELD_MAX:
        raise ValueError("too many rights for one order")
    return found
