"""`python -m bench NAME [--json] [options of NAME]`: measure, print a table, exit with 1 when a limit is missed."""

import importlib
import pkgutil
import sys
from pathlib import Path

from bench._report import as_json, table


def names() -> list[str]:
    """Return the benchmarks there are: the modules beside this one whose names don't begin with `_`."""
    found = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(module.name for module in found if not module.name.startswith("_"))


def main(words: list[str]) -> int:
    """Run the named benchmark and return the exit status."""
    if not words or words[0] not in names():
        print(f"Which of {', '.join(names())}?   python -m bench NAME [--json]", file=sys.stderr)
        return 2
    name, rest = words[0], [word for word in words[1:] if word != "--json"]
    lines = importlib.import_module(f"bench.{name}").run(rest)
    print(table(lines))
    if "--json" in words:
        print(as_json(name, lines))
    return 1 if any(line.is_missed for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
