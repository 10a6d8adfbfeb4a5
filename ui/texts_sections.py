"""What the frame around the manager's pages says: their titles, whose data it is, and that it is on its way."""

from ui.i18n import _
from ui.models.manager.flow import ManagerView
from ui.models.state import State
from ui.texts import clock


def title(name: str) -> str:
    """Return what a section is called."""
    return {
        "today": _("Today"),
        "redemptions": _("Redemptions"),
        "exceptions": _("Exceptions"),
        "day": _("End of day"),
        "staff": _("Staff and PINs"),
        "devices": _("Devices"),
        "export": _("Export"),
        "settings": _("Settings"),
    }[name]


def whose(view: ManagerView, state: State) -> str:
    """Return whose data it is and until when: this station's own, and no other's."""
    station = state.shop.station or state.shop.name
    if not view.read_ms:
        return _("Data of this station: {station}").format(station=station)
    until = clock(view.read_ms, state.time_zone)
    return _("Data of this station: {station}, until {time}").format(station=station, time=until)
