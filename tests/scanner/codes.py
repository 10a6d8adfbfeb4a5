"""Codes as shops have them, all different, and a seeded way to cut their bytes into pieces."""

import random
from collections.abc import Iterator

from app.core.codes import number

CARDS = (
    lambda n: number("M", f"{n:010d}"),
    lambda n: number("V", f"{n:013d}"),
    lambda n: "L2:" + ("6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE" * 4)[:156] + f"{n:05d}",
    lambda n: f"https://id.example/8018/{n:018d}?17=301231",
    lambda n: f"255950110153{n:05d}\x1d8018395012345{n:09d}",
    lambda n: f"Çiğdem Öztürk {n} 안녕",
)


def different(count: int, rng: random.Random) -> list[str]:
    """Return so many codes of all kinds in random order."""
    return [rng.choice(CARDS)(n) for n in range(count)]


def pieces(data: bytes, rng: random.Random) -> Iterator[bytes]:
    """Cut bytes anywhere: single bytes, a few, hundreds."""
    at = 0
    while at < len(data):
        size = rng.choice((1, 1, 2, 3, 7, 16, 64, 300))
        yield data[at : at + size]
        at += size
