"""A brand's colour: what is drawn in it can be seen, and it is changed no more than that takes (UX A2.2)."""

import struct
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.brand import GROUNDS, LOGO_BYTES_MAX, NO_BRAND, PNG, Brand, BrandInvalid, checked
from app.core.brand_format import read_brand, write_brand
from app.core.colors import SHAPE_CONTRAST_MIN, TEXT_CONTRAST_MIN, contrast
from app.core.colors import _mixed as mixed
from ui.theme import THEMES

COLORS = st.integers(0, 0xFFFFFF).map("#{:06X}".format)


def png(width: int = 64, height: int = 64, *, padding: int = 0) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return (
        PNG
        + header
        + chunk(b"IDAT", zlib.compress(bytes((width + 1) * height)))
        + chunk(b"IEND")
        + bytes(padding)
    )


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    sum_of_it = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + sum_of_it


BRAND = Brand("Blue Bean", "#7A1E48", png(), "https://points.example/me", is_white_label=True)


def test_the_grounds_are_those_of_the_themes():
    assert {name: (worn.surface, worn.bg) for name, worn in THEMES.items()} == GROUNDS


@given(color=COLORS)
@example(color="#FFC233")  # amber: white on it would have 1.6
@example(color="#767676")  # as dark as white needs it, to the step
@example(color="#777777")
@example(color="#000000")
@example(color="#FFFFFF")
def test_every_colour_can_be_worn_by_every_theme(color):
    for theme, grounds in GROUNDS.items():
        fill, ink = Brand("x", color).worn(theme)
        assert all(contrast(fill, ground) >= SHAPE_CONTRAST_MIN for ground in grounds)
        assert contrast(ink, fill) >= TEXT_CONTRAST_MIN
        assert fill == color or not all(contrast(color, each) >= SHAPE_CONTRAST_MIN for each in grounds)


@given(color=COLORS)
def test_it_is_changed_as_little_as_it_takes(color):
    fill, _ = Brand("x", color).worn("light")
    steps = [mixed(color, "#000000", step) for step in range(256)]
    before = steps[: steps.index(fill)]
    assert not any(
        all(contrast(each, on) >= SHAPE_CONTRAST_MIN for on in GROUNDS["light"]) for each in before
    )


def test_without_a_colour_the_theme_keeps_its_own():
    assert NO_BRAND.worn("dark") is None


def test_a_document_says_what_was_said():
    assert read_brand(write_brand(3, BRAND)) == (3, BRAND)
    assert read_brand(write_brand(1, NO_BRAND)) == (1, NO_BRAND)
    newer = write_brand(3, BRAND).replace(b'"version"', b'"font":"Comic","version"')
    assert read_brand(newer) == (3, BRAND)


@pytest.mark.parametrize(
    ("brand", "told"),
    [
        (Brand(color="7A1E48"), "six digits"),
        (Brand(color="#7A1E4"), "six digits"),
        (Brand(name="x" * 61), "at most 60"),
        (Brand(name="x\u202eb"), "can be printed"),
        (Brand(is_white_label=True), "own must be known"),
        (Brand(portal="http://points.example"), "begins with https"),
        (Brand(portal="https://"), "begins with https"),
        (Brand(portal="https://a b"), "begins with https"),
        (Brand(logo=b"<svg/>"), "is a PNG"),
        (Brand(logo=PNG), "is a PNG"),
        (Brand(logo=png(padding=LOGO_BYTES_MAX)), "at most 96 KiB"),
        (Brand(logo=png(width=2_001)), "2001x64"),
        (Brand(logo=png(height=1)), "64x1"),
    ],
)
def test_what_cannot_be_worn_is_said(brand, told):
    with pytest.raises(BrandInvalid, match=told):
        checked(brand)
    if not brand.is_white_label:
        with pytest.raises(BrandInvalid):
            read_brand(write_brand(1, brand))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"version":true}',
        b'{"version":0}',
        b'{"version":1,"name":1}',
        b'{"version":1,"logo":"?"}',
    ],
)
def test_what_is_no_brand_is_refused(body):
    with pytest.raises(BrandInvalid):
        read_brand(body)


def test_a_name_and_a_colour_are_kept_in_one_form():
    assert checked(Brand("  Blue   Bean ", " #7a1e48 ")) == Brand("Blue Bean", "#7A1E48")
