"""Any command of the product on a clock that a test steps: `python -m tests.rig.stepped CLOCK WORDS…`.

CLOCK is a file of JSON: `{"wall_ms": …, "boot_ms": …, "boot": "<hex>"}`, what is added to the machine's wall clock and
its time since boot, and the identity of the boot (empty: the machine's own). It is read at every look at the clock, so
that a test can step it while the process runs. The product asks the machine for the time in one place alone.
"""

import json
import sys
from pathlib import Path

from app import clock


def go_by(path: Path) -> None:
    """Let the machine's clock of this process show what the file says beside it, whoever has it already."""
    usual = clock.SystemClock
    now_ms, boot_ms, boot_id = usual.now_ms, usual.boot_ms, usual.boot_id

    def said(name, default):
        return json.loads(path.read_text(encoding="utf-8")).get(name, default)

    usual.now_ms = lambda self: now_ms(self) + said("wall_ms", 0)
    usual.boot_ms = lambda self: boot_ms(self) + said("boot_ms", 0)
    usual.boot_id = lambda self: bytes.fromhex(said("boot", "")) or boot_id(self)


def step(path: Path, **said: int | str) -> None:
    """Say what the clock in a file shows from now on; for tests, which run elsewhere."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(said), encoding="utf-8")
    new.replace(path)  # never half-written for who reads it meanwhile


def passes(path: Path, ms: int) -> None:
    """Let so much time pass since the test began, for all who go by the clock in a file."""
    step(path, wall_ms=ms, boot_ms=ms)


if __name__ == "__main__":
    go_by(Path(sys.argv[1]))
    from app.cli import main

    sys.argv[1:] = sys.argv[2:]
    main()
