"""Numbers that nobody has, scanned or typed one after the other: who tries many is put off for a while.

A number that is well formed and unknown is a guess; texts of another form tell nobody anything and aren't counted. Kept
in memory and by the boot clock, which nobody can set: a restart takes longer than the few guesses that it gives back.
"""

from collections import deque

from app.core.reasons import Reason, Refusal

GUESSES_MAX = 10  # a cashier who mistypes is stopped by the check character
WINDOW_MS = 60_000


class Guesses:
    """The last guesses at this station."""

    def __init__(self) -> None:
        """Begin without any."""
        self._at_ms: deque[int] = deque(maxlen=GUESSES_MAX)
        self._is_told = False

    def note(self, boot_ms: int) -> None:
        """Count a guess."""
        self._at_ms.append(boot_ms)
        self._is_told = False

    def refusal(self, boot_ms: int) -> Refusal | None:
        """Return why no number may be looked up now: there were too many guesses within the last minute."""
        is_full = len(self._at_ms) == GUESSES_MAX and 0 <= boot_ms - self._at_ms[0] < WINDOW_MS
        return Refusal(Reason.TOO_MANY_UNKNOWN) if is_full else None

    def is_news(self) -> bool:
        """Tell once that there were too many, so that who goes on trying doesn't fill the journal."""
        was_told, self._is_told = self._is_told, True
        return not was_told
