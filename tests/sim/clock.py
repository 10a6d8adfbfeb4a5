"""Time and chance of a simulated world: one true time that only the world moves, and clocks that go by it as well as
they can."""

import random

from app.clock import SetClock

BOOT_ID_SIZE = 16


class StationClock:
    """The clock of a shop's PC: wrong by an offset that may drift and jump, and started anew with the machine."""

    def __init__(self, true: SetClock, rng: random.Random) -> None:
        self._true = true
        self._rng = rng
        self.offset_ms = 0
        self.reboot()

    def reboot(self) -> None:
        """Start the machine: it gets a new boot id, and its time since then begins at nothing."""
        self._booted_ms = self._true.now_ms()
        self._boot_id = self._rng.randbytes(BOOT_ID_SIZE)

    def now_ms(self) -> int:
        return self._true.now_ms() + self.offset_ms

    def boot_ms(self) -> int:
        return self._true.now_ms() - self._booted_ms

    def boot_id(self) -> bytes:
        return self._boot_id


class SeededChance:
    """The door of `app.ids`, fed by a seed; ids of version 7 tell the world's time."""

    def __init__(self, true: SetClock, rng: random.Random) -> None:
        self._true = true
        self._rng = rng

    def random_bytes(self, size: int) -> bytes:
        return self._rng.randbytes(size)

    def uuid7(self) -> str:
        """RFC 9562 §5.7: 48 bits of milliseconds, the version, 12 random bits, the variant, 62 random bits."""
        moment = self._true.now_ms() & ((1 << 48) - 1)
        high = moment << 16 | 0x7000 | self._rng.getrandbits(12)
        return f"{high << 64 | 0b10 << 62 | self._rng.getrandbits(62):032x}"
