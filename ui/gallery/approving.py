"""A manager is to approve something: asked, picked, refused, and as long as it can be."""

from dataclasses import replace

from app.core.approvals import Why
from app.core.reasons import Reason, Refusal
from app.core.reversal_kinds import Kind
from ui.gallery.samples import BASE, LONG_NAME, NOW_MS, STALE
from ui.gallery.signing_in import MIA
from ui.models.approving import ApprovalView
from ui.models.people import Person, Staff
from ui.models.pin_pad import PinView
from ui.models.state import Screen, State
from ui.models.to_approve import ToApprove
from ui.texts_undo import to_approve

UNTIL_MS = NOW_MS + 52_000
MANAGERS = Staff((MIA, Person("5", "Олександра Шевченко", is_manager=True)))
MANY = Staff(
    tuple(Person(str(place), f"{LONG_NAME[:30]} {place}", is_manager=True) for place in range(1, 12))
)


def approval(request: ToApprove, pin: PinView, why: Why | None = None, **more: object) -> State:
    """Return a state of the page."""
    view = ApprovalView(request, pin, why, UNTIL_MS)
    state = replace(BASE, screen=Screen.APPROVAL, flow=view, cashier="Ben")
    return replace(state, **more)  # type: ignore[arg-type]  # fields of State


def states() -> dict[str, State]:
    """Return every state of the page."""
    undo = ToApprove(
        "void:1",
        to_approve(Kind.VOID),
        "Ayşe Yılmaz-Petrov",
        472,
        (Why.WRONG_MEMBER, Why.WRONG_AMOUNT, Why.CHANGED_MIND, Why.GOODS_FAULTY),
    )
    few = PinView(MANAGERS, chosen="2")
    refused = replace(few, tries=1, refusal=Refusal(Reason.NOT_APPROVED))
    return {
        "approval": approval(undo, PinView(MANAGERS)),
        "approval-picked": approval(undo, few, Why.CHANGED_MIND),
        "approval-refused": approval(undo, refused, Why.CHANGED_MIND),
        "approval-busy": approval(undo, replace(few, is_busy=True), Why.CHANGED_MIND),
        "approval-no-manager": approval(undo, PinView(Staff())),
        "approval-long": approval(
            ToApprove("x", to_approve(Kind.RETURN), LONG_NAME, 123_456_789),
            PinView(MANY, chosen="4"), Why.NOT_WORKING, pill=STALE, cashier=LONG_NAME,
        ),
        "training-approval": approval(undo, few, shop=replace(BASE.shop, is_training=True)),
    }  # fmt: skip
