"""What is read of pictures with codes, side by side with pyzbar, zxing-cpp, OpenCV, and the union of the first two.

`--corpus DIR` reads a folder that holds a truth.jsonl: all QR codes must be read, of every other family as many as the
union reads, nothing wrong, and nothing where nothing is. `--synthetic --seed N` draws 216 frames (_scan_frames.py), of
which at least eight more must be read than zxing-cpp alone reads. The readers take turns, picture by picture; times
are of the clock, one thread each, without unpacking the file.
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench._report import Line, p95
from bench._scan_corpus import TRUTH, Picture, as_ean, pictures
from bench._scan_frames import frames
from bench._scan_hard import hard_frames
from bench._scan_readers import READERS, Read

OURS, UNION = "tillside", "union"
UNION_OF = ("pyzbar", "zxing-cpp")
QR = "qr"
MORE_THAN_ZXING = 8


@dataclass
class Score:
    """How one reader did on one family."""

    expected: int = 0
    read: int = 0
    wrong: int = 0  # read as something else, or read beside what is there
    false: int = 0  # read where nothing is
    times_ms: list[float] = field(default_factory=list)


Scores = dict[str, dict[str, Score]]
"""By family, by reader."""


def run(words: list[str]) -> list[Line]:
    """Read, print the table of families, and return what is held against a limit."""
    asked = _asked(words)
    source = _source(asked)
    readers = (OURS,) if asked.alone else tuple(READERS)
    scores: Scores = defaultdict(lambda: defaultdict(Score))
    steps: Counter[str] = Counter()
    for picture in source:
        if picture.grey is None:
            print(f"unreadable: {picture.name}")
            continue
        _score(picture, readers, scores[picture.family], steps, is_told=asked.tell)
    print(_table(scores, (*readers, UNION) if not asked.alone else readers))
    print("read by step: " + ", ".join(f"{name} {count}" for name, count in steps.most_common()))
    if asked.alone or asked.hard:
        return []
    return _judged_frames(scores) if asked.synthetic else _judged_corpus(scores)


def _source(asked: argparse.Namespace) -> Iterator[Picture]:
    if asked.hard:
        return hard_frames(asked.seed)
    return frames(asked.seed) if asked.synthetic else pictures(asked.corpus)


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench scan")
    parser.add_argument("--corpus", type=Path, help=f"a folder with a {TRUTH}")
    parser.add_argument("--synthetic", action="store_true", help="216 frames drawn from a seed")
    parser.add_argument("--hard", action="store_true", help="harder frames, nothing is judged")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alone", action="store_true", help="only ours, and nothing is judged")
    parser.add_argument("--tell", action="store_true", help="name the pictures that ours misses or misreads")
    asked = parser.parse_args(words)
    if not (asked.synthetic or asked.hard) and (asked.corpus is None or not (asked.corpus / TRUTH).is_file()):
        parser.error(f"--corpus takes a folder that holds a {TRUTH}; --synthetic needs none")
    return asked


def _score(
    picture: Picture,
    readers: Iterable[str],
    by_reader: dict[str, Score],
    steps: Counter[str],
    *,
    is_told: bool,
) -> None:
    """Let each read the picture and count what it read; the union is put together of what two of them read."""
    assert picture.grey is not None, "who calls has looked"
    right: dict[str, Counter[bytes]] = {}
    others: dict[str, set[bytes]] = {}
    for name in readers:
        began = time.perf_counter()
        reads = READERS[name](picture.grey)
        by_reader[name].times_ms.append((time.perf_counter() - began) * 1e3)
        right[name], others[name] = _sorted_out(reads, picture.expected)
        if name == OURS:
            steps.update(read.step for read in reads if _form(read, picture.expected) in picture.expected)
            if is_told and (others[name] or right[name] != picture.expected):
                print(
                    f"{picture.name}: missed {[*(picture.expected - right[name])]}, wrong {[*others[name]]}"
                )
    if all(name in right for name in UNION_OF):
        right[UNION] = right[UNION_OF[0]] | right[UNION_OF[1]]
        others[UNION] = others[UNION_OF[0]] | others[UNION_OF[1]]
    for name, found in right.items():
        score = by_reader[name]
        score.expected += picture.expected.total()
        score.read += found.total()
        if picture.expected:
            score.wrong += len(others[name])
        else:
            score.false += len(others[name])


def _sorted_out(reads: Iterable[Read], expected: Mapping[bytes, int]) -> tuple[Counter[bytes], set[bytes]]:
    """Return the payloads that are there, each at most as often as it is, and the others."""
    found = Counter(_form(read, expected) for read in reads)
    return found & Counter(expected), set(found) - set(expected)


def _form(read: Read, expected: Mapping[bytes, int]) -> bytes:
    """Return the form of what was read that is expected, any if none is."""
    forms = [as_ean(form) for form in read.forms]
    return next((form for form in forms if form in expected), forms[0])


def _table(scores: Scores, readers: tuple[str, ...]) -> str:
    return "\n".join(_rows(scores, readers))


def _rows(scores: Scores, readers: tuple[str, ...]) -> Iterator[str]:
    width = max(len(family) for family in scores) + 2
    yield " " * width + f"{'':<11}{'read':>6}{'of':>6}{'wrong':>7}{'false':>7}{'median ms':>12}{'p95 ms':>10}"
    for family, by_reader in sorted(scores.items()):
        for name in readers:
            score = by_reader[name]
            times = f"{median(score.times_ms):12.1f}{p95(score.times_ms):10.1f}" if score.times_ms else ""
            yield (
                f"{family:<{width}}{name:<11}{score.read:6}{score.expected:6}{score.wrong:7}{score.false:7}{times}"
            )
            family = ""  # noqa: PLW2901 named once a family


def _judged_corpus(scores: Scores) -> list[Line]:
    lines = []
    for family, by_reader in sorted(scores.items()):
        ours, union = by_reader[OURS], by_reader[UNION]
        if ours.expected:
            least = ours.expected if family == QR else union.read
            lines.append(Line(f"{family}: read", "", (ours.read,), least=least, note=f"of {ours.expected}"))
    return [*lines, *_judged_for_all(scores)]


def _judged_frames(scores: Scores) -> list[Line]:
    def read(name: str) -> int:
        return sum(by_reader[name].read for by_reader in scores.values())

    least = read("zxing-cpp") + MORE_THAN_ZXING
    count = sum(by_reader[OURS].expected for by_reader in scores.values())
    line = Line(
        "read",
        "",
        (read(OURS),),
        least=least,
        note=f"of {count}; zxing-cpp {read('zxing-cpp')}, union {read(UNION)}",
    )
    return [line, *_judged_for_all(scores)]


def _judged_for_all(scores: Scores) -> list[Line]:
    ours = [by_reader[OURS] for by_reader in scores.values()]
    return [
        Line("wrong", "", (sum(score.wrong for score in ours),), limit=0),
        Line("read where nothing is", "", (sum(score.false for score in ours),), limit=0),
    ]
