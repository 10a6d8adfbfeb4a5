"""A shop's till as a process of its own beside a station, the steps it works through, and both sides' books."""

import json
import random
import socket
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.canonical import canonical
from app.core.entry import ORDER, REDEEM, VOID, Entry
from app.ids import new_ref
from hq.campaigns.service import publish_program
from hq.gift_cards.service import NewCards, issue_cards, new_card_numbers
from hq.home import open_hq
from hq.members.service import MemberFacts, issue_codes, upsert_members
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.rig.processes import TILLSIDE, World, environment, program_body

TOKEN = "till-api.token"
NAMES = ("Ben T.", "Cleo M.", "Dora S.")
CARDS, ON_A_CARD = 5, 20_000
GOODS = (["coffee", 1, 350], ["espresso", 2, 700], ["cake", 1, 420], ["bread", 3, 1_050], ["ham", 1, 2_990])
STEP_CHANCES = {"again": 0.15, "other": 0.05, "void": 0.08, "give_up": 0.04}  # more voids would be looked at


@dataclass(frozen=True)
class Carried:
    """What customers carry: codes of members, a voucher that is always good, ones for one use, gift cards."""

    members: tuple[str, ...]
    voucher: str
    single: tuple[str, ...]
    cards: tuple[str, ...]


def people_with_things(world: World) -> Carried:
    """Give the rig's shop members, coupons and gift cards; cashiers there undo as much as they like."""
    hq = open_hq(world.hq_dir)
    try:
        undoing = {"reversals": {"own_times": 1_000, "value_max": 10_000_000}}
        body = canonical(json.loads(program_body()) | undoing | {"version": 2})
        publish_program(hq, body, is_meant=True)
        refs = [new_ref() for _ in NAMES]
        upsert_members(
            hq, [MemberFacts(ref, name, home_store="S1") for ref, name in zip(refs, NAMES, strict=True)]
        )
        codes = issue_codes(hq, refs)
        cards = new_card_numbers(CARDS)
        issue_cards(hq, NewCards(value=ON_A_CARD), cards)
        single = create_vouchers(hq, [NewVoucher("coffee", uses_max=1) for _ in range(30)])
        return Carried(tuple(codes[ref] for ref in refs), world.voucher, tuple(single), tuple(cards))
    finally:
        hq.close()


def free_port() -> int:
    """Return a port that nobody listens on now: a station that starts again has to have the same."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def a_days_steps(chance: random.Random, orders: int) -> list[str]:
    """Return the steps of a script with so many orders, repeats, other contents, voids and second thoughts."""
    steps: list[dict[str, Any]] = []
    sold: list[int] = []
    number = 0
    while len(sold) < orders:
        goods = [chance.choice(GOODS) for _ in range(chance.randint(1, 4))]
        number += 1
        if chance.random() < STEP_CHANCES["give_up"]:
            steps.append({"give_up": goods})
            continue
        steps.append({"sell": goods})
        sold.append(number)
        for word in ("again", "other", "void", "again"):
            if chance.random() < STEP_CHANCES[word]:
                steps.append({word: chance.choice(sold[-20:])})
    return [json.dumps(step) for step in steps]


class TillProcess:
    """`tillside till --script`."""

    def __init__(self, world: World, port: int, folder: Path) -> None:
        self._said = folder / "said.jsonl"
        self.tape = folder / "tape.jsonl"
        self._command = [
            *TILLSIDE, "till", "--url", f"http://127.0.0.1:{port}", "--token", str(world.state_dir / TOKEN),
            "--tape", str(self.tape), "--script", str(folder / "script.jsonl"),
        ]  # fmt: skip
        self.starts = 0
        self.start()

    def start(self) -> None:
        """Start it, or once more."""
        self.starts += 1
        with self._said.open("ab") as said:
            self.process = subprocess.Popen(self._command, stdout=said, env=environment())

    @property
    def is_done(self) -> bool:
        """Whether it has come to its end. It must not have ended in any other way but by our hand."""
        status = self.process.poll()
        assert status in (None, 0), "the till ended by itself"
        return status == 0

    def kill(self) -> None:
        """Pull its plug, and start it again."""
        self.process.kill()
        self.process.wait()
        self.start()

    def takings(self) -> dict[str, Any]:
        """Return what its tape comes to, as it says at its end."""
        return json.loads(self._said.read_bytes().splitlines()[-1])["takings"]


@dataclass
class Books:
    """What one side has of the orders."""

    orders: set[str] = field(default_factory=set)
    voids: set[str] = field(default_factory=set)
    sums: Counter[str] = field(default_factory=Counter)


def of_till(tape: Path) -> Books:
    """Add up the till's tape by the lines of its file."""
    found = Books()
    for line in map(json.loads, tape.read_bytes().splitlines()):
        told = line.get("told") or {}
        if line.get("step") == "done":
            assert line["id"] not in found.orders, "each is done once"
            found.orders.add(line["id"])
            found.sums += _sums(told)
        elif line.get("step") == "voided":
            assert line["id"] not in found.voids
            found.voids.add(line["id"])
            found.sums.subtract(_back(told))
    return _not_zero(found)


def of_answers(answers: list[dict[str, Any]]) -> Books:
    """Add up what the station answers of each order."""
    found = Books()
    for told in answers:
        if "result" in told:
            found.orders.add(told["order_id"])
            found.sums += _sums(told["result"])
        if "void" in told:
            found.voids.add(told["order_id"])
            found.sums.subtract(_back(told["void"]))
    return _not_zero(found)


def of_journal(entries: list[Entry]) -> Books:
    """Add up bodies of entries."""
    found = Books()
    for data, kind in ((entry.data, entry.type) for entry in entries):
        if kind == ORDER:
            assert data["order_id"] not in found.orders, "nothing is there twice"
            found.orders.add(data["order_id"])
            paid = Counter[str]()
            for each in data.get("paid", ()):
                paid[each["kind"]] += each["amount"]
            due = data["total"] - data["discount"] - paid.total()
            found.sums += Counter(
                {"discount": data["discount"], "due": due, "points": data["points"], **paid}
            )
        elif kind == REDEEM:
            found.sums["points"] -= data["points"]
        elif kind == VOID:
            assert data["order_id"] not in found.voids
            found.voids.add(data["order_id"])
            found.sums["due"] -= data["till"]
            found.sums["points"] += data["points"] + data["points_back"]
            for kind_of, _ref, amount in data["tenders"]:
                found.sums[kind_of] -= amount
    return _not_zero(found)


def _sums(result: dict[str, Any]) -> Counter[str]:
    points = result["points_earned"] - result["points_spent"]
    found = Counter({"discount": result["discount"], "due": result["due"], "points": points})
    for tender in result["tenders"]:
        found[tender["kind"]] += tender["amount"]
    return found


def _back(void: dict[str, Any]) -> Counter[str]:
    found = Counter({"due": void["till"], "points": -void["points_earned"] - void["points_back"]})
    for tender in void["tenders"]:
        found[tender["kind"]] += tender["amount"]
    return found


def _not_zero(books: Books) -> Books:
    books.sums = Counter({name: amount for name, amount in books.sums.items() if amount})
    return books
