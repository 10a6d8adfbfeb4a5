"""The till at which each cell of the table of scans is tried."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.builders import PIN
from tests.ui.station_bench import Bench
from ui.models.pin_pad import Choose, GivePin
from ui.models.state import Screen

PIN_MS = 30_000  # a PIN takes its time where all are at work


@dataclass
class Till:
    """The station, who works there, and what was scanned last."""

    bench: Bench
    ben: str
    mia: str
    text: str = ""

    @property
    def model(self):
        return self.bench.model

    @property
    def state(self):
        return self.bench.model.state

    def wait(self, check: Callable[[], object]) -> None:
        self.bench.qtbot.waitUntil(lambda: bool(check()), timeout=PIN_MS)

    def scan(self, text: str) -> None:
        self.text = text
        self.model.scan(text)

    def type_pin(self, who: str) -> None:
        self.wait(lambda: self.state.flow.pin.staff is not None)
        self.model.ask(Choose(who))
        self.model.ask(GivePin(PIN))

    def sign_in(self, who: str) -> None:
        page = self.state.screen
        self.model.open(Screen.SIGN_IN)
        self.type_pin(who)
        self.wait(lambda: self.state.cashier and self.state.screen is page)
