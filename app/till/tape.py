"""The till's own tape: what it sold, written down before anything is asked, so that a restart goes on where it was.

A file of JSON lines that only grows. Each is on the disk before the next thing is done; a last line that a power cut
has torn off says nothing. All of its figures are sums over the lines.
"""

import json
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.ids import new_ref

ID_LETTERS = 6
Told = dict[str, Any]


class Step(StrEnum):
    """What a line says of an order."""

    ORDER = "order"  # it is about to be handed over
    DONE = "done"  # the station has recorded it: its result
    GONE = "gone"  # given up, with nothing recorded
    PAID = "paid"
    VOID = "void"  # it is about to be undone
    KEPT = "kept"  # it can't be undone, and stays
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Sale:
    """An order as the till knows it. `order` is what is handed over, `result` and `void` what the station said."""

    order_id: str
    order: Told
    result: Told | None = None
    void: Told | None = None
    is_gone: bool = False
    is_paid: bool = False
    is_voiding: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the station has to be asked what has become of it."""
        return (self.result is None and not self.is_gone) or self.is_voiding

    @property
    def total(self) -> int:
        """What its lines come to, in minor units."""
        return sum(line["amount"] for line in self.order["lines"])


@dataclass(frozen=True, slots=True)
class Takings:
    """What a tape comes to, in minor units and points. `till` is the till's own money, less what voids paid back."""

    orders: int = 0
    discount: int = 0
    points_earned: int = 0
    points_spent: int = 0
    voids: int = 0
    till: int = 0
    tenders: dict[str, int] = field(default_factory=dict)


class Tape:
    """The tape of one till, in a file."""

    def __init__(self, path: Path) -> None:
        """Read what was written before, or begin. Raises `OSError`."""
        self._sales: dict[str, Sale] = {}
        self._name, self.steps_done = "", 0
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.read_bytes() if path.exists() else b""
        whole = written[: written.rfind(b"\n") + 1]
        for line in whole.splitlines():
            self._take(json.loads(line))
        self._file = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(len(whole))
        self._file.seek(len(whole))
        self._name = next(
            (each["till"] for each in map(json.loads, whole.splitlines()) if "till" in each), ""
        )
        if not self._name:
            self._name = new_ref()[:ID_LETTERS]
            self._write({"till": self._name})

    @property
    def sales(self) -> list[Sale]:
        """Every order, the oldest first."""
        return list(self._sales.values())

    def find(self, order_id: str) -> Sale | None:
        """Return an order."""
        return self._sales.get(order_id)

    def order_id(self, number: int) -> str:
        """Return the id of the till's order with this number: no other till's, and the same after a restart."""
        return f"{self._name}-{number}"

    def begin(self, order: Told, number: int | None = None) -> Sale:
        """Write down an order before it is handed over; one that is there already stays as it is."""
        order_id = self.order_id(len(self._sales) + 1 if number is None else number)
        if order_id not in self._sales:
            self.write(Step.ORDER, order_id, order)
        return self._sales[order_id]

    def write(self, step: Step, order_id: str, told: Told | None = None) -> None:
        """Write down what has become of an order; back only when it is on the disk."""
        line = {"step": step.value, "id": order_id} | ({} if told is None else {"told": told})
        self._write(line)
        self._take(line)

    def mark(self, steps: int) -> None:
        """Write down how many steps of a script are done."""
        self._write({"steps": steps})
        self.steps_done = steps

    def takings(self) -> Takings:
        """Return what it comes to."""
        done = [sale for sale in self._sales.values() if sale.result is not None]
        results = [sale.result for sale in done if sale.result is not None]
        voids = [sale.void for sale in done if sale.void is not None]
        tenders: Counter[str] = Counter()
        for told, sign in (*((each, 1) for each in results), *((each, -1) for each in voids)):
            for tender in told["tenders"]:
                tenders[tender["kind"]] += sign * tender["amount"]
        return Takings(
            orders=len(done),
            discount=_sum(results, "discount"),
            points_earned=_sum(results, "points_earned") + _sum(voids, "points_earned"),
            points_spent=_sum(results, "points_spent") - _sum(voids, "points_back"),
            voids=len(voids),
            till=_sum(results, "due") - _sum(voids, "till"),
            tenders={kind: amount for kind, amount in sorted(tenders.items()) if amount},
        )

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _write(self, line: Told) -> None:
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _take(self, line: Told) -> None:
        if "step" not in line:
            self._name = line.get("till", self._name)
            self.steps_done = line.get("steps", self.steps_done)
            return
        order_id, told = line["id"], line.get("told")
        if line["step"] == Step.ORDER:
            assert told is not None, "an order has lines"
            self._sales[order_id] = Sale(order_id, told)
            return
        changes: dict[str, dict[str, Any]] = {
            Step.DONE: {"result": told, "is_gone": False},
            Step.GONE: {"is_gone": True},
            Step.PAID: {"is_paid": True},
            Step.VOID: {"is_voiding": True},
            Step.KEPT: {"is_voiding": False},
            Step.VOIDED: {"is_voiding": False, "void": told},
        }
        self._sales[order_id] = replace(self._sales[order_id], **changes[line["step"]])


def _sum(told: list[Told], name: str) -> int:
    return sum(each[name] for each in told)
