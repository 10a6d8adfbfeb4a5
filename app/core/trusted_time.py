"""What time a station goes by: HQ's signed time carried on by the clock that nobody can set, not the wall clock.

A machine has two clocks. The **wall** clock can be set by anybody; the **boot** clock (milliseconds since the machine
started, sleep included) only goes on, and stops when the machine is off. So within one start of the machine effective
time is a *base* plus what the boot clock has counted since, whatever the wall clock says. The base is HQ's signed time
(`anchored`), or until there is one what the wall clock said when the machine was first seen to run (`weak`).

Effective time never goes back: it has a *floor*, the latest it has ever been. After a restart the wall clock may lift
it above that floor, for the time in which the machine was off: between two signed times by `OFF_MAX_MS` in all. A clock
that claims more, that is behind the floor, or that moves against the boot clock has *jumped*: time is doubted until HQ
tells it again. That way one jump to 2099 costs nothing that HQ's next word does not mend, and a battery that is empty
(1970) neither revives what has ended nor stops the station.

A clock that is set at each start to where the last one ended makes time stand while the machine is off. No single start
shows it, but their number does: more starts than so much time has room for are doubted as well.

HQ's clock can be wrong too. Where both of an anchored station's clocks agree against it, HQ's word is left aside: of
three clocks two are believed. A signed time behind the floor does not turn effective time back, which then waits. One
that would carry it far on, and that the wall clock does not bear out, must be said twice, some minutes apart: until
then time is in doubt, but has not moved. HQ's first word alone turns a floor back, and what is said first in a new
epoch: what the clocks of a new station make of the time binds nobody.

Pure: readings in, values out. All times are milliseconds; wall and effective time since 1970 in UTC.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

ANCHORED, WEAK = "anchored", "weak"  # the qualities of a time, as entries say them
JUMP_MIN_MS = (
    5 * 60_000
)  # a time server corrects less than this, and a person who sets a clock back wants more
DRIFT_PARTS = 1_000  # two quartz clocks part by less than a thousandth of the time that passes
OFF_MAX_MS = (
    14 * 86_400_000
)  # a month offline, switched off every night; also the most that time can be wrong by
WAIT_MAX_MS = (
    2 * 3_600_000
)  # effective time may stand for so long and still be of use: a wrong hour, or two, at HQ
AGAIN_MS = (
    15 * 60_000
)  # a clock that is wrong after a start of HQ's machine is put right by its time server within minutes
STARTS_SPARE = (
    60  # a month of two a day: updates, bad sockets and a long night of trying, before they are counted
)
UNTOLD = b"program:"  # begins the name of a start where the system has none for it
START_LASTS_MS = 12 * 3_600_000  # from one start to the next, in the long run: two a day


class Reading(NamedTuple):
    """Both clocks at one moment, and which start of the machine (`boot`) the boot clock counts from."""

    wall_ms: int
    boot: bytes
    boot_ms: int


class Jump(NamedTuple):
    """A wall clock that moved against the boot clock or over a restart: where it should have been, and where it was."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class TrustedTime:
    """What a station knows of the time. Make the first with `first_time`, and the next by the methods."""

    base_ms: int  # effective time when the boot clock stood at `boot_ms`
    boot: bytes
    boot_ms: int
    wall_ms: int  # where the wall clock stood then
    floor_ms: int  # the latest effective time there has been
    is_signed: bool = False  # the base is HQ's word, given in this start of the machine
    was_signed: bool = False  # HQ has told the time before
    is_doubted: bool = False  # the clock has jumped since
    off_left_ms: int = OFF_MAX_MS  # how long the machine may still have been off before HQ is heard again
    said_ms: int = 0  # HQ's word that must be said again before it is believed; 0: there is none
    said_boot_ms: int = 0  # where the boot clock stood then
    starts: int = 0  # of the machine since HQ was heard
    counted_ms: int = 0  # effective time before the first of them; 0: there was none

    def now_ms(self, reading: Reading) -> int:
        """Return effective time. The reading must be of this start of the machine (see `seen`)."""
        return max(self.floor_ms, self.reckoned_ms(reading))

    def reckoned_ms(self, reading: Reading) -> int:
        """Return the best guess at the true time, which may lie behind effective time."""
        return self.base_ms + reading.boot_ms - self.boot_ms

    def quality(self, reading: Reading) -> str:
        """Return how good effective time is, as entries say it."""
        return ANCHORED if self.is_signed and not self.is_doubtful(reading) else WEAK

    @property
    def awaits_hq(self) -> bool:
        """Whether time is in doubt until HQ tells it, whatever the clocks say."""
        return self.is_doubted or self.said_ms != 0

    def is_doubtful(self, reading: Reading) -> bool:
        """Tell whether nothing may be decided by the hour or the day until HQ has told the time."""
        return self.awaits_hq or self.floor_ms - self.reckoned_ms(reading) > WAIT_MAX_MS


