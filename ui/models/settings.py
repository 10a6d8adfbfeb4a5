"""What is set on this station, for whoever works at it: each holds as soon as it is chosen.

Where people sign in, what guards the till (its lock, members' names) is a manager's to change.
"""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from app.core.pins import Role
from app.store.store import StationStore
from sync.enrolment import PREFIX
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Flow, Means
from ui.models.state import Screen

GUARDS = ("lock_after_s", "names")
SHOWN = ("language", "theme", "text_size", "sound", "display", *GUARDS)


@dataclass(frozen=True, slots=True)
class SettingsView:
    """What the page shows: what each setting is, by its name. `device` is who we are to head office.

    `may_guard` is None until it is known.
    """

    values: tuple[tuple[str, str], ...] = ()
    may_guard: bool | None = None
    device: str = ""

    def value(self, name: str) -> str:
        """Return what a setting is."""
        return dict(self.values).get(name, "")


@dataclass(frozen=True, slots=True)
class Put:
    """A setting, and what it is to be."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Go:
    """On to the page of scanner or printer."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class _Read:
    device: str
    is_sign_in_needed: bool


class Settings(Flow):
    """Comes over whatever is up."""

    screen = Screen.SETTINGS
    is_over = True

    def __init__(self, means: Means, parent: QObject) -> None:
        """Show nothing yet."""
        super().__init__(means, parent)
        self._view = SettingsView()

    @property
    def view(self) -> object:
        """See `SettingsView`."""
        return self._view

    def begin(self) -> None:
        """Show what is set, and find out who may change what."""
        self._view = replace(SettingsView(), values=self._values())
        self.tasks.on_store(_read, then=self._came, failed=self._failed)

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        match intent:
            case Put(name, value):
                self._put(name, value)
            case Go(screen):
                self.desk.open(screen)

    def scanned(self, text: str, aim: str) -> bool:
        """Take a pairing code: here it is one of ours, and says so."""
        if not text.startswith(PREFIX):
            return False
        said = _(
            "This is a pairing code, and this station belongs to {store} already. Head office can move it."
        )
        self.desk.notice(said.format(store=self.desk.state.shop.name))
        return True

    def enter(self) -> None:
        """Go back: everything holds already."""
        self.escape()

    def _put(self, name: str, value: str) -> None:
        equipment = self.desk.equipment
        is_barred = name in GUARDS and self._view.may_guard is not True
        if equipment is None or name not in SHOWN or is_barred or value == self._view.value(name):
            return
        equipment.keep({name: int(value) if name == "lock_after_s" else value})
        if name == "language":
            self.desk.use_language(value)
        self._view = replace(self._view, values=self._values())
        self.changed.emit()

    def _values(self) -> tuple[tuple[str, str], ...]:
        equipment = self.desk.equipment
        assert equipment is not None, "the page comes up where something can be set"
        return tuple((name, str(getattr(equipment.config, name))) for name in SHOWN)

    def _came(self, read: _Read) -> None:
        who = self.desk.cashier
        is_theirs = not read.is_sign_in_needed if who is None else who.role == Role.MANAGER
        self._view = replace(self._view, device=read.device, may_guard=is_theirs)
        self.changed.emit()

    def _failed(self, problem: BaseException) -> None:
        self.desk.notice(after_fault(problem).sentence)


def _read(store: StationStore) -> _Read:
    return _Read(store.device.device_id, store.people.is_sign_in_needed())
