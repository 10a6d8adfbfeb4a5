"""`./tillside sim`: many stations and HQ in one thread, attacked from a seed; exit 1 when an invariant does not hold.

sim [--first-seed N] [--seeds 50] [--stations 8] [--days 14] [--json] [--jobs N]
sim --seed N --trace            one seed, and what happens in it, step by step
sim --plant list                the names of the bugs that can be planted
sim --plant NAME                the same seeds, with that bug in the product
sim --policies                  another simulation: what shops give when nobody answers, by five policies
"""

import argparse
import json
import sys
from collections.abc import Iterator

from tests.sim.furniture import Furniture, furnished
from tests.sim.many import collect_seldom, cores, live_all
from tests.sim.plants import PLANTS, planted
from tests.sim.policies.__main__ import main as compare_policies
from tests.sim.report import Report, live

LIST, POLICIES = "list", "--policies"


def main(words: list[str] | None = None) -> int:
    words = sys.argv[1:] if words is None else words
    if POLICIES in words:
        return compare_policies([word for word in words if word != POLICIES])
    options = _options(words)
    if options.plant == LIST:
        print("\n".join(PLANTS))
        return 0
    if options.plant is not None and options.plant not in PLANTS:
        print(f"there is no planted bug {options.plant}; --plant list names them", file=sys.stderr)
        return 2
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    if options.seed is not None:
        seeds = range(options.seed, options.seed + 1)
    whole = Report()
    with furnished(options.stations) as furniture:
        for report in _lived(seeds, furniture, options):
            whole.add(report)
    _tell(whole, is_json=options.json)
    return 1 if whole.violations or whole.overspend_leased else 0


def _lived(seeds: range, furniture: Furniture, options: argparse.Namespace) -> Iterator[Report]:
    jobs = min(options.jobs or cores(), len(seeds))
    if jobs > 1 and not options.trace:
        yield from live_all(seeds, furniture, days=options.days, plant=options.plant, jobs=jobs)
        return
    with planted(options.plant):
        for seed in seeds:
            yield live(seed, furniture, days=options.days, say=print if options.trace else lambda _: None)


def _options(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tillside sim", description=__doc__.partition("\n")[0])
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--stations", type=int, default=8)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    parser.add_argument("--seed", type=int, help="this seed alone")
    parser.add_argument("--jobs", type=int, help="processes that share the seeds: one for each core")
    parser.add_argument("--trace", action="store_true", help="say what happens")
    parser.add_argument("--plant", metavar="NAME", help="plant a bug; `list` names them")
    return parser.parse_args(words)


def _tell(whole: Report, *, is_json: bool) -> None:
    for seed, violation in whole.violations:
        print(f"seed {seed}: {violation.invariant} does not hold: {violation.detail}")
    if is_json:
        print(json.dumps(whole.as_json()))
        return
    counts = whole.as_json()
    checked = counts.pop("invariants_checked")
    for name, value in (counts | checked).items():
        print(f"{name:16} {value}")


if __name__ == "__main__":
    collect_seldom()
    sys.exit(main())
