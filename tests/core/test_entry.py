"""Entries: bytes and facts are one, and whatever is no entry is refused; and what an entry does to balances."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.canonical import NotCanonical
from app.core.entry import BODY_BYTES_MAX, KEYS, Entry, EntryInvalid, read_entry, write_entry
from app.core.overlay import Effect, effects_of
from tests.core.test_program_complaints import json_values

ENTRY = Entry("S1-1", 3, 17, "0" * 32, "order", 1, "f" * 32, 2, "weak", {"order_id": "o-1"})
BODY = orjson.loads(write_entry(ENTRY))


def test_round_trip() -> None:
    assert read_entry(write_entry(ENTRY)) == ENTRY
    assert list(BODY) == sorted(BODY) and BODY.keys() == {key for key, _ in KEYS}


def test_unknown_fields_are_left_alone() -> None:
    assert read_entry(orjson.dumps({**BODY, "later": 1})) == ENTRY


@pytest.mark.parametrize("key", [key for key, _ in KEYS])
def test_a_missing_or_other_field_is_refused(key: str) -> None:
    for wrong in (
        {name: value for name, value in BODY.items() if name != key},
        {**BODY, key: None},
        {**BODY, key: True},
    ):
        with pytest.raises(EntryInvalid):
            read_entry(orjson.dumps(wrong))


@given(st.binary(max_size=40) | json_values.map(orjson.dumps))
def test_what_is_no_entry_is_refused(body: bytes) -> None:
    with pytest.raises(EntryInvalid):
        read_entry(body)


def test_there_is_a_largest_entry() -> None:
    room = BODY_BYTES_MAX - len(orjson.dumps({**BODY, "data": {"x": ""}}))
    assert read_entry(orjson.dumps({**BODY, "data": {"x": "a" * room}}))
    with pytest.raises(EntryInvalid):
        read_entry(orjson.dumps({**BODY, "data": {"x": "a" * (room + 1)}}))


def test_what_has_no_place_in_an_entry_is_not_written() -> None:
    with pytest.raises(NotCanonical):
        write_entry(Entry("S1-1", 3, 17, "0" * 32, "order", 1, "f" * 32, 2, "weak", {"amount": 1.5}))


@pytest.mark.parametrize(
    ("kind", "data", "effects"),
    [
        ("order", {"order_id": "o", "member": None, "points": 0}, (Effect("order", "o"),)),
        ("order", {"order_id": "o", "member": {"ref": "M1"}, "points": 0}, (Effect("order", "o"),)),
        ("order", {"order_id": "o", "member": {"ref": "M1"}, "points": 5}, (
            Effect("order", "o"), Effect("points_pending", "M1", 5))),
        ("redeem", {"redemption_id": "r", "code_hash": "h"}, (
            Effect("redemption", "r"), Effect("voucher_use", "h", 1))),
        ("refuse", {"redemption_id": "r", "code_hash": "h"}, (Effect("redemption", "r"),)),
        ("scan_denied", {}, ()),
        ("something_new", {}, ()),
    ],
)  # fmt: skip
def test_what_an_entry_does_to_the_overlay(kind: str, data: dict, effects: tuple[Effect, ...]) -> None:
    assert effects_of(kind, data) == effects
