"""The seam between the till's API and where its orders are worked on: the window, or the station without one.

The API calls a `TillDesk` from its own thread and waits for nothing there; `then` may be called on any thread. The desk
tells a `Listener` how each order stands. Whether an order was recorded is not told at all: that is read from the
journal, which knows it for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from app.core.approvals import Approval
from app.core.order import Line
from app.core.prompted import NO_PROMPTS, Prompts
from app.core.quote import Quote
from app.station.void import Asked, By


class Phase(StrEnum):
    """How an order stands that isn't recorded yet."""

    WAITING = "waiting"  # at the station; nobody's card or voucher yet
    QUOTED = "quoted"  # somebody has shown something, and what the order gets is on the screen
    CONFIRMING = "confirming"  # it is being recorded at this moment
    GIVEN_UP = "given_up"  # by the till or at the station; nothing was recorded


class Taken(StrEnum):
    """What a desk says to an order that is handed over or taken back."""

    YES = "yes"
    CONFIRMING = "confirming"  # it is being recorded at this moment: ask again
    NOT_READY = "not_ready"  # no order can be taken as the station stands


@dataclass(frozen=True, slots=True)
class Handed:
    """An order as the till hands it over. `register` "" is the station's own."""

    order_id: str
    lines: tuple[Line, ...]
    register: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands. `quote` is what it would get as things are, once that is known; `why` it was given up.

    `prompts` are what the cashier could say to that.
    """

    phase: Phase
    quote: Quote | None = None
    is_member: bool = False  # somebody's card is there
    why: str = ""
    prompts: Prompts = NO_PROMPTS


@dataclass(frozen=True, slots=True)
class ToUndo:
    """What a manager is to approve: `order` is the record of its entry, `at_stake` what comes back (minor units)."""

    asked: Asked
    order: dict[str, Any]
    at_stake: int


class Listener(Protocol):
    """Who wants to know how orders stand."""

    def tell(self, order_id: str, standing: Standing | None) -> None:
        """Take how an order stands, from any thread. None: it was recorded, or something was undone of it."""
        ...


class TillDesk(Protocol):
    """Where the till's orders are worked on."""

    def listen(self, listener: Listener) -> None:
        """Tell `listener` from now on how orders stand."""
        ...

    def take(self, order: Handed, then: Callable[[Taken], None]) -> None:
        """Take an order, or what has become of it; another one that was there is given up."""
        ...

    def drop(self, order_id: str, then: Callable[[Taken], None]) -> None:
        """Let an order go that the till has taken back; one that isn't there is no fault."""
        ...

    def approve(self, what: ToUndo, then: Callable[[Approval | None], None]) -> bool:
        """Let a manager approve something. False: nobody can be asked at this station.

        `then` is called once; with None where nobody approved it.
        """
        ...

    def undone(self) -> None:
        """Know that something was undone, so that figures are read anew and head office hears of it."""
        ...

    @property
    def by(self) -> By:
        """Who is at the station, and how its line is."""
        ...
