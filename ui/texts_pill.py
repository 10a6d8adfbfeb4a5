"""What the pill says: how the line to head office stands, in a few words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ui.i18n import _, ngettext
from ui.models.state import Pill, PillKind
from ui.texts import ago, day, duration, grouped


def pill(shown: Pill, time_zone: str = "UTC") -> str:
    """Return what the pill says; days are those of the store's time zone."""
    match shown.kind:
        case PillKind.CONNECTING:
            return _("Looking for head office")
        case PillKind.FRESH:
            return _("Online · synced {ago}").format(ago=ago(shown.age_s or 0))
        case PillKind.SENDING:
            return _sending(shown)
        case PillKind.ATTENTION:
            return ngettext("{count} needs attention", "{count} need attention", shown.attention).format(
                count=grouped(shown.attention)
            )
        case PillKind.EARN_ONLY:
            return _("Earning only, no redeeming")
        case PillKind.UPDATE:
            return _update(shown, time_zone)
        case PillKind.REVOKED:
            return _("Shut out by head office")
        case PillKind.STORAGE:
            return _with_waiting(_("Records can't be written"), shown)
        case PillKind.ENDED:
            return _with_waiting(_ended(shown), shown)
        case _:
            since = duration(shown.age_s or 0)
            return _with_waiting(_("OFFLINE for {duration}").format(duration=since), shown)


def pill_name(words: str) -> str:
    """Return what the pill is called when it is read out."""
    return _("{state}. Sync queue (F9)").format(state=words)


def _sending(shown: Pill) -> str:
    if not shown.sent:
        return _("Sending {count} …").format(count=grouped(shown.waiting))
    of = grouped(shown.sent + shown.waiting)
    return _("Sending {sent} of {count}").format(sent=grouped(shown.sent), count=of)


def _update(shown: Pill, time_zone: str) -> str:
    if shown.by_ms is None:
        return _("Update tonight")
    by = datetime.fromtimestamp(shown.by_ms / 1000, ZoneInfo(time_zone)).date()
    return _("Update tonight · all works until {day}").format(day=day(by))


def _ended(shown: Pill) -> str:
    if shown.limit_s is None:
        return _("The rules have ended")
    return _("Limit of {duration} has ended").format(duration=duration(shown.limit_s))


def _with_waiting(words: str, shown: Pill) -> str:
    if not shown.waiting:
        return words
    waits = ngettext("{state} · {count} waiting", "{state} · {count} waiting", shown.waiting)
    return waits.format(state=words, count=grouped(shown.waiting))
