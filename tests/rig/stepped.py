"""Any command of the product on a clock that a test steps: `python -m tests.rig.stepped CLOCK WORDS…`.

CLOCK is a file of JSON: `{"wall_ms": …, "boot_ms": …, "boot": "<hex>"}`, what is added to the machine's wall clock and
its time since boot, and the identity of the boot (empty: the machine's own). It is read at every look at the clock, so
that a test can step it while the process runs. The product asks the machine for the time in one place alone.
"""

import json
import sys
from pathlib import Path

from app import clock


class SteppedClock(clock.SystemClock):
    """The machine's clock, and what the file says beside it."""

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return super().now_ms() + _said("wall_ms", 0)

    def boot_ms(self) -> int:
        """See `Clock.boot_ms`."""
        return super().boot_ms() + _said("boot_ms", 0)

    def boot_id(self) -> bytes:
        """See `Clock.boot_id`."""
        return bytes.fromhex(_said("boot", "")) or super().boot_id()


def _said(name, default):
    return json.loads(CLOCK.read_text(encoding="utf-8")).get(name, default)


def step(path: Path, **said: int | str) -> None:
    """Say what the clock in a file shows from now on; for tests, which run elsewhere."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(said), encoding="utf-8")
    new.replace(path)  # never half-written for who reads it meanwhile


def passes(path: Path, ms: int) -> None:
    """Let so much time pass since the test began, for all who go by the clock in a file."""
    step(path, wall_ms=ms, boot_ms=ms)


if __name__ == "__main__":
    CLOCK = Path(sys.argv[1])
    clock.SystemClock = SteppedClock
    from app.cli import main

    sys.argv[1:] = sys.argv[2:]
    main()
