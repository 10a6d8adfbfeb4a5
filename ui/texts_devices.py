"""What the page of devices says: how each one stands, how old that knowledge is, and a code for a new one."""

from sync.devices_wire import DeviceTold, PairingRefusal
from ui.i18n import _, ngettext
from ui.models.manager.devices_view import DevicesView, Line
from ui.models.manager.others import OthersView
from ui.models.state import State
from ui.texts import ago, countdown, grouped, moment

SECOND_MS = 1_000
STANDS = ("active", "waiting", "forked", "revoked")  # what head office says of a device


def name(device: DeviceTold, view: DevicesView) -> str:
    """Return what a device is called."""
    called = device.name or device.device_id
    return _("{name} · this station").format(name=called) if view.is_this(device) else called


def stands(device: DeviceTold) -> str:
    """Return how head office stands to a device; nothing where all is well."""
    return {
        "active": "",
        "waiting": _("Waits to be confirmed"),
        "forked": _("Stopped by head office"),
        "revoked": _("Shut out"),
    }.get(device.state, _("Head office looks"))


def seen(device: DeviceTold, now_ms: int) -> str:
    """Return when head office heard from it last."""
    if not device.seen_ms:
        return _("Never heard of yet")
    return _("Last heard {ago}").format(ago=ago((now_ms - device.seen_ms) // SECOND_MS))


def queue(count: int) -> str:
    """Return how much it had not sent by then."""
    if not count:
        return _("Nothing waits")
    return ngettext("{count} waits", "{count} wait", count).format(count=grouped(count))


def waits(device: DeviceTold, view: DevicesView) -> int:
    """Return what waits at a device: here that is known, of the others head office was told it."""
    return view.this.waiting if view.this is not None and view.is_this(device) else device.behind


def beneath(device: DeviceTold, view: DevicesView, now_ms: int) -> str:
    """Return the second line of a device."""
    return " · ".join((seen(device, now_ms), queue(waits(device, view))))


def about(device: DeviceTold, view: DevicesView, state: State) -> str:
    """Return everything that is known of a device, a line each."""
    since = device.behind_since_ms
    told = (
        _("Device {name}").format(name=device.device_id),
        stands(device),
        seen(device, state.now_ms),
        queue(waits(device, view)),
        _("The oldest since {time}").format(time=moment(since, state.time_zone)) if since else "",
        _("Program {version}").format(version=device.software) if device.software else "",
        _("Here since {time}").format(time=moment(device.enrolled_ms, state.time_zone))
        if device.enrolled_ms
        else "",
    )
    return "\n".join(each for each in told if each)


def line(view: DevicesView | OthersView, now_ms: int) -> str:
    """Return how old what is said of the others is, and what is in the way of asking."""
    as_of = ""
    if view.as_of_ms:
        as_of = _("Known by head office {ago}.").format(ago=ago((now_ms - view.as_of_ms) // SECOND_MS))
    way = {
        Line.ASKING: _("Head office is asked …"),
        Line.HEARD: "",
        Line.OFFLINE: _("Head office does not answer, so only this station is known as it is now."),
        Line.REFUSED: _("Head office tells this station nothing of the others."),
        Line.NOBODY: _("There is no head office in training."),
    }[view.line]
    return " ".join(part for part in (as_of, way) if part)


def no_code(refusal: str) -> str:
    """Return why there is no code for a new device."""
    return {
        PairingRefusal.NOT_A_MANAGER: _(
            "Head office does not know whoever approved this as a manager of this store."
        ),
        PairingRefusal.TOO_OFTEN: _("This store has asked for enough codes for now. Try again in an hour."),
        PairingRefusal.USED: _("With this approval a station was paired already. Ask for a new code."),
        "": _("Head office does not answer. A new station needs a connection to be paired."),
    }.get(refusal, _("Head office gives no code for a new station."))


def left(until_ms: int, now_ms: int) -> str:
    """Return how long a code is still good."""
    left_s = -(-(until_ms - now_ms) // SECOND_MS)
    if left_s <= 0:
        return _("This code is over. Ask for a new one.")
    return _("Good for {time}").format(time=countdown(left_s).removeprefix("00:"))


def what_to_do() -> str:
    """Return what is done with the code."""
    return _(
        "Start the program on the new computer and show it this code. Head office then confirms the new station."
    )
