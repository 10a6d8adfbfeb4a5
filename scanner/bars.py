"""EAN and UPC read as a whole: every digit weighed on many lines, where readers that look for edges give up.

Readers measure how wide bars are, so a code is lost when one edge is: by blur, glare, a crease. Here each line across
the bars is compared with what every digit would look like (by normalised correlation, at several blurs). The best chain
of guards and digits is found by dynamic programming, in which modules may stretch, as they do on a bent or tilted
label. What the digits' likelihoods of all lines add up to gives the best number with a valid check digit (ISO/IEC
15420).

A number is plausible if each half of the lines says the same and no digit of it fits badly; sure if it stands out from
the next best one by a margin, too.
Limits: EAN-13 with UPC-A, and EAN-8; dark bars on light; modules of at least 0.7 pixels.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanner.decode import Format, Grey, Symbol
from scanner.opencv import cv2
from scanner.regions import Floats, Region

SAMPLES: Final = 4  # a module
DIGIT: Final = 7 * SAMPLES
LINES: Final = 16
BLURS: Final = (0.35, 0.7, 1.05, 1.4)
"""Standard deviations in modules."""
BLUR_FIRST: Final = 0.7
SCALES: Final = 1.06 ** np.arange(-6, 5)
"""Sizes of a module that are tried, of the region's length over the modules of a code: its ends are not exact."""
MODULE_PX_MIN: Final = 0.7
STRETCHES: Final = ((0, 0.0), (-1, 0.02), (1, 0.02), (-2, 0.05), (2, 0.05))
"""Samples by which a digit may be longer or shorter, and what that costs of its correlation."""
LIKENESS_MIN: Final = 0.7
FIT_MIN: Final = 0.6
DOUBTFUL_MARGIN: Final = 0.4
SURE_MARGIN: Final = {12: 1.3, 8: 2.0}
"""By the digits that are drawn. An EAN-8 says less: it has no parities, and is found within longer codes."""
WEAKEST_MIN: Final = 1.0
"""Likelihood of the digit that fits worst. Of bars that are no EAN some number always is the likeliest, even
by a margin: its worst digit was below 0.9. Of EANs that nobody else reads the worst was 1.5."""
NOTHING: Final = -9.0
CHOICES: Final = 4

# ISO/IEC 15420, tables 1 and 2: what digits look like on the left, by parity, and on the right; 1 is dark.
ODD: Final = [
    "0001101",
    "0011001",
    "0010011",
    "0111101",
    "0100011",
    "0110001",
    "0101111",
    "0111011",
    "0110111",
    "0001011",
]
RIGHT: Final = ["".join("10"[int(module)] for module in digit) for digit in ODD]
EVEN: Final = [digit[::-1] for digit in RIGHT]
PARITIES: Final = [
    "OOOOOO",
    "OOEOEE",
    "OOEEOE",
    "OOEEEO",
    "OEOOEE",
    "OEEOOE",
    "OEEEOO",
    "OEOEOE",
    "OEOEEO",
    "OEEOEO",
]
START, MIDDLE, END = 30, 31, 32  # places of the guards among the templates, behind the digits


@dataclass(frozen=True, slots=True)
class Number:
    """A number with a valid check digit, and how much likelier it is than the next best."""

    text: str
    margin: float
    is_plausible: bool

    @property
    def format(self) -> Format:
        """Which kind of code."""
        return Format.EAN13 if len(self.text) == 13 else Format.EAN8

    @property
    def is_sure(self) -> bool:
        """Whether it may be believed without another look."""
        return self.is_plausible and self.margin > SURE_MARGIN[12 if self.format is Format.EAN13 else 8]

    def symbol(self, region: Region) -> Symbol:
        """Return it as others read it."""
        aim = "]E0" if self.format is Format.EAN13 else "]E4"
        return Symbol(self.format, self.text, self.text.encode(), aim, region.corners())


class _Chains(NamedTuple):
    """How well the best chain fits each line, and where its blocks begin, (blocks, lines)."""

    fit: Floats
    places: NDArray[np.intp]
    scores: Floats


def numbers(grey: Grey, region: Region) -> Iterator[Number]:
    """Return what may stand in a region, an EAN-8 only if no EAN-13 is sure."""
    lines = region.lines(grey, LINES)
    if _likeness(lines) < LIKENESS_MIN:
        return
    for digits in (12, 8):
        number = _best_number(lines, region.length, digits)
        if number is not None and number.is_plausible:
            yield number
            if number.is_sure:
                return


def _likeness(lines: Floats) -> float:
    """How much neighbouring lines look alike: bars do, print and grain don't."""
    rough = lines - cv2.blur(lines, (25, 1))
    size = np.sqrt((rough * rough).sum(axis=1)) + 1
    return float(np.median((rough[1:] * rough[:-1]).sum(axis=1) / (size[1:] * size[:-1])))


