"""What a benchmark found: lines of figures, some of which must stay under a limit."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Line:
    """One line: the smallest, middle and largest of what was measured, and what `value` must not pass.

    `limit` is the most that is good, `least` the least.
    """

    name: str
    unit: str
    values: tuple[float, ...]
    value: float | None = None  # what counts; the median if not given
    limit: float | None = None
    note: str = ""
    least: float | None = None

    @property
    def counts(self) -> float | None:
        """The figure that is held against the limit."""
        if self.value is not None:
            return self.value
        return median(self.values) if self.values else None

    @property
    def is_missed(self) -> bool:
        """Whether there is a limit and it was passed, or there is nothing to hold against it."""
        if self.limit is None and self.least is None:
            return False
        if self.counts is None:
            return True
        return (self.limit is not None and self.counts > self.limit) or (
            self.least is not None and self.counts < self.least
        )


def ratio(
    name: str,
    ours: Sequence[float],
    floor: Sequence[float],
    *,
    limit: float | None = None,
    least: float | None = None,
) -> Line:
    """Return our median over the floor's median, and the range of the pairs, which were measured side by side."""
    pairs = tuple(mine / its for mine, its in zip(ours, floor, strict=False))
    value = median(ours) / median(floor) if pairs else None
    return Line(name, "×", pairs, value=value, limit=limit, least=least)


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile (of one value: itself)."""
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def p99(values: Sequence[float]) -> float:
    """Return the 99th percentile (of one value: itself)."""
    return quantiles(values, n=100, method="inclusive")[-1] if len(values) > 1 else values[0]


def table(lines: Sequence[Line]) -> str:
    """Return the lines as a table for people."""
    rows: list[tuple[str, ...]] = [("", "min", "median", "max", "counts", "limit", "")]
    for line in lines:
        spread = (min(line.values), median(line.values), max(line.values)) if line.values else (None,) * 3
        bound = line.limit if line.least is None else line.least
        verdict = "" if bound is None else "missed" if line.is_missed else "ok"
        cells = [_cell(each, line.unit) for each in (*spread, line.counts, bound)]
        if bound is not None:
            cells[-1] = f"{'≥' if line.limit is None else '≤'} {cells[-1]}"
        rows.append((line.name, *cells, " ".join(filter(None, (verdict, line.note)))))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(row[at].rjust(widths[at]) for at in range(1, len(widths))), row[-1]]
        ).rstrip()
        for row in rows
    )


def as_json(name: str, lines: Sequence[Line]) -> str:
    """Return everything as one object in one line."""
    return json.dumps(
        {
            "bench": name,
            "missed": [line.name for line in lines if line.is_missed],
            "lines": [asdict(line) | {"counts": line.counts, "is_missed": line.is_missed} for line in lines],
        }
    )


def _cell(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:.2f} {unit}" if abs(value) < 10 else f"{value:.0f} {unit}"
