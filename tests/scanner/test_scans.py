"""Photos of real codes, where somebody has them: TILLSIDE_SCANS names their folder.

The folder holds `truth.jsonl`, an object a picture: `path`, `family`, `expected` (each a `text` or a
`base64`). The project holds none of these pictures.
"""

import base64
import json
import os
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scanner.decode import Symbol
from scanner.picture import PictureUnreadable, read_file

SCANS = os.environ.get("TILLSIDE_SCANS", "")

pytestmark = pytest.mark.skipif(not SCANS, reason="TILLSIDE_SCANS names no folder of pictures")


@dataclass(frozen=True)
class Score:
    """How a family was read: symbols expected, read, and read as something else."""

    expected: int
    read: int
    wrong: tuple[str, ...]


def payloads(truth: dict[str, Any]) -> Counter[bytes]:
    return Counter(
        base64.b64decode(symbol["base64"]) if "base64" in symbol else as_ean(symbol["text"], truth).encode()
        for symbol in truth["expected"]
    )


def as_ean(text: str, truth: dict[str, Any]) -> str:
    """UPC-A in the form in which it is read: as an EAN-13 with a leading 0."""
    is_upc_a = truth["family"] == "ean" and len(text) == 12
    return f"0{text}" if is_upc_a else text


def read(path: Path) -> tuple[Symbol, ...]:
    try:
        return read_file(path)
    except PictureUnreadable:
        return ()


@cache
def score(family: str) -> Score:
    truths = [json.loads(line) for line in Path(SCANS, "truth.jsonl").read_text("utf-8").splitlines()]
    expected, found, wrong = Counter[str](), 0, []
    for truth in (truth for truth in truths if truth["family"] == family):
        wanted = payloads(truth)
        symbols = read(Path(SCANS, truth["path"]))
        got = Counter(symbol.raw if symbol.raw in wanted else symbol.text.encode() for symbol in symbols)
        expected[truth["path"]] = wanted.total()
        found += (wanted & got).total()
        wrong += [f"{truth['path']}: {text!r}" for text in got - wanted]
    print(f"{family}: {found} of {expected.total()} symbols in {len(expected)} pictures, wrong: {wrong}")
    return Score(expected=expected.total(), read=found, wrong=tuple(wrong))


def test_every_qr_code_is_read() -> None:
    qr = score("qr")
    assert qr.expected > 0
    assert (qr.read, qr.wrong) == (qr.expected, ())


def test_nothing_is_read_where_nothing_is() -> None:
    assert score("fp").wrong == ()


def test_every_code_128_is_read() -> None:
    code128 = score("code128")
    assert (code128.read, code128.wrong) == (code128.expected, ())


def test_retail_codes_are_read_better_than_by_both_readers_together_and_never_wrongly() -> None:
    ean = score("ean")
    assert ean.read >= 0.85 * ean.expected  # both together: 0.79
    assert ean.wrong == ()
