"""What is sent once more and what isn't, what is forgotten, and what is left of an endpoint."""

import pytest
from sqlalchemy import func, select

from hq.access.actor import SYSTEM
from hq.api.paging import Paging
from hq.faults import NotPossible
from hq.webhooks import deliveries, line, sending, service
from hq.webhooks.deliveries import (
    find_delivery,
    forget_events,
    list_deliveries,
    replay_delivery,
    replay_since,
    send_test,
)
from hq.webhooks.outbox import Kind
from hq.webhooks.sending import GIVE_UP_MS, TRIES_AFTER_S, due_endpoints
from hq.webhooks.service import (
    Wanted,
    change_endpoint,
    create_endpoint,
    find_endpoint,
    list_endpoints,
    remove_endpoint,
)
from hq.webhooks.tables import webhook_attempt, webhook_delivery, webhook_event
from tests.hq.webhooks.receiving import receiving
from tests.hq.webhooks.test_sending import DAY_MS, endpoint_at, feed, happen, later, tell

ELSEWHERE = "https://shop.example/hook"


def hears_all(hq, url=ELSEWHERE, name="all"):
    """Add an endpoint that hears of everything, whatever kind it is of: tests of others too, were they sent to it."""
    return create_endpoint(hq, SYSTEM, Wanted(name=name, url=url))[0]


