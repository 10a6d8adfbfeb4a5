"""What the walk through a training says: what to do next, in as few words as the stripe has room for."""

from ui.i18n import _
from ui.models.tour_steps import Step

STEPS = len(Step) - 1


def said(step: int, code: str) -> str:
    """Return what is to be done next, with a code for whoever has no sheet; 0 where nobody is led."""
    if not step:
        return _("Nothing here counts.")
    what = {
        Step.SCAN: _("Scan a member's card, or type {code}"),
        Step.REDEEM: _("Type a total, pick an offer, confirm"),
        Step.REFUSE: _("Scan the used voucher, or type {code}"),
        Step.UNDO: _("Undo the order with F8"),
        Step.ENROL: _("Add a new member with F5"),
        Step.OFFLINE: _("The line is cut now. Redeem once more."),
        Step.OVER: _("All six steps are done. Practise on, or end it."),
    }[Step(step)]
    return what if step == Step.OVER else f"{step}/{STEPS} · {what.format(code=code)}"
