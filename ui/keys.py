"""Which key brings up which page, and what the keys are called: for the window, the action bar and the help.

F-keys and digits only: they are the same in every language and on every keyboard. A key without a page does nothing
and is shown nowhere.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from scanner.keys import evdev_code
from ui.i18n import _
from ui.models.state import Screen

FLOW_KEYS: dict[Qt.Key, Screen] = {
    Qt.Key.Key_F1: Screen.HELP,
    Qt.Key.Key_F2: Screen.EARN,
    Qt.Key.Key_F3: Screen.BALANCE,
    Qt.Key.Key_F4: Screen.GIFT_CARD,
    Qt.Key.Key_F5: Screen.ENROL,
    Qt.Key.Key_F8: Screen.UNDO,
    Qt.Key.Key_F9: Screen.QUEUE,
    Qt.Key.Key_F10: Screen.MANAGER,
    Qt.Key.Key_F12: Screen.SIGN_IN,
}  # which key brings up the page of which flow
BAR = (
    Qt.Key.Key_F2, Qt.Key.Key_F3, Qt.Key.Key_F4, Qt.Key.Key_F5, Qt.Key.Key_F8, Qt.Key.Key_F9, Qt.Key.Key_F10
)  # fmt: skip

# A key that brings up a page only from these, since other pages have it for something of their own.
BRIEFINGS_KEY, BRIEFINGS_FROM = Qt.Key.Key_F7, (Screen.IDLE, Screen.HELP)

# evdev's numbers of the keys that are these letters on most keyboards.
PLACES = {Qt.Key.Key_P: 25, Qt.Key.Key_V: 47}


def is_with_ctrl(event: QKeyEvent, letter: Qt.Key) -> bool:
    """Tell whether a letter was pressed with Ctrl: by its name or, on keyboards without our letters, by its place."""
    chord = event.modifiers() & ~(
        Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier
    )
    if chord != Qt.KeyboardModifier.ControlModifier or event.key() == letter:
        return chord == Qt.KeyboardModifier.ControlModifier
    is_one_of_ours = Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z
    place = evdev_code(event.nativeScanCode(), platform=QGuiApplication.platformName())
    return not is_one_of_ours and place == PLACES[letter]


def label(key: Qt.Key) -> str:
    """Return what stands on a key: `F2`."""
    return key.name.removeprefix("Key_")


def bar_keys() -> tuple[Qt.Key, ...]:
    """Return the keys of the action bar that do something, in their order."""
    return tuple(key for key in BAR if key in FLOW_KEYS)


def action(key: Qt.Key) -> str:
    """Return what a key of the action bar does, in two words."""
    return {
        Qt.Key.Key_F2: _("Earn points"),
        Qt.Key.Key_F3: _("Points balance"),
        Qt.Key.Key_F4: _("Gift card"),
        Qt.Key.Key_F5: _("New member"),
        Qt.Key.Key_F8: _("Undo last"),
        Qt.Key.Key_F9: _("Sync queue"),
        Qt.Key.Key_F10: _("Manager"),
    }[key]


def key_map() -> tuple[tuple[str, str], ...]:
    """Return every key that does something with what it does, for the page of help."""
    found: list[tuple[Qt.Key | str, str]] = [
        (Qt.Key.Key_F1, _("This page, and from here the settings")),
        *((key, action(key)) for key in bar_keys()),
        (Qt.Key.Key_F6, _("Change the order's amount")),
        (BRIEFINGS_KEY, _("From here and from the first page: what is on")),
        (Qt.Key.Key_F11, _("Full screen")),
        (Qt.Key.Key_F12, _("Lock, or sign in")),
        ("1 … 9", _("Pick an offer, or put it back")),
        ("Enter", _("The large button of the page")),
        ("Esc", _("Back, without recording anything")),
        ("Delete", _("Take a voucher or gift card out of the order")),
        ("Ctrl+P", _("Print the last receipt")),
        ("PgUp PgDn", _("Turn a list")),
        ("Tab", _("Go to the next button or field")),
    ]
    own = {Qt.Key.Key_F6, BRIEFINGS_KEY, Qt.Key.Key_F11}  # the window's own, without a page
    shown = (row for row in found if isinstance(row[0], str) or row[0] in own or row[0] in FLOW_KEYS)
    words = [(row[0] if isinstance(row[0], str) else label(row[0]), row[1]) for row in shown]
    return tuple(sorted(words, key=_place))


def _place(row: tuple[str, str]) -> int:
    """Sort the F-keys by their numbers, and the others behind them as they come."""
    name = row[0]
    return int(name[1:]) if name[0] == "F" and name[1:].isdigit() else 100
