"""A brand as the document that head office signs.

Its body is canonical JSON; what is empty is left out, and what only a newer HQ says is left alone:

    {"color": "#7A1E48", "logo": "iVBORw0…", "name": "Blue Bean", "portal": "https://…", "version": 3,
     "white_label": true}

No money hangs on it: a station takes whichever version HQ names as its newest, if HQ's key signed it.
"""

from base64 import b64decode, b64encode
from typing import Any

import orjson

from app.core.brand import Brand, BrandInvalid, checked
from app.core.canonical import INTEGER_MAX, canonical


def write_brand(version: int, brand: Brand) -> bytes:
    """Return the canonical body of a brand."""
    told = {
        "color": brand.color,
        "logo": b64encode(brand.logo).decode("ascii"),
        "name": brand.name,
        "portal": brand.portal,
        "white_label": brand.is_white_label,
    }
    return canonical({"version": version} | {key: value for key, value in told.items() if value})


def read_brand(body: bytes) -> tuple[int, Brand]:
    """Return the version and the brand in it. Raises `BrandInvalid`."""
    try:
        found: Any = orjson.loads(body)
        version = found["version"]
        brand = Brand(
            _text(found, "name"),
            _text(found, "color"),
            b64decode(_text(found, "logo"), validate=True),
            _text(found, "portal"),
            found.get("white_label") is True,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise BrandInvalid("no brand in a form we know") from problem
    if type(version) is not int or not 0 < version <= INTEGER_MAX:
        raise BrandInvalid("no brand with a version")
    return version, checked(brand)


def _text(found: Any, key: str) -> str:
    text = found.get(key, "")
    if type(text) is not str:
        raise TypeError("a text that is none")
    return text
