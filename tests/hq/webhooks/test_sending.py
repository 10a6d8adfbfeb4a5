"""Webhooks on their way: signed, tried again for three days, once in effect, and none held up by another."""

import pytest
from sqlalchemy import func, select

from hq.access.actor import SYSTEM
from hq.api.paging import Paging
from hq.audit.tables import audit
from hq.faults import NotPossible
from hq.webhooks.courier import Courier
from hq.webhooks.deliveries import (
    find_delivery,
    forget_events,
    list_deliveries,
    replay_delivery,
    replay_since,
    send_test,
)
from hq.webhooks.feed import give_places, read_feed
from hq.webhooks.outbox import Event, Kind, announce_event, announce_events
from hq.webhooks.sending import GIVE_UP_MS, TRIES_AFTER_S, TRIES_MAX, due_endpoints, send_due
from hq.webhooks.service import Wanted, change_endpoint, create_endpoint, find_endpoint, rotate_secret
from hq.webhooks.tables import webhook_attempt, webhook_delivery, webhook_event
from tests.hq.webhooks.receiving import receiving

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def happen(hq, *names, kind=Kind.REDEMPTION_MADE):
    with hq.database.atomic() as connection:
        announce_events(
            connection,
            [Event(kind, {"redemption_id": name}, name) for name in names],
            now_ms=hq.clock.now_ms(),
        )


def endpoint_at(hq, url, *kinds):
    """Add an endpoint; what happened while the HQ was furnished is none of its business."""
    return create_endpoint(
        hq, SYSTEM, Wanted(name="shop", url=url, kinds=kinds or (Kind.REDEMPTION_MADE, Kind.WEBHOOK_GIVEN_UP))
    )


def feed(hq, *, after_n=0, limit=100):
    found = read_feed(hq, after_n=after_n, limit=limit)
    return [
        each
        for each in found
        if each.kind in (Kind.REDEMPTION_MADE, Kind.WEBHOOK_GIVEN_UP, Kind.WEBHOOK_TEST)
    ]


def tell(hq, endpoint):
    give_places(hq)
    return send_due(hq, endpoint.endpoint_id)


def later(clock, ms):
    clock.set_ms(clock.now_ms() + ms)


def states(hq, endpoint):
    found, _ = list_deliveries(hq, endpoint.endpoint_id, Paging(limit=200))
    return [each.state for each in found]


def test_what_happened_comes_signed_so_that_the_standards_own_library_takes_it(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, secret = endpoint_at(hq, shop.url)
        happen(hq, "r1")
        assert tell(hq, endpoint) == 1
        (said,) = shop.verified(secret, at_ms=clock.now_ms())
        assert said == {
            "type": "redemption.made", "timestamp": "2017-11-06T20:26:40.000Z", "data": {"redemption_id": "r1"},
        }  # fmt: skip
        with pytest.raises(Exception, match="No matching signature"):
            shop.verified("whsec_" + "A" * 44, at_ms=clock.now_ms())


def test_an_endpoint_hears_what_it_asked_for(hq) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url, Kind.MEMBER_ADDED)
        happen(hq, "r1")
        happen(hq, "m1", kind=Kind.MEMBER_ADDED)
        assert tell(hq, endpoint) == 1
        assert [each["type"] for each in shop.told().values()] == ["member.added"]
        assert [each.kind for each in read_feed(hq, after_n=0, limit=9, kinds=(Kind.MEMBER_ADDED,))] == [
            "member.added"
        ]


def test_what_was_rolled_back_never_happened(hq) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)

        def fail(connection):
            announce_event(connection, Kind.REDEMPTION_MADE, {}, now_ms=hq.clock.now_ms())
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            hq.database.write(fail)
        assert tell(hq, endpoint) == 0
        assert feed(hq) == []