def _best_number(lines: Floats, length: float, digits: int) -> Number | None:
    """Find size and direction on four of the lines, then read all of them; both directions where they are close."""
    some = lines[2 :: len(lines) // 4]
    both = np.concatenate([some, some[:, ::-1]])
    tried = []
    for module_px in length / (7 * digits + 11) * SCALES:
        chains = _chains(both, module_px, BLUR_FIRST, digits)
        if chains is not None:
            for is_turned, fits in enumerate((chains.fit[: len(some)], chains.fit[len(some) :])):
                tried.append((float(np.sort(fits)[-2:].mean()), module_px, bool(is_turned)))
    tried.sort(reverse=True)
    best: Number | None = None
    seen: set[bool] = set()
    for fit, module_px, is_turned in tried:
        if fit < max(FIT_MIN, tried[0][0] - 0.05) or (best is not None and best.is_sure):
            break
        if is_turned not in seen:
            seen.add(is_turned)
            number = _read(lines[:, ::-1] if is_turned else lines, module_px, digits)
            if number is not None and (best is None or _rank(number) > _rank(best)):
                best = number
    return best


def _rank(number: Number) -> tuple[bool, float]:
    return number.is_plausible, number.margin


def _read(lines: Floats, module_px: float, digits: int) -> Number | None:
    """Read lines whose modules are about so large: at the blur that fits best, then the size."""
    by_blur = {blur: chains for blur in BLURS if (chains := _chains(lines, module_px, blur, digits))}
    if not by_blur:
        return None
    blur = max(by_blur, key=lambda each: _fit_of_all(by_blur[each]))
    by_size = [_chains(lines, module_px * factor, blur, digits) for factor in (0.97, 1.03)]
    best = max([by_blur[blur], *(each for each in by_size if each)], key=_fit_of_all)
    likelihoods = _likelihoods(best, digits)
    good = np.flatnonzero(best.fit > max(FIT_MIN, float(best.fit.max()) - 0.15))
    if good.size < 3:
        return None
    found = _best_two(likelihoods[good].mean(axis=0))
    if len(found) < 2:
        return None
    margin = found[0][0] - found[1][0]
    text = found[0][1]
    is_plausible = (
        margin > DOUBTFUL_MARGIN
        and _weakest(likelihoods[good].mean(axis=0), text) > WEAKEST_MIN
        and all(
            [said for _, said in _best_two(likelihoods[half].mean(axis=0))][:1] == [text]
            for half in (good[::2], good[1::2])
        )
    )
    return Number(text, margin, is_plausible)


def _weakest(table: NDArray[np.float64], text: str) -> float:
    """Return how well the digit that fits worst fits."""
    if len(table) == 8:
        drawn, parities = text, "O" * 8
    else:
        drawn, parities = text[1:], PARITIES[int(text[0])] + "O" * 6
    return min(
        float(row[int(digit) + (10 if parity == "E" else 0)])
        for row, digit, parity in zip(table, drawn, parities, strict=True)
    )


def _fit_of_all(chains: _Chains) -> float:
    return float(np.sort(chains.fit)[-6:].mean())


# --- what digits look like -------------------------------------------------------------------------------------------


@cache
def _templates(blur: float) -> Floats:
    """Return digits on the left (odd, even), on the right, and the guards, with mean 0 and length 1, (samples, 33)."""
    rows = [_template(digit, "01", "01", blur) for digit in (*ODD, *EVEN)]
    rows += [_template(digit, "10", "10", blur) for digit in RIGHT]
    rows.append(
        _template("0001010", "00", "01", blur)
    )  # a quiet zone's last modules and the first of a digit
    rows.append(
        _template("1010101", "01", "01", blur)
    )  # the middle guard between two modules of its neighbours
    rows.append(_template("0101000", "01", "00", blur))
    return np.array(rows, dtype=np.float32).T.copy()


def _template(modules: str, before: str, after: str, blur: float) -> NDArray[np.float64]:
    """Return blurred samples of modules between their neighbours, which all digits have alike."""
    finer = 4 * SAMPLES
    flat = np.repeat([0.0 if module == "1" else 1.0 for module in before + modules + after], finer)
    reach = int(blur * finer * 3)
    kernel = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * (blur * finer) ** 2))
    smooth = np.convolve(np.pad(flat, reach, mode="edge"), kernel / kernel.sum(), "valid")
    first = len(before) * finer
    samples = smooth[first : first + len(modules) * finer].reshape(-1, 4).mean(axis=1)
    samples -= samples.mean()
    return np.asarray(samples / np.linalg.norm(samples), dtype=np.float64)


