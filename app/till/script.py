"""A till without a window: it does what a file says, step by step, and goes on where it was when it is started again.

A line of JSON a step; orders are counted from 1, in the order in which they are first named:

    {"sell": [["espresso", 2, 998], ["green", 1, 400]]}   hand it over until it is recorded, then take the money
    {"give_up": [["espresso", 1, 499]]}                   hand it over and take it back at once
    {"again": 1}                                          ask for the first order once more: nothing may have changed
    {"other": 1}                                          ask with other contents: it has to be refused
    {"void": 1}                                           undo it

Each answers with a line, and behind the last one stands what the tape comes to. Status 1: an answer was not as it has
to be, or the station was away for too long.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import partial
from http import HTTPStatus
from typing import Any

from app.clock import Clock
from app.till.register import ALREADY, GIVEN_UP, RECORDED, VOIDED, Register
from app.till.station import Refused, Station, StationAway, Told
from app.till.tape import Sale, Tape

LOOK_S = 5.0
PAUSE_S = 0.05
PATIENCE_MS = 120_000  # a station that starts again takes a few seconds
ENDS = (RECORDED, VOIDED)


class NotAsItHasToBe(Exception):
    """An answer of the station's that no till could work with; the message says which."""


class Script:
    """Steps for one till."""

    def __init__(self, tape: Tape, station: Station, *, clock: Clock, currency: str = "") -> None:
        """`currency` "" is asked of the station."""
        self._tape = tape
        self._register = Register(tape, station)
        self._clock = clock
        self._currency = currency
        self._pause = threading.Event()
        self._numbers = 0
        self._steps: dict[str, Callable[[Any], Told]] = {
            "sell": self._sell,
            "give_up": self._give_up,
            "again": self._again,
            "other": self._other,
            "void": self._void,
        }

    def run(self, lines: Iterable[str]) -> Iterator[Told]:
        """Do all steps that aren't done yet; yield what came of each. Raises `NotAsItHasToBe`."""
        try:
            yield from self._run(lines)
        finally:
            self._register.close()

    def _run(self, lines: Iterable[str]) -> Iterator[Told]:
        done = self._tape.steps_done
        for number, line in enumerate(filter(str.strip, lines), start=1):
            ((word, what),) = json.loads(line).items()
            self._numbers += word in ("sell", "give_up")
            if number > done:
                told = self._steps[word](what)
                self._tape.mark(number)
                yield {"step": number, "did": word} | told
        yield {"takings": asdict(self._tape.takings())}

    def _sell(self, goods: list[list[Any]]) -> Told:
        sale = self._begin(goods)
        told = self._patiently(lambda: self._register.hand_over(sale))
        while told["state"] not in ENDS:
            if told["state"] == GIVEN_UP:
                self._pause.wait(PAUSE_S)
                told = self._patiently(lambda: self._register.hand_over(sale))
            else:
                look = partial(self._register.look, sale, wait_s=LOOK_S, after=told["revision"])
                told = self._patiently(look)
        self._register.pay(self._found(sale.order_id))
        return _said(told)

    def _give_up(self, goods: list[list[Any]]) -> Told:
        sale = self._begin(goods)
        if sale.is_open:
            self._patiently(lambda: self._register.hand_over(sale))
            self._patiently(lambda: self._register.take_back(sale))
        return {"state": GIVEN_UP if self._found(sale.order_id).is_gone else RECORDED}

    def _again(self, number: int) -> Told:
        sale = self._found(self._tape.order_id(number))
        told = self._patiently(lambda: self._register.hand_over(sale))
        if sale.result is not None:
            result = told.get("result", {})
            if {name: result.get(name) for name in ("total", "discount", "due", "tenders", "lines")} != {
                name: sale.result[name] for name in ("total", "discount", "due", "tenders", "lines")
            }:
                raise NotAsItHasToBe(f"order {number} is another one when it is asked for again")
        return _said(told)

    def _other(self, number: int) -> Told:
        sale = self._found(self._tape.order_id(number))
        lines = [*sale.order["lines"], {"sku": "other", "amount": 1}]
        other = Sale(sale.order_id, sale.order | {"lines": lines})
        try:
            self._patiently(lambda: self._register.hand_over(other))
        except Refused as refused:
            if refused.kind == ALREADY:
                return {"refused": refused.kind}
            raise
        raise NotAsItHasToBe(f"order {number} was taken with other contents, too")

    def _void(self, number: int) -> Told:
        sale = self._found(self._tape.order_id(number))
        try:
            told = self._patiently(lambda: self._register.void(self._found(sale.order_id)))
        except Refused as refused:
            if refused.status != HTTPStatus.CONFLICT:
                raise
            return {"refused": refused.kind}
        return _said(told)

    def _begin(self, goods: list[list[Any]]) -> Sale:
        if not self._currency:
            self._currency = self._patiently(self._register.health)["currency"]
        lines = [{"sku": sku, "quantity": quantity, "amount": amount} for sku, quantity, amount in goods]
        return self._tape.begin({"currency": self._currency, "lines": lines}, self._numbers)

    def _found(self, order_id: str) -> Sale:
        sale = self._tape.find(order_id)
        if sale is None:
            raise NotAsItHasToBe(f"the script names order {order_id} before it is sold")
        return sale

    def _patiently(self, ask: Callable[[], Told]) -> Told:
        """Ask until somebody answers."""
        until_ms = self._clock.boot_ms() + PATIENCE_MS
        while True:
            try:
                return ask()
            except StationAway as away:
                if self._clock.boot_ms() > until_ms:
                    raise NotAsItHasToBe(f"the station is away for too long: {away}") from away
            except Refused as refused:
                if refused.kind != "confirming":
                    raise
            self._pause.wait(PAUSE_S)


def _said(told: Told) -> Told:
    """Return what a reader of the script's answers wants to see."""
    result = told.get("result", {})
    named = {name: result[name] for name in ("total", "discount", "due", "points_earned") if name in result}
    return {"order": told["order_id"], "state": told["state"], **named}
