"""Files of rows that people bring: kept beside the database row by row as JSON lines, so that a step of a job begins
where the last one ended, and what was wrong with rows likewise."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from fastapi import Response

from hq.console.texts import N_
from hq.csv_files import Cell, csv_answer
from hq.faults import NotPossible

PROBLEMS_MAX = 10_000
FORGOTTEN = N_("This file was forgotten. Bring it once more.")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row; the heading is row 1."""

    row: int
    problem: str
    cells: tuple[str, ...]


def keep_rows(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write the rows of a file that was brought, which nobody else reads."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as kept:
        kept.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_rows(path: Path, at: int, count: int) -> tuple[list[list[str]], int]:
    """Return the next rows from a place in the file on, and the place behind them. Raises `NotPossible`."""
    try:
        with path.open("rb") as kept:
            kept.seek(at)
            rows = [json.loads(line) for line in islice(iter(kept.readline, b""), count)]
            return rows, kept.tell()
    except FileNotFoundError as problem:
        raise NotPossible(FORGOTTEN) from problem


def count_rows(path: Path) -> int:
    """Return how many rows a file has."""
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def note_problems(path: Path, problems: Sequence[Problem], *, at: int) -> int:
    """Write problems behind what earlier steps had written, and return where the next step goes on.

    What a step wrote that was not committed is written over.
    """
    with path.open("r+b" if path.exists() else "w+b") as lines:
        lines.truncate(at)
        lines.seek(at)
        for each in problems:
            told = {"row": each.row, "problem": each.problem, "cells": each.cells}
            lines.write(json.dumps(told, ensure_ascii=False).encode("utf-8") + b"\n")
        return lines.tell()


def read_problems(path: Path) -> list[Problem]:
    """Return what was noted; nothing where nothing was."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        read = map(json.loads, islice(lines, PROBLEMS_MAX))
        return [Problem(each["row"], each["problem"], tuple(each["cells"])) for each in read]


def problems_file(columns: Sequence[str], problems: Sequence[Problem]) -> Response:
    """Return rows with problems as a file, with what is wrong in front: to be mended and brought again."""

    def to_row(each: Problem) -> list[Cell]:
        return [each.row, each.problem, *each.cells]

    return csv_answer("problems", ["row", "problem", *columns], problems, to_row)
