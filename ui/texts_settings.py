"""What settings are called, and what can be chosen of each."""

from ui.i18n import NAMES, _
from ui.models.setup import Choice

LOCKS_S = (60, 300, 900, 3_600)
MINUTE_S = 60


def title(name: str) -> str:
    """Return what a setting is called."""
    return {
        "language": _("Language"),
        "theme": _("Colours"),
        "text_size": _("Text size"),
        "sound": _("Sound"),
        "display": _("Customer display"),
        "lock_after_s": _("Lock when nobody is there"),
        "names": _("Names of members"),
    }[name]


def choices(name: str, value: str) -> tuple[Choice, ...]:
    """Return what can be chosen; what a person wrote into the settings' file stays among it."""
    found = {
        "language": [Choice(language, called) for language, called in NAMES.items()],
        "theme": [
            Choice("system", _("As the computer")),
            Choice("light", _("Light")),
            Choice("dark", _("Dark")),
        ],
        "text_size": [
            Choice("usual", _("Usual")),
            Choice("large", _("Larger")),
            Choice("largest", _("Largest")),
        ],
        "sound": [Choice("on", _("On")), Choice("off", _("Off"))],
        "display": [
            Choice("off", _("Off")),
            Choice("auto", _("Second screen")),
            Choice("window", _("In a window")),
        ],
        "lock_after_s": [Choice(str(each), _minutes(each)) for each in LOCKS_S],
        "names": [Choice("whole", _("Whole")), Choice("masked", _("Initials only"))],
    }[name]
    if value and value not in [choice.value for choice in found]:
        found.append(Choice(value, _minutes(int(value)) if name == "lock_after_s" else value))
    return tuple(found)


def _minutes(seconds: int) -> str:
    if seconds % MINUTE_S:
        return _("{count} s").format(count=seconds)
    return _("{count} min").format(count=seconds // MINUTE_S)


def guarded(may_guard: bool | None) -> str:
    """Return who may change what guards the till."""
    return _("A manager signs in to change the last two.") if may_guard is False else ""


def device(store: str, name: str) -> str:
    """Return whose station this is, and which."""
    return _("{store}, station {name}").format(store=store, name=name) if name else store
