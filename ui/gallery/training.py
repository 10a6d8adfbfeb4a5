"""Training: the stripe is on every screen, an answer's too."""

from dataclasses import replace

from ui.gallery import answer, balance, earn, enrol, idle, member, signing_in, undo
from ui.gallery.samples import BASE
from ui.models.state import State


def states() -> dict[str, State]:
    """Return one state of each page that training is for."""
    shop = replace(BASE.shop, is_training=True)
    of_others = {
        "idle-first-day": idle.states(), "member-one-picked": member.states(), "member-many": member.states(),
        "earn": earn.states(), "balance-long": balance.states(), "enrol": enrol.states(),
        "undo": undo.states(), "undo-goods": undo.states(), "approved": answer.states(),
        "not-possible-many": answer.states(), "sign-in-nobody": signing_in.states(),
    }  # fmt: skip
    return {f"training-{name}": replace(found[name], shop=shop) for name, found in of_others.items()}
