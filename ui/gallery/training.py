"""Training: the stripe is on every screen, an answer's too."""

from dataclasses import replace

from ui.gallery import answer, balance, earn, enrol, idle, member, signing_in, undo
from ui.gallery.samples import BASE
from ui.models.state import State
from ui.models.tour import CODES
from ui.models.tour_steps import Step


def states() -> dict[str, State]:
    """Return one state of each page that training is for."""
    shop = replace(BASE.shop, is_training=True)
    of_others = {
        "idle-first-day": idle.states(), "member-one-picked": member.states(), "member-many": member.states(),
        "earn": earn.states(), "balance-long": balance.states(), "enrol": enrol.states(),
        "undo": undo.states(), "undo-goods": undo.states(), "approved": answer.states(),
        "not-possible-many": answer.states(), "sign-in-nobody": signing_in.states(),
    }  # fmt: skip
    first = replace(idle.states()["idle-first-day"], shop=shop)
    led = {f"training-tour-{step}": replace(first, tour=step, tour_code=CODES.get(step, "")) for step in Step}
    full = replace(member.states()["member-many"], shop=shop, tour=Step.REFUSE, tour_code=CODES[Step.REFUSE])
    led["training-tour-full"] = full
    return led | {f"training-{name}": replace(found[name], shop=shop) for name, found in of_others.items()}
