"""`./tillside sim --policies`: what shops may give when nobody answers, by five policies, over the demo's year.

sim --policies [--seed N] [--every N | --all] [--weeks A-B] [--stores N] [--jobs N] [--json] [--plot FILE]
sim --policies --plant NAME     the same with a bug in the product: it must be found
Exit 1 when leases gave too much, more was given too much than the bound says, head office's books say something else
than what happened, or leases with floor limits refused more than one in a hundred.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from app.demo.journey import WEEKS, JourneyUnavailable, Selection
from tests.sim.many import collect_seldom, cores
from tests.sim.policies.figures import Figures
from tests.sim.policies.offers import POLICIES, REWARD_POINTS, STALE_HOURS, Terms
from tests.sim.policies.plants import PLANTS
from tests.sim.policies.plot import drawn
from tests.sim.policies.run import Choice, compare, year_of

EVERY = 20  # households: one of them
NOTHING = "–"


def main(words: list[str] | None = None) -> int:
    """Compare the policies and say what came of it."""
    options = _options(words)
    first, _, last = options.weeks.partition("-")
    choice = Choice(
        seed=options.seed,
        every=1 if options.all else options.every,
        selection=Selection(stores=options.stores, first_week=int(first), last_week=int(last or first)),
        plant=options.plant,
        terms=Terms(options.reward, options.stale_hours),
    )
    began = time.monotonic()
    try:
        _tell_year(choice)
    except JourneyUnavailable as problem:
        print(problem, file=sys.stderr)
        return 2
    found = []
    policies = [each for each in POLICIES if each.name in (options.policy or [each.name])]
    for figures in compare(choice, jobs=min(options.jobs or cores(), len(policies)), policies=policies):
        if not found:
            print(_row("policy", "tried", "refused", "", "leases", "floors", "in all", "bound"), flush=True)
        found.append(figures)
        print(_row_of(figures), flush=True)
    _finish(found, choice, options, seconds=time.monotonic() - began)
    return 1 if any(figures.problems for figures in found) else 0


def _options(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tillside sim --policies", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=EVERY, help="take one household in so many")
    parser.add_argument("--all", action="store_true", help="take all households: the whole year")
    parser.add_argument("--weeks", default=f"{WEEKS[0]}-{WEEKS[-1]}", help="of the data, such as 1-53")
    parser.add_argument("--stores", type=int, help="only so many of the busiest shops")
    parser.add_argument("--reward", type=int, default=REWARD_POINTS, help="what a reward costs, in points")
    parser.add_argument(
        "--stale-hours", type=int, default=STALE_HOURS, help="how old facts may be for floor limits"
    )
    parser.add_argument(
        "--policy", choices=[each.name for each in POLICIES], action="append", help="this one alone"
    )
    parser.add_argument("--jobs", type=int, help="processes that share the policies: one for each core")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the figures as an SVG file")
    parser.add_argument("--plant", choices=sorted(PLANTS), help="plant a bug")
    return parser.parse_args(words)


def _tell_year(choice: Choice) -> None:
    year = year_of(choice)
    offline = sum(year.is_cut_off(order.store_id, order.local_date) for order in year.orders)
    print(
        f"{len(year.households)} households, {len(year.orders)} orders in {len(year.shops)} shops, "
        f"{offline} of them while the shop is cut off; {len(year.attackers)} play false",
        flush=True,
    )


def _row(*cells: str) -> str:
    name, *others = cells
    return f"{name:15}" + "".join(f"{cell:>10}" for cell in others)


def _row_of(figures: Figures) -> str:
    return _row(
        figures.policy,
        str(figures.attempted),
        str(figures.refused),
        f"{figures.refused_percent:.2f} %",
        str(figures.overspent_leased),
        str(figures.overspent_floor),
        str(figures.overspent),
        NOTHING if figures.bound is None else str(figures.bound),
    )


def _finish(found: list[Figures], choice: Choice, options: argparse.Namespace, *, seconds: float) -> None:
    for figures in found:
        for problem in figures.problems:
            print(f"{figures.policy}: {problem}")
    if options.plot is not None:
        options.plot.write_text(drawn(found), encoding="utf-8")
    if options.json:
        told = {
            "seed": choice.seed,
            "every": choice.every,
            **vars(choice.terms),
            "households": len(year_of(choice).households),
            "shops": len(year_of(choice).shops),
            "attackers": len(year_of(choice).attackers),
            "seconds": round(seconds, 1),
            "holds": not any(figures.problems for figures in found),
            "policies": [figures.as_json() for figures in found],
        }
        print(json.dumps(told))


if __name__ == "__main__":
    collect_seldom()
    sys.exit(main())
