"""What a terminal shows of a code drawn with half blocks, as a camera would see it."""

import re

import numpy as np

from scanner.decode import Grey

HALVES = {" ": (255, 255), "▄": (255, 0), "▀": (0, 255), "█": (0, 0)}
LINE = re.compile(r"\x1b\[30;107m([ ▄▀█]+)\x1b\[0m")


def seen(text: str, *, module_px: int = 4) -> Grey:
    """Paint the lines that are drawn black on white; others are left out."""
    lines = [[HALVES[char] for char in line] for line in LINE.findall(text)]
    halves = np.array(lines, dtype=np.uint8).transpose(0, 2, 1)
    modules = halves.reshape(-1, halves.shape[2])
    return modules.repeat(module_px, axis=0).repeat(module_px, axis=1)
