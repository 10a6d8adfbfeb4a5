"""The list of what is stopped: its bytes, and which of its words matter to an order."""

import pytest

from app.core.stops import NO_STOPS, STOPS_MAX, Stop, Stops, StopsInvalid, read_stops, write_stops

HASH = "5f1d0a4be2c94f5b8f6f3b1d2a7c9e00"
STOPS = Stops(
    7,
    (
        Stop("campaign:7", 10),
        Stop("rule:a", 20, before_program=8),
        Stop("member:m1", 30),
        Stop("member:m2", 30),
        Stop(f"code:{HASH}", 40),
        Stop("referral:friends", 50),
    ),
)


def test_what_is_written_is_read() -> None:
    body = write_stops(STOPS.version, STOPS.stops)
    assert read_stops(body) == STOPS
    assert write_stops(3, [Stop("program", 5)]) == b'{"stops":[{"since_ms":5,"what":"program"}],"version":3}'


def test_an_order_is_told_of_members_and_codes_no_more_than_its_own() -> None:
    assert STOPS.of_order(7, member="m1", codes=["0" * 32]) == {"campaign:7", "rule:a", "member:m1"}
    assert STOPS.of_order(7, member=None, codes=[HASH]) == {"campaign:7", "rule:a", f"code:{HASH}"}
    assert NO_STOPS.of_order(7, member="m1", codes=[HASH]) == frozenset()


def test_what_was_let_go_for_newer_rules_stays_stopped_under_older_ones() -> None:
    assert "rule:a" in STOPS.of_order(7, member=None, codes=())
    assert "rule:a" not in STOPS.of_order(8, member=None, codes=())


@pytest.mark.parametrize("places", [(0, 1), (1, 0)])
def test_of_two_that_name_the_same_either_is_enough(places: tuple[int, int]) -> None:
    both = (Stop("campaign:7", 10), Stop("campaign:7", 5, before_program=3))
    stops = Stops(1, tuple(both[place] for place in places))
    assert stops.of_order(9, member=None, codes=()) == {"campaign:7"}


def test_what_only_a_newer_head_office_says_is_left_alone() -> None:
    body = b'{"stops":[{"what":"store:9","since_ms":1,"why":"?"}],"version":3,"more":[]}'
    assert read_stops(body).of_order(1, member="m", codes=()) == frozenset()


@pytest.mark.parametrize(
    "body",
    [
        b"no JSON",
        b"[]",
        b'{"version":3}',
        b'{"stops":[7],"version":3}',
        b'{"stops":[{"what":7,"since_ms":1}],"version":3}',
        b'{"stops":[{"what":"program","since_ms":-1}],"version":3}',
        b'{"stops":[{"what":"program","since_ms":1,"before_program":"8"}],"version":3}',
        b'{"stops":[],"version":true}',
    ],
)
def test_other_bytes_are_no_list(body: bytes) -> None:
    with pytest.raises(StopsInvalid):
        read_stops(body)


def test_a_list_has_an_end() -> None:
    stops = [Stop(f"member:{n}", 1) for n in range(STOPS_MAX + 1)]
    assert len(read_stops(write_stops(1, stops[1:])).stops) == STOPS_MAX
    with pytest.raises(StopsInvalid):
        read_stops(write_stops(1, stops))
