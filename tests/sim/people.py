"""The people of one world: whose codes are whose, who works where, and what the auditor must know of both."""

import random
from typing import TYPE_CHECKING, Any

from app.core.reasons import Refusal
from app.station.staff import sign_in
from tests.sim.code_oracles import Truth
from tests.sim.codes_shown import Code, of_member, of_phone
from tests.sim.disk import kill
from tests.sim.furniture_people import Cashier, Folk, Phone, name_of, ref_at

if TYPE_CHECKING:
    from tests.sim.station import Station
    from tests.sim.world import World


class People:
    """What they have in their pockets, and what they know by heart."""

    def __init__(self, world: "World", folk: Folk) -> None:
        self._world = world
        self.cashiers = folk.cashiers
        self.phones = list(folk.phones)
        self._codes: dict[str, Truth] = {}
        self._places = len(world.shoppers)
        self.kills_left = 0  # of whoever tries PINs
        self._trying: tuple[str, str, str] = ("", "", "")  # station, person and PIN
        for each in folk.cashiers:
            if each.member is not None:
                world.auditor.people.own.has_account(each.staff_id, each.member)

        self.are_called(*range(self._places))

    def are_called(self, *places: int) -> None:
        """Let the auditor know what members are called, and what they may be called from some day on."""
        for place in places:
            for name in (name_of(place), name_of(place, is_changed=True)):
                self._world.auditor.people.texts.is_called(ref_at(place), name)

    def next_place(self) -> int:
        """Return the number of the next member, as they joined."""
        self._places += 1
        return self._places - 1

    def shows(self, station: "Station", order_id: str, text: str, ref: str) -> None:
        """Somebody shows a text at a till; unless it was made here, it is a card that HQ gave to `ref`."""
        truth = self._codes.get(text)
        if truth is None:
            truth = self._codes[text] = of_member(ref, text).truth
        codes = self._world.auditor.people.codes
        codes.holds_keys(station.name, station.store.replica.document_body("keyset"))
        codes.shows(order_id, truth)

    def makes(self, code: Code) -> str:
        """Somebody makes a code, honestly or not. Return its text."""
        self._codes[code.text] = code.truth
        return code.text

    def live_code(self, phone: Phone, rng: random.Random) -> str:
        """Return what a phone shows now."""
        return self.makes(of_phone(phone, now_ms=self._world.true.now_ms(), rng=rng))

    # Who stands at the till

    def sign_in(self, station: "Station", cashier: Cashier, pin: str) -> str:
        """Try to sign somebody in by a PIN. Returns why not, empty when they are."""
        self._trying = station.name, cashier.staff_id, pin

        def run(work: Any) -> Any:
            return station.run(lambda: work(station.store))

        found = sign_in(run, cashier.staff_id, pin)
        if isinstance(found, Refusal):
            self._world.say(f"{cashier.staff_id} at {station.name}: {found.reason.code}")
            return found.reason.code
        self._world.say(f"{cashier.staff_id} signs in at {station.name}")
        self._world.auditor.people.pins.was_right(station.name, cashier.staff_id)
        return ""

    def is_pin(self, *_: Any) -> bool:
        """In the place of the product's slow look: note it, and answer what it would."""
        _, staff_id, pin = self._trying
        self._note_try()
        return any(each.staff_id == staff_id and each.pin == pin for each in self.cashiers)

    def die_untold(self) -> None:
        """End the program when a try is counted and not looked at: it is used up."""
        self._note_try()
        kill()

    def _note_try(self) -> None:
        station, staff_id, _ = self._trying
        self._world.auditor.people.pins.tried(station, staff_id, at_ms=self._world.true.now_ms())
