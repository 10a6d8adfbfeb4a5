"""Running cases and scenarios: each is decided by the engine and ends as passed, failed or not supported.

What is wrong with one case is said in words and never stops the others. Only a bug of ours gets through.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.cases.answers import answer
from app.cases.comparing import differences
from app.cases.files import Found, read_cases
from app.cases.reading import CaseInvalid, CaseUnknown, Spot
from app.cases.scenario_words import run_scenario
from app.cases.translate import translate
from app.core.decision import decide
from app.core.program import ProgramInvalid

log = logging.getLogger(__name__)
Translate = Callable[[str], str]  # gettext


class Result(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"


NAMES = {Result.PASSED: "passed", Result.FAILED: "failed", Result.UNSUPPORTED: "not supported"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one case: why it didn't pass, a sentence each, and what was decided for each expected key."""

    case_id: str
    result: Result
    why: tuple[str, ...] = ()
    got: dict[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Return the form that stands in the output."""
        is_ok = self.result is Result.PASSED
        return {"id": self.case_id, "ok": is_ok, "why": "; ".join(self.why), "got": self.got}

    def told(self) -> str:
        """Return what people read: nothing of a case that passed, else a line a reason."""
        if self.result is Result.PASSED:
            return ""
        return "\n  ".join((f"{self.case_id} {NAMES[self.result]}:", *self.why))


@dataclass(slots=True)
class Totals:
    """How many cases ended how."""

    counts: dict[Result, int] = field(default_factory=lambda: dict.fromkeys(Result, 0))

    def add(self, verdict: Verdict) -> None:
        """Count a case."""
        self.counts[verdict.result] += 1

    @property
    def is_ok(self) -> bool:
        """Whether nothing failed and everything was understood."""
        return not (self.counts[Result.FAILED] or self.counts[Result.UNSUPPORTED])

    def record(self) -> dict[str, int]:
        """Return the form that stands in the output."""
        return {"cases": self.cases, **{str(result): count for result, count in self.counts.items()}}

    @property
    def cases(self) -> int:
        """How many cases there were."""
        return sum(self.counts.values())

    def told(self) -> str:
        """Return what people read."""
        counted = ", ".join(f"{count} {NAMES[result]}" for result, count in self.counts.items())
        return f"{self.cases} {'case' if self.cases == 1 else 'cases'}: {counted}."


def run_files(paths: Iterable[Path], *, translate_text: Translate = str) -> Iterator[Verdict]:
    """Run all cases of some files, in their order. `translate_text` is gettext for what people read."""
    for path in paths:
        for found in read_cases(path):
            yield run_case(found, folder=path.parent, translate_text=translate_text)


def run_case(found: Found, *, folder: Path, translate_text: Translate = str) -> Verdict:
    """Run one case or scenario; a scenario may name its program by a path from `folder`."""
    if found.problem:
        return Verdict(found.place, Result.FAILED, (f"{found.place} {found.problem}",))
    case_id = _id_of(found)
    try:
        case = Spot("", found.value)
        if is_case(found.value):
            why, got = _run(case)
        else:
            why, got = run_scenario(case, folder=folder, translate_text=translate_text)
        return Verdict(case_id, Result.FAILED if why else Result.PASSED, tuple(why), got)
    except CaseUnknown as problem:
        return Verdict(case_id, Result.UNSUPPORTED, (f"{found.place}: {problem}",))
    except (CaseInvalid, ProgramInvalid) as problem:
        return Verdict(case_id, Result.FAILED, (f"{found.place}: {problem}",))
    except Exception as bug:  # outermost: of one case, so that the others are still run
        log.debug("case %s", case_id, exc_info=True)
        return Verdict(
            case_id, Result.FAILED, (f"{found.place}: a mistake of ours, {bug!r}. Please report it.",)
        )


def is_case(value: dict[str, Any]) -> bool:
    """Tell whether this is a case, whose program is promotions; a scenario names a program of ours."""
    program = value.get("program")
    return isinstance(program, dict) and "format" not in program


def _id_of(found: Found) -> str:
    value = found.value.get("id") if isinstance(found.value, dict) else None
    return value if isinstance(value, str) and value else found.place


def _run(case: Spot) -> tuple[list[str], dict[str, Any]]:
    expected = case.inner("expected").value
    if not expected.keys() - {"alternatives"}:
        raise CaseInvalid("expected: holds nothing that could be compared")
    translated = translate(case)
    got = answer(expected, translated, decide(translated.facts))
    return differences(expected, got), got
