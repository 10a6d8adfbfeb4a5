"""The screens of the gallery, in the order in which they are drawn."""

from collections.abc import Callable

from ui.gallery import (
    answer,
    approving,
    balance,
    briefings,
    day,
    devices,
    earn,
    enrol,
    exceptions,
    export,
    first_run,
    gift_card,
    idle,
    member,
    queue,
    redemptions,
    set_up,
    signing_in,
    staff,
    stopped,
    switch,
    today,
    training,
    undo,
)
from ui.models.state import State

SCREENS: tuple[Callable[[], dict[str, State]], ...] = (
    first_run.states,
    set_up.states,
    idle.states,
    member.states,
    switch.states,
    answer.states,
    signing_in.states,
    approving.states,
    training.states,
    stopped.states,
    earn.states,
    balance.states,
    gift_card.states,
    enrol.states,
    undo.states,
    queue.states,
    briefings.states,
    today.states,
    redemptions.states,
    exceptions.states,
    day.states,
    staff.states,
    devices.states,
    export.states,
)


def states() -> dict[str, State]:
    """Return every state by its name, with its sentences in the language that is chosen now."""
    found: dict[str, State] = {}
    for of_screen in SCREENS:
        more = of_screen()
        assert not found.keys() & more.keys(), f"a name stands for two states: {found.keys() & more.keys()}"
        found |= more
    return found
