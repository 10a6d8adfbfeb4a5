"""Moments of a case. Cases name no time zone, so their clock is UTC; a moment that names an offset is moved there."""

from datetime import UTC, datetime, timedelta

from app.cases.reading import CaseInvalid, Spot, shown

ANY_MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)  # where a case says no time, and nothing in it asks
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DATE_LENGTH = len("2026-12-31")


def moment(holder: Spot, key: str) -> datetime:
    """Return a date (its first moment) or a local time such as 2026-01-31T23:59:59."""
    written = holder.text(key)
    try:
        found = datetime.fromisoformat(written)
    except ValueError as problem:
        raise CaseInvalid(
            f"{holder.at(key)}: {shown(written)} is no time such as 2026-01-31T23:59:59"
        ) from problem
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def milliseconds(at: datetime) -> int:
    """Return a moment as UTC milliseconds."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def bound(holder: Spot, key: str) -> str:
    """Return the first or last moment of a campaign as a program writes it: a date stays a date."""
    found = moment(holder, key)
    is_date = len(holder.text(key)) == DATE_LENGTH
    return found.date().isoformat() if is_date else found.strftime("%Y-%m-%dT%H:%M:%S")


def clock(written: object, *, path: str) -> str:
    """Return a time of day such as 09:30; 24:00 is the end of the day."""
    if isinstance(written, str):
        hours, _, rest = written.partition(":")
        minutes, _, seconds = rest.partition(":")
        parts = [hours.zfill(2), minutes or "00", seconds or "00"]
        text = ":".join(parts)
        if all(part.isdecimal() and len(part) == 2 for part in parts) and text <= "24:00:00":
            return text
    raise CaseInvalid(f"{path}: {shown(written)} is no time of day such as 09:30")
