"""The reasons that a manager can give, in words."""

from app.core.approvals import Why
from ui.i18n import _


def why(reason: Why) -> str:
    """Return a reason as it is read."""
    match reason:
        case Why.WRONG_MEMBER:
            return _("Wrong member")
        case Why.WRONG_AMOUNT:
            return _("Wrong amount")
        case Why.WRONG_OFFER:
            return _("Wrong offer")
        case Why.CHANGED_MIND:
            return _("Changed their mind")
        case Why.GOODS_FAULTY:
            return _("Goods were faulty")
        case Why.GOODWILL:
            return _("Goodwill")
        case Why.PROMISED:
            return _("It was promised")
        case Why.PIN_FORGOTTEN:
            return _("The PIN was forgotten")
        case Why.PIN_OF_ANOTHER:
            return _("Somebody else typed it")
        case Why.PIN_KNOWN:
            return _("Somebody else knows it")
        case Why.LEFT:
            return _("Works here no more")
        case Why.NOT_WORKING:
            return _("Something does not work")
        case Why.TO_SEE:
            return _("To see the manager's pages")
