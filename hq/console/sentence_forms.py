"""Sentences with holes, found again in what was made of them: `There is no store {store_id}.`"""

import re
from collections.abc import Iterable

HOLE = re.compile(r"\{(\w+)\}")


def patterns_of(forms: Iterable[str]) -> list[tuple[re.Pattern[str], str]]:
    """Return forms as patterns, those with the most words first; a hole that stands twice is the same twice."""
    by_words = sorted(forms, key=lambda form: -len(HOLE.sub("", form)))
    return [(re.compile(_pattern(form), re.DOTALL), form) for form in by_words]


def _pattern(form: str) -> str:
    seen: set[str] = set()
    parts = []
    for nth, text in enumerate(HOLE.split(form)):
        if nth % 2 == 0:
            parts.append(re.escape(text))
        else:
            parts.append(f"(?P={text})" if text in seen else f"(?P<{text}>.*?)")
            seen.add(text)
    return "".join(parts)
