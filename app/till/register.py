"""What a cash register does with the station: hands an order over, hears what became of it, undoes one.

Everything may be done twice. An order is on the tape before the station hears of it, and goes under one number for
ever; so whatever is lost on the way, the same once more finds it out. It never waits: whoever uses it says how often.
"""

from http import HTTPStatus
from typing import Any

from app.till.station import Refused, Station, Told
from app.till.tape import Sale, Step, Tape

RECORDED, VOIDED, GIVEN_UP = "recorded", "voided", "given_up"
ALREADY = "order_recorded"
DECLINED = "declined"


class Register:
    """A till beside one station. Its methods raise `StationAway`, and then the same can be asked again."""

    def __init__(self, tape: Tape, station: Station) -> None:
        """Write on `tape` what `station` says."""
        self.tape = tape
        self._station = station

    def hand_over(self, sale: Sale) -> Told:
        """Hand an order over, or once more; return how it stands. Raises `Refused`."""
        return self._heard(sale, self._station.hand_over(sale.order_id, sale.order))

    def look(self, sale: Sale, *, wait_s: float = 0, after: str = "") -> Told:
        """Return how an order stands; one that the station has forgotten is handed over once more."""
        try:
            return self._heard(sale, self._station.find(sale.order_id, wait_s=wait_s, after=after))
        except Refused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
            return self.hand_over(sale)

    def take_back(self, sale: Sale) -> Told:
        """Give an order up, unless it has been recorded by now; return how it stands."""
        try:
            told = self._station.take_back(sale.order_id)
        except Refused as refused:
            if refused.kind == ALREADY and refused.told is not None:
                return self._heard(sale, refused.told)
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
            told = {"state": GIVEN_UP}
        self.tape.write(Step.GONE, sale.order_id)
        return told

    def void(self, sale: Sale) -> Told:
        """Undo an order; return how it stands, which may be that a manager is being asked. Raises `Refused`."""
        if not sale.is_voiding and sale.void is None:
            self.tape.write(Step.VOID, sale.order_id)
        try:
            return self._heard(sale, self._station.void(sale.order_id))
        except Refused as refused:
            if refused.status == HTTPStatus.CONFLICT:
                self.tape.write(Step.KEPT, sale.order_id)
            raise

    def pay(self, sale: Sale) -> None:
        """Take the money for an order that is recorded."""
        if sale.result is not None and not sale.is_paid:
            self.tape.write(Step.PAID, sale.order_id)

    def health(self) -> Told:
        """Return how the station is."""
        return self._station.health()

    def close(self) -> None:
        """Hang up."""
        self._station.close()

    def _heard(self, sale: Sale, told: Told) -> Told:
        """Write down what is new of it."""
        now = self.tape.find(sale.order_id)
        assert now is not None, "it is on the tape before anybody is asked"
        if told["state"] in (RECORDED, VOIDED) and now.result is None:
            self.tape.write(Step.DONE, sale.order_id, _kept(told["result"]))
        if told["state"] == VOIDED and now.void is None:
            self.tape.write(Step.VOIDED, sale.order_id, told["void"])
        if told.get("approval") == DECLINED and now.is_voiding:
            self.tape.write(Step.KEPT, sale.order_id)
        return told


def _kept(result: Told) -> dict[str, Any]:
    """Return what a till keeps of a result."""
    names = (
        "total",
        "discount",
        "due",
        "tenders",
        "points_earned",
        "points_spent",
        "lines",
        "receipt",
        "given",
    )
    return {name: result[name] for name in names}
