"""What people at head office wait for, on PostgreSQL: lists, reports, segments and batches of codes of large chains.

`--only PART`, several times if need be, measures parts alone; each has an HQ of its own.
"""

import argparse
from collections.abc import Callable, Mapping

from bench import _hq_lists, _hq_segments, _hq_vouchers
from bench._report import Line

REDEMPTIONS, MEMBERS = 1_000_000, 100_000
ROUNDS = 12  # of each request
PARTS: Mapping[str, Callable[[argparse.Namespace], list[Line]]] = {
    "lists": _hq_lists.run,
    "segments": _hq_segments.run,
    "codes": lambda _: _hq_vouchers.run(),
}


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    asked = _asked(words)
    return [line for part in asked.only or PARTS for line in PARTS[part](asked)]


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench hq")
    parser.add_argument(
        "--only", action="append", choices=PARTS, help="measure this part, and others that are named"
    )
    parser.add_argument("--redemptions", type=int, default=REDEMPTIONS, help="of lists and reports")
    parser.add_argument("--members", type=int, default=MEMBERS, help="who order and redeem there")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each list and report")
    parser.add_argument(
        "--in-segments", type=int, default=_hq_segments.MEMBERS, help="members of the segments' part"
    )
    parser.add_argument(
        "--db", help="URL of an empty PostgreSQL database for lists; without it a server of our own"
    )
    return parser.parse_args(words)
