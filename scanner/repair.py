"""The modules of a QR code put right by its own check words, where some modules are known to be unsure.

A decoder takes every module for certain, so it corrects half as many codewords as there are check words. Codewords with
unsure modules (under glare, in a stain) are left out here first, more of them with every try (ISO/IEC 18004, 7.5 and
7.9). The text is a decoder's business: what comes out is the whole code again.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from qrcode.base import RSBlock, rs_blocks
from qrcode.util import BCH_type_info, mask_func, pattern_position

from scanner.reed_solomon import SPARE, corrected

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

DOUBTS: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7)
"""How sure the least sure module of a codeword must be for it to count, try by try."""
FORMAT_BITS: Final = 15
FORMAT_WRONG_MAX: Final = 3
"""Bits that may be wrong in the better copy of level and mask: any two of the 32 words differ in seven."""
VERSION_TOLD: Final = 7


def repaired(light: Bools, sure: Floats) -> Bools | None:
    """Return the code's modules (True is light) with all codewords corrected, None where too many are wrong.

    `sure` tells of each module how sure it is, 0 to about 1.
    """
    level, mask, wrong = _format(light)
    if wrong > FORMAT_WRONG_MAX:
        return None
    size = len(light)
    version = (size - 17) // 4
    rows, columns = _order(version)
    flips = _mask(mask, size)[rows, columns]
    bits = ~light[rows, columns] ^ flips
    count = bits.size // 8
    words = np.packbits(bits[: count * 8]).astype(int)
    sures = sure[rows, columns][: count * 8].reshape(-1, 8).min(axis=1)
    for block, places in _blocks(version, level):
        fixed = _fixed(words[places], sures[places], block.total_count - block.data_count)
        if fixed is None:
            return None
        words[places] = fixed
    right = np.pad(np.unpackbits(words.astype(np.uint8)).astype(np.bool_), (0, bits.size - count * 8))
    whole = light.copy()
    whole[rows, columns] = ~(right ^ flips)
    for copy in _format_places(size):
        for bit, place in enumerate(copy):
            whole[place] = not _format_word(level, mask) >> bit & 1
    return whole


def _fixed(words: NDArray[np.int_], sures: Floats, checks: int) -> list[int] | None:
    order = np.argsort(sures)
    for doubt in DOUBTS:
        unsure = min(int((sures < doubt).sum()), checks - SPARE)
        if unsure or doubt == 0:
            fixed = corrected(words.tolist(), checks, order[:unsure].tolist())
            if fixed is not None:
                return fixed
    return None


# --- where everything is ---------------------------------------------------------------------------------------------


def _blocks(version: int, level: int) -> list[tuple[RSBlock, list[int]]]:
    """Return the blocks, each with the places of its codewords: they take turns, first the data, then the checks."""
    blocks = rs_blocks(version, level)
    places: list[list[int]] = [[] for _ in blocks]
    at = 0
    for part in (
        [block.data_count for block in blocks],
        [each.total_count - each.data_count for each in blocks],
    ):
        for turn in range(max(part)):
            for mine, count in zip(places, part, strict=True):
                if turn < count:
                    mine.append(at)
                    at += 1
    return list(zip(blocks, places, strict=True))


@cache
def _order(version: int) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Return rows and columns of the data modules in the order in which codewords are laid."""
    size = 17 + 4 * version
    free = np.ones((size, size), dtype=np.bool_)
    free[:9, :9] = free[:9, size - 8 :] = free[size - 8 :, :9] = False
    free[6, :] = free[:, 6] = False
    for y in pattern_position(version):
        for x in pattern_position(version):
            if (x, y) not in ((6, 6), (6, size - 7), (size - 7, 6)):
                free[y - 2 : y + 3, x - 2 : x + 3] = False
    if version >= VERSION_TOLD:
        free[:6, size - 11 : size - 8] = free[size - 11 : size - 8, :6] = False
    places = []
    for turn, right in enumerate(range(size - 1, 0, -2)):
        left = right - (right <= 6)  # the column of the timing pattern is left out
        rows = range(size) if turn % 2 else range(size - 1, -1, -1)
        places += [(row, column) for row in rows for column in (left, left - 1) if free[row, column]]
    found = np.array(places)
    return found[:, 0], found[:, 1]


@cache
def _mask(mask: int, size: int) -> Bools:
    flips = mask_func(mask)
    return np.array([[flips(row, column) for column in range(size)] for row in range(size)], dtype=np.bool_)


def _format_places(size: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return where the bits of both copies of level and mask are, the lowest first."""
    bits = range(FORMAT_BITS)
    upright = [(bit if bit < 6 else bit + 1 if bit < 8 else size - FORMAT_BITS + bit, 8) for bit in bits]
    level = [(8, size - bit - 1 if bit < 8 else 7 if bit == 8 else FORMAT_BITS - bit - 1) for bit in bits]
    return upright, level


def _format_word(level: int, mask: int) -> int:
    return int(BCH_type_info(level << 3 | mask))


def _format(light: Bools) -> tuple[int, int, int]:
    """Return level and mask by the likeliest word, and how many bits are wrong in its better copy."""
    copies = [[not light[place] for place in copy] for copy in _format_places(len(light))]

    def wrong(value: int) -> int:
        word = _format_word(value >> 3, value & 7)
        return min(sum(bit != (word >> place & 1) for place, bit in enumerate(copy)) for copy in copies)

    value = min(range(32), key=wrong)
    return value >> 3, value & 7, wrong(value)
