"""Bugs to plant into what holds people to what they may: codes, PINs, and whose account it is."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from app.core import phone_code, signed_code
from app.core.guesses import Guesses
from app.core.lockout import TRIES, Lockout
from app.core.overlay import CODE_SPENT
from app.core.pepper import pepper_name
from app.station import redeem, staff
from app.store import verifying
from hq.journal import judge

DAY_MS = 86_400_000


def believes_what_codes_say() -> AbstractContextManager[Any]:
    """Only HQ knows how to write such a thing."""
    return patch.object(signed_code, "is_signed_by", lambda *_: True)


def believes_stolen_keys() -> AbstractContextManager[Any]:
    """Members can't help it that a key was stolen."""
    right = signed_code._refused

    def _refused(token: Any, key: Any, *, now_ms: int) -> Any:
        return right(token, replace(key, is_revoked=False), now_ms=now_ms)

    return patch.object(signed_code, "_refused", _refused)


def lets_cards_live_on() -> AbstractContextManager[Any]:
    """Who has a card is a member."""
    right = signed_code._refused

    def _refused(token: Any, key: Any, *, now_ms: int) -> Any:
        return right(token, key, now_ms=min(now_ms, token.expires_ms - 1))

    return patch.object(signed_code, "_refused", _refused)


def takes_pictures_of_phones() -> AbstractContextManager[Any]:
    """Phones have wrong clocks, and nobody wants to wait for the next code."""
    return patch.object(phone_code, "FRESH_MS", DAY_MS)


def looks_up_whatever_is_typed() -> AbstractContextManager[Any]:
    """Nobody types so many numbers."""
    return patch.object(Guesses, "refusal", lambda *_: None)


def forgets_what_was_shown() -> AbstractContextManager[Any]:
    """The order is recorded, and so is each redemption; that is what counts."""
    right = verifying.effects_with_carried

    def effects_with_carried(entry: Any) -> Any:
        return tuple(effect for effect in right(entry) if effect.kind != CODE_SPENT)

    return patch.object(verifying, "effects_with_carried", effects_with_carried)


def lets_a_code_be_shown_in_two_shops() -> AbstractContextManager[Any]:
    """Stations look whether a code was shown before."""
    return patch.object(judge, "used_before", lambda *_: "")


@contextmanager
def counts_tries_when_they_were_wrong() -> Iterator[None]:
    """A try that was right need not be counted."""
    told_wrong = staff._was_wrong

    def _count(store: Any, *, staff_id: str) -> Any:
        row, pepper = store.replica.people.find(staff_id), store.pepper
        if row is None or pepper is None or pepper_name(pepper) != row.pepper:
            return staff.Refusal(staff.Reason.PIN_UNCHECKED)
        now = store.time.reading()
        lockout = store.pin_tries.of(row).resumed(now)
        return lockout.refusal(now) if lockout.remaining_ms(now) else staff._Try(row, pepper)

    def _was_wrong(store: Any, *, row: Any) -> Any:
        now = store.time.reading()
        with store.atomic():
            store.pin_tries.note(row, store.pin_tries.of(row).resumed(now).tried(now))
        return told_wrong(store, row=row)

    with patch.object(staff, "_count", _count), patch.object(staff, "_was_wrong", _was_wrong):
        yield


def forgets_the_wait_with_a_restart() -> AbstractContextManager[Any]:
    """A machine takes longer to start than anybody would wait."""
    right = Lockout.remaining_ms

    def remaining_ms(self: Lockout, now: Any) -> int:
        return right(self, now) if now.boot == self.boot else 0

    return patch.multiple(Lockout, remaining_ms=remaining_ms, resumed=lambda self, _: self)


@contextmanager
def waits_by_the_wall_clock() -> Iterator[None]:
    """A minute is a minute, whoever measures it."""
    right = Lockout.tried

    def remaining_ms(self: Lockout, now: Any) -> int:
        return max(self.wait_ms - (now.wall_ms - self.boot_ms), 0) if self.tries >= TRIES else 0

    def tried(self: Lockout, now: Any) -> Lockout:
        return right(self, now._replace(boot_ms=now.wall_ms))

    with patch.multiple(Lockout, remaining_ms=remaining_ms, tried=tried, resumed=lambda self, _: self):
        yield


def lets_people_serve_themselves() -> AbstractContextManager[Any]:
    """A cashier is a customer like any other."""
    return patch.object(redeem, "stops_by_cashier", lambda *_: frozenset())


def takes_nobody_for_a_thief() -> AbstractContextManager[Any]:
    """Stations refuse it."""
    return patch.object(judge, "_is_own", lambda *_: False)


PLANTS = (
    ("I16", believes_what_codes_say),
    ("I16", believes_stolen_keys),
    ("I16", lets_cards_live_on),
    ("I16", takes_pictures_of_phones),
    ("I16", looks_up_whatever_is_typed),
    ("I17", forgets_what_was_shown),
    ("I17", lets_a_code_be_shown_in_two_shops),
    ("I20", counts_tries_when_they_were_wrong),
    ("I20", forgets_the_wait_with_a_restart),
    ("I20", waits_by_the_wall_clock),
    ("I26", lets_people_serve_themselves),
    ("I26", takes_nobody_for_a_thief),
)
