"""Logos are whole pictures: what was cut off or spoilt on its way is refused before a station gets it."""

import struct
import zlib

import pytest

from app.core.brand import PNG, Brand, BrandInvalid
from hq.brand.service import publishable
from tests.core.test_brand import chunk, png


def picture(*, packed=None, colour=0, interlace=0, lines=bytes(286)):
    """A PNG of 16 by 16 pixels, whose lines in Adam7's seven passes come to 6, 6, 10, 20, 36, 72 and 136 bytes."""
    header = struct.pack(">IIBBBBB", 16, 16, 8, colour, 0, 0, interlace)
    packed = zlib.compress(lines) if packed is None else packed
    return PNG + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND")


def test_a_logo_is_taken_whole_or_not_at_all():
    for good in (png(), picture(interlace=1), picture(lines=bytes(272)), picture(colour=2, lines=bytes(784))):
        assert publishable(Brand(logo=good)).logo == good
        for end in range(len(PNG) + 25, len(good)):
            with pytest.raises(BrandInvalid, match="not whole"):
                publishable(Brand(logo=good[:end]))
        for place in (-14, -20):  # the sum of the pixels' chunk, and the pixels
            spoilt = bytearray(good)
            spoilt[place] ^= 1
            with pytest.raises(BrandInvalid, match="not whole"):
                publishable(Brand(logo=bytes(spoilt)))
    short = picture(interlace=1, lines=bytes(285)), picture(lines=bytes(271)), picture(packed=b"nothing")
    for wrong in (*short, picture(colour=3), picture(colour=1), picture(interlace=2), png() + b"more"):
        with pytest.raises(BrandInvalid, match="not whole"):
            publishable(Brand(logo=wrong))
