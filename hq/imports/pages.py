"""What pages of imports of every kind show of a file. The pieces of their templates are `imports/parts.html`."""

from typing import Any

from hq.home import Hq
from hq.imports.service import Import, problems_of
from hq.jobs.service import find_job

PROBLEMS_SHOWN = 50


def shown_of(hq: Hq, found: Import) -> dict[str, Any]:
    """Return how far a file's job is, and what was wrong with its first rows."""
    problems = problems_of(hq, found)
    return {
        "found": found,
        "job": find_job(hq, found.job) if found.job else None,
        "problems": problems[:PROBLEMS_SHOWN],
        "more": max(len(problems) - PROBLEMS_SHOWN, 0),
    }