def count(hq, table, *where):
    with hq.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def test_a_replay_sends_what_was_missed_and_nothing_else(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, neighbour = hears_all(hq, shop.url), hears_all(hq)
        choosy, _ = endpoint_at(hq, ELSEWHERE, Kind.MEMBER_ADDED)
        happen(hq, "old")
        later(clock, 1)
        since_ms = clock.now_ms()
        happen(hq, "taken")
        tell(hq, endpoint)
        change_endpoint(hq, SYSTEM, endpoint.endpoint_id, Wanted(is_on=False))
        happen(hq, "missed")
        send_test(hq, SYSTEM, neighbour.endpoint_id)
        change_endpoint(hq, SYSTEM, endpoint.endpoint_id, Wanted(is_on=True))
        assert tell(hq, endpoint) == 0  # while it was off nothing was kept for it
        shop.got.clear()
        assert replay_since(hq, SYSTEM, endpoint.endpoint_id, since_ms=since_ms) == 1
        assert find_endpoint(hq, endpoint.endpoint_id).waiting == 1
        waiting, _ = list_deliveries(hq, endpoint.endpoint_id, Paging(), state="waiting")
        assert [each.state for each in waiting] == ["waiting"]
        assert tell(hq, endpoint) == 1
        assert [each["data"] for each in shop.told().values()] == [{"redemption_id": "missed"}]
        assert replay_since(hq, SYSTEM, choosy.endpoint_id, since_ms=since_ms) == 0


def test_what_was_given_up_has_all_its_tries_again_when_it_is_replayed(hq, clock, monkeypatch) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        of, since_ms = endpoint.endpoint_id, clock.now_ms()
        happen(hq, "r1")
        for replay in (
            lambda lost: replay_delivery(hq, SYSTEM, of, lost.event_id),
            lambda _: replay_since(hq, SYSTEM, of, since_ms=since_ms),
        ):
            shop.statuses.extend([400, 400])
            with monkeypatch.context() as patched:
                patched.setattr(sending, "TRIES_MAX", 1)
                tell(hq, endpoint)
            (lost,), _ = list_deliveries(hq, of, Paging(), state="given_up")
            assert lost.done_ms is not None
            replay(lost)
            assert find_delivery(hq, of, lost.event_id).done_ms is None
            assert tell(hq, endpoint) == 1
            found = find_delivery(hq, of, lost.event_id)
            assert (found.state, found.tries) == ("waiting", 1)
            later(clock, TRIES_AFTER_S[0] * 1100)


def test_an_endpoint_that_is_switched_on_again_begins_anew(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        happen(hq, "r1")
        for waited_ms in (0, GIVE_UP_MS):
            shop.statuses.extend([410, 500])
            tell(hq, endpoint)
            assert find_endpoint(hq, endpoint.endpoint_id).state == "given_up"
            (lost,), _ = list_deliveries(hq, endpoint.endpoint_id, Paging())
            with pytest.raises(NotPossible, match="Switch it on first"):
                replay_delivery(hq, SYSTEM, endpoint.endpoint_id, lost.event_id)
            later(clock, waited_ms)
            assert due_endpoints(hq) == []
            change_endpoint(hq, SYSTEM, endpoint.endpoint_id, Wanted(is_on=True))
            assert tell(hq, endpoint) == 1  # at once, and one failure is no reason to give it up again
            assert find_endpoint(hq, endpoint.endpoint_id).state == "on"
            (waiting,), _ = list_deliveries(hq, endpoint.endpoint_id, Paging())
            assert (waiting.state, waiting.tries) == ("waiting", 1)
            later(clock, TRIES_AFTER_S[0] * 1100)


def test_events_are_kept_for_thirty_days_and_all_older_ones_go(hq, clock, monkeypatch) -> None:
    monkeypatch.setattr(deliveries, "AT_ONCE", 1)
    happen(hq, "a", "b")
    later(clock, 29 * DAY_MS)
    forget_events(hq)
    assert len(feed(hq)) == 2
    happen(hq, "c")
    later(clock, 2 * DAY_MS)
    forget_events(hq)
    assert len(feed(hq)) == count(hq, webhook_event) == 1


def test_nothing_is_left_of_an_endpoint_that_is_taken_away(hq) -> None:
    with receiving(hq) as shop:
        endpoint = hears_all(hq, shop.url)
        send_test(hq, SYSTEM, endpoint.endpoint_id)
        tell(hq, endpoint)
        remove_endpoint(hq, SYSTEM, endpoint.endpoint_id)
        assert count(hq, webhook_delivery) == count(hq, webhook_attempt) == 0
        assert count(hq, webhook_event, webhook_event.c.only_for.is_not(None)) == 0


def test_endpoints_stand_by_name_and_are_not_endless(hq, monkeypatch) -> None:
    monkeypatch.setattr(service, "ENDPOINTS_MAX", 4)
    for name in "dbca":
        hears_all(hq, name=name)
    assert [each.name for each in list_endpoints(hq)] == ["a", "b", "c", "d"]
    with pytest.raises(NotPossible):
        hears_all(hq)


def test_what_is_due_together_comes_in_its_order_and_answers_are_kept_in_part(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        shop.statuses.append(200)
        shop.says = b"thanks" * 1_000
        for name in "abcd":
            happen(hq, name)
            later(clock, 1)
        assert tell(hq, endpoint) == 4
        assert [each["data"]["redemption_id"] for each in shop.told().values()] == list("abcd")
        (heard,) = find_delivery(hq, endpoint.endpoint_id, next(iter(shop.told()))).attempts
        assert heard.said == ("thanks" * 1_000)[: line.SAID_BYTES_MAX]


def test_what_failed_together_does_not_come_together_again(hq) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        shop.statuses.extend([500] * 12)
        happen(hq, *map(str, range(12)))
        tell(hq, endpoint)
        waiting, _ = list_deliveries(hq, endpoint.endpoint_id, Paging())
        assert len({each.due_ms for each in waiting}) > 1


def test_an_endpoint_asks_for_a_day_of_quiet_at_most(hq, clock) -> None:
    with receiving(hq) as shop:
        endpoint, _ = endpoint_at(hq, shop.url)
        shop.statuses.append(503)
        shop.headers["Retry-After"] = "999999"
        happen(hq, "r1")
        tell(hq, endpoint)
        later(clock, DAY_MS)
        assert tell(hq, endpoint) == 1