def first_time(reading: Reading, *, floor_ms: int = 0) -> TrustedTime:
    """Return the time of a station that knows nothing but its clocks and, if it has a journal, its latest entry."""
    now_ms = max(reading.wall_ms, floor_ms)
    return TrustedTime(
        now_ms,
        reading.boot,
        reading.boot_ms,
        reading.wall_ms,
        floor_ms=now_ms,
        is_doubted=now_ms - reading.wall_ms > JUMP_MIN_MS,
    )


def seen(time: TrustedTime, reading: Reading) -> tuple[TrustedTime, Jump | None]:
    """Go on to a reading: the floor rises to effective time, and a jump of the wall clock is found."""
    if reading.boot != time.boot or reading.boot_ms < time.boot_ms:
        time, jump = _started_anew(time, reading)
    else:
        time, jump = _gone_on(time, reading)
    now_ms = time.now_ms(reading)
    return time if now_ms == time.floor_ms else _risen(time, now_ms), jump


def _risen(time: TrustedTime, floor_ms: int) -> TrustedTime:
    """Return it with another floor; written out, since `replace` takes four times as long and is asked all the time."""
    return TrustedTime(
        time.base_ms,
        time.boot,
        time.boot_ms,
        time.wall_ms,
        floor_ms,
        time.is_signed,
        time.was_signed,
        time.is_doubted,
        time.off_left_ms,
        time.said_ms,
        time.said_boot_ms,
        time.starts,
        time.counted_ms,
    )


def resumed(time: TrustedTime, latest_ms: int) -> TrustedTime:
    """Take up what was written down, and after it an entry that was given by a later time (0: there is none)."""
    return time if latest_ms <= time.floor_ms else _risen(time, latest_ms)


def differ_beyond_floor(time: TrustedTime, other: TrustedTime) -> bool:
    """Tell whether more than how far time has risen differs."""
    return _risen(time, other.floor_ms) != other


def in_new_epoch(time: TrustedTime) -> TrustedTime:
    """Return what a new epoch knows of the time: the floor holds until HQ's next word, which binds as a first one.

    That lengthens nothing, as until then all is as it was, and it ends what a wrong HQ once said. A person at HQ
    has agreed to the new epoch.
    """
    return replace(time, was_signed=False, said_ms=0)


def anchored(time: TrustedTime, sent: Reading, received: Reading, signed_ms: int) -> TrustedTime:
    """Take HQ's signed time, given between two readings that `seen` has gone through, unless two clocks deny it.

    HQ may have looked at its clock at any moment between the two, so the middle is meant.
    """
    if _is_denied(time, received, signed_ms):
        return time
    boot_ms = (sent.boot_ms + received.boot_ms) // 2
    if _is_far_on(time, received, signed_ms):
        since_ms = boot_ms - time.said_boot_ms
        if time.said_ms == 0 or abs(time.said_ms + since_ms - signed_ms) > JUMP_MIN_MS:
            return replace(time, said_ms=signed_ms, said_boot_ms=boot_ms)
        if since_ms < AGAIN_MS:
            return time
    # The floor of before HQ's first word is that of clocks which anybody could set: one of 2099 binds nobody.
    floor_ms = time.floor_ms if time.was_signed else min(time.floor_ms, signed_ms)
    wall_ms = received.wall_ms - (received.boot_ms - boot_ms)
    # What the floor lies ahead has been used up: otherwise it could rise further with every word of HQ's.
    off_left_ms = max(OFF_MAX_MS - max(floor_ms - signed_ms, 0), 0)
    found = TrustedTime(
        signed_ms,
        received.boot,
        boot_ms,
        wall_ms,
        floor_ms,
        is_signed=True,
        was_signed=True,
        off_left_ms=off_left_ms,
    )
    return replace(found, floor_ms=found.now_ms(received))


