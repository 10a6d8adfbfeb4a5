"""A walk through the work in six steps, for whoever trains: each is over when it was done, whatever else was tried.

It only looks on: nothing is forbidden meanwhile, and whoever knows the way already needn't mind it.
"""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, SignalInstance

from app.station.training import MEMBERS, SPENT
from ui.models.state import AnswerWord, Screen, State
from ui.models.tour_steps import Step

GIVEN = {AnswerWord.APPROVED, AnswerWord.QUEUED}
CODES = {Step.SCAN: MEMBERS[0].code, Step.REFUSE: SPENT}  # for whoever has no sheet
REFUSED = {AnswerWord.NOT_POSSIBLE, AnswerWord.UNKNOWN}


class Walked(Protocol):
    """Whom the walk looks at, and who shows how far it is."""

    changed: SignalInstance

    @property
    def state(self) -> State:
        """What is shown now."""
        ...

    def show_tour(self, step: int, code: str) -> None:
        """Show what is to be done next, and with which code."""
        ...


class Tour(QObject):
    """Goes along with a training from its beginning."""

    def __init__(self, model: Walked, *, cut: Callable[[bool], None], parent: QObject) -> None:
        """Begin with the first step; `cut` takes the line away for the last one, and gives it back."""
        super().__init__(parent)
        self._model, self._cut = model, cut
        self._step = Step.SCAN
        self._joined = 0  # members of today, when the step began
        model.changed.connect(self._look)
        self._show()

    @property
    def is_over(self) -> bool:
        """Whether every step was done."""
        return self._step is Step.OVER

    def _look(self) -> None:
        """Go on where the step was done."""
        state = self._model.state
        if state.tour != self._step or not _is_done(self._step, state, self._joined):
            return  # what is shown is still about the step before
        self._step, self._joined = Step(self._step + 1), state.today.members
        if Step.OFFLINE in (self._step, self._step - 1):
            self._cut(self._step is Step.OFFLINE)
        self._show()

    def _show(self) -> None:
        self._model.show_tour(self._step, CODES.get(self._step, ""))


def _is_done(step: Step, state: State, joined: int) -> bool:
    answer = state.answer if state.screen is Screen.ANSWER else None
    is_order = answer is not None and answer.undone is None
    match step:
        case Step.SCAN:
            return state.member is not None
        case Step.REDEEM:
            return answer is not None and is_order and answer.word in GIVEN
        case Step.REFUSE:
            is_told = answer is not None and is_order and answer.word in REFUSED
            return is_told or any(row.is_voucher and row.refusals for row in state.offers)
        case Step.UNDO:
            return answer is not None and answer.undone is not None
        case Step.ENROL:
            return state.today.members > joined
        case Step.OFFLINE:
            return answer is not None and is_order and answer.word is AnswerWord.QUEUED
    return False
