"""Whom the station's model asks: the sync worker, head office, and the demo's till with its cable."""

from typing import Protocol

from app.core.asking import Asking, Heard
from app.core.order import Line


class Worker(Protocol):
    """The part of the sync worker that a window needs."""

    def wake(self) -> None:
        """Sync now."""
        ...


class HeadOffice(Protocol):
    """Who says what an order may use, while its member waits."""

    def ask(self, asking: Asking) -> Heard:
        """Return head office's words in a moment, or that nothing was heard."""
        ...


class Training(Protocol):
    """The way into training, on records of its own, and out of it."""

    def begin(self, *, staff_id: str) -> None:
        """Go into training; `staff_id` is who wanted it, where somebody signed in."""
        ...

    def end(self) -> None:
        """Go back to what is real."""
        ...


class Languages(Protocol):
    """Which language whom is spoken to; kept for the next start."""

    def of(self, staff_id: str) -> str:
        """Return somebody's language; "" where none is known."""
        ...

    def keep(self, staff_id: str, language: str) -> None:
        """Keep somebody's language; of nobody ("") it is the station's."""
        ...


class DemoTill(Protocol):
    """The demo's stand-in for the shop's till and its cable."""

    def next_order(self) -> tuple[str, tuple[Line, ...]] | None:
        """Hand over the next order: its id and lines; None when there is none left."""
        ...

    def set_cut(self, *, is_cut: bool) -> None:
        """Cut the line to head office, or put it back."""
        ...
