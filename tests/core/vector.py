"""The facts behind docs/protocol.md's test vector, and the page's values as read from its code block."""

import re
from pathlib import Path

from app.core.chain import ChainOwner
from app.core.entry import SCAN_DENIED, Entry

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"
OWNER = ChainOwner("S-0007-1", 3)
CODE_TIMES = {"issued_ms": 1_767_225_600_000, "expires_ms": 1_798_761_600_000}  # the whole of 2026, UTC
ENTRY = Entry(
    device_id=OWNER.device_id,
    epoch=OWNER.epoch,
    seq=1,
    entry_id="019b0a3c5d7e7000800102030405060a",
    type=SCAN_DENIED,
    wall_ms=1_767_264_312_345,
    boot="00112233445566778899aabbccddeeff",
    boot_ms=86_400_000,
    quality="weak",
    data={
        "code_hash": "5f1d0a4be2c94f5b8f6f3b1d2a7c9e00",
        "note": "Käse 1,50 € “zwei”",
        "reason": "unknown_code",
        "store": "S-0007",
        "t_eff": 1_767_264_312_345,
    },
)


def page_values() -> dict[str, str]:
    """Return the values of the section "Test vector", by name."""
    section = PAGE.read_text(encoding="utf-8").split("## Test vector", 1)[1]
    return dict(re.findall(r"^    (\w+) = (.+)$", section, re.MULTILINE))