def test_a_failing_endpoint_is_tried_again_with_the_same_id(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        shop.statuses.extend([500, 503])
        happen(hq, "r1")
        for wait_s in (0, *TRIES_AFTER_S[:2]):
            later(clock, wait_s * 1100)
            assert tell(hq, endpoint) == 1
            assert tell(hq, endpoint) == 0  # not before its time
        assert len(shop.got) == 3
        assert len(shop.told()) == 1  # once in effect
        assert len({headers["webhook-timestamp"] for headers, _ in shop.got}) == 3
        found = find_delivery(hq, endpoint.endpoint_id, next(iter(shop.told())))
        assert (found.state, [each.status for each in found.attempts]) == ("delivered", [500, 503, 204])


def test_an_endpoint_that_is_down_for_a_day_loses_nothing(hq, clock) -> None:
    """The issue's sixth line: whatever happens while it is down comes when it is back, each once in effect."""
    with receiving(hq) as shop:
        endpoint, secret = endpoint_at(hq, shop.url)
        shop.statuses.extend([500] * 10_000)
        for hour in range(24):
            happen(hq, *(f"{hour}-{each}" for each in range(5)))
            tell(hq, endpoint)
            later(clock, HOUR_MS)
        assert set(states(hq, endpoint)) == {"waiting"}
        shop.statuses.clear()
        shop.got.clear()
        later(clock, DAY_MS)
        tell(hq, endpoint)
        assert tell(hq, endpoint) == 0  # the first that comes through lets all others be due
        wanted = {f"{hour}-{each}" for hour in range(24) for each in range(5)}
        assert {
            each["data"]["redemption_id"] for each in shop.verified(secret, at_ms=clock.now_ms())
        } == wanted
        assert len(shop.got) == len(wanted)
        assert set(states(hq, endpoint)) == {"delivered"}
        assert find_endpoint(hq, endpoint.endpoint_id).failing_since_ms is None


def test_what_is_back_gets_all_that_waits_at_once(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        shop.statuses.extend([500] * 9)
        happen(hq, "r1", "r2", "r3")
        for wait_s in (0, *TRIES_AFTER_S[:2]):
            later(clock, wait_s * 1100)
            assert tell(hq, endpoint) == 3  # the next time is in half an hour
        happen(hq, "r4")
        assert tell(hq, endpoint) == 4  # the new one comes through, and so do the others at once
        assert states(hq, endpoint) == ["delivered"] * 4


def test_after_three_days_an_endpoint_is_given_up_and_says_so_and_what_it_missed_can_be_sent(
    hq, clock
) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        shop.statuses.extend([500] * 1_000)
        began_ms = clock.now_ms()
        happen(hq, "r1")
        tries = 0
        while find_endpoint(hq, endpoint.endpoint_id).state == "on":
            tries += tell(hq, endpoint)
            later(clock, 5 * 60_000)
        assert clock.now_ms() - began_ms > GIVE_UP_MS
        assert TRIES_MAX - 1 <= tries <= TRIES_MAX
        happen(hq, "r2")
        assert tell(hq, endpoint) == 0
        assert [each.kind for each in feed(hq)] == ["redemption.made", "webhook.given_up", "redemption.made"]
        with pytest.raises(NotPossible):
            send_test(hq, SYSTEM, endpoint.endpoint_id)
        shop.statuses.clear()
        change_endpoint(hq, SYSTEM, endpoint.endpoint_id, Wanted(is_on=True))
        assert replay_since(hq, SYSTEM, endpoint.endpoint_id, since_ms=began_ms) == 3
        tell(hq, endpoint)
        said = [each["data"].get("redemption_id") for each in shop.told().values()]
        assert {"r1", "r2"} <= set(said)


def test_an_event_that_is_not_liked_is_given_up_after_its_tries_and_holds_up_no_other(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        happen(hq, "poison")
        for n, wait_s in enumerate((0, *TRIES_AFTER_S)):
            later(clock, wait_s * 1100)
            shop.statuses.append(400)
            assert tell(hq, endpoint) == 1, n
            happen(hq, f"good {n}")  # comes through within seconds, so this was no outage
            assert tell(hq, endpoint) == 1, n
        assert states(hq, endpoint) == ["delivered"] * TRIES_MAX + ["given_up"]


def test_a_slow_endpoint_holds_up_no_other(hq) -> None:
    """The issue's sixth line: what is slow keeps its own queue waiting and nobody else's."""
    with receiving(hq, is_open=False) as slow, receiving(hq) as quick:
        endpoint_at(hq, slow.url)
        endpoint_at(hq, quick.url)
        courier = Courier(hq, look_s=0.01)
        courier.start()
        try:
            happen(hq, "r1")
            slow.wait_for(1)
            quick.wait_for(1)
            happen(hq, "r2", "r3")
            quick.wait_for(2)
            assert slow.got == [] and not slow.came.acquire(blocking=False)  # nor is it asked twice at once
            slow.gate.set()
            slow.wait_for(2)
        finally:
            courier.stop()


def test_while_a_secret_is_rotated_both_are_good(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, old = endpoint_at(hq, shop.url)
        _, new = rotate_secret(hq, SYSTEM, endpoint.endpoint_id, overlap_hours=1)
        happen(hq, "r1")
        tell(hq, endpoint)
        assert shop.verified(old, at_ms=clock.now_ms()) == shop.verified(new, at_ms=clock.now_ms())
        later(clock, HOUR_MS)
        shop.got.clear()
        happen(hq, "r2")
        tell(hq, endpoint)
        assert shop.verified(new, at_ms=clock.now_ms())
        with pytest.raises(Exception, match="No matching signature"):
            shop.verified(old, at_ms=clock.now_ms())


def test_a_thing_that_is_posted_again_has_the_id_and_the_moment_that_it_had(hq, clock) -> None:
    began_ms = clock.now_ms()
    happen(hq, "r1")
    later(clock, 1)
    happen(hq, "r1", "r2")
    assert [each.at_ms for each in feed(hq)] == [began_ms, began_ms + 1]


def test_the_feed_goes_on_where_it_was_left_and_skips_nothing(hq) -> None:
    happen(hq, *map(str, range(7)))
    seen, cursor = [], 0
    while some := read_feed(hq, after_n=cursor, limit=3):
        seen += some
        cursor = some[-1].n
    assert [each.n for each in seen] == list(range(1, len(seen) + 1))
    assert len({each.event_id for each in seen}) == len(seen) >= 7


def test_replay_sends_it_once_more_with_the_same_id(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        happen(hq, "r1")
        tell(hq, endpoint)
        (event_id,) = shop.told()
        replay_delivery(hq, SYSTEM, endpoint.endpoint_id, event_id)
        assert tell(hq, endpoint) == 1
        assert (len(shop.got), len(shop.told())) == (2, 1)


def test_a_test_goes_to_its_endpoint_alone_and_is_no_event(hq) -> None:
    with receiving(hq) as shop, receiving(hq) as other:
        endpoint, _ = endpoint_at(hq, shop.url, Kind.MEMBER_ADDED)
        neighbour, _ = endpoint_at(hq, other.url)
        send_test(hq, SYSTEM, endpoint.endpoint_id)
        tell(hq, endpoint)
        tell(hq, neighbour)
        assert [each["type"] for each in shop.told().values()] == ["webhook.test"]
        assert other.got == [] and feed(hq) == []


def test_retry_after_is_kept(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        shop.statuses.append(429)
        shop.headers["Retry-After"] = "600"
        happen(hq, "r1")
        tell(hq, endpoint)
        later(clock, 599_000)
        assert tell(hq, endpoint) == 0
        later(clock, 2_000)
        assert tell(hq, endpoint) == 1


def test_gone_switches_an_endpoint_off(hq) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        shop.statuses.append(410)
        happen(hq, "r1")
        tell(hq, endpoint)
        assert find_endpoint(hq, endpoint.endpoint_id).state == "given_up"
        assert due_endpoints(hq) == []
        about = audit.c.about == f"webhook:{endpoint.endpoint_id}", audit.c.action == "webhook.given_up"
        with hq.database.reading() as connection:
            assert connection.execute(select(audit.c.who).where(*about)).scalars().all() == [SYSTEM.name]


def test_a_try_that_nobody_ended_is_made_again(hq, clock, monkeypatch) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        happen(hq, "r1")
        monkeypatch.setattr("hq.webhooks.sending._settle_in", _dies)
        with pytest.raises(KeyboardInterrupt):
            tell(hq, endpoint)
        monkeypatch.undo()
        assert tell(hq, endpoint) == 0
        later(clock, 61_000)
        assert tell(hq, endpoint) == 1
        assert (len(shop.got), len(shop.told())) == (2, 1)


def _dies(*_said, **_more):
    raise KeyboardInterrupt


def test_what_is_thirty_days_old_is_forgotten(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        happen(hq, "old")
        tell(hq, endpoint)
        later(clock, 31 * DAY_MS)
        happen(hq, "new")
        tell(hq, endpoint)
        forget_events(hq)
        with hq.database.reading() as connection:
            for table in (webhook_event, webhook_delivery, webhook_attempt):
                assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 1
