"""A language for finding faults: a whole catalogue that is made of the English, as large and as strange as it must be.

Each sentence grows by 130 % (the measured 90th percentile of Russian), wears accents and stands in brackets, so that
what is cut off or was never translated shows. Placeholders such as `{missing}` come through whole. It is written,
compiled and read as the catalogues of people are: what no extractor finds stays English here, as it would there.
"""

import re
from functools import cache
from gettext import NullTranslations

from resources.load import compiled
from ui.catalogue import template

GROWTH = 2.3  # length of a pseudo sentence for one of English: +130 %
PLACEHOLDER = re.compile(r"(\{[^{}]*\})")
ACCENTED = str.maketrans("ACDEGIKLNORSTUYZacdegiklnorstuyz", "ÅÇĐÉĜÎĶĻÑÖŘŠŢÛÝŽåçđéĝîķļñöřšţûýž")
FILLING = "lorem ipsum dolor amet elit sed magna urna vitae nulla "  # words, so that lines can break as in a language


def pseudo(message: str) -> str:
    """Return `message` in the pseudo language."""
    parts = PLACEHOLDER.split(message)
    length = sum(len(part) for part in parts[::2])
    missing = max(0, round(length * GROWTH) - length - len("[ ]"))
    filling = (FILLING * (missing // len(FILLING) + 1))[:missing].strip()
    accented = "".join(part if place % 2 else part.translate(ACCENTED) for place, part in enumerate(parts))
    return f"[{accented} {filling.translate(ACCENTED)}]" if filling else f"[{accented}]"


@cache  # what is said stays the same while a process runs
def translations() -> NullTranslations:
    """Return gettext of this language."""
    return compiled(template(pseudo).encode())
