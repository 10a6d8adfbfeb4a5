"""The first run up to the moment when there is a station: the pairing code, a name, and head office's answer.

The code is looked at as soon as it is scanned, but nothing of it is used up before the station has a name.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from app.clock import Clock
from app.config import Config
from app.kept import keep
from app.window_parts import Beside, read_picture
from ui.models.opening import Asked, OpeningModel

if TYPE_CHECKING:
    from sync.enrolment import Pairing

SET_UP, BEGUN, DONE = "set_up", "begun", "done"


class WindowPairing:
    """Asks until there is a station."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        opening: OpeningModel,
        beside: Beside,
    ) -> None:
        """Begin with no code."""
        self._config = config
        self._clock = clock
        self._opening = opening
        self._beside = beside
        self._then: Callable[[], None] = lambda: None
        self._pairing: Pairing | None = None

    def ask(self, *, then: Callable[[], None], keep_language: Callable[[str], None]) -> None:
        """Bring up the first page; call `then` once there is a station."""
        self._then = then
        self._opening.ask_for_pairing(Asked(self._pair, self._pair_by_picture, self._named, keep_language))

    def _pair(self, text: str) -> None:
        import platform

        from sync.enrolment import PairingInvalid, read_pairing
        from ui.models.pairing import instead_of_pairing

        if said := instead_of_pairing(text):
            self._opening.code_refused(said)
            return
        try:
            self._pairing = read_pairing(text)
        except PairingInvalid as problem:
            self._opening.code_refused(_sentence(problem))
        else:
            self._opening.ask_name(platform.node())

    def _named(self, name: str) -> None:
        pairing = self._pairing
        assert pairing is not None, "a name is asked for behind a code"
        enrol = partial(_enrol, replace(pairing, name=name), self._config, self._clock)
        self._beside(enrol, lambda _: self._then(), self._not_paired)

    def _pair_by_picture(self, data: bytes) -> None:
        self._beside(lambda: read_picture(data), self._picture_read, self._not_paired)

    def _picture_read(self, text: str | None) -> None:
        from ui.i18n import _

        if text is None:
            self._opening.pairing_failed(_("There is no single code in this picture."))
        else:
            self._opening.pair(text)

    def _not_paired(self, problem: BaseException) -> None:
        self._opening.pairing_failed(_sentence(problem))


def _enrol(pairing: "Pairing", config: Config, clock: Clock) -> None:
    from app.store.device import key_store_of
    from sync.enrolment import enrol_station

    enrol_station(
        pairing,
        folder=config.store_dir,
        key_store=key_store_of(config.key_store, config.state_dir),
        key_store_kind=config.key_store,
        clock=clock,
    )
    with contextlib.suppress(
        OSError
    ):  # the set-up then isn't taken up again after a restart, and no more is lost
        keep(config.state_dir, {SET_UP: BEGUN})


def _sentence(problem: BaseException) -> str:
    from sync.enrolment import PairingInvalid
    from sync.faults import HqFault, HqUntrusted
    from ui.i18n import _
    from ui.models.answers import after_fault

    if isinstance(problem, PairingInvalid):
        return _(str(problem))
    if isinstance(problem, HqUntrusted):
        return _("Whoever answered is not the head office that this code is from. Ask for a new code.")
    if isinstance(problem, HqFault):
        return _("Head office can't be reached from here. Check the line, then try again.")
    return after_fault(problem).sentence
