"""How this station stands right now, what head office has stopped, and what its decisions must therefore refuse."""

from collections.abc import Iterable

from app.core.member import Member
from app.core.standing import OWN, ROOM, SIGN_IN, SPENDING, TIMED, Standing
from app.core.stops import CODE
from app.store.room import is_room_low
from app.store.store import StationStore

__all__ = ["Standing", "standing", "stops", "stops_by_cashier"]


def standing(store: StationStore) -> Standing:
    """Return the gravest of what is kept, what the clock says, how old rules and facts are, and what room is left."""
    found = [store.standing]
    if store.time.is_doubtful():
        found.append(Standing.TIME_DOUBTFUL)
    program = store.replica.program()
    if program is not None and store.now_ms() >= program.expires_ms:
        found.append(Standing.RULES_EXPIRED)
    if is_room_low(store.folder):
        found.append(Standing.DISK_LOW)
    if _are_facts_old(store):
        found.append(Standing.FACTS_OLD)
    return max(found, key=list(Standing).index)


def _are_facts_old(store: StationStore) -> bool:
    """Tell whether what asks for a right waits for head office, by the program's limit of age."""
    program, position = store.replica.program(), store.replica.position()
    if program is None or position is None or not program.asks_authority:
        return False
    return store.now_ms() - position.as_of_ms > program.authority.stale_ms


def stops(
    store: StationStore, program_version: int, *, member: str | None, codes: Iterable[str]
) -> frozenset[str]:
    """Return what the decision of an order must refuse, as words of `Facts.stopped`.

    `member` is the reference of who it belongs to, `codes` are the hashes of what was presented.
    """
    found = [SPENDING] if store.standing.forbids_spending else []
    if store.time.is_doubtful():
        found.append(TIMED)
    if is_room_low(store.folder):
        found.append(ROOM)
    codes = list(codes)
    found += [CODE + code for code in store.replica.frozen_among(codes)]
    stopped = store.stops.newest.of_order(program_version, member=member, codes=codes)
    return stopped.union(found)


def stops_by_cashier(store: StationStore, cashier: str, member: Member | None) -> frozenset[str]:
    """Return what a decision must refuse because of who is at the till, as words of `Facts.stopped`.

    Looked up at each order, so that whoever no longer works here is as good as nobody at once.
    """
    people = store.people
    row = people.find(cashier) if cashier else None
    if row is None:
        return frozenset([SIGN_IN]) if people.is_sign_in_needed() else frozenset()
    is_own = member is not None and member.ref == row.member
    return frozenset([OWN]) if is_own else frozenset()
