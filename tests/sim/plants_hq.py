"""Bugs to plant into HQ: taking journals in, judging, posting, and the feed."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from app.core.entry import ORDER, read_entry
from hq import restored
from hq.faults import Malformed
from hq.journal import ingest, intake, judge, patience, postings
from hq.journal.judge import JUDGES
from hq.rows import upsert
from hq.stops import kept as kept_stops
from hq.stores import devices
from hq.stores.devices import DeviceState
from hq.tables import meta
from sync.protocol import PROTO, PushRefusalKind, Verdict

BODIES = "SELECT body FROM journal WHERE device = ? AND epoch = ? AND seq BETWEEN ? AND ? ORDER BY seq"


def counts_points_of_what_is_sent_again() -> AbstractContextManager[Any]:
    """Each push brings points; its verdicts say which entries it brought."""
    right = ingest.stored_results

    def stored_results(connection: Any, owner: Any, *, first: int, last: int) -> Any:
        points: dict[str, int] = {}
        for (body,) in connection.exec_driver_sql(BODIES, (owner.device_id, owner.epoch, first, last)):
            entry = read_entry(body)
            if entry.type == ORDER and entry.data["member"]:
                ref = entry.data["member"]["ref"]
                points[ref] = points.get(ref, 0) + entry.data["points"]
        intake.move_balances(connection, points, now_ms=0)
        return right(connection, owner, first=first, last=last)

    return patch.object(ingest, "stored_results", stored_results)


def tells_only_the_store_itself() -> AbstractContextManager[Any]:
    """A member's points are news for the store where they were earned."""
    right = intake._move_members

    def _move_members(connection: Any, kept: Any, asked: Any, *, store: str, now_ms: int) -> Any:
        changes = right(connection, kept, asked, store=store, now_ms=now_ms)
        return [change for change in changes if change.scope == store]

    return patch.object(intake, "_move_members", _move_members)


def forgets_points_that_were_spent() -> AbstractContextManager[Any]:
    """Members earn points with orders."""
    right = intake._move_members

    def _move_members(connection: Any, kept: Any, asked: Any, *, store: str, now_ms: int) -> Any:
        orders = [replace(each, judgement=replace(each.judgement, redemption=None)) for each in kept]
        return right(connection, orders, asked, store=store, now_ms=now_ms)

    return patch.object(intake, "_move_members", _move_members)


def posts_one_side_of_discounts() -> AbstractContextManager[Any]:
    """What campaigns gave away is on one account; the other is never read."""
    right = postings._given

    def _given(*given: Any) -> Any:
        return right(*given)[:1]

    return patch.object(postings, "_given", _given)


def opens_no_case_for_quarantine() -> AbstractContextManager[Any]:
    """A case is about a verdict that was posted."""
    right = intake._new_cases

    def _new_cases(kept: Any) -> Any:
        return right([each for each in kept if each.judgement.verdict is Verdict.FLAGGED])

    return patch.object(intake, "_new_cases", _new_cases)


def takes_a_fork_for_a_repeat() -> AbstractContextManager[Any]:
    """Numbers up to the head were here before."""
    return patch.object(ingest, "_join_refusal", lambda *_: None)


def drops_the_other_branch() -> AbstractContextManager[Any]:
    """A push that is refused has no place in the database."""
    right = ingest.hold

    def hold(connection: Any, device_id: str, request: Any, why: Any, **named: Any) -> None:
        if why is not PushRefusalKind.FORK:
            right(connection, device_id, request, why, **named)

    return patch.object(ingest, "hold", hold)


def lets_revoked_devices_post() -> AbstractContextManager[Any]:
    """A device is revoked so that nobody else is given its name."""
    right = devices._device
    return patch.object(devices, "_device", lambda row: replace(right(row), state=DeviceState.ACTIVE))


def keeps_its_name_when_it_is_restored() -> AbstractContextManager[Any]:
    """It is the same head office as before, with the same members."""
    right = restored.become_new

    def become_new(connection: Any, *given: Any, **named: Any) -> None:
        before = restored.read_about(connection)[restored.SET_ID]
        right(connection, *given, **named)
        upsert(connection, meta, [{"k": restored.SET_ID, "v": before}], changes=("v",))

    return patch.object(restored, "become_new", become_new)


@contextmanager
def lets_one_entry_stop_the_batch() -> Iterator[None]:
    """A bug must be loud: whoever catches it hides it, and so does whoever tries another way."""

    def judge_loudly(entry: Any, books: Any) -> Any:
        if entry is not None and entry.type in JUDGES and entry.entry_id not in books.taken_ids:
            JUDGES[entry.type](entry, books)
        return judge.judge(entry, books)

    with (
        patch.object(patience, "judge", judge_loudly),
        patch.object(ingest, "take_in_one_by_one", intake.take_in),
    ):
        yield


def trusts_the_signed_head() -> AbstractContextManager[Any]:
    """The head is signed, and it covers the entries."""
    right = ingest.follow

    def follow(head: Any, bodies: Any) -> Any:
        return _Anything(right(head, bodies))

    return patch.object(ingest, "follow", follow)


class _Anything:
    """A head that is no other than any."""

    def __init__(self, head: Any) -> None:
        self.seq, self.hash = head.seq, head.hash

    def __ne__(self, other: object) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None


def refuses_types_it_does_not_know() -> AbstractContextManager[Any]:
    """What can't be understood is malformed."""
    right = intake.read_here

    def read_here(body: bytes, owner: Any, seq: int) -> Any:
        entry = right(body, owner, seq)
        if entry is not None and entry.type not in JUDGES:
            raise Malformed("Unknown type of entry.")
        return entry

    return patch.object(intake, "read_here", read_here)


def refuses_older_programs() -> AbstractContextManager[Any]:
    """Who speaks an older version is to be updated."""
    right = ingest._check_form

    def _check_form(request: Any) -> None:
        if request.proto < PROTO:
            raise Malformed("Update this station.")
        right(request)

    return patch.object(ingest, "_check_form", _check_form)


def forgets_stops_with_its_database() -> AbstractContextManager[Any]:
    """What a backup does not hold is not there."""
    return patch.object(kept_stops, "is_behind", lambda *_: False)


PLANTS = (
    ("I5", counts_points_of_what_is_sent_again),
    ("I5", tells_only_the_store_itself),
    ("I5", forgets_points_that_were_spent),
    ("I6", posts_one_side_of_discounts),
    ("I9", opens_no_case_for_quarantine),
    ("I10", takes_a_fork_for_a_repeat),
    ("I10", drops_the_other_branch),
    ("I11", lets_revoked_devices_post),
    ("I12", keeps_its_name_when_it_is_restored),
    ("I12", forgets_stops_with_its_database),
    ("I15", lets_one_entry_stop_the_batch),
    ("I21", trusts_the_signed_head),
    ("I23", refuses_types_it_does_not_know),
    ("I23", refuses_older_programs),
)
