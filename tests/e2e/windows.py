"""The station's window as a process on a screen of its own: pressed by real keys, watched by its event log."""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.clock import SetClock
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from scanner.debounce import WINDOW_MS
from tests.rig.processes import TILLSIDE, World, environment, eventually
from tests.x_screen import XScreen

OPEN_S = 30
PAINT_S = 15
EVERY_S = 0.01
AMOUNT = "35"  # five off, and not yet ten percent: one offer, picked by itself

Event = dict[str, Any]


class WindowProcess:
    """`tillside station`."""

    def __init__(
        self,
        world: World,
        screen: XScreen,
        log: Path,
        *,
        fail_points: str = "",
        program: Sequence[str] = TILLSIDE,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._screen = screen
        self._log = log
        self._read_to = 0
        self._events: list[Event] = []
        folders = ["--dir", str(world.store_dir), "--state", str(world.state_dir)]
        mine = environment(fail_points=fail_points) | {"TILLSIDE_EVENT_LOG": str(log)} | dict(settings or {})
        names = ("DISPLAY", "QT_QPA_PLATFORM", "QT_IM_MODULE")
        self.process = subprocess.Popen(
            [*program, "station", *folders, "--camera", "off"],
            env=mine | {name: screen.environment[name] for name in names},
        )

    def events(self) -> list[Event]:
        """Return all that was logged; a line that death cut off doesn't count."""
        if self._log.exists():
            with self._log.open("rb") as file:
                file.seek(self._read_to)
                whole = file.read().rpartition(b"\n")[0]
            self._read_to += len(whole) + bool(whole)
            self._events += [json.loads(line) for line in whole.splitlines()]
        return self._events

    def has(self, name: str, *, after: int = 0, **facts: Any) -> bool:
        """Return whether an event with these facts came after so many others."""
        wanted = ({"event": name} | facts).items()
        return any(wanted <= event.items() for event in self.events()[after:])

    def wait(self, name: str, *, after: int = 0, within_s: float = PAINT_S, **facts: Any) -> int:
        """Wait for an event; return how many there were with the first of these."""
        wanted = ({"event": name} | facts).items()
        eventually(lambda: self.has(name, after=after, **facts), within_s=within_s, every_s=EVERY_S)
        places = (place for place, event in enumerate(self.events()) if wanted <= event.items())
        return 1 + next(place for place in places if place >= after)

    def words(self) -> list[str]:
        """Return the answers that somebody saw."""
        return [event["word"] for event in self.events() if event["event"] == "answer_painted"]

    def waiting(self) -> int:
        """Return what the pill says last."""
        return [event["waiting"] for event in self.events() if event["event"] == "pill"][-1]

    def _is_new_scan(self) -> bool:
        scans = [event["t_ms"] for event in self.events() if event["event"] == "scan_received"]
        return not scans or time.monotonic() * 1000 - scans[-1] > WINDOW_MS

    def open_visit(self, code: str) -> None:
        """Scan, type the amount, look at the offers and take the amount; Enter would confirm now."""
        # The same card at once again would count as one scan.
        eventually(self._is_new_scan, within_s=5, every_s=EVERY_S)
        so_far = len(self.events())
        self._screen.scan(code)
        self.wait("card_painted", after=so_far)
        self._screen.type_keys(AMOUNT)
        quoted = self.wait("offers_painted", after=so_far, usable=1, picked=1)
        ready = self.wait("member_ready", after=quoted)
        self._screen.press("Enter")
        self.wait("member_ready", after=ready)

    def redeem(self, code: str) -> str:
        """Do the whole job by keyboard, back to the idle page; return the answer's word."""
        so_far = len(self.events())
        self.open_visit(code)
        self._screen.press("Enter")
        self.wait("answer_painted", after=so_far)
        word = self.words()[-1]
        self.wait("answer_ready", after=so_far)
        self._screen.press("Enter")
        self.wait("idle_painted", after=so_far)
        return word

    def kill(self) -> int:
        """End it as a power cut would."""
        self.process.kill()
        return self.process.wait(OPEN_S)


def journal_types(world: World) -> Counter[str]:
    """Count the journal's entries by their type. The window must be gone."""
    store = StationStore(world.store_dir, key_store=FileKeyStore(world.state_dir / "keys"), clock=SetClock())
    try:
        return Counter(entry.type for entry in store.journal.entries())
    finally:
        store.close()
