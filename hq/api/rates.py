"""How often one key or address may ask: a window that moves, in this process's memory."""

import math
import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from hq.faults import TooMany

PER_MINUTE = 1_200  # twenty a second, all day: a shop system that imports members stays below it
SIGN_INS_PER_MINUTE = 10  # of one name, and of one address


@dataclass(frozen=True, slots=True)
class Left:
    """How many more may ask in this window, and after how many seconds it has moved on."""

    quota: int
    remaining: int
    reset_s: int
    is_let_through: bool = True

    def check(self) -> None:
        """Raise `TooMany` where this request is one too many."""
        if not self.is_let_through:
            raise TooMany(f"More than {self.quota} requests a minute.", retry_after_s=self.reset_s)

    def headers(self) -> dict[str, str]:
        """Return it as answers say it (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "RateLimit-Policy": f'"default";q={self.quota};w=60',
            "RateLimit": f'"default";r={self.remaining};t={self.reset_s}',
        }


class Rates:
    """Counts requests. Each of HQ's processes counts its own."""

    def __init__(self, *, per_minute: int = PER_MINUTE) -> None:
        """Let each through so many times a minute."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._usual = RateLimitItemPerMinute(per_minute)
        self._sign_ins = RateLimitItemPerMinute(SIGN_INS_PER_MINUTE)

    def count(self, who: str) -> Left:
        """Count a request and return what is left, and whether it is one too many."""
        return self._count(self._usual, "request", who)

    def count_sign_in(self, who: str) -> None:
        """Count a try to sign in. Raises `TooMany`."""
        left = self._count(self._sign_ins, "sign-in", who)
        if not left.is_let_through:
            raise TooMany("Too many tries. Wait a minute, then try again.", retry_after_s=left.reset_s)

    def _count(self, item: RateLimitItemPerMinute, kind: str, who: str) -> Left:
        is_let_through = self._limiter.hit(item, kind, who)
        stats = self._limiter.get_window_stats(item, kind, who)
        wait_s = max(1, math.ceil(stats.reset_time - time.time()))
        return Left(item.amount, stats.remaining, wait_s, is_let_through)
