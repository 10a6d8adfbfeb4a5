"""The manager's pages on a real store without a window, and a manager who approves by their PIN."""

from dataclasses import dataclass
from typing import Any

from app.core.approvals import Why
from app.core.pins import Role
from app.station.staff import SignedIn
from tests.builders import a_person, put_document
from tests.station.test_enrol import box_keys
from tests.ui.station_bench import Bench
from ui.models.approving import ApprovalView, Because
from ui.models.known_flows import FLOWS
from ui.models.manager.flow import ManagerView, TurnTo
from ui.models.pin_pad import Choose, GivePin
from ui.models.state import Screen

MANAGER_PIN = "739215"


@dataclass
class Office:
    """Mia, a manager, is signed in; Ben is a cashier."""

    bench: Bench
    mia: str
    ben: str

    @property
    def state(self):
        return self.bench.model.state

    @property
    def view(self) -> Any:
        """What the section that is up shows."""
        assert isinstance(self.state.flow, ManagerView)
        return self.state.flow.shown

    def open(self, name: str) -> None:
        """Come to a section, and wait until it has been read."""
        if self.state.screen is not Screen.MANAGER:
            self.bench.model.open(Screen.MANAGER)
            self.until(lambda: self.state.flow.name != "")
        self.ask(TurnTo(name))
        self.until(lambda: self.state.flow.name == name and self.state.flow.read_ms > 0)

    def ask(self, *intents: object) -> None:
        for intent in intents:
            self.bench.model.ask(intent)

    def until(self, check) -> None:
        self.bench.qtbot.waitUntil(check)

    def approve(self, why: Why) -> str:
        """Let Mia approve what is asked; return what it said."""
        assert self.state.screen is Screen.APPROVAL
        view = self.state.flow
        assert isinstance(view, ApprovalView)
        said = view.request.what
        self.until(lambda: self.state.flow.pin.staff is not None)
        self.ask(Because(why), Choose(self.mia), GivePin(MANAGER_PIN))
        self.until(lambda: self.state.screen is not Screen.APPROVAL)
        return said

    def store(self, work):
        return self.bench.thread.call(work)


def open_office(bench: Bench) -> Office:
    def lay_out(store) -> tuple[str, str]:
        put_document(store, "keyset", box_keys("b1"))
        mia = a_person(store, seed=2, pin=MANAGER_PIN, name="Mia", role="manager")
        return mia, a_person(store)

    mia, ben = bench.thread.call(lay_out)
    bench.model.add_flows(*FLOWS)
    bench.model.take_over(SignedIn(mia, "Mia", Role.MANAGER))
    return Office(bench, mia, ben)
