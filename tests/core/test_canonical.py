"""Canonical bytes: the shortcut writes what the standard's own library writes, and refuses what it might not."""

import math
from datetime import date
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from app.core.canonical import INTEGER_MAX, NotCanonical, canonical, digest
from app.core.member import Member

texts = st.text(st.characters(exclude_categories=("Cs",)))
keys = st.text(st.characters(max_codepoint=127))
scalars = st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | texts
documents = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=20)


@given(documents)
def test_it_writes_what_the_standard_says(document) -> None:
    assert canonical(document) == rfc8785.dumps(document)


def test_control_characters_and_separators_are_written_as_the_standard_says() -> None:
    awkward = "".join(map(chr, range(0x20))) + '\x7f\x80"\\/\u2028\u2029\ufeff\uffff😀'
    assert canonical({awkward[:0x20]: awkward}) == rfc8785.dumps({awkward[:0x20]: awkward})


def test_keys_are_sorted_and_nothing_stands_between() -> None:
    assert (
        canonical({"b": [1, (True, None)], "a": "é", "B": -0})
        == '{"B":0,"a":"é","b":[1,[true,null]]}'.encode()
    )


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        math.nan,
        INTEGER_MAX + 1,
        -INTEGER_MAX - 1,
        2**64,
        "\ud800",
        {"é": 1},
        {"\ud800": 1},
        {1: 1},
        b"x",
        {1, 2},
        1j,
    ],
    ids=repr,
)
def test_what_has_no_sure_form_is_refused_wherever_it_stands(value) -> None:
    for document in (value, {"key": value}, [[value]]):
        with pytest.raises(NotCanonical):
            canonical(document)


UNSURE = (
    1.5,
    math.inf,
    INTEGER_MAX + 1,
    b"x",
    UUID(int=1),
    date.min,
    Fraction(1),
    Member("m", is_known=True),
)
doubtful = st.recursive(
    scalars | st.sampled_from(UNSURE),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(keys | st.just("é"), inner),
    max_leaves=8,
)


def is_sure(value: object) -> bool:
    """A second, slow reading of what may be signed."""
    if isinstance(value, dict):
        return all(key.isascii() and is_sure(inner) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return all(is_sure(inner) for inner in value)
    if type(value) is int:
        return abs(value) <= INTEGER_MAX
    return value is None or type(value) in (bool, str)


@given(doubtful)
def test_it_refuses_these_and_nothing_else(document) -> None:
    try:
        written = canonical(document)
    except NotCanonical:
        assert not is_sure(document)
    else:
        assert is_sure(document) and written == rfc8785.dumps(document)


def test_look_alikes_of_texts_are_refused() -> None:
    class Word(StrEnum):
        A = "a"

    for document in ({"key": Word.A}, {Word.A: 1}):
        with pytest.raises(NotCanonical):
            canonical(document)


def test_a_digest_is_sha_256() -> None:
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
