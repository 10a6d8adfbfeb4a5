"""What the page of devices shows, and what it asks for."""

from dataclasses import dataclass
from enum import Enum

from app.station.devices import ThisDevice
from sync.devices_wire import DeviceTold


class Line(Enum):
    """How head office stands to the question how the others are."""

    ASKING = "asking"
    HEARD = "heard"
    OFFLINE = "offline"  # nobody answers
    REFUSED = "refused"  # somebody does, and won't say
    NOBODY = "nobody"  # there is no head office, as in training


@dataclass(frozen=True, slots=True)
class Pairing:
    """A text for a new device, and until when it is good (UTC ms)."""

    text: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class DevicesView:
    """What the page shows. `others` are the store's devices as head office knew them at `as_of_ms`, 0 for never."""

    this: ThisDevice | None = None
    others: tuple[DeviceTold, ...] = ()
    as_of_ms: int = 0
    line: Line = Line.ASKING
    chosen: str = ""
    pairing: Pairing | None = None
    is_busy: bool = False

    @property
    def rows(self) -> tuple[DeviceTold, ...]:
        """All of them, this one first."""
        own = self.this.device_id if self.this else ""
        return tuple(sorted(self.others, key=lambda each: (each.device_id != own, each.name, each.device_id)))

    @property
    def place(self) -> int:
        """Where the chosen one stands."""
        return next((place for place, each in enumerate(self.rows) if each.device_id == self.chosen), 0)

    def is_this(self, device: DeviceTold) -> bool:
        """Whether it is the station that is looked at."""
        return self.this is not None and device.device_id == self.this.device_id


@dataclass(frozen=True, slots=True)
class Choose:
    """A device of the list."""

    device_id: str


class AskAgain:
    """Head office is to say once more how the others are."""


class PairNew:
    """A text for a new device is wanted."""
