"""What holds HQ's places without proving who it is: silence, large numbers, other stations' names."""

import asyncio

import pytest

from hq import admission, under_way
from hq.bodies import BODY_BYTES_MAX
from hq.faults import Busy, TooSlow
from hq.under_way import (
    HELD_BYTES_MAX,
    OF_ONE_MAX,
    UNDER_WAY_MAX,
    UNSIGNED_BYTES_MAX,
    UNSIGNED_MAX,
    Guest,
    UnderWay,
)
from tests.hq.desk import HEALTH, PULL, PUSH, Visitor, come, run, settle

ENROL, KEYSET, PEOPLE = "/v1/enrol", "/v1/keyset", "/v1/imports"
LARGEST = ((b"content-length", str(BODY_BYTES_MAX).encode()),)
SILENT = {"body": (), "is_whole": False, "headers": LARGEST}


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The time, which stands."""
    times = [1_000.0]
    for module in (admission, under_way):
        monkeypatch.setattr(module, "monotonic", lambda: times[0])
    return times


async def ask(desk, path, *, device="", address="10.9.9.9"):
    """Return a whole request, as far as it got."""
    length = ((b"content-length", b"100"),)
    found = Visitor(desk, path, path, device=device, address=address, body=(b"a" * 100,), headers=length)
    await settle()
    return found


def unsigned(desk, count, *, address=None, path=ENROL, **how):
    """Let so many without a signature come, each from a place of its own unless `address` is said."""
    return [
        Visitor(desk, path, path, device="", address=address or f"10.1.0.{n}", **(SILENT | how))
        for n in range(count)
    ]


@pytest.mark.parametrize("address", [None, "10.9.9.9"])
@pytest.mark.parametrize("path", [PUSH, ENROL])
def test_silent_sockets_without_a_signature_shut_nobody_out(path, address):
    """Sixteen of them that announced the largest body held all that HQ may hold."""

    async def story(desk):
        desk.go_on.set()
        for count in (16, 300):
            crowd = unsigned(desk, count, path=path, address=address)
            await settle()
            for asked, device in ((PUSH, "D1"), (PULL, "D1"), (ENROL, ""), (KEYSET, ""), (HEALTH, "")):
                assert (await ask(desk, asked, device=device)).status == 200
            assert sum(each.status is None for each in crowd) <= (OF_ONE_MAX if address else UNSIGNED_MAX)

    run(story)


def test_who_has_no_signature_takes_no_place_of_a_station():
    """Whole requests, of which each works for long: those of a signature that can't be read are no better."""

    async def story(desk):
        garbled = ((b"tillside-signature", b"device=D1"),)
        for path in (PUSH, PULL):
            unsigned(desk, 50, path=path, body=(b"a",), is_whole=True, headers=garbled)
        await settle()
        assert len(desk.working) == admission.UNSIGNED_AT_ONCE
        desk.working.clear()
        for path in (PUSH, PULL, HEALTH):
            await ask(desk, path, device="D1")
        assert desk.working == [PUSH, PULL, HEALTH]

    run(story)


def test_one_station_holds_a_few_places_and_its_newest_request_goes_on():
    async def story(desk):
        cut = [Visitor(desk, PUSH, PUSH, device="D1", **SILENT) for _ in range(50)]
        await settle()
        assert sum(each.status is None for each in cut) == OF_ONE_MAX
        assert all(each.status is None for each in cut[-OF_ONE_MAX:])
        elsewhere = await ask(desk, PUSH, device="D1")  # somebody takes its name: that costs it nothing
        again = await ask(desk, PUSH, device="D1", address="10.0.0.1")
        assert elsewhere.status is again.status is None and len(desk.working) == 2
        assert sum(each.status is None for each in cut) == OF_ONE_MAX - 1

    run(story)


def test_one_station_whose_requests_all_work_is_told_to_wait():
    async def story(desk):
        working = [await ask(desk, PULL, device="D1") for _ in range(OF_ONE_MAX + 1)]
        assert [each.status for each in working] == [None] * OF_ONE_MAX + [503]
        desk.go_on.set()
        await settle()
        assert [each.status for each in working] == [200] * OF_ONE_MAX + [503]
        assert (await ask(desk, PULL, device="D1")).status == 200

    run(story)


