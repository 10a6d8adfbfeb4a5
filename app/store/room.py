"""How much room the disk of a store must have left for what nobody may lose: the records of what was sold.

With less than that the station only earns. What it redeems could wait, and what it fetches comes again; an order that
was paid for is there once.
"""

import shutil
from pathlib import Path

ROOM_LEAST = 64 << 20  # bytes: some twenty thousand orders, with the log that SQLite writes beside them


def is_room_low(folder: Path) -> bool:
    """Tell whether little is left. Where nobody says, the next write will."""
    try:
        return shutil.disk_usage(folder).free < ROOM_LEAST
    except OSError:
        return False