def _gone_on(time: TrustedTime, reading: Reading) -> tuple[TrustedTime, Jump | None]:
    expected_ms = _expected_wall_ms(time, reading)
    moved_ms = reading.wall_ms - expected_ms
    if abs(moved_ms) <= _tolerance_ms(time, reading):
        return time, None
    jump = Jump(expected_ms, reading.wall_ms)
    return replace(time, wall_ms=time.wall_ms + moved_ms, is_doubted=True), jump


def _started_anew(time: TrustedTime, reading: Reading) -> tuple[TrustedTime, Jump | None]:
    """Begin a start of the machine: how long it was off, only the wall clock says."""
    risen_ms = reading.wall_ms - time.floor_ms
    off_ms = max(risen_ms - reading.boot_ms, 0)
    is_behind = risen_ms < -JUMP_MIN_MS
    is_beyond = time.was_signed and off_ms > time.off_left_ms
    begun = replace(
        time,
        base_ms=max(time.floor_ms, reading.wall_ms),
        boot=reading.boot,
        boot_ms=reading.boot_ms,
        wall_ms=reading.wall_ms,
        is_signed=False,
        off_left_ms=time.off_left_ms - off_ms,
        said_boot_ms=reading.boot_ms,  # what it was off for is not counted: HQ's word may have to come twice more
        starts=time.starts + (not _has_gone_on(time, reading)),
        counted_ms=time.counted_ms or time.floor_ms,
    )
    if not (is_behind or is_beyond):
        return (replace(begun, is_doubted=True) if _is_too_often(begun) else begun), None
    doubted = replace(begun, base_ms=time.floor_ms, is_doubted=True, off_left_ms=time.off_left_ms)
    return doubted, Jump(time.floor_ms, reading.wall_ms)


def _has_gone_on(time: TrustedTime, reading: Reading) -> bool:
    """Tell whether only the program was started anew, where the system has no name for the machine's starts.

    The boot clock then stands beyond where it was last seen, and the wall clock has moved along with it. Whoever has
    the machine start anew and feigns that must let it run for as long as it had, before each start of the program.
    """
    if not (reading.boot.startswith(UNTOLD) and time.boot.startswith(UNTOLD)):
        return False
    last_boot_ms = time.boot_ms + time.floor_ms - time.base_ms
    moved_ms = reading.wall_ms - _expected_wall_ms(time, reading)
    return reading.boot_ms >= last_boot_ms and abs(moved_ms) <= _tolerance_ms(time, reading)


def _is_too_often(time: TrustedTime) -> bool:
    """Tell whether the machine, which has just started, did so more often than so much time has room for.

    So a wall clock that is set back at each start gains no more than half of the time, and `STARTS_SPARE` nights.
    """
    return time.starts > STARTS_SPARE + (time.base_ms - time.counted_ms) // START_LASTS_MS


def _is_denied(time: TrustedTime, reading: Reading, signed_ms: int) -> bool:
    if not time.is_signed or time.is_doubtful(reading):
        return False
    ours_ms, near_ms = time.reckoned_ms(reading), _tolerance_ms(time, reading)
    return abs(signed_ms - ours_ms) > near_ms and abs(reading.wall_ms - ours_ms) <= near_ms


def _is_far_on(time: TrustedTime, reading: Reading, signed_ms: int) -> bool:
    """Tell whether HQ alone says that it is much later. A clock that has jumped leaves less to hold against it."""
    if abs(reading.wall_ms - signed_ms) <= JUMP_MIN_MS:
        return False
    return signed_ms - time.now_ms(reading) > (OFF_MAX_MS if time.is_doubted else WAIT_MAX_MS)


def _expected_wall_ms(time: TrustedTime, reading: Reading) -> int:
    return time.wall_ms + reading.boot_ms - time.boot_ms


def _tolerance_ms(time: TrustedTime, reading: Reading) -> int:
    return JUMP_MIN_MS + (reading.boot_ms - time.boot_ms) // DRIFT_PARTS
