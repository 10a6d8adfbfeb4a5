"""Pictures whose codes are known: a folder with a truth.jsonl, or frames that bench/_scan_frames.py draws.

An object a line: `path` within the folder, `family`, and `expected`, a list of `{"text":…}` or `{"base64":…}`; where it
is empty nothing may be read. The folder stays where it is; the project holds none of these pictures.
"""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.decode import Grey
from scanner.picture import PictureUnreadable, grey_of

TRUTH = "truth.jsonl"
UPC_A_DIGITS = 12


@dataclass(frozen=True)
class Picture:
    """One picture and what it says; `grey` is None where nothing could be unpacked."""

    name: str
    family: str
    expected: Counter[bytes]
    grey: Grey | None


def pictures(folder: Path) -> Iterator[Picture]:
    """Return the pictures of a folder in the order of its truth, each unpacked when its turn comes."""
    for line in (folder / TRUTH).read_text("utf-8").splitlines():
        truth = json.loads(line)
        yield Picture(
            name=truth["path"],
            family=truth["family"],
            expected=Counter(map(_payload, truth["expected"])),
            grey=_grey(folder / truth["path"]),
        )


def as_ean(payload: bytes) -> bytes:
    """Return UPC-A in the form in which others give it too: as an EAN-13 with a leading 0."""
    return b"0" + payload if payload.isdigit() and len(payload) == UPC_A_DIGITS else payload


def _payload(symbol: dict[str, Any]) -> bytes:
    return as_ean(base64.b64decode(symbol["base64"]) if "base64" in symbol else symbol["text"].encode())


def _grey(path: Path) -> Grey | None:
    try:
        return grey_of(path.read_bytes())
    except PictureUnreadable:
        return None
