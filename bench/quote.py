"""What an order can use, worked out at every scan: the whole quote against a plain greedy loop, and against others.

Measured are an order of 20 lines under 100 campaigns of mixed kinds of which ten apply (_campaigns.py), how that grows
with the program and the order, and how long a program takes to compile. The floor (_floor_quote.py) is played by turns
with the quote and must give every cent to the same line, or nothing is measured. Beside it, in the same run, stand
what others make (_oscar.py, _peers.py); one that isn't installed is said to be missing and counts as missed.
Each quote is of an order that the engine has not seen before. Whoever's turn it is has ten in a row, so that nobody
runs on the caches that another has left. The quote, its floor and its growth are measured by processor time, for
computing is all they do, and beside other work of the machine the clock would measure that work; so is django-oscar in
memory. Engines for rules, which may have threads of their own, go by the clock, and so does ours beside them.
"""

import argparse
import cProfile
import pstats
import signal
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from app.core import decision
from app.core.member import Member
from app.core.order import Line as OrderLine
from app.core.order import Order
from app.core.outcome import Facts
from app.core.program import Program
from app.core.program_format import read_program
from app.core.quote import quote
from bench import _peers
from bench._campaigns import (
    AT_MS,
    REGISTER,
    SEGMENTS,
    STORE,
    TIME_ZONE,
    Scene,
    plain_campaigns,
    plain_order,
    program_bytes,
    scene,
)
from bench._floor_quote import greedy
from bench._report import Line, p99, ratio

FLOOR_LIMIT, P99_LIMIT = 10.0, 5.0
THOUSAND_LIMIT, TEN_THOUSAND_LIMIT, LINES_LIMIT = 1.5, 3.0, 12.0
COMPILE_MS, OSCAR_LIMIT, RULES_LIMIT = 500.0, 0.25, 1.0
MEMBER = Member("member-1", is_known=True, segments=SEGMENTS)
AS_SHIPPED_REPEATS = 3
IN_A_ROW = 10
WHOLE_S = 600  # a run that takes longer hangs


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    asked = _asked(words)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(WHOLE_S)
    try:
        return _profile(asked) if asked.profile else _measure(asked)
    finally:
        signal.alarm(0)


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench quote")
    parser.add_argument("--repeats", type=int, default=1_000, help="of a quote and its floor")
    parser.add_argument("--seed", type=int, default=1, help="of the orders and campaigns")
    parser.add_argument("--campaigns", type=int, default=10_000, help="in the largest program")
    parser.add_argument("--peers", type=Path, default=_peers.FOLDER, help="where other engines are installed")
    parser.add_argument("--profile", action="store_true", help="say where the time goes, by cProfile")
    return parser.parse_args(words)


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"bench quote did not end within {WHOLE_S} s")


def _measure(asked: argparse.Namespace) -> list[Line]:
    shop = Shop(scene(lines=20, campaigns=100, seed=asked.seed))
    _peers.reach(asked.peers)
    return [
        *_beside_floor(shop, asked.repeats),
        *_growth(shop, asked),
        *_compiled(asked),
        *_beside_oscar(shop, asked.repeats),
        *_eligibility(shop, asked.repeats),
    ]


class Shop:
    """A scene as the engine knows it and as the floor does."""

    def __init__(self, made: Scene) -> None:
        """Compile the program, and see to it that engine and floor agree."""
        self.scene = made
        self.program = read_program(program_bytes(made.campaigns))
        self.rows, self.order = plain_campaigns(made.campaigns), plain_order(made.items)
        self._check()

    def facts(self) -> Facts:
        """Return an order that nobody has seen before."""
        return facts_of(self.program, self.scene)

    def floor(self) -> Any:
        """Play the floor."""
        return greedy(self.rows, self.order)

    def _check(self) -> None:
        applied, payable = self.floor()
        quoted = quote(self.facts()).decision
        ours = {each.campaign_id: list(each.allocation) for each in quoted.automatic if each.is_approved}
        floor = {ident: [(place + 1, share) for place, share in taken] for ident, taken in applied}
        assert ours == floor and quoted.payable == payable, "engine and floor share out alike"


