"""How long a printer is waited for. It happens beside the window, and ends: somebody must hear what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

SLICE_S = 0.1  # a wait is cut into these, so that a station that ends is not held up


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. `answer_s`: many printers never answer a question, and that is no fault."""

    connect_s: float = 3
    answer_s: float = 0.7
    stall_s: float = 6  # without a byte taken
    job_s: float = 30
    done_s: float = 10  # after the last byte: a long receipt takes four
    again_s: float = 1  # between two questions why it does not go on
    parting_s: float = 0.5


USUAL = Patience()


class Until:
    """A moment that comes, or a station that ends: whichever is first."""

    def __init__(self, seconds: float, is_ending: Callable[[], bool]) -> None:
        """Count from now."""
        self._at = monotonic() + seconds
        self._is_ending = is_ending

    def __bool__(self) -> bool:
        """Tell whether there is time left."""
        return monotonic() < self._at and not self._is_ending()

    @property
    def slice_s(self) -> float:
        """How long to wait at once."""
        return max(0.0, min(SLICE_S, self._at - monotonic()))