def test_what_is_held_of_bodies_has_an_end():
    """By what came, not by what was announced."""

    async def story(desk):
        most = HELD_BYTES_MAX // BODY_BYTES_MAX
        part = b"a" * (BODY_BYTES_MAX // 4)
        chunked = ((b"transfer-encoding", b"chunked"),)
        for headers in (LARGEST, ((b"content-length", b"1"),), ((b"content-length", b"x"),), chunked):
            visitors = await come(desk, most + 1, PULL, body=(part,) * 4, is_whole=False, headers=headers)
            assert sorted(str(each.status) for each in visitors) == ["503"] + ["None"] * most
            for each in visitors:
                each.task.cancel()
            await settle()
            assert desk.admission._under_way._held_bytes == 0
        assert len(await come(desk, most + 1, PULL, **SILENT)) == most + 1
        assert (await ask(desk, PULL, device="D")).status is None

    run(story)


def test_without_a_signature_a_body_is_small():
    async def story(desk):
        (large,) = unsigned(desk, 1, body=(b"a" * UNSIGNED_BYTES_MAX, b"a"))
        await settle()
        assert large.status == 413

    run(story)


def test_who_shows_a_key_may_bring_a_file():
    async def story(desk):
        desk.go_on.set()
        key = ((b"authorization", b"Bearer tsk_a_b"), (b"transfer-encoding", b"chunked"))
        (file,) = unsigned(desk, 1, path=PEOPLE, body=(b"a" * BODY_BYTES_MAX,), is_whole=True, headers=key)
        await settle()
        assert file.status == 200

    run(story)


def test_how_many_are_let_in_has_an_end(now):
    async def story(desk):
        visitors = await come(desk, UNDER_WAY_MAX + 1, body=(b"a",), is_whole=False)
        assert [each.status for each in visitors] == [None] * UNDER_WAY_MAX + [503]
        now[0] += under_way.STANDS_STILL_S  # from now on those that rest make way, the longest silent first
        after = await ask(desk, PUSH, device="D")
        assert after.status is None and [each.status for each in visitors[:2]] == [503, None]
        for each in visitors:
            each.task.cancel()
        await settle()
        assert len(desk.admission._under_way) == 1

    run(story)


@pytest.mark.parametrize("limit", ["BODY_S", "SILENT_S"])
def test_a_body_that_never_ends_is_given_up(monkeypatch, limit):
    async def story(desk):
        monkeypatch.setattr(under_way, limit, 0.01)
        (cut,) = await come(desk, 1, body=(b"a",), is_whole=False)
        await asyncio.wait_for(cut.task, 10)
        assert cut.status == 408
        assert len(desk.admission._under_way) == desk.admission._under_way._held_bytes == 0

    run(story)


@pytest.mark.parametrize(("size", "is_given_up"), [(1, True), (under_way.PROGRESS_BYTES, False)])
def test_a_byte_now_and_then_is_no_progress(now, size, is_given_up):
    async def story(_desk):
        guest = Guest("D1", is_signed=True, brings_body=True)
        for _ in range(2):
            now[0] += 0.9 * under_way.SILENT_S
            guest.note(size, is_whole=False)
        waiting = asyncio.create_task(guest.hear(asyncio.Event().wait))
        await settle()
        assert waiting.done() == is_given_up
        if is_given_up:
            assert isinstance(waiting.exception(), TooSlow)

    run(story)


def test_bodies_that_grow_together_find_the_same_end(now):
    """All were let in while there was room."""
    under = UnderWay()
    guests = [
        Guest(f"D{n}", is_signed=True, brings_body=True) for n in range(HELD_BYTES_MAX // BODY_BYTES_MAX)
    ]
    assert all(under.take_in(each) for each in guests)
    for each in guests[:-1]:
        under.hold(each, BODY_BYTES_MAX, is_whole=False)
    with pytest.raises(Busy):
        under.hold(guests[-1], BODY_BYTES_MAX + 1, is_whole=False)
    under.let_go(guests[-1])
    now[0] += under_way.STANDS_STILL_S  # by now they rest
    late = Guest("D", is_signed=True, brings_body=True)
    assert under.take_in(late)
    under.hold(late, BODY_BYTES_MAX + 1, is_whole=True)
    assert len(under) == len(guests) - 1 and guests[0] not in under._guests