def _scores(lines: Floats, module_px: float, blur: float) -> Floats:
    """Return how well each template fits at each sample of each line, (lines, samples, 33), from -1 to 1."""
    step = module_px / SAMPLES
    if step > 1.5:
        lines = cv2.blur(lines, (round(step), 1)).astype(np.float32)
    at = (np.arange(int(lines.shape[1] / step)) + 0.5) * step - 0.5
    low = np.clip(np.floor(at).astype(int), 0, lines.shape[1] - 2)
    part = np.clip(at - low, 0, 1).astype(np.float32)
    rows = lines[:, low] * (1 - part) + lines[:, low + 1] * part
    windows = np.lib.stride_tricks.sliding_window_view(rows, DIGIT, axis=1)
    raw = (windows.reshape(-1, DIGIT) @ _templates(blur)).reshape(*windows.shape[:2], -1)
    # The templates' mean is 0, so a window's own needn't be taken off; its spread comes from running sums.
    sums, squares = (
        np.cumsum(np.pad(each, ((0, 0), (1, 0))), axis=1, dtype=np.float64) for each in (rows, rows * rows)
    )
    total, square = sums[:, DIGIT:] - sums[:, :-DIGIT], squares[:, DIGIT:] - squares[:, :-DIGIT]
    spread = np.sqrt(np.maximum(square - total * total / DIGIT, 1e-6)).astype(np.float32)
    # Where a line is nearly even, as under glare, whatever it looks like says little.
    usual = np.percentile(spread, 80, axis=1, keepdims=True)
    weight = np.minimum(1, spread / (0.25 * usual + 1e-3)) * (spread > DIGIT**0.5)
    return np.asarray(raw * (weight / spread)[:, :, None], dtype=np.float32)


# --- where they stand ------------------------------------------------------------------------------------------------


@cache
def _blocks(digits: int) -> tuple[tuple[str, int], ...]:
    """Return the blocks of a code, and samples from each to the next. The middle guard's begins a module early."""
    half = digits // 2 - 1
    left = [("left", DIGIT)] * half + [("left", DIGIT - SAMPLES)]
    right = [("right", DIGIT)] * half + [("right", DIGIT - SAMPLES)]
    return (("start", 6 * SAMPLES), *left, ("middle", 6 * SAMPLES), *right, ("end", 0))


def _chains(lines: Floats, module_px: float, blur: float, digits: int) -> _Chains | None:
    """Return the best chain of blocks on each line, None where modules are too small or lines too short."""
    if module_px < MODULE_PX_MIN or lines.shape[1] < (7 * digits + 12) * module_px:
        return None
    scores = _scores(lines, module_px, blur)
    of_block = {
        "start": scores[:, :, START],
        "left": scores[:, :, : 20 if digits == 12 else 10].max(axis=2),
        "middle": scores[:, :, MIDDLE],
        "right": scores[:, :, 20:30].max(axis=2),
        "end": scores[:, :, END],
    }
    blocks = _blocks(digits)
    best = of_block["start"]
    count, width = best.shape
    every = np.arange(count)
    ways = []
    for (_, step), (name, _) in pairwise(blocks):
        reached = np.full((len(STRETCHES), count, width), -1e3, dtype=np.float32)
        for place, (stretch, cost) in enumerate(STRETCHES):
            reached[place, :, step + stretch :] = best[:, : width - step - stretch] - cost
        best = reached.max(axis=0) + of_block[name]
        ways.append((reached, step))
    at = best.argmax(axis=1)
    fit = best[every, at] / len(blocks)
    places = [at]
    stretches = np.array([stretch for stretch, _ in STRETCHES])
    for reached, step in reversed(ways):
        at = at - step - stretches[reached[:, every, at].argmax(axis=0)]
        places.append(at)
    return _Chains(fit, np.array(places[::-1]), scores)


def _likelihoods(chains: _Chains, digits: int) -> NDArray[np.float64]:
    """Return the log-likelihood of each digit at each place, even parity behind odd, (lines, digits, 20)."""
    half = digits // 2
    every = np.arange(len(chains.fit))
    table = np.full((len(chains.fit), digits, 20), NOTHING)
    for digit, block in enumerate((*range(1, half + 1), *range(half + 2, digits + 2))):
        row = -np.log(1.06 - np.clip(chains.scores[every, chains.places[block]], -1, 1))
        if digit < half:
            table[:, digit] = row[:, :20]
        else:
            table[:, digit, :10] = row[:, 20:30]
    return table


# --- what they say ---------------------------------------------------------------------------------------------------


def _best_two(table: NDArray[np.float64]) -> list[tuple[float, str]]:
    """Return the two likeliest numbers with a valid check digit and known parities, and how likely each is."""
    found: list[tuple[float, str]] = []
    digits = len(table)
    for first in range(10) if digits == 12 else (0,):
        # An EAN-13's first digit isn't drawn: the others' parities tell it. It counts once in the check sum.
        states = {first: [(0.0, str(first) if digits == 12 else "")]}
        for place in range(digits):
            is_even = digits == 12 and place < 6 and PARITIES[first][place] == "E"
            row = table[place, 10:20] if is_even else table[place, :10]
            states = _extended(states, row, 1 if place % 2 else 3)
        found += states.get(0, [])
    return sorted(found, reverse=True)[:2]


def _extended(
    states: dict[int, list[tuple[float, str]]], row: NDArray[np.float64], weight: int
) -> dict[int, list[tuple[float, str]]]:
    """Add a digit to the two best beginnings for each check sum."""
    longer: dict[int, list[tuple[float, str]]] = {}
    for digit in np.argsort(-row)[:CHOICES].tolist():
        likelihood = float(row[digit])
        for rest, beginnings in states.items():
            longer.setdefault((rest + weight * digit) % 10, []).extend(
                (sofar + likelihood, f"{text}{digit}") for sofar, text in beginnings
            )
    return {rest: sorted(each, reverse=True)[:2] for rest, each in longer.items()}