def facts_of(program: Program, made: Scene) -> Facts:
    """Return what the engine reads of a scene's order."""
    lines = tuple(
        OrderLine(at, item.sku, item.quantity, item.amount, categories=frozenset((item.category,)))
        for at, item in enumerate(made.items, start=1)
    )
    order = Order("order-1", STORE, REGISTER, AT_MS, TIME_ZONE, "EUR", lines)
    return Facts(program, order, MEMBER)


Turn = Callable[[], float]  # does some work once and returns its microseconds
Clock = Callable[[], float]
BUSY = time.thread_time


def _us(work: Callable[[], Any], clock: Clock = time.perf_counter) -> float:
    began = clock()
    work()
    return (clock() - began) * 1e6


def _quoting(shop: Shop, clock: Clock = time.perf_counter) -> Turn:
    def turn() -> float:
        facts = shop.facts()
        return _us(lambda: quote(facts), clock)

    return turn


def _by_turns(repeats: int, turns: Mapping[str, Turn]) -> dict[str, list[float]]:
    """Measure all of them so often, each some times in a row before it is the next one's turn."""
    took: dict[str, list[float]] = {name: [] for name in turns}
    in_a_row = min(IN_A_ROW, repeats)
    for _ in range(repeats // in_a_row):
        for name, turn in turns.items():
            took[name] += [turn() for _ in range(in_a_row)]
    return took


# --- the quote itself --------------------------------------------------------------------------------------------


def _beside_floor(shop: Shop, repeats: int) -> list[Line]:
    took = _by_turns(
        repeats,
        {"floor": lambda: _us(shop.floor, BUSY), "ours": _quoting(shop, BUSY), "clock": _quoting(shop)},
    )
    floor, ours, clock = took["floor"], took["ours"], took["clock"]
    return [
        Line("plain greedy loop", "µs", tuple(floor)),
        Line("quote", "µs", tuple(ours), note="20 lines, 100 campaigns of which 10 apply"),
        ratio("quote : greedy loop", ours, floor, limit=FLOOR_LIMIT),
        Line("quote, p99 : median", "×", (p99(ours) / median(ours),), limit=P99_LIMIT),
        Line("quote, p99 : median by the clock", "×", (p99(clock) / median(clock),)),
    ]


def _growth(shop: Shop, asked: argparse.Namespace) -> list[Line]:
    """Measure larger programs and a longer order by turns with the usual one."""
    sizes = {
        "1,000 campaigns": (20, 1_000, THOUSAND_LIMIT),
        f"{asked.campaigns:,} campaigns": (20, asked.campaigns, TEN_THOUSAND_LIMIT),
        "200 lines": (200, 100, LINES_LIMIT),
    }
    shops = {
        name: Shop(scene(lines=lines, campaigns=campaigns, seed=asked.seed))
        for name, (lines, campaigns, _) in sizes.items()
    }
    turns = {name: _quoting(other, BUSY) for name, other in {"usual": shop, **shops}.items()}
    took = _by_turns(max(asked.repeats // 3, 1), turns)
    found = []
    for name, (_, _, limit) in sizes.items():
        found.append(Line(f"quote, {name}", "µs", tuple(took[name])))
        found.append(ratio(f"quote, {name} : the usual one", took[name], took["usual"], limit=limit))
    return found


def _compiled(asked: argparse.Namespace) -> list[Line]:
    body = program_bytes(scene(lines=20, campaigns=1_000, seed=asked.seed).campaigns)
    compile_anew = read_program.__wrapped__  # past what keeps the last programs
    took = [_us(lambda: compile_anew(body), BUSY) / 1_000 for _ in range(5)]
    return [Line("a program of 1,000 campaigns compiled", "ms", tuple(took), limit=COMPILE_MS)]


# --- beside others -----------------------------------------------------------------------------------------------


def _beside_oscar(shop: Shop, repeats: int) -> list[Line]:
    name = "quote : django-oscar in memory"
    if not _peers.is_installed("django-oscar"):
        return [_missing(name, "django-oscar", OSCAR_LIMIT)]
    from bench._oscar import OscarShop

    oscar = OscarShop(shop.scene)
    prepare, apply = oscar.in_memory()

    def theirs() -> float:
        prepare()
        return _us(apply, BUSY)

    took = _by_turns(max(repeats // 5, 1), {"theirs": theirs, "ours": _quoting(shop, BUSY)})
    as_shipped = oscar.as_shipped()
    asked = oscar.queries(as_shipped)
    shipped = [_us(as_shipped) / 1_000 for _ in range(AS_SHIPPED_REPEATS)]
    prepare()
    return [
        Line("django-oscar, all in memory", "µs", tuple(took["theirs"]), note=f"{apply()} offers apply"),
        ratio(name, took["ours"], took["theirs"], limit=OSCAR_LIMIT),
        Line(
            "django-oscar as shipped", "ms", tuple(shipped), note=f"{asked} queries to a database in memory"
        ),
    ]


def _eligibility(shop: Shop, repeats: int) -> list[Line]:
    """Ask which rules an order is eligible for, by turns; each engine starts from the order as the till gives it."""
    campaigns = shop.scene.campaigns
    plain = _peers.PlainFacts(campaigns)
    others = {
        "common-expression-language": ("common-expression-language", _peers.cel_rules, RULES_LIMIT),
        "zen-engine": ("zen-engine", _peers.zen_decision, RULES_LIMIT),
        "zen-engine, all in one expression": ("zen-engine", _peers.zen_expression, None),
    }
    there = {
        name: made(campaigns) for name, (package, made, _) in others.items() if _peers.is_installed(package)
    }
    expected = eligible(shop.facts())
    for name, rules in there.items():
        assert rules(plain.of(shop.order)) == expected, f"{name} and the engine agree"

    def ours() -> float:
        facts = shop.facts()
        return _us(lambda: eligible(facts))

    turns = {name: partial(_asking, rules, plain, shop.order) for name, rules in there.items()}
    took = _by_turns(repeats, turns | {"ours": ours})
    found = [Line("eligibility of 100 rules", "µs", tuple(took["ours"]))]
    for name, (package, _, limit) in others.items():
        if name in there:
            found += [
                Line(name, "µs", tuple(took[name])),
                ratio(f"eligibility : {name}", took["ours"], took[name], limit=limit),
            ]
        elif limit is not None:
            found.append(_missing(f"eligibility : {name}", package, limit))
    return found


def _asking(rules: _peers.Eligible, plain: _peers.PlainFacts, order: tuple[Any, ...]) -> float:
    return _us(lambda: rules(plain.of(order)))


def eligible(facts: Facts) -> list[bool]:
    """Return for each rule of the program, in the order of application, whether nothing in its condition fails."""
    holds = [False] * len(facts.program.rules)
    for candidate in decision.eligible(facts):
        holds[candidate.place] = True
    return holds


def _missing(name: str, package: str, limit: float) -> Line:
    return Line(
        name, "×", (), limit=limit, note=f"{package} is not installed: ./tillside bench quote brings it"
    )


# --- where the time goes -----------------------------------------------------------------------------------------


def _profile(asked: argparse.Namespace) -> list[Line]:
    lines = []
    for name, count, campaigns in (("usual", 20, 100), ("1,000", 20, 1_000), ("200 lines", 200, 100)):
        shop = Shop(scene(lines=count, campaigns=campaigns, seed=asked.seed))
        facts = [shop.facts() for _ in range(asked.repeats)]
        profile = cProfile.Profile()
        profile.enable()
        for each in facts:
            quote(each)
        profile.disable()
        print(f"--- {name}")
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        lines.append(
            Line(f"quote, {name}", "µs", tuple(_by_turns(asked.repeats, {name: _quoting(shop)})[name]))
        )
    return lines
