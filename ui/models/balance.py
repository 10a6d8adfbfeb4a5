"""What a member has, for whoever asks: nothing is recorded, and what was begun at the till waits."""

from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject

from app.core.reasons import Refusal
from app.station.belongings import Belongings, belongings
from app.station.identify import Seen, SeenMember
from ui.models.answers import after_fault
from ui.models.display import ForMember
from ui.models.flow import Flow, Means
from ui.models.state import MemberCard, Screen
from ui.models.till import card_of
from ui.texts import because


@dataclass(frozen=True, slots=True)
class BalanceView:
    """What the page shows. `has` is None until the store has answered."""

    member: MemberCard | None = None
    has: Belongings | None = None

    @property
    def for_member(self) -> ForMember | None:
        """What the customer display shows."""
        known = self.member if self.member is not None and self.member.is_known else None
        return None if known is None else ForMember(known.name, points=known.balance)


class Balance(Flow):
    """Shows one member after the other."""

    screen = Screen.BALANCE

    def __init__(self, means: Means, parent: QObject) -> None:
        """Begin with nobody."""
        super().__init__(means, parent)
        self._seen: SeenMember | None = None
        self._view = BalanceView()

    @property
    def view(self) -> object:
        """See `BalanceView`."""
        return self._view

    def begin(self) -> None:
        """Show whoever is at the till."""
        visit = self.desk.visit
        self._turn_to(visit.member if visit else None)

    def end(self) -> None:
        """Forget whom it was about."""
        self._turn_to(None)

    def seen(self, seen: Seen) -> bool:
        """Show whose card it is. A voucher is to be used: that is the station's."""
        if isinstance(seen, SeenMember):
            self.desk.notice("")
            self._turn_to(seen)
            self.changed.emit()
        elif isinstance(seen, Refusal):
            self.desk.notice(because(seen, self.desk.state.shop.currency))
        else:
            return False
        return True

    def enter(self) -> None:
        """Go on with this member at the till; without one, go back."""
        if self._seen is not None:
            self.desk.serve(self._seen)
        else:
            self.escape()

    def _turn_to(self, seen: SeenMember | None) -> None:
        self._seen, self._view = seen, BalanceView(card_of(seen))
        if seen is not None:
            self.tasks.on_store(
                partial(belongings, seen=seen),
                then=lambda has: self._found(seen, has),
                failed=lambda problem: self.desk.notice(after_fault(problem).sentence),
            )

    def _found(self, seen: SeenMember, has: Belongings) -> None:
        if self._seen is seen:
            self._view = replace(self._view, has=has)
            self.changed.emit()
