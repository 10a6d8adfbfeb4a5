"""Codewords spoiled and corrected: as many errors and erasures as can be, and never anything else than was written."""

from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode.base import RSBlock
from qrcode.util import BitBuffer, create_bytes

from scanner.reed_solomon import SPARE, corrected

CHECKS = 16


def written(payload: bytes) -> list[int]:
    """The payload and its check words, as another program makes them."""
    buffer = BitBuffer()
    for byte in payload:
        buffer.put(byte, 8)
    return [int(word) for word in create_bytes(buffer, [RSBlock(len(payload) + CHECKS, len(payload))])]


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=4, max_size=40).filter(any), st.data())
def test_what_can_be_corrected_is(payload: bytes, chance: st.DataObject) -> None:
    words = written(payload)
    erased = chance.draw(st.integers(0, CHECKS - SPARE))
    wrong = chance.draw(st.integers(0, (CHECKS - SPARE - erased) // 2))
    places = chance.draw(st.permutations(range(len(words))))[: erased + wrong]
    spoiled = list(words)
    for place in places:
        spoiled[place] ^= chance.draw(st.integers(1, 255))
    assert corrected(spoiled, CHECKS, sorted(places[:erased])) == words


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=30, max_size=40).filter(any), st.integers(0, 2**32))
def test_what_is_beyond_is_left_alone(payload: bytes, seed: int) -> None:
    words = written(payload)
    spoiled = [word ^ (1 + (seed * 7919 + place * 104729) % 255) for place, word in enumerate(words)]
    assert corrected(spoiled, CHECKS, []) is None
